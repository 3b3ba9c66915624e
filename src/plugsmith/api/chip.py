"""Requests of the verbs that talk to a chip, and the context that a flow gets from one.

The options of the link are declared here and nowhere else; a verb's request inherits what it needs.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from plugsmith.api.options import Panel, option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from plugsmith.api.session import Session
    from plugsmith.clock import Clock
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.ask import Desk
    from plugsmith.flows.wire.results import WireResult
    from plugsmith.link.port import Port
    from plugsmith.link.port_list import PortEntry

T = TypeVar("T", bound="WireResult")
ASK = "ask"  # as --port: the adapter on which a chip answers
SCRIPT_TIMEOUT_S = 30.0  # how long a script waits for a chip that nobody resets


@request
class PortRequest(Record):
    """Which port."""

    port: str | None = option(
        "--port",
        "-p",
        default=None,
        env="PLUGSMITH_PORT",
        config="port",
        metavar="PORT",
        judge="port",
        panel=Panel.LINK,
        help=N_(
            "Device name, socket://host:port, rfc2217://host:port or sim://chip?flash=file. "
            "Left out: the only adapter that is connected; ask: the one on which a chip answers."
        ),
    )
    port_filter: str | None = option(
        default=None,
        env="PLUGSMITH_PORT_FILTER",
        metavar="FILTER",
        panel=Panel.LINK,
        help=N_(
            "Without --port: only adapters with this VID:PID (hexadecimal), serial number, or text "
            "in their names; 1a86:7523 for example."
        ),
    )


@request
class ListenRequest(PortRequest):
    """How to get into contact; `link_timeout` in seconds, 0 for no limit, None for the usual."""

    link_timeout: float | None = option(
        default=None,
        least=0,
        metavar="SECONDS",
        panel=Panel.LINK,
        help=N_(
            "How long to wait for the chip; 0 waits for ever. Left out: for ever on a terminal, "
            "30 s in scripts."
        ),
    )
    trace: Path | None = option(
        default=None,
        metavar="FILE",
        judge="new-file",
        panel=Panel.OUTPUT,
        help=N_("Record what goes over the wire, redacted."),
    )
    remote_baud_follows: bool = option(
        default=False,
        panel=Panel.LINK,
        help=N_("The far end of a socket:// port changes its speed together with the chip."),
    )


@request
class ChipRequest(ListenRequest):
    """A chip on a port; `baud` in bit/s."""

    baud: int | None = option(
        "--baud",
        "-b",
        default=None,
        env="PLUGSMITH_BAUD",
        config="baud",
        least=9600,
        most=4_000_000,
        metavar="BIT/S",
        panel=Panel.LINK,
        help=N_("Highest speed to use. Left out: the fastest one that proves itself."),
    )
    chip: str | None = option(
        default=None,
        env="PLUGSMITH_CHIP",
        config="chip",
        metavar="CHIP",
        judge="chip",
        panel=Panel.LINK,
        help=N_("The chip that you expect; only compared with the one that is found."),
    )


@request
class ChangeRequest(ChipRequest):
    """A chip whose flash is changed: what is allowed beyond the usual."""

    allow: tuple[str, ...] = option(
        default=(),
        metavar="PERMISSION",
        judge="permission",
        panel=Panel.SAFETY,
        help=N_(
            "Allow one thing that is refused otherwise: no-backup, rf, mac, bootloader, "
            "unknown-part or key-mismatch. Repeatable."
        ),
    )
    dry_run: bool = option(
        default=False, panel=Panel.SAFETY, help=N_("Show what would be done, change nothing.")
    )


@request
class LoggedRequest(ChangeRequest):
    """The same where the chip is started afterwards."""

    log_port: str | None = option(
        default=None,
        metavar="PORT",
        judge="port",
        panel=Panel.LINK,
        help=N_("A second port on the chip's TX2, where it prints what it does when it starts."),
    )


def flow_context(session: Session, asked: ListenRequest, *, listens: bool = False) -> FlowContext:
    """The context of one run; UsageError, NoPort or PortChoice before anything is opened.

    `listens`: a chip that was looked for is started again, or it would print nothing.
    """
    from plugsmith.boot.linking import LinkPolicy
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.permissions import Permissions
    from plugsmith.link.ports import open_port

    permissions = Permissions.parse(asked.allow if isinstance(asked, ChangeRequest) else ())
    log_port = asked.log_port if isinstance(asked, LoggedRequest) else None
    refuse_ask("--log-port", log_port)
    name = port_of(session, asked, stays=not listens)
    clock = session.clock or clock_for(name)
    register_sim(clock)
    register_programmers(name, traced=asked.trace is not None)
    register_bridge()
    expected = asked if isinstance(asked, ChipRequest) else ChipRequest()

    def opener(which: str) -> Callable[[], Port]:
        return lambda: open_port(
            which,
            clock=clock,
            remote_baud_follows=asked.remote_baud_follows,
            cancel=session.cancel,
            connect_s=asked.link_timeout or None,
        )

    traced = opener(name)
    if asked.trace is not None:
        from plugsmith.link.trace import trace_to

        traced = trace_to(asked.trace, traced, clock=clock, sink=session.sink)
    return FlowContext(
        port_name=name,
        open_port=traced,
        clock=clock,
        sink=session.sink,
        cancel=session.cancel,
        library=session.library,
        again=session.again,
        consent=lambda question, step: session.confirm(question, step=step),
        permissions=permissions,
        policy=LinkPolicy(
            timeout_s=link_timeout(asked.link_timeout, interactive=session.interactive)
        ),
        chip=expected.chip,
        baud_limit=expected.baud,
        open_log=opener(log_port) if log_port else None,
        log_name=log_port,
        keeper=session.keeper,
        before_change=session.hand_over,
    )


def port_of(session: Session, asked: ListenRequest, *, stays: bool = True) -> str:
    """The port that was named, is the only one, was chosen, or on which a chip answers."""
    from plugsmith.link.ports import fitting, pick_port

    chooser = _chooser(session) if session.interactive else None
    if asked.port != ASK:
        return pick_port(asked.port, only=asked.port_filter, ask=chooser)
    from plugsmith.flows.wire.ask import find_chip
    from plugsmith.link.port_list import list_ports

    entries = fitting(list_ports(), asked.port_filter)
    if len(entries) == 1:
        return entries[0].device

    def choose(there: Sequence[PortEntry]) -> PortEntry:
        name = pick_port(None, entries=there, only=asked.port_filter, ask=chooser)
        return next(entry for entry in there if entry.device == name)

    limit_s = link_timeout(asked.link_timeout, interactive=session.interactive)
    desk = desk_for(session, entries)
    return find_chip(desk, entries, choose=choose, limit_s=limit_s, stays=stays)


def refuse_with_via(asked: ListenRequest, others: dict[str, bool]) -> None:
    """UsageError that names an option of our own link, or of `others`, given beside --via."""
    from plugsmith.errors import UsageError

    ours = {
        "--trace": asked.trace is not None,
        "--remote-baud-follows": asked.remote_baud_follows,
        "--link-timeout": asked.link_timeout is not None and asked.port != ASK,
    }
    for name, given in {**others, **ours}.items():
        if given:
            raise UsageError(problem=_("--via and {option} do not go together", option=name))


def desk_for(session: Session, entries: Sequence[PortEntry]) -> Desk:
    """How these adapters are opened and asked; simulated ones as everywhere."""
    from plugsmith.flows.wire.ask import Desk
    from plugsmith.link.ports import open_port

    clock = session.clock or clock_for(entries[0].device)
    register_sim(clock)
    return Desk(
        open_port=lambda name: open_port(name, clock=clock, cancel=session.cancel),
        clock=clock,
        sink=session.sink,
        cancel=session.cancel,
        locks=session.library.locks,
    )


def refuse_ask(option: str, port: str | None) -> None:
    """UsageError for the word `ask` as a second port: a chip answers on the first one only."""
    from plugsmith.errors import UsageError

    if port == ASK:
        raise UsageError(
            problem=_("{option}: name a port; only --port can be `ask`", option=option)
        )


def counted(context: FlowContext, result: T) -> T:
    """`result` with the resets that the run healed."""
    return replace(result, resets=context.tally.resets or None)


def link_timeout(given_s: float | None, *, interactive: bool) -> float | None:
    """Seconds to poll, or None for no limit: none where somebody watches, 0 means none."""
    if given_s is None:
        return None if interactive else SCRIPT_TIMEOUT_S
    return given_s or None


def clock_for(port: str) -> Clock:
    """Real time, except for an in-process simulated chip that is not paced."""
    from plugsmith.clock import RealClock, VirtualClock

    virtual = port.startswith("sim://") and "paced=1" not in port
    return VirtualClock() if virtual else RealClock()


def register_sim(clock: Clock) -> None:
    """Make sim:// addresses open; one address is one chip for the length of this process."""
    from plugsmith.api.practice import practice_flash
    from plugsmith.link.ports import register_scheme
    from plugsmith.sim.ports.url import SimScheme

    scheme = SimScheme(clock, practice=practice_flash)
    # its records have the fields of PortInfo and PortCapabilities, but share no code with them
    register_scheme("sim", lambda url, _clock: cast("Port", scheme.open(url)))


