"""`ui` as a verb: its request and its runner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.options import option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.ui.results import PageServed
    from plugsmith.ui.server import PageServer

_POLL_S = 0.1


@request
class UiRequest(Record):
    """Where the page is served, and who may see it."""

    listen: str = option(
        default="127.0.0.1:0",
        metavar="HOST:PORT",
        help=N_("Where to serve the page; port 0 takes any free one."),
    )
    no_open: bool = option(default=False, help=N_("Only show the link, open no browser."))
    allow: tuple[str, ...] = option(
        default=(),
        metavar="PERMISSION",
        help=N_("Allow one thing that is refused otherwise: lan (other computers). Repeatable."),
    )


def ui(session: Session, request: UiRequest) -> PageServed:
    """`ui`; runs until the session is cancelled. UiMissing, UiCannotListen, UiNotLoopback."""
    import time  # noqa: PLC0415 - paid when it runs

    from plugsmith.ui.results import PageServed  # noqa: PLC0415 - see above

    host, port = _place(request)
    server = _server(session, host, port)
    server.start()
    try:
        _announce(session, server, request)
        while server.running and not session.cancel.cancelled:
            time.sleep(_POLL_S)
    finally:
        server.stop()
    return PageServed(url=server.address, jobs=server.jobs.count)


def _place(request: UiRequest) -> tuple[str, int]:
    """Host and port; UiCannotListen, UsageError, UiNotLoopback."""
    from ipaddress import ip_address  # noqa: PLC0415 - see above

    from plugsmith.errors import UsageError  # noqa: PLC0415 - see above
    from plugsmith.errors.own.ui import UiCannotListen, UiNotLoopback  # noqa: PLC0415 - see above

    unknown = [word for word in request.allow if word != "lan"]
    if unknown:
        raise UsageError(problem=_("there is no permission {name}", name=unknown[0]))
    host, _colon, number = request.listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") or "127.0.0.1"
    if not (number.isascii() and number.isdigit() and int(number) < 65_536):
        raise UiCannotListen(address=request.listen, problem=_("it is not HOST:PORT"))
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host.lower() == "localhost"
    if not local and "lan" not in request.allow:
        raise UiNotLoopback(address=request.listen)
    return host, int(number)


def _server(session: Session, host: str, port: int) -> PageServer:
    from importlib.util import find_spec  # noqa: PLC0415 - see above

    from plugsmith.errors.own.ui import UiMissing  # noqa: PLC0415 - see above

    if any(find_spec(name) is None for name in ("starlette", "uvicorn")):
        raise UiMissing
    from plugsmith.ui.server import PageServer  # noqa: PLC0415 - the extra

    return PageServer(session.library, host=host, port=port)


def _announce(session: Session, server: PageServer, request: UiRequest) -> None:
    from plugsmith.events import Ready, Warning_  # noqa: PLC0415 - see above

    if "lan" in request.allow:
        session.sink.emit(
            Warning_(
                code="PS-UI-LAN",
                message=_("Other computers can reach this page, and nothing on its way is hidden."),
                hint=_("Whoever has the link can read your backups and write to your chips."),
            )
        )
    session.announce(Ready(port=f"{server.door.host}:{server.door.port}", url=server.url))
    if not request.no_open and _has_screen():
        import webbrowser  # noqa: PLC0415 - see above

        webbrowser.open(server.url)


def _has_screen() -> bool:
    """Whether a browser would open beside the terminal; a text browser would take it over."""
    import os  # noqa: PLC0415 - see above
    import sys  # noqa: PLC0415 - see above

    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
