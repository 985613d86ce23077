"""tests/cli/collector.py: a receiver of OTLP over HTTP that misbehaves as it is told."""

import http.server
import json
import socket
import threading
import time


class Collector:
    """Plays the answers of a script one by one, then takes everything.

    An answer is a status, ("retry", status, seconds), ("partial", rejected), "drop" (the connection
    is cut in the middle of the request) or ("stall", seconds)."""

    def __init__(self, *script):
        self.script = list(script)
        self.taken = []  # (path, request) that were answered with 200
        self.times = []  # of every request
        self.requests = 0
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler):
        with self.lock:
            self.requests += 1
            self.times.append(time.monotonic())
            turn = self.script.pop(0) if self.script else 200
        if turn == "drop":
            handler.rfile.read(10)
            handler.connection.shutdown(socket.SHUT_RDWR)
            handler.close_connection = True
            return
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        if isinstance(turn, tuple) and turn[0] == "stall":
            time.sleep(turn[1])
            handler.close_connection = True
            return
        reply = b"{}"
        status = turn
        headers = {}
        if isinstance(turn, tuple) and turn[0] == "retry":
            status = turn[1]
            headers["Retry-After"] = str(turn[2])
        if isinstance(turn, tuple) and turn[0] == "partial":
            status = 200
            reply = json.dumps({"partialSuccess": {"rejectedSpans": str(turn[1]),
                                                   "errorMessage": "too old"}}).encode()
        if status == 200:
            assert handler.headers["Content-Type"] == "application/json"
            with self.lock:
                self.taken.append((handler.path, json.loads(body)))
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply)))
        handler.end_headers()
        handler.wfile.write(reply)
