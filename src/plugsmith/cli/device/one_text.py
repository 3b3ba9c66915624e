"""The results of the verbs about running devices, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import columns, table
from plugsmith.flows.device.results import (
    Calibrated,
    InfoCounts,
    RunCounts,
    UpdateCounts,
)
from plugsmith.flows.house.results import PointsHeard
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.device.factory_metering import FactoryMetering
    from plugsmith.flows.device.results import (
        ChangedDevice,
        DeviceInfo,
        ExaminedPins,
        KeptDevice,
        ScanResult,
        UpdatedDevice,
    )
    from plugsmith.flows.house.results import LampColours, RollCounts
    from plugsmith.lan.records import Reading


def scan_text(found: ScanResult) -> str:
    """The devices that answered, one a line."""
    rows = found.devices
    if not rows:
        return _("No OpenBeken device answers there.")
    names = {"locked": _("(locked by a password)"), "safe-mode": _("(in safe mode)")}
    lines = []
    for row in rows:
        place = row.ip + (f":{row.port}" if row.port != 80 else "")
        version = f"{row.version}_{row.variant}" if row.variant else row.version
        words = [row.name or names.get(row.state, ""), row.chip, version]
        words += [row.mac, _("(this MAC twice)") if row.same_mac else ""]
        words += [_("{rssi} dBm", rssi=row.rssi) if row.rssi is not None else ""]
        words += [_("(a placeholder MAC)") if row.placeholder_mac else ""]
        lines.append("  ".join([f"{place:<21}", *(word for word in words if word)]))
    return "\n".join([*lines, _("{count} {count:device|devices}", count=len(rows))])


def counts_text(run: RunCounts) -> str:
    """The last line of a run over several devices, in the tense of what was done."""
    if run.dry_run:
        return _dry_counts(run)
    if run.changed == 0 and run.done == run.devices:
        return _(
            "Nothing to do: {devices} of {devices} devices are as wanted.", devices=run.devices
        )
    text = _(
        "{done} of {devices} devices done, {failed} failed.",
        done=run.done,
        devices=run.devices,
        failed=run.failed,
    )
    if run.skipped:
        text += " " + _("{skipped} skipped.", skipped=run.skipped)
    if isinstance(run, UpdateCounts) and run.not_started:
        text += " " + _("{not_started} not begun.", not_started=run.not_started)
    return text


def _dry_counts(run: RunCounts) -> str:
    if run.would_change:
        text = _(
            "Dry run: {would_change} of {devices} devices would be changed; nothing was changed.",
            would_change=run.would_change,
            devices=run.devices,
        )
    else:
        text = _(
            "Dry run: nothing to do on {devices} {devices:device|devices}.", devices=run.devices
        )
    if run.skipped:
        text += " " + _("{skipped} would be skipped.", skipped=run.skipped)
    if run.failed:
        text += " " + _("{failed} could not be looked at.", failed=run.failed)
    return text


def info_text(found: DeviceInfo | InfoCounts | PointsHeard) -> str:
    """What a device says, or a table of several."""
    if isinstance(found, PointsHeard):
        return _points_text(found)
    if isinstance(found, InfoCounts):
        return _several_text(found)
    rows = [
        (_("Device"), f"{found.name} ({found.long_name})"),
        (_("Chip"), found.chip),
        (_("Version"), str(found.version)),
        (_("MAC"), str(found.mac)),
        (_("Signal"), _("{rssi} dBm", rssi=found.rssi) if found.rssi is not None else ""),
        (_("MQTT"), _broker_words(found)),
        (_("Drivers"), ", ".join(found.drivers)),
        (_("Running for"), _("{seconds} s", seconds=found.uptime)),
        (_("Build"), found.build),
        *((_("Flag {number}", number=bit), name) for bit, name in found.flag_names.items()),
        (_("Startup command"), found.startup_command),
        *((f"P{gpio}", text) for gpio, text in found.pins.items()),
    ]
    if found.meter is not None:
        rows.append((_("Meter"), _meter_words(found.meter)))
    return table(rows)


def _several_text(found: InfoCounts) -> str:
    heads = (
        _("Host"), _("Name"), _("Chip"), _("Version"), _("MAC"), _("dBm"), _("MQTT"), _("Meter"),
    )  # fmt: skip
    rows = [
        (
            row.host, row.name, row.chip, row.version, row.mac, row.rssi, row.mqtt,
            _meter_words(row.meter) if row.meter else None,
        )
        for row in found.table
    ]  # fmt: skip
    return columns(heads, rows) + "\n" + counts_text(found)


def _meter_words(seen: Reading) -> str:
    return _(
        "{voltage:.1f} V, {current:.3f} A, {power:.1f} W",
        voltage=seen.voltage,
        current=seen.current,
        power=seen.power,
    )


def _points_text(found: PointsHeard) -> str:
    """What a serial MCU said, and the lines that make use of it."""
    heads = (_("No."), _("Type"), _("Usually"), _("Unit"), _("Value"))
    rows = [(item.number, item.kind, item.name, item.unit, item.last) for item in found.points]
    lines = [columns(heads, rows), ""]
    if found.looks_like:
        kind = _(found.looks_like)
        lines += [_("This is what a {kind} usually has; names are not stored.", kind=kind), ""]
    lines += [_("For OpenBeken (autoexec.bat):"), *found.openbeken]
    return "\n".join([*lines, "", _("For ESPHome:"), found.esphome])


def _broker_words(found: DeviceInfo) -> str:
    detail = f" ({found.mqtt_detail})" if found.mqtt_detail else ""
    return f"{found.mqtt}{detail}" if found.mqtt else ""


def backup_text(found: KeptDevice | RunCounts) -> str:
    """Where the backup is."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    return _(
        "Stored in {folder}. It holds passwords in the clear; only you can read it.",
        folder=found.folder,
    )


