"""The demo itself: the same flows as on real hardware, one after the other, and what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from plugsmith.boot.linking import LinkPolicy
from plugsmith.demo.at_home import give_network, live_at_home
from plugsmith.demo.results import DemoResult, DemoStep
from plugsmith.demo.scene import VERSION
from plugsmith.emu.runner import emulator_installed
from plugsmith.events import Log
from plugsmith.flows.catalogue.looks_like import recovered_looks_like
from plugsmith.flows.context import FlowContext
from plugsmith.flows.dump.config import recover_file
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.boot_check import BOOT_CHECK
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.installed import how_to_add
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.clock import Clock
    from plugsmith.demo.at_home import AtHome
    from plugsmith.demo.scene import Scene
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.flows.wire.backup import BackupOutcome
    from plugsmith.flows.wire.flash import WriteOutcome
    from plugsmith.flows.wire.info import Info
    from plugsmith.interpret.config_result import ConfigResult
    from plugsmith.link.port import Port


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOutcome:
    """What each step of the demo gave."""

    scene: Scene
    found: Info
    saved: BackupOutcome
    pins: ConfigResult
    written: WriteOutcome
    home: AtHome
    seconds: float

    def result(self) -> DemoResult:
        """The result of the verb."""
        return DemoResult(
            steps=tuple(DemoStep(step=name, outcome=text) for name, text in self.steps()),
            backup=str(self.saved.backup.file),
            undo=self.written.undo,
            folder=str(self.scene.folder),
            chip=self.written.chip,
            verified=self.written.verified,
            booted=self.written.boot.booted if self.written.boot else None,
            template=self.pins.template,
            boot_check=self._tried_in_emulator() or None,
            applied=tuple(self.home.applied),
            relay=self.home.relay,
            power_w=self.home.reading.power,
            voltage_v=self.home.reading.voltage,
            seconds=round(self.seconds, 1),
        )

    def steps(self) -> list[tuple[str, str]]:
        """Name and outcome of each step, for the closing table."""
        identity, passport = self.found.identity, self.saved.backup.passport
        changed = len(self.written.plan.changed_sectors) * 4
        booted = self.written.boot is not None and self.written.boot.booted is True
        return [
            (_("Port"), _("{port} (simulated)", port=self.scene.port.partition("?")[0])),
            (
                _("Identified"),
                _(
                    "{chip}, boot code {boot}, {kib} KiB flash, address {mac}",
                    chip=identity.chip.name,
                    boot=identity.boot_version or _("unknown"),
                    kib=identity.flash.size // 1024,
                    mac=self.found.mac or _("unknown"),
                ),
            ),
            (
                _("Backed up"),
                _(
                    "{size} bytes in {seconds:.1f} s, every one proven ({proof})",
                    size=passport.flash_size,
                    seconds=self.saved.seconds,
                    proof=passport.proof,
                ),
            ),
            (_("Pins"), _pins_text(self.pins)),
            (
                _("Checked"),
                _(
                    "{count} checks passed before anything was erased",
                    count=self._passed(),
                ),
            ),
            (_("Boot check"), self._tried_in_emulator() or _without_emulator()),
            (
                _("Written"),
                _("{name}, {kib} KiB changed, verified", name=self.scene.image.name, kib=changed),
            ),
            (
                _("Booted"),
                _("yes, its start was seen on the log port") if booted else _("not seen"),
            ),
            *self._home_steps(),
            (_("Backup"), str(self.saved.backup.file)),
            (_("Undo"), self.written.undo),
        ]

    def _home_steps(self) -> list[tuple[str, str]]:
        home, reading = self.home, self.home.reading
        return [
            (
                _("Network"),
                _(
                    "joined by itself; {name}, OpenBeken {version}, at {url}",
                    name=home.name,
                    version=home.version,
                    url=home.url,
                ),
            ),
            (
                _("Set up"),
                _("{settings} applied and read back", settings=", ".join(home.applied))
                if home.verified
                else _("not proven"),
            ),
            (
                _("Switched"),
                _("relay closed, its lamp is lit")
                if home.relay and home.lit
                else _("the relay did not close"),
            ),
            (
                _("Measured"),
                _(
                    "{watts:.1f} W at {volts:.1f} V, {amps:.3f} A",
                    watts=reading.power,
                    volts=reading.voltage,
                    amps=reading.current,
                ),
            ),
        ]

    def _passed(self) -> int:
        return len(self.written.checks)

    def _tried_in_emulator(self) -> str:
        return next((check.text for check in self.written.checks if check.name == BOOT_CHECK), "")


def run_demo(
    scene: Scene, *, clock: Clock, sink: EventSink, cancel: CancelToken, again: str
) -> DemoOutcome:
    """Find, identify, back up, recover the pins, check, flash, verify, watch the start, set up."""
    began_s = clock.monotonic()
    scheme = scene.opener(clock)

    def opened(address: str) -> Port:
        return cast("Port", scheme.open(address))  # same fields, no shared code

    ctx = FlowContext(
        port_name=scene.port,
        open_port=lambda: opened(scene.port),
        open_log=lambda: opened(scene.log_port),
        clock=clock,
        sink=sink,
        cancel=cancel,
        library=scene.library,
        again=again,
        consent=_agree,
        policy=LinkPolicy(timeout_s=30.0),
    )
    _say(sink, _("This is a simulated WB2S plug (BK7231T). Nothing real is touched."))
    _say(
        sink,
        _("Somebody erased the vendor's storage in it; a plain file that names its pins is left."),
    )
    _say(sink, _("Found one adapter: {port}", port=scene.port))
    _head(sink, 1, _("Which chip is it?"))
    found = info(ctx)
    ctx = replace(ctx, warn_of_mains=False)
    _head(sink, 2, _("Save everything that is on it."))
    saved = backup(ctx)
    _head(sink, 3, _("Which pins do what?"))
    pins = recover_file(saved.backup.file)
    template = pins.template or {}
    _say(sink, _pins_text(pins))
    _say(sink, _("OpenBeken template: {template}", template=json.dumps(template)))
    _say(
        sink,
        recovered_looks_like(pins, root=scene.library.root) or _("No known device is like it."),
    )
    _head(sink, 4, _("Check, write, verify, start."))
    with_emulator = emulator_installed()
    if not with_emulator:
        _say(sink, _without_emulator())
    written = flash(ctx, scene.image, boot_check=with_emulator)
    _head(sink, 5, _("Tell it the Wi-Fi, over the same wires."))
    give_network(ctx, scene)
    wire_s = clock.monotonic() - began_s
    _head(sink, 6, _("Plug it in: set it up over the network, switch it on, read the watts."))
    home = live_at_home(
        scene,
        mac=found.mac or "",
        version=VERSION,
        template=template,
        sink=sink,
        cancel=cancel,
    )
    return DemoOutcome(
        scene=scene,
        found=found,
        saved=saved,
        pins=pins,
        written=written,
        home=home,
        seconds=wire_s + home.seconds,
    )


def _agree(question: str, step: str) -> None:
    """In a simulation everything may be done."""
    del question, step


def _head(sink: EventSink, number: int, title: str) -> None:
    _say(sink, "")
    _say(sink, _("Step {number} of 6: {title}", number=number, title=title))


def _say(sink: EventSink, text: str) -> None:
    sink.emit(Log(message=text))


def _without_emulator() -> str:
    return _("left out; a CPU emulator can try the image: {install}", install=how_to_add("emu"))


def _pins_text(found: ConfigResult) -> str:
    words = ", ".join(f"P{pin.gpio} {pin.role}" for pin in found.pins)
    return _("{module}: {pins}", module=found.module or _("unknown module"), pins=words)
