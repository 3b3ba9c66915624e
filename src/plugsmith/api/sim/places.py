"""Where a simulated chip can be reached: a pseudo-terminal, or TCP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.errors import UsageError
from plugsmith.messages import _
from plugsmith.system_words import system_words

if TYPE_CHECKING:
    from plugsmith.sim.ports.endpoint import Endpoint


def chip_endpoint(
    tcp: str | None,
    link: Path | None,
    *,
    vanishes: bool,
    raw_baud: int | None,
    patience_s: float | None = None,
) -> Endpoint:
    """The chip's download UART; UsageError for an address or a computer that cannot do it.

    `patience_s`: how long a client on a pseudo-terminal may read nothing without a loss.
    """
    if tcp is not None:
        from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint

        host, number = _host_and_port(tcp)
        return TcpEndpoint(host, number, raw_baud=raw_baud)
    return _pty(link or (_temporary_link() if vanishes else None), patience_s)


def log_endpoint(tcp: str | None) -> Endpoint:
    """The chip's log UART, beside the other one."""
    if tcp is None:
        return _pty(None, None)
    from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint

    host, number = _host_and_port(tcp)
    return TcpEndpoint(host, number + 1 if number else 0)


def _pty(link: Path | None, patience_s: float | None) -> Endpoint:
    from plugsmith.sim.ports.pty_endpoint import PtyEndpoint

    try:
        if patience_s is None:
            return PtyEndpoint(link=link)
        return PtyEndpoint(link=link, patience_s=patience_s)
    except (ImportError, OSError) as problem:
        raise UsageError(
            problem=_(
                "there are no pseudo-terminals here ({why}); use --tcp", why=system_words(problem)
            )
        ) from problem


def _temporary_link() -> Path:
    import tempfile

    return Path(tempfile.mkdtemp(prefix="plugsmith-sim-")) / "port"


def _host_and_port(text: str) -> tuple[str, int]:
    host, _colon, number = text.removeprefix("socket://").rpartition(":")
    if not number.isdigit() or int(number) > 65_534:
        raise UsageError(problem=_("--tcp needs HOST:PORT, not {text}", text=text))
    return host or "127.0.0.1", int(number)
