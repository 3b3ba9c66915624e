"""What every request must pass before anything else looks at it.

The server listens on loopback, but every page in the browser can send requests there, and a name
of somebody else's can be made to lead there. So: only our own Host (against DNS rebinding), only
our own Origin, and for `/api/` the token, which a foreign page cannot know.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from plugsmith.errors.own.ui import UiForeign, UiToken
from plugsmith.messages import languages, speaking
from plugsmith.ui.replies import refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any

    from plugsmith.errors import PlugsmithError

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    App = Callable[[Message, Receive, Send], Awaitable[None]]

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    ("content-security-policy", _POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
)
_BODY = (b"content-length", b"transfer-encoding")
_OURS = ("same-origin", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the server is: `host` as it was bound, the port, and the token of this run."""

    host: str
    port: int
    token: str

    def __repr__(self) -> str:
        return f"Door(host={self.host!r}, port={self.port})"

    def knows_host(self, header: str) -> bool:
        """Whether a Host header names this server.

        On loopback: an address of loopback or `localhost`. Served to a network: any address in
        digits, since only a name can be made to lead elsewhere, or the very host that was bound.
        """
        name, port = _split(header)
        if port != self.port:
            return False
        if name in ("localhost", self.host.lower()):
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not _is_loopback(self.host)

    def knows_token(self, header: str) -> bool:
        """Whether an Authorization header carries the token; takes as long for any other."""
        kind, _space, given = header.partition(" ")
        same = hmac.compare_digest(given.strip().encode(), self.token.encode())
        return same and kind.lower() == "bearer"


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _split(header: str) -> tuple[str, int]:
    """Name and port of a Host header; port 0 for what is none."""
    name, _colon, port = header.rpartition(":")
    if name.startswith("["):
        name = name.removeprefix("[").removesuffix("]")
    elif ":" in name:
        return "", 0
    digits = port if port.isascii() and port.isdigit() and len(port) < 6 else "0"
    return name.lower(), int(digits)


def _added(message: Message, *, api: bool) -> list[tuple[bytes, bytes]]:
    """The safety headers of an answer; what may be kept says so itself."""
    found = [(name.encode(), value.encode()) for name, value in _HEADERS]
    if all(name.lower() != b"cache-control" for name, _value in message["headers"]):
        found.append((b"cache-control", b"no-store" if api else b"no-cache"))
    return found


def _asked_language(scope: Message) -> str | None:
    """The language that the page speaks, from its Accept-Language; None where we lack it."""
    for name, value in scope["headers"]:
        if name == b"accept-language":
            first = value.decode("latin-1").partition(",")[0].partition(";")[0].strip().lower()
            code = first.partition("-")[0]
            return code if code in languages() else None
    return None


class Guard:
    """ASGI: refuses what is not for this server, and gives every answer its safety headers."""

    def __init__(self, app: App, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on, or answer with the refusal."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return  # no web sockets
        api = scope["path"].startswith("/api/")
        unread = any(name in _BODY for name, _value in scope["headers"])

        async def noted() -> Message:
            nonlocal unread
            message = await receive()
            if message["type"] != "http.request" or not message.get("more_body"):
                unread = False
            return message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_added(message, api=api)]
                if unread:  # of a body that nobody wants no more is taken
                    message["headers"].append((b"connection", b"close"))
            await send(message)

        with speaking(_asked_language(scope)):
            error = self._refused(scope, api=api)
            if error is not None:
                await refusal(error)(scope, noted, with_headers)
            else:
                await self._app(scope, noted, with_headers)

    def _refused(self, scope: Message, *, api: bool) -> PlugsmithError | None:
        found: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        hosts = found.get("host", [])
        if len(hosts) != 1 or not self._door.knows_host(hosts[0]):
            return UiForeign(header="Host")
        for origin in found.get("origin", []):
            if origin.lower() != f"http://{hosts[0].lower()}":
                return UiForeign(header="Origin")
        if not api:
            return None
        if any(site not in _OURS for site in found.get("sec-fetch-site", [])):
            return UiForeign(header="Sec-Fetch-Site")
        tokens = found.get("authorization", [])
        if len(tokens) != 1 or not self._door.knows_token(tokens[0]):
            return UiToken()
        return None
