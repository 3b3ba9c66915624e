"""The results of the verbs about running devices, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from plugsmith.cli.table import table
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.device.results import ScanResult
    from plugsmith.flows.house.results import FactsResult


def scan_text(found: ScanResult) -> str:
    """The devices that answered, one a line."""
    rows = found.devices
    if not rows:
        return _("No OpenBeken device answers there.")
    names = {"locked": _("(locked by a password)"), "safe-mode": _("(in safe mode)")}
    lines = []
    for row in rows:
        place = str(row["ip"]) + (f":{row['port']}" if row["port"] != 80 else "")
        version = f"{row['version']}_{row['variant']}" if row["variant"] else row["version"]
        words = [row["name"] or names.get(str(row["state"]), ""), row["chip"], version]
        words += [row["mac"], _("(this MAC twice)") if row["same_mac"] else ""]
        words += [_("{rssi} dBm", rssi=row["rssi"]) if row["rssi"] is not None else ""]
        words += [_("(a placeholder MAC)") if row["placeholder_mac"] else ""]
        lines.append("  ".join([f"{place:<21}", *(str(word) for word in words if word)]))
    return "\n".join([*lines, _("{count} {count:device|devices}", count=len(rows))])


def counts_text(data: dict[str, Fact]) -> str:
    """The last line of a run over several devices, in the tense of what was done."""
    if data.get("dry_run"):
        return _dry_counts(data)
    if data.get("changed") == 0 and data["done"] == data["devices"]:
        return _("Nothing to do: {devices} of {devices} devices are as wanted.", **data)
    text = _("{done} of {devices} devices done, {failed} failed.", **data)
    if data.get("skipped"):
        text += " " + _("{skipped} skipped.", **data)
    if data.get("not_started"):
        text += " " + _("{not_started} not begun.", **data)
    return text


def _dry_counts(data: dict[str, Fact]) -> str:
    if data["would_change"]:
        text = _(
            "Dry run: {would_change} of {devices} devices would be changed; nothing was changed.",
            **data,
        )
    else:
        text = _("Dry run: nothing to do on {devices} {devices:device|devices}.", **data)
    if data.get("skipped"):
        text += " " + _("{skipped} would be skipped.", **data)
    if data.get("failed"):
        text += " " + _("{failed} could not be looked at.", **data)
    return text


def columns(rows: list[dict[str, Fact]], names: dict[str, str]) -> str:
    """Rows of facts as a table with a head; `names` are the columns and what stands above them."""
    cells = [list(names.values())]
    cells += [[_cell(row.get(name)) for name in names] for row in rows]
    widths = [max(len(line[at]) for line in cells) for at in range(len(names))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(value: Fact) -> str:
    if isinstance(value, dict):  # a reading of the meter
        return _("{voltage:.1f} V, {current:.3f} A, {power:.1f} W", **value)
    return "-" if value in (None, "") else str(value)


def info_text(found: FactsResult) -> str:
    """What a device says, or a table of several."""
    data = found.facts
    if "points" in data:
        return _points_text(data)
    if "failed" in data:
        heads = {
            "host": _("Host"), "name": _("Name"), "chip": _("Chip"), "version": _("Version"),
            "mac": _("MAC"), "rssi": _("dBm"), "mqtt": _("MQTT"), "meter": _("Meter"),
        }  # fmt: skip
        seen = cast("list[dict[str, Fact]]", data["table"])
        return columns(seen, heads) + "\n" + counts_text(data)
    pins, meter = data["pins"], data["meter"]
    rows = [
        (_("Device"), f"{data['name']} ({data['long_name']})"),
        (_("Chip"), str(data["chip"])),
        (_("Version"), str(data["version"])),
        (_("MAC"), str(data["mac"])),
        (_("Signal"), _("{rssi} dBm", rssi=data["rssi"]) if data["rssi"] is not None else ""),
        (_("MQTT"), _broker_words(data)),
        (_("Drivers"), ", ".join(map(str, cast("list[str]", data["drivers"])))),
        (_("Running for"), _("{seconds} s", seconds=data["uptime"])),
        (_("Build"), str(data["build"])),
        *_flag_rows(data),
        (_("Startup command"), str(data["startup_command"])),
    ]
    rows += [(f"P{gpio}", str(text)) for gpio, text in cast("dict[str, str]", pins).items()]
    if isinstance(meter, dict):
        text = _("{voltage:.1f} V, {current:.3f} A, {power:.1f} W", **meter)
        rows.append((_("Meter"), text))
    return table(rows)


def _points_text(data: dict[str, Fact]) -> str:
    """What a serial MCU said, and the lines that make use of it."""
    heads = {
        "number": _("No."), "kind": _("Type"), "name": _("Usually"), "unit": _("Unit"),
        "last": _("Value"),
    }  # fmt: skip
    lines = [columns(cast("list[dict[str, Fact]]", data["points"]), heads), ""]
    if data["looks_like"]:
        kind = _(str(data["looks_like"]))
        lines += [_("This is what a {kind} usually has; names are not stored.", kind=kind), ""]
    lines += [_("For OpenBeken (autoexec.bat):"), *map(str, cast("list[Fact]", data["openbeken"]))]
    return "\n".join([*lines, "", _("For ESPHome:"), str(data["esphome"])])


def _flag_rows(data: dict[str, Fact]) -> list[tuple[str, str]]:
    """A row for each flag that is on, in the firmware's words."""
    names = cast("dict[str, str]", data["flag_names"])
    return [(_("Flag {number}", number=number), name) for number, name in names.items()]


