"""A small S3 for tests: objects are files below a folder, and the name of a bucket says which fault it has.

    python3 faulty_s3.py FOLDER PORT_FILE

good      none                            flaky     every third request gets 500
broken    all get 503                     stalled   no request gets a reply
half      replies break off half-way      denied    403
late      403 for the summary             parts     403 for the second part of an upload
Any other bucket does not exist. FOLDER/requests.log has a line for each request.
"""
import http.server
import os
import re
import sys
import threading
import time
import urllib.parse

FOLDER, PORT_FILE = sys.argv[1:]
BUCKETS = ("good", "flaky", "broken", "stalled", "half", "denied", "late", "parts")
lock = threading.Lock()
counter = 0
uploads = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, code):
        self.reply(status, f"<Error><Code>{code}</Code><Message>{code} for a test</Message></Error>".encode())

    def handle_request(self):
        global counter
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        _, bucket, *rest = urllib.parse.unquote(url.path).split("/", 2)
        key = rest[0] if rest else ""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with lock:
            counter += 1
            number = counter
            with open(os.path.join(FOLDER, "requests.log"), "a", encoding="utf-8") as log:
                log.write(f"{self.command} {bucket} {key} {url.query} signed={'AWS4-HMAC-SHA256' in self.headers.get('Authorization', '')}\n")
        if bucket not in BUCKETS:
            return self.error(404, "NoSuchBucket")
        if bucket == "stalled":
            time.sleep(600)
        if bucket == "broken":
            return self.error(503, "SlowDown")
        if bucket == "flaky" and number % 3 == 0:
            return self.error(500, "InternalError")
        if bucket == "half":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"x" * 500)
            self.wfile.flush()
            self.close_connection = True
            return None
        if bucket == "denied" or (bucket == "late" and key.endswith("manifest-summary.json")) or \
                (bucket == "parts" and query.get("partNumber") == "2"):
            return self.error(403, "AccessDenied")
        return self.serve(bucket, key, query, body)

    def serve(self, bucket, key, query, body):
        path = os.path.join(FOLDER, bucket, key)
        if self.command == "GET" and "list-type" in query:
            return self.list(bucket, query.get("prefix", ""))
        if self.command == "POST" and "uploads" in query:
            uploads["u1"] = {}
            return self.reply(200, b"<R><UploadId>u1</UploadId></R>")
        if self.command == "PUT" and "partNumber" in query:
            uploads[query["uploadId"]][int(query["partNumber"])] = body
            return self.reply(200, headers=[("ETag", f'"part{query["partNumber"]}"')])
        if self.command == "POST":
            self.store(path, b"".join(part for _, part in sorted(uploads.pop(query["uploadId"]).items())))
            return self.reply(200, b'<R><ETag>"0123456789abcdef0123456789abcdef-2"</ETag></R>')
        if self.command == "DELETE":
            uploads.pop(query["uploadId"], None)
            return self.reply(204)
        if self.command == "PUT":
            self.store(path, body)
            import hashlib
            return self.reply(200, headers=[("ETag", f'"{hashlib.md5(body).hexdigest()}"')])
        if not os.path.isfile(path):
            return self.error(404, "NoSuchKey")
        with open(path, "rb") as file:
            content = file.read()
        first, last = map(int, re.match(r"bytes=(\d+)-(\d+)", self.headers["Range"]).groups())
        if first >= len(content):
            return self.error(416, "InvalidRange")
        return self.reply(206, content[first:last + 1], [("ETag", '"v1"')])

    def list(self, bucket, prefix):
        top = os.path.join(FOLDER, bucket)
        keys = sorted(os.path.relpath(os.path.join(folder, name), top) for folder, _, names in os.walk(top) for name in names)
        found = "".join(f"<Contents><Key>{urllib.parse.quote(key)}</Key><Size>{os.path.getsize(os.path.join(top, key))}</Size></Contents>"
                        for key in keys if key.startswith(prefix))
        self.reply(200, f"<L><IsTruncated>false</IsTruncated>{found}</L>".encode())

    @staticmethod
    def store(path, body):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(body)

    do_GET = do_PUT = do_POST = do_DELETE = handle_request


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(PORT_FILE + ".new", "w", encoding="utf-8") as port_file:
    port_file.write(str(server.server_address[1]))
os.rename(PORT_FILE + ".new", PORT_FILE)
server.serve_forever()
