"""From options to a FlowContext: which port, which clock, whose library, who is asked."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, cast

from plugsmith.boot.linking import LinkPolicy
from plugsmith.cli.options import link_timeout
from plugsmith.clock import Clock, RealClock, VirtualClock
from plugsmith.errors.library import OutputExists
from plugsmith.flows.context import FlowContext
from plugsmith.flows.permissions import Permissions
from plugsmith.library.library import Library
from plugsmith.link.ports import listing, open_port, pick_port, register_scheme
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from plugsmith.cli.options import LinkOptions
    from plugsmith.cli.session import Session
    from plugsmith.link.port import Port
    from plugsmith.link.ports import PortEntry


def flow_context(session: Session, options: LinkOptions) -> FlowContext:
    """The context of one run; UsageError, NoPort or PortChoice before anything is opened."""
    permissions = Permissions.parse(options.allow)
    name = pick_port(options.port, ask=_asker(session) if session.interactive else None)
    clock = clock_for(name)
    register_sim(clock)
    log_port = options.log_port

    def opener(which: str) -> Callable[[], Port]:
        return lambda: open_port(
            which, clock=clock, remote_baud_follows=options.remote_baud_follows
        )

    return FlowContext(
        port_name=name,
        open_port=_traced(opener(name), options.trace, clock),
        clock=clock,
        sink=session.sink,
        cancel=session.cancel,
        library=Library(),
        again=command_line(),
        consent=lambda question, step: session.confirm(question, step=step),
        permissions=permissions,
        policy=LinkPolicy(
            timeout_s=link_timeout(options.link_timeout_s, interactive=session.interactive)
        ),
        chip=options.chip,
        baud_limit=options.baud,
        open_log=opener(log_port) if log_port else None,
    )


def clock_for(port: str) -> Clock:
    """Real time, except for an in-process simulated chip that is not paced."""
    virtual = port.startswith("sim://") and "paced=1" not in port
    return VirtualClock() if virtual else RealClock()


def register_sim(clock: Clock) -> None:
    """Make sim:// addresses open; one address is one chip for the length of this process."""
    from plugsmith.cli.sim.group import practice_flash
    from plugsmith.sim.ports.url import SimScheme

    scheme = SimScheme(clock, practice=practice_flash)
    # its records have the fields of PortInfo and PortCapabilities, but share no code with them
    register_scheme("sim", lambda url, _clock: cast("Port", scheme.open(url)))


def command_line() -> str:
    """This very command, as it can be typed again."""
    return shlex.join(["plugsmith", *sys.argv[1:]])


def _asker(session: Session) -> Callable[[Sequence[PortEntry]], PortEntry]:
    def ask(entries: Sequence[PortEntry]) -> PortEntry:
        session.say(_("Several adapters are connected:"))
        session.say(listing(entries))
        while True:
            sys.stderr.write(_("Which one (1 to {count})? ", count=len(entries)))
            sys.stderr.flush()
            answer = sys.stdin.readline().strip()
            if answer.isdecimal() and 1 <= int(answer) <= len(entries):
                return entries[int(answer) - 1]

    return ask


def _traced(open_it: Callable[[], Port], path: Path | None, clock: Clock) -> Callable[[], Port]:
    if path is None:
        return open_it
    if path.exists():
        raise OutputExists(name=str(path))

    def opened() -> Port:
        from plugsmith.link.trace import TracingPort

        return TracingPort(open_it(), path.open("a", encoding="utf-8"), clock=clock)

    return opened
