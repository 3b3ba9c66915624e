"""`device pins`: the pin doctor as a conversation; ends in a template and can apply it.

Whatever happens - the end, Ctrl-C, a lost link - the old pins are put back with a restart; the old
settings lie in the library before the first pin is touched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from plugsmith.chips.modules import module as module_record
from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import PinsNotRestored
from plugsmith.flows.device.change.changes import state_of, undo_command
from plugsmith.flows.device.results import ExaminedPins, PinRow
from plugsmith.flows.now import now_text
from plugsmith.lan.apply import read_state, verify
from plugsmith.lan.carry_out import carry_out
from plugsmith.lan.change import make_change
from plugsmith.lan.http import to_the_end
from plugsmith.lan.pin_doctor import PinDoctor
from plugsmith.library.undo import UndoRecord
from plugsmith.messages import _
from plugsmith.openbeken.pin_findings import (
    COMBINATIONS,
    Depends,
    LedUse,
    PinFinding,
    PinKind,
    lamp_advice,
    propose,
    solve_lamp,
)
from plugsmith.openbeken.template import write_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.flows.device.context import LanContext
    from plugsmith.lan.apply import DeviceState
    from plugsmith.lan.host import Host
    from plugsmith.lan.obk_http import Obk
    from plugsmith.openbeken.template import Template

LAMPS = ("red", "blue", "green", "white", "other")
_RESTORED = ("pins", "channel_types", "flags", "startup_command")
_WATCH_S = 10.0
_HANDS_OFF_S = 5.0
_TABLE_HOLD_S = 20.0


class Examiner(Protocol):
    """Who looks at the device and answers."""

    def choose(self, question: str, choices: Mapping[str, str]) -> str:
        """The key of one of the choices."""

    def lamps(self, question: str) -> set[str]:
        """Names of the lights that are lit, out of LAMPS."""

    def ready(self, text: str) -> None:
        """Return when the user is ready for what `text` says."""


@dataclass(kw_only=True)
class _Examination:
    """One conversation: what is known so far."""

    ctx: LanContext
    doctor: PinDoctor
    examiner: Examiner
    findings: list[PinFinding] = field(default_factory=list)
    uses: dict[int, LedUse] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def of_kind(self, kind: PinKind) -> list[PinFinding]:
        """The findings of one kind."""
        return [item for item in self.findings if item.kind is kind]


def examine(
    ctx: LanContext,
    host: Host,
    examiner: Examiner,
    *,
    start: Template | None = None,
    include: Sequence[int] = (),
    only: Sequence[int] = (),
) -> ExaminedPins:
    """Find out what the pins of a device are; the template is in the data, nothing is applied.

    `start` is a recovered or similar template: its pins come first, and pins that are not examined
    keep what it says. `include` allows pins that are not driven otherwise; `only` limits the pins.
    """

    async def work() -> ExaminedPins:
        obk = ctx.obk(host)
        state = await state_of(ctx, obk)
        _remember(ctx, obk, state)
        doctor = PinDoctor(obk, state, include=include)
        exam = _Examination(ctx=ctx, doctor=doctor, examiner=examiner)
        order = _order(doctor, start, only)
        try:
            await doctor.begin()
            await _talk(exam, order)
        finally:
            await to_the_end(_put_back(obk, doctor, state))
        ctx.library.undo.drop(_latest(ctx, obk, state))
        return _examined(obk, state, exam, start)

    return ctx.run(work())


def _order(doctor: PinDoctor, start: Template | None, only: Sequence[int]) -> list[int]:
    """Pins of the template first, then those that its module leads out, then the others."""
    named = [item.gpio for item in start.pins] if start else []
    board = module_record(start.board) if start and start.board else None
    pads = [*board.gpios] if board and board.complete else [*doctor.inputs]
    pins = [gpio for gpio in dict.fromkeys([*named, *pads]) if gpio in doctor.inputs]
    return [gpio for gpio in pins if not only or gpio in only]


async def _talk(exam: _Examination, order: Sequence[int]) -> None:
    await _find_inputs(exam, order)
    known = {item.gpio for item in exam.findings}
    for gpio in order:
        if gpio not in known and exam.doctor.objection(gpio) is None:
            exam.ctx.cancel.check()
            if not await _try_output(exam, gpio):
                break
    await _lamp_table(exam)


async def _find_inputs(exam: _Examination, order: Sequence[int]) -> None:
    """Pulsing pins, and the button: inputs are safe and come first.

    What moves often, or moved before anybody was asked to press, is looked at once more: a button
    rests when nobody presses it, however quick the finger was.
    """

    def press() -> None:
        exam.examiner.ready(
            _("Press and release the button of the device several times in the next ten seconds.")
        )

    def let_go() -> None:
        exam.examiner.ready(_("Now keep your hands off the device for five seconds."))

    quiet = await exam.doctor.watch(order, seconds=2.0)
    pulsing = [gpio for gpio, item in quiet.items() if item.pulsing]
    await _note_pulses(exam, pulsing)
    rest = [gpio for gpio in order if gpio not in pulsing]
    seen = await exam.doctor.watch(rest, seconds=_WATCH_S, begin=press)
    doubtful = [gpio for gpio, item in seen.items() if item.pulsing or quiet[gpio].changes]
    exam.ctx.cancel.check()
    still = (
        await exam.doctor.watch(doubtful, seconds=_HANDS_OFF_S, begin=let_go) if doubtful else {}
    )
    await _note_pulses(exam, [gpio for gpio, item in still.items() if item.changes])
    known = {item.gpio for item in exam.findings}
    for gpio, item in seen.items():
        if item.changes and gpio not in known:
            active_low = still.get(gpio, item).rest == 1
            exam.findings.append(PinFinding(gpio=gpio, kind=PinKind.BUTTON, active_low=active_low))


async def _note_pulses(exam: _Examination, gpios: Sequence[int]) -> None:
    if not gpios:
        return
    exam.doctor.pulsing.update(gpios)
    rates = await exam.doctor.count(gpios, seconds=2.0)
    exam.findings += [
        PinFinding(gpio=gpio, kind=PinKind.PULSES, pulses_per_s=rates.get(gpio, 0.0))
        for gpio in gpios
    ]


async def _try_output(exam: _Examination, gpio: int) -> bool:
    """High, then low, then ask; False when the user wants to stop here."""
    choices = {
        "n": _("nothing"),
        "c": _("a relay clicked when it went high"),
        "l": _("a relay clicked when it went low"),
        "h": _("a light went on when it was high"),
        "w": _("a light went on when it was low"),
        "r": _("show it again"),
        "q": _("stop, I know enough"),
    }
    while True:
        exam.examiner.ready(_("Now P{gpio}: high for a moment, then low. Watch.", gpio=gpio))
        await exam.doctor.pulse(gpio, level=1)
        await exam.doctor.pulse(gpio, level=0)
        answer = exam.examiner.choose(_("What did P{gpio} do?", gpio=gpio), choices)
        if answer != "r":
            break
    kinds = {
        "c": (PinKind.RELAY, False),
        "l": (PinKind.RELAY, True),
        "h": (PinKind.LED, False),
        "w": (PinKind.LED, True),
    }
    kind, active_low = kinds.get(answer, (PinKind.NOTHING, False))
    if answer != "q":
        exam.findings.append(PinFinding(gpio=gpio, kind=kind, active_low=active_low))
    return answer != "q"


async def _lamp_table(exam: _Examination) -> None:
    """The four combinations of a relay and each LED pin; says what each light depends on."""
    relays, leds = exam.of_kind(PinKind.RELAY), exam.of_kind(PinKind.LED)
    for led in leds:
        if relays:
            await _one_table(exam, relays[0], led)
        if not led.active_low or relays or leds:
            _ask_use(exam, led)


async def _one_table(exam: _Examination, relay: PinFinding, led: PinFinding) -> None:
    seen: list[set[str]] = []
    for relay_level, led_level in COMBINATIONS:
        exam.ctx.cancel.check()
        levels = {relay.gpio: relay_level, led.gpio: led_level}
        await exam.doctor.hold(levels, hold_s=_TABLE_HOLD_S)
        seen.append(
            exam.examiner.lamps(
                _("P{relay}={a}, P{led}={b}: which lights are on?", relay=relay.gpio,
                  a=relay_level, led=led.gpio, b=led_level)
            )
        )  # fmt: skip
        await exam.doctor.end_drives()
    for name in sorted(set().union(*seen)):
        lit = [name in row for row in seen]
        depends = solve_lamp((lit[0], lit[1], lit[2], lit[3]))
        exam.notes.append(lamp_advice(name, depends))
        if depends in {Depends.PIN, Depends.NOT_PIN}:
            _correct(exam, led, active_low=depends is Depends.NOT_PIN)
    exam.ctx.say("\n".join(exam.notes))


def _correct(exam: _Examination, led: PinFinding, *, active_low: bool) -> None:
    """The table knows better than one look which level lights the LED."""
    at = exam.findings.index(next(x for x in exam.findings if x.gpio == led.gpio))
    exam.findings[at] = PinFinding(gpio=led.gpio, kind=PinKind.LED, active_low=active_low)


def _ask_use(exam: _Examination, led: PinFinding) -> None:
    answer = exam.examiner.choose(
        _("What shall the light on P{gpio} say?", gpio=led.gpio),
        {
            "f": _("on while the relay is on"),
            "o": _("on while the relay is off, to find the switch in the dark"),
            "w": _("the state of the Wi-Fi"),
            "d": _("nothing: always dark"),
        },
    )
    exam.uses[led.gpio] = {
        "o": LedUse.LOCATOR,
        "w": LedUse.NETWORK,
        "d": LedUse.DARK,
    }.get(answer, LedUse.FOLLOW)


def _remember(ctx: LanContext, obk: Obk, state: DeviceState) -> None:
    ctx.library.undo.add(
        UndoRecord(
            mac=state.info.mac or obk.host,
            chip=state.info.chip,
            host=obk.host,
            created=now_text(),
            kind="pins",
            settings={name: state.settings[name] for name in _RESTORED if name in state.settings},
        )
    )


def _latest(ctx: LanContext, obk: Obk, state: DeviceState) -> UndoRecord:
    record = ctx.library.undo.latest(state.info.mac or obk.host, obk.host)
    assert record is not None  # written at the start of this run
    return record


async def _put_back(obk: Obk, doctor: PinDoctor, state: DeviceState) -> None:
    """The old pins, and a restart, which releases everything that was driven."""
    undo = undo_command(obk.host)
    try:
        await doctor.end_drives()
        now = await read_state(obk)
        wanted = {name: state.settings[name] for name in _RESTORED if name in state.settings}
        change = make_change(now.settings, wanted, type_names=now.type_names)
        if change.steps:
            await carry_out(obk, change, undo=undo)
            await verify(obk, change, undo=undo)
        else:
            await obk.restart_and_wait()
    except PlugsmithError as problem:
        raise PinsNotRestored(host=obk.host, problem=problem.message, undo=undo) from problem


def _examined(
    obk: Obk, state: DeviceState, exam: _Examination, start: Template | None
) -> ExaminedPins:
    template = propose(exam.findings, chip=state.info.chip, base=start, uses=exam.uses)
    rows = tuple(
        PinRow(
            gpio=item.gpio,
            kind=item.kind,
            active_low=item.active_low,
            pulses_per_s=round(item.pulses_per_s, 1),
        )
        for item in exam.findings
    )
    return ExaminedPins(
        host=obk.host,
        chip=state.info.chip,
        mac=state.info.mac,
        findings=rows,
        template=write_template(template),
        notes=tuple(exam.notes),
        restored=True,
        applied=(),
        verified=True,
    )
