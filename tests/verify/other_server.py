"""A MiniMax-like server that shares no line with the simulator, for the checks' own tests.

It knows three things only, each of which it may do as believed or otherwise: whether it heeds ``stop``, whether returned
thinking reaches it, and what it says to a wrong key.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def serving(*, heeds_stop=False, sees_thoughts=True, wrong_key=401, behaviour="answer"):
    """Serve; ``behaviour`` may also be ``hang``, ``broken`` (500) or ``lies`` (every other answer is garbage)."""
    count = [0]
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            count[0] += 1
            if behaviour == "hang":
                over.wait(30)
                return
            if behaviour == "broken":
                self._send(500, b"<html>oops</html>")
            elif behaviour == "lies" and count[0] % 2:
                self._send(200, b'data: {"choices": [{"delta": "nonsense"}]}\n\ndata: {not json\n\n')
            elif "wrong" in self.headers["Authorization"]:
                error = {"type": "authorized_error", "message": "invalid api key (2049)"}
                self._send(wrong_key, json.dumps({"type": "error", "error": error}).encode())
            else:
                self._send(200, json.dumps(self._answer(body)).encode())

        def _answer(self, body):
            words = json.dumps([message.get("reasoning_details") for message in body["messages"]])
            said = "It was a quokka." if sees_thoughts and "quokka" in words else "alpha beta gamma delta"
            if heeds_stop and body.get("stop"):
                said = said.split(body["stop"][0], maxsplit=1)[0]
            choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            usage = {"prompt_tokens": 20, "completion_tokens": 5, "total_tokens": 25}
            return {"id": "1", "model": body["model"], "choices": [choice], "usage": usage}

        def _send(self, status, raw):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.send_header("Set-Cookie", "session=of-the-account")
            self.end_headers()
            self.wfile.write(raw)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