def apply_text(found: ChangedDevice | RunCounts | RollCounts) -> str:
    """What `device apply` did, to one device, to several, or to a roll."""
    return change_text(found)


def change_text(found: ChangedDevice | RunCounts) -> str:
    """What a change did, and how to go back."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    if found.skipped:
        return _("{host} is skipped: {reason}", host=found.host, reason=found.skipped)
    if not found.applied:
        if not found.planned:
            return _("Nothing to do: {host} is as wanted already.", host=found.host)
        return would_set(found.host, found.planned)
    state = _("read back equal") if found.verified else _("not read back")
    names = ", ".join(found.applied)
    lines = [_("{host}: {names} set, {state}.", host=found.host, names=names, state=state)]
    if found.mqtt is not None and found.mqtt.state:
        lines.append(_("MQTT: {state}", state=found.mqtt.state))
    if found.undo:
        lines.append(_("To go back: {command}", command=found.undo))
    return "\n".join(lines)


def would_set(host: str, planned: Sequence[str]) -> str:
    """The end of a dry run that has something to do."""
    return _(
        "Dry run: {names} would be set on {host}; nothing was changed.",
        host=host,
        names=", ".join(planned),
    )


def ota_text(found: UpdatedDevice | UpdateCounts) -> str:
    """What an update did."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    host, before, to = found.host, found.from_, found.to
    if found.would_change and found.verified:
        return _("Dry run: {host} would get its files back; nothing was changed.", host=host)
    if found.would_change:
        return _(
            "Dry run: {host} would be updated from {from_} to {to}; nothing was changed.",
            host=host,
            from_=before,
            to=to,
        )
    if not found.updated and found.files == "restored":
        return _("{host} has its files back; it runs {to} already.", host=host, to=to)
    if not found.updated:
        return _("Nothing to do: {host} runs {to} already.", host=host, to=to)
    return _("{host} was updated from {from_} to {to}.", host=host, from_=before, to=to)


def calibrate_text(found: Calibrated | FactoryMetering) -> str:
    """The readings before and after, or the vendor's own data."""
    if not isinstance(found, Calibrated):
        rows = [
            ("measure_coe", _numbers(found.measure_coe)),
            ("0x1D5000", _numbers(found.words_at_0x1d5000)),
        ]
        return "\n".join([table(rows), *found.notes])
    rows = [(_("Meter"), found.meter)]
    if found.before is not None and found.after is not None:
        for name, unit in {"voltage": "V", "current": "A", "power": "W"}.items():
            before, after = found.before[name], found.after[name]
            rows.append((name, f"{before:.4g} {unit} -> {after:.4g} {unit}"))
    rows.append((_("To go back"), found.undo))
    return table(rows)


def _numbers(words: tuple[int, ...] | None) -> str:
    return str(list(words)) if words else "-"


def pins_text(found: ExaminedPins | LampColours) -> str:
    """What was found out about the pins."""
    lines = [*found.notes]
    if found.applied:
        lines.append(_("The template is applied; to go back: {undo}", undo=found.undo))
    else:
        lines.append(_("The pins are as they were before."))
    return "\n".join(lines)
