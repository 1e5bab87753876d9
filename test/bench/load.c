/*
 * load.c - a load generator for DynamoDB over HTTP, for Redis, and for any HTTP server with a constant answer
 *
 * One thread, one epoll loop, keep-alive connections with one request in flight each.  Two ways to load:
 *
 *	 closed loop   every connection sends its next request as soon as it has its answer: the peak
 *	 open loop     (-r RATE) requests fall due at random moments of a Poisson process, whether or not the server keeps up.
 *				   A request that finds no idle connection waits here, and its latency counts from the moment it was due:
 *				   nothing that the server delays is left out ("coordinated omission").
 *
 * A mix is "GetItem=95,PutItem=5"; see `operations` for the names.  Keys are items 0 .. ITEMS-1, a hundred in a partition: pk is
 * i / 100, sk is i % 100 in three digits.  An item has the attributes of the other benchmarks and a note that brings it to SIZE bytes.
 *
 * Prints one line of JSON.  Latencies in microseconds, exact to 1.6 %.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PARTITION	100
#define MAX_MIX		8
#define SPIN		60			/* microseconds before a due request that are spent polling */
#define BATCH		25

typedef int64_t int64;

typedef enum Op
{
	GET_ITEM, PUT_ITEM, UPDATE_ITEM, DELETE_ITEM, QUERY, QUERY_SHORT, BATCH_GET, LOAD, INSERT, READ_MODIFY_WRITE, READ_LATEST, CREATE_TABLE,
	CONSTANT, REDIS_GET, REDIS_SET, REDIS_LOAD, OPS
} Op;

static const struct
{
	const char *name;
	const char *target;			/* NULL: no request of DynamoDB */
}			operations[OPS] = {
	[GET_ITEM] = {"GetItem", "GetItem"},
	[PUT_ITEM] = {"PutItem", "PutItem"},
	[UPDATE_ITEM] = {"UpdateItem", "UpdateItem"},	/* ADD cnt 1 */
	[DELETE_ITEM] = {"DeleteItem", "DeleteItem"},
	[QUERY] = {"Query", "Query"},	/* of a whole partition: a hundred items */
	[QUERY_SHORT] = {"QueryShort", "Query"},	/* of 1 to 100 items from a random one on */
	[BATCH_GET] = {"BatchGetItem", "BatchGetItem"}, /* of 25 keys */
	[LOAD] = {"Load", "BatchWriteItem"},	/* 25 items, in the order of keys, from -f on */
	[INSERT] = {"Insert", "PutItem"},	/* the item after the last one */
	[READ_MODIFY_WRITE] = {"ReadModifyWrite", "GetItem"},	/* and a PutItem of the same item, timed together */
	[READ_LATEST] = {"ReadLatest", "GetItem"},	/* of the items that were inserted last */
	[CREATE_TABLE] = {"CreateTable", "CreateTable"},	/* the next table, from -f on */
	[CONSTANT] = {"Constant", NULL},	/* GET / */
	[REDIS_GET] = {"RedisGet", NULL},
	[REDIS_SET] = {"RedisSet", NULL},
	[REDIS_LOAD] = {"RedisLoad", NULL}, /* in the order of keys, from -f on */
};

typedef struct Mix
{
	Op			op;
	double		upto;			/* of a random number in [0, 1) */
} Mix;

typedef struct Conn
{
	int			fd;
	bool		busy;
	Op			op;
	bool		second;			/* the second request of ReadModifyWrite is out */
	int64		item;
	int64		due;			/* ns: when the request was due */
	char	   *out;
	size_t		out_len, out_done;
	char	   *in;
	size_t		in_len, in_size;
} Conn;

/* ---- settings ---- */

static const char *host = "127.0.0.1";
static int	port = 8000;
static int	nconns = 64;
static double seconds = 3;
static double rate;				/* 0: closed loop */
static int64 nitems = 10000;
static int64 first;				/* of the operations that fill */
static int64 last = INT64_MAX;	/* they end before it */
static int	ntables = 1;
static int	size = 500;
static int	nindexes;			/* secondary indexes of which items hold the keys */
static bool zipf;
static bool redis;
static const char *table = "bench";
static const char *extra = "";	/* more headers */
static Mix	mix[MAX_MIX];
static int	nmix;
static char *note;

/* ---- state ---- */

