# PostgreSQL with dynapg in it, which serves the DynamoDB API on port 8000.
#
#     docker build -t dynapg .
#
# It is PostgreSQL's own image and takes its variables (POSTGRES_PASSWORD, POSTGRES_DB, ...). In new data it makes the extension, the
# role app and its access key, by docs/examples/container-init.sh; other files in /docker-entrypoint-initdb.d run after that.
ARG POSTGRES=17-bookworm

FROM postgres:${POSTGRES} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends make gcc libc6-dev "postgresql-server-dev-${PG_MAJOR}" \
        libcjson-dev libcurl4-openssl-dev libdeflate-dev node-llhttp libssl-dev libzstd-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
COPY . /dynapg
RUN make -C /dynapg clean all install "PG_CONFIG=/usr/lib/postgresql/${PG_MAJOR}/bin/pg_config" DESTDIR=/installed

FROM postgres:${POSTGRES}
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libcjson1 libcurl4 libdeflate0 libzstd1 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /installed /
COPY docs/examples/container-init.sh /docker-entrypoint-initdb.d/00-dynapg.sh
USER postgres
EXPOSE 5432 8000
VOLUME /var/lib/postgresql/data
# The HTTP front answers a plain GET; pg_isready alone would say yes before it listens.
HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=15 \
    CMD bash -c 'exec 3<>/dev/tcp/127.0.0.1/8000 && printf "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n" >&3 && read -r line <&3 && [[ $line == *" 200 "* ]]'
