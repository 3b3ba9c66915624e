"""FlowContext: everything a flow needs from outside, handed in by the command line or a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.boot.linking import LinkPolicy
from plugsmith.events import Log, Warning_
from plugsmith.flows.permissions import Permissions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from plugsmith.boot.alive import Keeper
    from plugsmith.clock import Clock
    from plugsmith.errors import Fact
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.library.library import Library
    from plugsmith.link.port import Port


@dataclass(slots=True)
class Tally:
    """What is counted over a run: resets of the chip that were healed, and of them those told."""

    resets: int = 0
    told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowContext:
    """One run of one verb.

    `again` is the command line of this run, for "go on with ..."; `consent` raises ConsentMissing
    unless the user agrees to the question (first argument) about the step (second).
    """

    port_name: str
    open_port: Callable[[], Port]
    clock: Clock
    sink: EventSink
    cancel: CancelToken
    library: Library
    again: str
    consent: Callable[[str, str], None]
    permissions: Permissions = field(default_factory=Permissions)
    policy: LinkPolicy = field(default_factory=LinkPolicy)
    chip: str | None = None
    baud_limit: int | None = None
    open_log: Callable[[], Port] | None = None
    log_name: str | None = None
    keeper: Keeper | None = None  # keeps a loader awake between requests; None: the usual one
    tally: Tally = field(default_factory=Tally)
    # told the proven backup before the first erase; raises where its owner has not got it
    before_change: Callable[[Path], None] = lambda _backup: None
    warn_of_mains: bool = True  # False only after another flow of the same session has warned

    def say(self, message: str, *, level: str = "info") -> None:
        """A remark for people."""
        self.sink.emit(Log(message=message, level=level))

    def warn(
        self, code: str, message: str, *, hint: str = "", data: dict[str, Fact] | None = None
    ) -> None:
        """Something that the user should know and that does not stop the work."""
        self.sink.emit(Warning_(code=code, message=message, hint=hint, data=data or {}))