static Conn *conns;
static int	epoll;
static int *idle;				/* indexes of idle connections */
static int	nidle;
static int64 next_item;			/* of Insert and of the operations that fill */
static uint64_t seed = 88172645463325252ULL;
static int64 done_count, error_count, sent_count;
static char first_error[300];
static bool stopping;

#define SUB_BITS	6
#define BUCKETS		(64 << SUB_BITS)
static int64 histogram[BUCKETS];
static int64 longest;
static double sum;

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	fputs("load: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	exit(1);
}

static int64
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static uint64_t
random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double
random_fraction(void)
{
	return (random64() >> 11) * 0x1p-53;
}

/* ---- latencies ---- */

static int
bucket_of(int64 us)
{
	int			high;

	if (us < (2 << SUB_BITS))
		return (int) us;
	high = 63 - __builtin_clzll((uint64_t) us);
	return ((high - SUB_BITS) << SUB_BITS) + (int) (us >> (high - SUB_BITS));
}

static int64
bucket_value(int bucket)
{
	int			shift = (bucket >> SUB_BITS) - 1;

	if (shift <= 0)
		return bucket;
	return (int64) ((bucket & ((1 << SUB_BITS) - 1)) | (1 << SUB_BITS)) << shift;
}

static void
record(int64 us)
{
	histogram[bucket_of(us)]++;
	sum += us;
	if (us > longest)
		longest = us;
}

static int64
percentile(double part)
{
	int64		left = (int64) ceil(part * done_count);

	for (int i = 0; i < BUCKETS; i++)
	{
		left -= histogram[i];
		if (left <= 0 && histogram[i] > 0)
			return bucket_value(i);
	}
	return longest;
}

/* ---- keys ---- */

static double zeta_n, zeta_eta;
#define THETA 0.99

/* As in YCSB: Gray's way of making numbers with Zipf's distribution. */
static void
init_zipf(void)
{
	double		zeta2 = 1 + pow(0.5, THETA);

	for (int64 i = 1; i <= nitems; i++)
		zeta_n += 1 / pow((double) i, THETA);
	zeta_eta = (1 - pow(2.0 / nitems, 1 - THETA)) / (1 - zeta2 / zeta_n);
}

static int64
zipf_rank(int64 n)
{
	double		u = random_fraction();
	double		uz = u * zeta_n;

	if (uz < 1)
		return 0;
	if (uz < 1 + pow(0.5, THETA))
		return 1 % n;
	return (int64) (n * pow(zeta_eta * u - zeta_eta + 1, 1 / (1 - THETA))) % n;
}

static int64
random_item(void)
{
	/* the popular ones are spread over the keys, as in YCSB */
	if (zipf)
		return (int64) ((uint64_t) (zipf_rank(nitems) * UINT64_C(0x9E3779B97F4A7C15)) % (uint64_t) nitems);
	return (int64) (random64() % (uint64_t) nitems);
}

/* ---- requests ---- */

static char body[16 << 20];
static size_t body_len;

static void __attribute__((format(printf, 1, 2)))
add(const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	body_len += (size_t) vsnprintf(body + body_len, sizeof(body) - body_len, format, args);
	va_end(args);
	if (body_len >= sizeof(body))
		die("a request is too large");
}

static void
add_table(void)
{
	if (ntables > 1)
		add("\"TableName\":\"%s%d\"", table, (int) (random64() % (uint64_t) ntables));
	else
		add("\"TableName\":\"%s\"", table);
}

static void
add_key(int64 i)
{
	add("\"pk\":{\"S\":\"%lld\"},\"sk\":{\"S\":\"%03d\"}", (long long) (i / PARTITION), (int) (i % PARTITION));
}

static void
add_item(int64 i)
{
	add("{");
	add_key(i);
	add(",\"cnt\":{\"N\":\"%d\"},\"customer\":{\"S\":\"customer number 4711\"},\"status\":{\"S\":\"SHIPPED\"},\"total\":{\"N\":\"1234.5\"},"
		"\"created\":{\"S\":\"2024-03-01\"},\"paid\":{\"BOOL\":true},\"tags\":{\"L\":[{\"S\":\"red\"},{\"S\":\"green\"},{\"S\":\"blue\"}]},"
		"\"address\":{\"M\":{\"street\":{\"S\":\"Via Appia 1\"},\"city\":{\"S\":\"Rome\"},\"zip\":{\"S\":\"00184\"}}},\"note\":{\"S\":\"%s\"}",
		(int) (random64() % 1000000), note);
	for (int k = 1; k <= nindexes; k++)
		add(",\"g%d\":{\"S\":\"%d\"},\"r%d\":{\"S\":\"%d\"}", k, (int) (i * 7919 * k % 1000), k, (int) (i % 1000));
	add("}");
}

