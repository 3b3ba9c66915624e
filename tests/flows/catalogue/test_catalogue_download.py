"""`template update --from URL` against a server on this computer."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from plugsmith.errors.catalogue import ListUnusable
from plugsmith.errors.network import ServerRefused, ServerUnreachable
from plugsmith.events import CancelToken
from plugsmith.flows.catalogue.lookup import held_lists, import_list

LIST = {"devices": [{"vendor": "A", "name": "Plug", "chip": "BK7231N", "pins": {"6": "Rel;1"}}]}


@pytest.fixture
def server():
    """Answers each path with (status, body, promised length)."""
    answers: dict[str, tuple[int, bytes, int]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body, length = answers.get(self.path, (404, b"", 0))
            self.send_response(status)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield answers, f"http://127.0.0.1:{found.server_address[1]}"
        found.shutdown()
        thread.join()


def fetch(url: str):
    return import_list(url, name=None, licence=None, cancel=CancelToken())


def test_a_list_from_an_address(server) -> None:
    answers, base = server
    body = json.dumps(LIST).encode()
    answers["/devices.json"] = (200, body, len(body))
    found = fetch(f"{base}/devices.json")
    assert (found.source, found.usable) == ("openbeken", 1)
    assert found.location == f"{base}/devices.json"


def test_failures_leave_the_catalogue_as_it_was(server) -> None:
    answers, base = server
    body = json.dumps(LIST).encode()
    answers["/devices.json"] = (200, body, len(body))
    fetch(f"{base}/devices.json")
    before = held_lists()
    for answer, error in (
        ((500, b"", 0), ServerRefused),
        ((200, body[:20], len(body)), ServerUnreachable),
        ((200, body[:20], 20), ListUnusable),
        ((200, b"<html>login</html>", 18), ListUnusable),
    ):
        answers["/devices.json"] = answer
        with pytest.raises(error):
            fetch(f"{base}/devices.json")
    assert held_lists() == before
