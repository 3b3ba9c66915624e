"""The results of the verbs about many devices, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from plugsmith.cli.device.one_text import columns, counts_text, would_set
from plugsmith.cli.table import table
from plugsmith.messages import _
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from plugsmith.errors import Fact
    from plugsmith.flows.house.results import FactsResult, ListResult, PlanResult, RollResult


def list_text(found: ListResult) -> str:
    """The result of `device list`."""
    if not found.devices:
        return _("No device was seen yet: plugsmith device scan")
    rows = [
        {
            "host": row.host,
            "name": row.name,
            "chip": row.chip,
            "version": f"{row.version} (-> {row.newest})" if row.outdated else row.version,
            "mac": row.mac,
            "rssi": row.rssi,
            "mqtt": row.mqtt,
            "backup": (row.last_backup or "")[:10],
            "seen": row.seen[:16],
            "alarm": _("does not answer") if row.answers is False else row.alarm,
        }
        for row in found.devices
    ]
    heads = {
        "host": _("Host"), "name": _("Name"), "chip": _("Chip"), "version": _("Version"),
        "mac": _("MAC"), "rssi": _("dBm"), "mqtt": _("MQTT"), "backup": _("Backup"),
        "seen": _("Seen"), "alarm": _("Note"),
    }  # fmt: skip
    return columns(cast("list[dict[str, Fact]]", rows), heads)


def roll_text(found: RollResult) -> str:
    """The result of `device roll init`."""
    return _(
        "{count} {count:device is|devices are} in {file}.",
        count=found.devices,
        file=found.file,
    )


def plan_text(found: PlanResult) -> str:
    """The result of `device plan`."""
    rows = [
        {
            "number": row.number,
            "name": row.name,
            "place": row.place,
            "host": row.host,
            "state": row.state,
            "differs": ", ".join(row.differs) or row.problem,
        }
        for row in found.devices
    ]
    heads = {
        "number": _("No."), "name": _("Name"), "place": _("Place"), "host": _("Host"),
        "state": _("State"), "differs": _("What differs"),
    }  # fmt: skip
    lines = [columns(cast("list[dict[str, Fact]]", rows), heads)]
    if found.not_in_roll:
        lines.append(_("Not in the roll: {hosts}", hosts=", ".join(found.not_in_roll)))
    return "\n".join(lines)


def restore_text(found: FactsResult) -> str:
    """The result of `device restore`."""
    data = found.facts
    if data.get("dry_run"):
        return _restore_planned(data)
    rows = [
        (_("Device"), f"{data['host']} ({data['name']})"),
        (_("Settings"), ", ".join(map(str, cast("list[Fact]", data["applied"]))) or _("equal")),
        (_("Files"), str(data["files"])),
        (_("Verified"), _("yes") if data["verified"] else _("no")),
        (_("Left"), ", ".join(map(str, cast("list[Fact]", data["left"])))),
        (_("To go back"), str(data["undo"])),
    ]
    return table(rows)


def _restore_planned(data: dict[str, Fact]) -> str:
    """A dry run compares the settings; what files the device has is seen when they are put back."""
    if data["planned"]:
        return would_set(str(data["host"]), data["planned"])
    return _("Dry run: the settings of {host} are equal; its files were not compared.", **data)


def command_text(found: FactsResult) -> str:
    """The result of `device command`."""
    if "failed" in found.facts:
        return counts_text(found.facts)
    if "topics" in found.facts:
        topics = cast("list[Fact]", found.facts["topics"])
        return "\n".join([*map(str, topics), _("{count} topics seen.", count=len(topics))])
    return json_text(found.facts["answer"])


def restart_text(found: FactsResult) -> str:
    """The result of `device restart`."""
    if "failed" in found.facts:
        return counts_text(found.facts)
    return _("{host} ({name}) is back.", **found.facts)


def logs_text(found: FactsResult) -> str:
    """The result of `device logs`."""
    return _("{lines} {lines:line|lines}.", **found.facts)


def files_text(found: FactsResult) -> str:
    """The result of `device files`."""
    data = found.facts
    if "files" not in data:
        word = _("removed") if "removed" in data else str(data.get("stored", _("stored")))
        return f"{data['file']}: {word}"
    rows = [
        (str(row["name"]), _("{size} bytes", size=row["size"]))
        for row in cast("list[dict[str, Fact]]", data["files"])
    ]
    room = _("{used} of {size} bytes", used=data["used"], size=data["size"])
    runs = ", ".join(map(str, cast("list[Fact]", data["runs_at_start"])))
    return table([*rows, (_("Used"), room), (_("Run at start"), runs)])