static void
add_create_table(int64 i)
{
	add("{\"TableName\":\"%s%lld\",\"BillingMode\":\"PAY_PER_REQUEST\",\"KeySchema\":[{\"AttributeName\":\"pk\",\"KeyType\":\"HASH\"},"
		"{\"AttributeName\":\"sk\",\"KeyType\":\"RANGE\"}],\"AttributeDefinitions\":[{\"AttributeName\":\"pk\",\"AttributeType\":\"S\"},"
		"{\"AttributeName\":\"sk\",\"AttributeType\":\"S\"}]}", table, (long long) i);
}

static void
make_body(Conn *conn)
{
	int64		i = conn->item;

	body_len = 0;
	switch (conn->op)
	{
		case GET_ITEM:
		case READ_LATEST:
		case DELETE_ITEM:
		case READ_MODIFY_WRITE:
			if (conn->second)
				break;
			add("{");
			add_table();
			add(",\"Key\":{");
			add_key(i);
			add("}}");
			return;
		case UPDATE_ITEM:
			add("{");
			add_table();
			add(",\"Key\":{");
			add_key(i);
			add("},\"UpdateExpression\":\"ADD cnt :n\",\"ExpressionAttributeValues\":{\":n\":{\"N\":\"1\"}}}");
			return;
		case QUERY:
		case QUERY_SHORT:
			add("{");
			add_table();
			add(",\"KeyConditionExpression\":\"pk = :p%s\",\"ExpressionAttributeValues\":{\":p\":{\"S\":\"%lld\"}",
				conn->op == QUERY ? "" : " AND sk >= :s", (long long) (i / PARTITION));
			if (conn->op == QUERY_SHORT)
				add(",\":s\":{\"S\":\"%03d\"}", (int) (i % PARTITION));
			add("},\"Limit\":%d}", conn->op == QUERY ? PARTITION : 1 + (int) (random64() % PARTITION));
			return;
		case BATCH_GET:
			add("{\"RequestItems\":{\"%s\":{\"Keys\":[", table);
			for (int k = 0; k < BATCH; k++)
			{
				add(k ? ",{" : "{");
				add_key((i + k * (nitems / BATCH + 1)) % nitems);
				add("}");
			}
			add("]}}}");
			return;
		case LOAD:
			add("{\"RequestItems\":{\"%s\":[", table);
			for (int64 k = i; k < i + BATCH && k < last; k++)
			{
				add("%s{\"PutRequest\":{\"Item\":", k > i ? "," : "");
				add_item(k);
				add("}}");
			}
			add("]}}");
			return;
		case CREATE_TABLE:
			add_create_table(i);
			return;
		case CONSTANT:
			return;
		case REDIS_GET:
			add("*2\r\n$3\r\nGET\r\n$13\r\nkey%010lld\r\n", (long long) i);
			return;
		case REDIS_SET:
		case REDIS_LOAD:
			add("*3\r\n$3\r\nSET\r\n$13\r\nkey%010lld\r\n$%d\r\n%.*s\r\n", (long long) i, size, size, note);
			return;
		case PUT_ITEM:
		case INSERT:
		case OPS:
			break;
	}
	add("{");
	add_table();
	add(",\"Item\":");
	add_item(i);
	add("}");
}

/* Does the operation go through all items or tables once? */
static bool
fills(Op op)
{
	return op == LOAD || op == CREATE_TABLE || op == REDIS_LOAD;
}

static int64
choose_item(Op op)
{
	int64		item;

	switch (op)
	{
		case LOAD:
			item = next_item;
			next_item += BATCH;
			return item;
		case INSERT:
		case CREATE_TABLE:
		case REDIS_LOAD:
			return next_item++;
		case READ_LATEST:
			item = next_item - 1 - nconns - zipf_rank(nitems);
			return item < 0 ? 0 : item;
		default:
			return random_item();
	}
}

/* ---- connections ---- */

static void finish_request(Conn *conn, int status);

static void
watch(Conn *conn, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = conn};

	epoll_ctl(epoll, EPOLL_CTL_MOD, conn->fd, &event);
}

