"""A server with the release API, on the loopback: files by tag and name."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def release_host(files: dict[str, dict[str, bytes]]):
    """Serves `files`; yields its address and the list of paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_args):
            pass

        def do_GET(self):
            asked.append(self.path)
            if self.path.startswith("/repos/"):
                body = json.dumps(_listing(files, url)).encode()
            else:
                tag, name = self.path.split("/")[-2:]
                body = files[tag][name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield url, asked
    finally:
        server.shutdown()
        server.server_close()


def _listing(files: dict[str, dict[str, bytes]], url: str) -> list[dict[str, object]]:
    return [
        {
            "tag_name": tag,
            "draft": False,
            "prerelease": "-" in tag,
            "published_at": "2026-08-01T10:00:00Z",
            "assets": [
                {
                    "name": name,
                    "size": len(data),
                    "digest": f"sha256:{hashlib.sha256(data).hexdigest()}",
                    "browser_download_url": f"{url}/download/{tag}/{name}",
                }
                for name, data in held.items()
            ],
        }
        for tag, held in files.items()
    ]