def _broker_words(data: dict[str, Fact]) -> str:
    detail = f" ({data['mqtt_detail']})" if data["mqtt_detail"] else ""
    return f"{data['mqtt']}{detail}" if data["mqtt"] else ""


def backup_text(found: FactsResult) -> str:
    """Where the backup is."""
    data = found.facts
    if "failed" in data:
        return counts_text(data)
    return _(
        "Stored in {folder}. It holds passwords in the clear; only you can read it.",
        folder=data["folder"],
    )


def change_text(found: FactsResult) -> str:
    """What a change did, and how to go back."""
    data = found.facts
    if "failed" in data:
        return counts_text(data)
    if data.get("skipped"):
        return _("{host} is skipped: {reason}", host=data["host"], reason=data["skipped"])
    applied, planned = data["applied"], data.get("planned")
    if not applied:
        if not planned:
            return _("Nothing to do: {host} is as wanted already.", host=data["host"])
        return would_set(str(data["host"]), planned)
    names = ", ".join(map(str, applied)) if isinstance(applied, (list, tuple)) else ""
    state = _("read back equal") if data["verified"] else _("not read back")
    lines = [_("{host}: {names} set, {state}.", host=data["host"], names=names, state=state)]
    broker = data.get("mqtt")
    if isinstance(broker, dict) and broker["state"]:
        lines.append(_("MQTT: {state}", state=broker["state"]))
    if data.get("undo"):
        lines.append(_("To go back: {command}", command=data["undo"]))
    return "\n".join(lines)


def would_set(host: str, planned: Fact) -> str:
    """The end of a dry run that has something to do."""
    names = ", ".join(map(str, cast("list[Fact]", planned)))
    return _(
        "Dry run: {names} would be set on {host}; nothing was changed.", host=host, names=names
    )


def ota_text(found: FactsResult) -> str:
    """What an update did."""
    data = found.facts
    if "failed" in data:
        return counts_text(data)
    if data.get("would_change") and data["verified"]:
        return _("Dry run: {host} would get its files back; nothing was changed.", **data)
    if data.get("would_change"):
        return _(
            "Dry run: {host} would be updated from {from_} to {to}; nothing was changed.",
            from_=data["from"], **data,
        )  # fmt: skip
    if not data["updated"] and data.get("files") == "restored":
        return _("{host} has its files back; it runs {to} already.", **data)
    if not data["updated"]:
        return _("Nothing to do: {host} runs {to} already.", **data)
    return _("{host} was updated from {from_} to {to}.", from_=data["from"], **data)


def calibrate_text(found: FactsResult) -> str:
    """The readings before and after, or the vendor's own data."""
    data = found.facts
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


def pins_text(found: FactsResult) -> str:
    """What was found out about the pins."""
    data = found.facts
    lines = [str(note) for note in cast("list[str]", data["notes"])]
    if data["applied"]:
        lines.append(_("The template is applied; to go back: {undo}", undo=data["undo"]))
    else:
        lines.append(_("The pins are as they were before."))
    return "\n".join(lines)