static void
open_conn(Conn *conn, int how)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = conn};
	int			one = 1;

	inet_pton(AF_INET, host, &address.sin_addr);
	if (how == EPOLL_CTL_MOD)
		close(conn->fd);
	conn->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (conn->fd < 0 || connect(conn->fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		die("cannot connect to port %d: %s", port, strerror(errno));
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(conn->fd, F_SETFL, O_NONBLOCK);
	conn->in_len = 0;
	epoll_ctl(epoll, EPOLL_CTL_ADD, conn->fd, &event);
}

static void
send_rest(Conn *conn)
{
	while (conn->out_done < conn->out_len)
	{
		ssize_t		n = send(conn->fd, conn->out + conn->out_done, conn->out_len - conn->out_done, MSG_NOSIGNAL);

		if (n > 0)
			conn->out_done += (size_t) n;
		else if (errno == EAGAIN)
		{
			watch(conn, EPOLLIN | EPOLLOUT);
			return;
		}
		else
			return;				/* the answer's side reports it */
	}
}

static void
send_request(Conn *conn)
{
	const char *target = operations[conn->op].target;
	int			head;

	make_body(conn);
	conn->out = realloc(conn->out, body_len + 1024);
	if (redis)
		head = 0;
	else if (target == NULL)
		head = sprintf(conn->out, "GET / HTTP/1.1\r\nHost: %s:%d\r\n\r\n", host, port);
	else
		head = snprintf(conn->out, 1024, "POST / HTTP/1.1\r\nHost: %s:%d\r\nContent-Type: application/x-amz-json-1.0\r\n"
						"X-Amz-Target: DynamoDB_20120810.%s\r\n%sContent-Length: %zu\r\n\r\n",
						host, port, conn->second ? "PutItem" : target, extra, body_len);
	memcpy(conn->out + head, body, body_len);
	conn->out_len = (size_t) head + body_len;
	conn->out_done = 0;
	sent_count++;
	send_rest(conn);
}

/* Begins a request that was due at that moment; false: there is no more to do. */
static bool
begin_request(Conn *conn, int64 due)
{
	double		r = random_fraction();
	int			k = 0;

	while (k < nmix - 1 && r >= mix[k].upto)
		k++;
	conn->op = mix[k].op;
	conn->item = choose_item(conn->op);
	if (conn->item >= last && fills(conn->op))
		return false;
	conn->busy = true;
	conn->second = false;
	conn->due = due;
	send_request(conn);
	return true;
}

static void
count_error(const char *text, size_t len)
{
	error_count++;
	if (first_error[0])
		return;
	snprintf(first_error, sizeof(first_error), "%.*s", (int) (len > 250 ? 250 : len), text);
	for (char *c = first_error; *c; c++)
		if (*c == '"' || *c == '\\' || (unsigned char) *c < ' ')
			*c = '\'';
}

static void
finish_request(Conn *conn, int status)
{
	int64		moment;

	if (status != 200)
		count_error(conn->in, conn->in_len);
	else if (conn->op == READ_MODIFY_WRITE && !conn->second)
	{
		conn->second = true;
		send_request(conn);
		return;
	}
	moment = now();
	done_count++;
	record((moment - conn->due) / 1000);
	conn->busy = false;
	if (rate == 0 && !stopping && begin_request(conn, moment))
		return;
	idle[nidle++] = (int) (conn - conns);
}

/* ---- answers ---- */

static const char *
find_header(const char *head, const char *end, const char *name)
{
	size_t		len = strlen(name);

	for (const char *line = head; line && line < end; line = memchr(line, '\n', (size_t) (end - line)), line = line ? line + 1 : NULL)
		if ((size_t) (end - line) > len && strncasecmp(line, name, len) == 0)
			return line + len;
	return NULL;
}

/* The length of the chunked body that begins there, or 0: it is not complete. */
static size_t
chunked_length(const char *start, const char *end)
{
	const char *at = start;

	for (;;)
	{
		const char *eol = memmem(at, (size_t) (end - at), "\r\n", 2);
		size_t		len;

		if (eol == NULL)
			return 0;
		len = strtoul(at, NULL, 16);
		if ((size_t) (end - eol) < len + 4)
			return 0;
		at = eol + 2 + len + 2;
		if (len == 0)
			return (size_t) (at - start);
	}
}

/* The length of the HTTP answer in the buffer, or 0: it is not complete. */
static size_t
http_length(Conn *conn, int *status)
{
	char	   *end = memmem(conn->in, conn->in_len, "\r\n\r\n", 4);
	const char *length;
	size_t		total;

	if (end == NULL || conn->in_len < 12)
		return 0;
	*status = atoi(conn->in + 9);
	length = find_header(conn->in, end, "content-length:");
	if (length == NULL && find_header(conn->in, end, "transfer-encoding:"))
	{
		total = chunked_length(end + 4, conn->in + conn->in_len);
		return total ? (size_t) (end + 4 - conn->in) + total : 0;
	}
	total = (size_t) (end + 4 - conn->in) + (length ? strtoul(length, NULL, 10) : 0);
	return conn->in_len < total ? 0 : total;
}

/* The same of Redis: a status, or one string. */
static size_t
redis_length(Conn *conn, int *status)
{
	char	   *eol = memmem(conn->in, conn->in_len, "\r\n", 2);
	size_t		total;
	long		length;

	if (eol == NULL)
		return 0;
	*status = conn->in[0] == '-' ? 500 : 200;
	total = (size_t) (eol + 2 - conn->in);
	if (conn->in[0] != '$')
		return total;
	length = atol(conn->in + 1);
	if (length < 0)
	{
		*status = 404;
		return total;
	}
	total += (size_t) length + 2;
	return conn->in_len < total ? 0 : total;
}

static void
receive(Conn *conn)
{
	for (;;)
	{
		ssize_t		n;
		size_t		total;
		int			status = 0;

		if (conn->in_size - conn->in_len < 4096)
		{
			conn->in_size = conn->in_size ? conn->in_size * 2 : 16384;
			conn->in = realloc(conn->in, conn->in_size);
		}
		n = recv(conn->fd, conn->in + conn->in_len, conn->in_size - conn->in_len - 1, 0);
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
		{
			if (conn->busy)
				count_error("the connection was closed", 25);
			open_conn(conn, EPOLL_CTL_MOD);
			if (conn->busy && error_count < 1000)
				send_request(conn);
			return;
		}
		conn->in_len += (size_t) n;
		conn->in[conn->in_len] = '\0';
		total = redis ? redis_length(conn, &status) : http_length(conn, &status);
		if (total == 0)
			continue;
		if (status == 200)
			conn->in_len = 0;
		finish_request(conn, status);
		conn->in_len = 0;
		return;
	}
}

/* ---- the loop ---- */

static int64
exponential(void)
{
	return (int64) (-log(1 - random_fraction()) / rate * 1e9);
}

static int64
wait_for(int64 moment)
{
	static struct epoll_event events[512];
	int64		left = moment - now();
	struct timespec timeout;
	int			n;

	left -= rate > 0 ? SPIN * 1000 : 0;
	if (left < 0)
		left = 0;
	timeout = (struct timespec) {left / 1000000000, left % 1000000000};
	n = epoll_pwait2(epoll, events, 512, &timeout, NULL);
	for (int i = 0; i < n; i++)
	{
		Conn	   *conn = events[i].data.ptr;

		if (events[i].events & EPOLLOUT)
		{
			watch(conn, EPOLLIN);
			send_rest(conn);
		}
		if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
			receive(conn);
	}
	return now();
}

static void
closed_loop(int64 end)
{
	int64		moment = now();

	for (int i = nconns; i-- > 0;)
	{
		nidle--;
		if (!begin_request(&conns[idle[nidle]], moment))
		{
			nidle++;
			break;
		}
	}
	while (moment < end && nidle < nconns)
		moment = wait_for(end);
}

/* Due requests wait in a ring for an idle connection; one that is full drops none, the time goes on counting. */
static void
open_loop(int64 start, int64 end)
{
	size_t		ring_size = 1 << 20;
	int64	   *ring = malloc(ring_size * sizeof(int64));
	size_t		head = 0, tail = 0;
	int64		due = start + exponential();
	int64		moment = start;

	while (moment < end)
	{
		while (due <= moment && tail - head < ring_size)
		{
			ring[tail++ % ring_size] = due;
			due += exponential();
		}
		while (head < tail && nidle > 0)
			begin_request(&conns[idle[--nidle]], ring[head++ % ring_size]);
		moment = wait_for(due < end ? due : end);
	}
	/* what was due and was never sent has waited until now at least */
	while (head < tail)
	{
		record((moment - ring[head++ % ring_size]) / 1000);
		done_count++;
		error_count++;
	}
	free(ring);
}

/* Waits for the answers to what was sent. */
static void
drain(void)
{
	int64		end = now() + INT64_C(10000000000);

	stopping = true;
	while (nidle < nconns && now() < end)
		wait_for(end);
}

/* ---- settings ---- */

static void
parse_mix(char *text)
{
	double		total = 0;

	for (char *part = strtok(text, ","); part; part = strtok(NULL, ","))
	{
		char	   *equals = strchr(part, '=');
		int			op = 0;

		if (equals)
			*equals = '\0';
		while (op < OPS && strcmp(operations[op].name, part) != 0)
			op++;
		if (op == OPS || nmix == MAX_MIX)
			die("there is no operation %s", part);
		total += equals ? atof(equals + 1) : 100;
		mix[nmix++] = (Mix) {(Op) op, total};
		redis = op == REDIS_GET || op == REDIS_SET || op == REDIS_LOAD;
	}
	for (int i = 0; i < nmix; i++)
		mix[i].upto /= total;
}

static void
parse(int argc, char **argv)
{
	int			option;

	while ((option = getopt(argc, argv, "h:p:c:d:r:n:f:l:t:s:i:zT:H:S:")) != -1)
	{
		switch (option)
		{
			case 'h': host = optarg; break;
			case 'p': port = atoi(optarg); break;
			case 'c': nconns = atoi(optarg); break;
			case 'd': seconds = atof(optarg); break;
			case 'r': rate = atof(optarg); break;
			case 'n': nitems = atoll(optarg); break;
			case 'f': first = atoll(optarg); break;
			case 'l': last = atoll(optarg); break;
			case 't': ntables = atoi(optarg); break;
			case 's': size = atoi(optarg); break;
			case 'i': nindexes = atoi(optarg); break;
			case 'z': zipf = true; break;
			case 'T': table = optarg; break;
			case 'H': extra = optarg; break;
			case 'S': seed = strtoull(optarg, NULL, 10) * 2654435761u + 88172645463325252ULL; break;
			default: optind = argc;
		}
	}
	if (optind != argc - 1 || nconns < 1 || nitems < 1 || ntables < 1 || size < 0 || size > 300000)
		die("usage: load [-h HOST] [-p PORT] [-c CONNECTIONS] [-d SECONDS] [-r RATE] [-n ITEMS] [-f FIRST] [-l LAST] [-t TABLES] [-s SIZE] "
			"[-i INDEXES] [-z] [-T TABLE] [-H HEADERS] [-S SEED] OPERATION[=PART],...");
	parse_mix(argv[optind]);
}

static void
print_result(double elapsed)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"requests\": %lld, \"errors\": %lld, \"seconds\": %.3f, \"rate\": %.1f, \"mean\": %.1f, \"p50\": %lld, \"p90\": %lld, "
		   "\"p99\": %lld, \"p999\": %lld, \"max\": %lld, \"client_cpu\": %.3f, \"first_error\": \"%s\"}\n",
		   (long long) done_count, (long long) error_count, elapsed, done_count / elapsed, done_count ? sum / done_count : 0,
		   (long long) percentile(0.5), (long long) percentile(0.9), (long long) percentile(0.99), (long long) percentile(0.999),
		   (long long) longest, usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		   first_error);
}

int
main(int argc, char **argv)
{
	int64		start, end;
	int			fixed = 420;	/* bytes of an item without its note */

	parse(argc, argv);
	note = malloc((size_t) size + 1);
	/* letters, but not such as compress to nothing */
	for (uint32_t i = 0, x = 1; i < (uint32_t) size; i++)
	{
		x = x * 1664525 + 1013904223;
		note[i] = (char) ('a' + (x >> 24) % 26);
	}
	note[redis ? size : size > fixed ? size - fixed : 0] = '\0';
	next_item = first ? first : fills(mix[0].op) ? 0 : nitems;
	init_zipf();
	prctl(PR_SET_TIMERSLACK, 1);
	epoll = epoll_create1(0);
	conns = calloc((size_t) nconns, sizeof(Conn));
	idle = malloc((size_t) nconns * sizeof(int));
	for (int i = 0; i < nconns; i++)
	{
		open_conn(&conns[i], EPOLL_CTL_ADD);
		idle[nidle++] = i;
	}
	start = now();
	end = start + (int64) (seconds * 1e9);
	if (rate > 0)
		open_loop(start, end);
	else
		closed_loop(end);
	drain();
	print_result((now() - start) / 1e9);
	return error_count > 0 && error_count == done_count;
}
