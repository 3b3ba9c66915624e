"""Test tool: a simulated chip on virtual time behind our client, in one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.boot.flash import UartFlash
from plugsmith.boot.identify import identify
from plugsmith.boot.linking import LinkPolicy, link
from plugsmith.clock import VirtualClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.forge.flash import forge_flash
from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import personality
from plugsmith.sim.faults import FaultPlan, Harm, LineFault, Way
from plugsmith.sim.ports.port import SimPort

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity


@cache
def forged(chip: str, boot_code: str | None = None) -> bytes:
    """A forged factory flash, made once per test run."""
    return forge_flash(chip=chip, boot_code_name=boot_code)


@dataclass
class Rig:
    """A chip, its port and clock, and what the client emitted."""

    chip: SimChip
    port: SimPort
    clock: VirtualClock
    log: EventLog = field(default_factory=EventLog)
    cancel: CancelToken = field(default_factory=CancelToken)

    @classmethod
    def of(
        cls,
        boot: str,
        flash: bytes,
        *,
        faults: FaultPlan | None = None,
        lines: str = "rts",
        **settings: object,
    ) -> Rig:
        """A rig around the personality called `boot`."""
        clock = VirtualClock()
        who = personality(boot)
        assert who is not None, boot
        if settings.get("paced"):  # an adapter without latency delivers byte by byte: slow to run
            settings.setdefault("latency_s", 0.001)
        merged = SimSettings(faults=faults or FaultPlan(), **settings)  # type: ignore[arg-type]
        chip = SimChip(who, flash, settings=merged, now=0.0)
        return cls(chip=chip, port=SimPort(chip, clock, lines=lines), clock=clock)

    def hurt(
        self, way: Way, harm: Harm, *, after: int, count: int = 1, seconds: float = 0.01
    ) -> None:
        """Harm bytes that cross the wire `after` bytes from now."""
        engine = self.chip.faults
        fault = LineFault(
            way=way, harm=harm, at=engine._moved[way] + after, count=count, seconds=seconds
        )
        engine._lines[way] = sorted([*engine._lines[way], fault], key=lambda item: item.at)

    def link(self, *, timeout_s: float | None = 20.0, speeds: tuple[int, ...] = ()) -> BootClient:
        """Link as a script would."""
        return link(
            self.port,
            policy=LinkPolicy(timeout_s=timeout_s),
            clock=self.clock,
            sink=self.log,
            cancel=self.cancel,
            speeds=speeds,
        )

    def connect(self, *, baud: int | None = None) -> tuple[BootClient, Identity, UartFlash]:
        """Link, identify, and go to `baud` if it is given."""
        client = self.link()
        identity = identify(client, sink=self.log)
        flash = UartFlash(client, identity, clock=self.clock, sink=self.log, cancel=self.cancel)
        if baud:
            flash.raise_speed(limit=baud)
        return client, identity, flash


def corpus_file(name: str) -> Path:
    """A file of the shared corpus (tests that use it take the fixture `corpus` too)."""
    from corpus_place import corpus_root

    return corpus_root() / name
