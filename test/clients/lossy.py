"""lossy.py - a proxy that loses replies, so that clients send requests again.

    python3 lossy.py PORT HOST:PORT

It passes each request on to the server.  The reply to the first attempt is lost: the client gets an internal error in its place,
though the server has done what it was asked.  Attempts of one request have the same body.  It ends with its standard input.
"""

import http.client
import http.server
import json
import os
import sys
import threading

PORT, SERVER = int(sys.argv[1]), sys.argv[2]
LOST = json.dumps({"__type": "com.amazonaws.dynamodb.v20120810#InternalServerError", "message": "The reply is lost"}).encode()
SEEN = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server = http.client.HTTPConnection(SERVER, timeout=20)
        server.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            server.putheader(name, value)
        server.endheaders(body)
        reply = server.getresponse()
        status, content = reply.status, reply.read()
        headers = [(name, value) for name, value in reply.getheaders() if name.lower() not in ("connection", "content-length", "transfer-encoding")]
        server.close()
        if body not in SEEN:
            SEEN.add(body)
            status, content, headers = 500, LOST, [("Content-Type", "application/x-amz-json-1.0")]
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


proxy = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
threading.Thread(target=proxy.serve_forever, daemon=True).start()
sys.stdin.read()
os._exit(0)
