"""Requests and replies on the wire, with the framing of openbeken.md section 1."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

ARG_LIMIT = 127
BUFFER_LEN = 1022
_ABSOLUTE = re.compile(r"http://[^/]{1,255}/")
_METHODS = ("GET", "PUT", "POST", "OPTIONS")
_CORS = (
    "Access-Control-Allow-Origin: *\r\n"
    "Access-Control-Allow-Headers: Origin, X-Requested-With, Content-Type, Accept\r\n"
)
_REALM = 'WWW-Authenticate: Basic realm="OpenBeken HTTP Server"\r\n'
_UPLOADS = ("api/ota", "api/flash/", "api/lfs/", "api/fsblock")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the one read gave; `body` may still be completed for uploads."""

    method: str
    target: str  # without the first slash
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """What follows the question mark."""
        return self.target.partition("?")[2]

    @property
    def content_length(self) -> int:
        """As the header says; 0 when absent or senseless."""
        text = self.headers.get("content-length", "0").strip()
        return int(text) if text.isdigit() and len(text) < 9 else 0

    @property
    def is_upload(self) -> bool:
        """Whether the body is read to its stated length."""
        return self.method == "POST" and self.target.startswith(_UPLOADS)

    def arg(self, name: str, limit: int = ARG_LIMIT) -> str | None:
        """A form argument of the query, decoded and cut; None if it is not there."""
        return form_arg(self.query, name, limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; status None is sent without any header."""

    status: int | None = 200
    content_type: str = "text/html"
    body: bytes = b""
    bare: bool = False  # LF only, no content type: the redirect of `/`
    headers: dict[str, str] = field(default_factory=dict)

    def wire(self) -> bytes:
        """The bytes as they go out; the end of the body is the end of the connection."""
        if self.status is None:
            return self.body
        if self.bare:
            top = f"HTTP/1.1 {self.status} OK\nLocation: /index\nConnection: close\n\n"
            return top.encode()
        return head(self.status, self.content_type, self.headers).encode() + self.body


def head(status: int, content_type: str, extra: dict[str, str] | None = None) -> str:
    """Status line (bare LF) and headers (CRLF) up to the blank line."""
    kind = f"Content-type: {content_type}\r\n" if content_type else ""
    more = "".join(f"{name}: {value}\r\n" for name, value in (extra or {}).items())
    return f"HTTP/1.1 {status} OK\n{kind}{_CORS}{more}Connection: close\r\n\r\n"


def unauthorised() -> Reply:
    """The 401: no body, no content type."""
    realm = _REALM.strip().partition(": ")
    return Reply(status=401, content_type="", headers={realm[0]: realm[2]})


def json_reply(text: str, status: int = 200) -> Reply:
    """JSON, or what the firmware takes for it."""
    return Reply(status=status, content_type="application/json", body=text.encode())


def parse_request(data: bytes) -> Request | None:
    """The request of one read; None where the device just closes the connection."""
    top, _blank, body = data.partition(b"\r\n\r\n")
    lines = top.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) < 3 or parts[0] not in _METHODS or not parts[2].startswith("HTTP/"):
        return None
    target = _ABSOLUTE.sub("/", parts[1], count=1)
    if not target.startswith("/"):
        return None
    headers = {}
    for line in lines[1:]:
        name, _colon, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Request(method=parts[0], target=target[1:], headers=headers, body=body)


def form_arg(query: str, name: str, limit: int = ARG_LIMIT) -> str | None:
    """The first argument called `name` of a form text."""
    for part in query.split("&"):
        key, _equals, value = part.partition("=")
        if key == name:
            plain = unquote_to_bytes(value.replace("+", " "))
            return plain[:limit].decode("utf-8", "replace")
    return None
