"""`plugsmith device calibrate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plugsmith.cli.device import options as opt
from plugsmith.cli.options import JsonOption, YesOption  # noqa: TC001 - typer evaluates them
from plugsmith.cli.session import Session, run
from plugsmith.errors import UsageError
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.openbeken.metering import MeasuredLoad

HostOption = Annotated[
    str | None, typer.Argument(metavar="HOST", help=_("Name or address of the device."))
]
VoltsOption = Annotated[
    float | None,
    typer.Option("--volts", min=1, max=500, help=_("The mains voltage, measured (V).")),
]
AmpsOption = Annotated[
    float | None, typer.Option("--amps", min=0.001, max=100, help=_("The current, measured (A)."))
]
WattsOption = Annotated[
    float | None, typer.Option("--watts", min=1, max=25_000, help=_("The power of the load (W)."))
]
OhmsOption = Annotated[
    float | None,
    typer.Option("--ohms", min=1, max=100_000, help=_("The resistance of the load, warm (ohm).")),
]
ResistiveOption = Annotated[
    bool,
    typer.Option("--resistive/--not-resistive", help=_("Whether watts are volts times amperes.")),
]
WindowsOption = Annotated[
    int, typer.Option("--readings", min=4, max=120, help=_("How many readings are averaged."))
]
UndoOption = Annotated[
    bool, typer.Option("--undo", help=_("Put back the factors before the last calibration."))
]
FactorOption = Annotated[
    list[str] | None,
    typer.Option(
        "--factor",
        metavar="NAME=VALUE",
        help=_("Store a known factor: voltage, current or power. Repeatable."),
    ),
]
DumpOption = Annotated[
    Path | None,
    typer.Option(
        "--from-dump", metavar="FILE", help=_("Show the vendor's calibration in a dump, raw.")
    ),
]


def calibrate(
    host: HostOption = None,
    *,
    volts: VoltsOption = None,
    amps: AmpsOption = None,
    watts: WattsOption = None,
    ohms: OhmsOption = None,
    resistive: ResistiveOption = True,
    readings: WindowsOption = 12,
    factor: FactorOption = None,
    from_dump: DumpOption = None,
    undo: UndoOption = False,
    password_file: opt.PasswordFileOption = None,
    ask_password: opt.AskPasswordOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    def body(session: Session) -> dict[str, Fact]:
        from plugsmith.flows.device.calibrate import calibrate as do_it
        from plugsmith.flows.device.calibrate import set_factors, undo_calibration
        from plugsmith.flows.device.factory_metering import factory_metering
        from plugsmith.lan.host import parse_host
        from plugsmith.openbeken.metering import MeasuredLoad

        if from_dump is not None:
            return factory_metering(from_dump)
        if host is None:
            raise UsageError(problem=_("give a HOST"))
        where = parse_host(host)
        context = opt.lan_context(session, password_file=password_file, ask_password=ask_password)
        if undo:
            return undo_calibration(context, where)
        if factor:
            return set_factors(context, where, _factors(factor))
        load = MeasuredLoad(volts=volts, amps=amps, watts=watts, ohms=ohms, resistive=resistive)
        if load == MeasuredLoad(resistive=resistive):
            load = _ask(session, resistive=resistive)
        return do_it(context, where, load, windows=readings)

    run("device calibrate", body, as_json=as_json, assume_yes=yes, render=_text)


def _ask(session: Session, *, resistive: bool) -> MeasuredLoad:
    """Guide a person to a known load; UsageError where there is nobody to ask."""
    from plugsmith.cli.questions import ask_number
    from plugsmith.openbeken.metering import MeasuredLoad

    if not session.interactive:
        raise UsageError(problem=_("give what is known of the load: --volts, --watts or --ohms"))
    session.say(
        _(
            "Plug a steady load into the device: a kettle or heater of 1 to 2 kW is best. "
            "The device must be closed: it is connected to mains."
        )
    )
    watts = ask_number(session, _("Power of the load in watts, by a trusted meter or its label: "))
    volts = ask_number(session, _("Mains voltage in volts by a meter, or Enter if unknown: "))
    if watts is None and volts is None:
        raise UsageError(problem=_("without a known value nothing can be calibrated"))
    return MeasuredLoad(volts=volts, watts=watts, resistive=resistive)


def _factors(words: list[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for word in words:
        name, _equals, text = word.partition("=")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if name not in {"voltage", "current", "power"} or not 0 < value < 1e9:
            raise UsageError(problem=_("{word!r} is no factor", word=word[:40]))
        found[name] = value
    return found


def _text(data: dict[str, Fact]) -> str:
    from plugsmith.cli.table import table

    if "measure_coe" in data:
        notes = data["notes"]
        rows = [
            ("measure_coe", str(data["measure_coe"] or "-")),
            ("0x1D5000", str(data["words_at_0x1d5000"] or "-")),
        ]
        return table(rows) + "\n" + "\n".join(map(str, notes if isinstance(notes, list) else []))
    before, after = data.get("before"), data.get("after")
    rows = [(_("Meter"), str(data["meter"]))]
    if isinstance(before, dict) and isinstance(after, dict):
        units = {"voltage": "V", "current": "A", "power": "W"}
        for name, unit in units.items():
            rows.append((name, f"{before[name]:.4g} {unit} -> {after[name]:.4g} {unit}"))
    rows.append((_("To go back"), str(data["undo"])))
    return table(rows)