def register_programmers(name: str, *, traced: bool) -> None:
    """Make the address open, if it names an SPI adapter that is no serial port.

    UsageError where the wire is to be traced, which a serial port alone can be.
    """
    from plugsmith.errors import UsageError
    from plugsmith.link.ports import register_scheme
    from plugsmith.link.spi_address import is_spi

    scheme = name.partition("://")[0]
    if not is_spi(name) or scheme == "serprog":
        return
    if traced:
        raise UsageError(problem=_("--trace records serial ports, not {scheme}://", scheme=scheme))
    from plugsmith.spi.adapters.opened import open_programmer

    register_scheme(scheme, lambda address, _clock: open_programmer(address))


def register_bridge() -> None:
    """Make openbeken:// addresses open; the module's web password comes from the environment."""
    from plugsmith.api.lan import PASSWORD_VARIABLE, note_secret
    from plugsmith.link.bridge_address import SCHEME
    from plugsmith.link.ports import register_scheme

    def opened(name: str, clock: Clock) -> Port:
        from plugsmith.lan.bridge_port import BridgePort

        password = os.environ.get(PASSWORD_VARIABLE) or None
        note_secret(password or "")
        return BridgePort(name, clock=clock, password=password)

    register_scheme(SCHEME, opened)


def _chooser(session: Session) -> Callable[[Sequence[PortEntry]], PortEntry]:
    def ask(entries: Sequence[PortEntry]) -> PortEntry:
        question = _("Several adapters are connected. Which one?")
        lines = [entry.describe() for entry in entries]
        return entries[session.choose(question, lines, step=_("choosing a port"))]

    return ask
