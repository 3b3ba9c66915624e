"""The results of the verbs about many devices, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.device.one_text import counts_text, would_set
from plugsmith.cli.table import columns, table
from plugsmith.flows.device.results import RunCounts
from plugsmith.flows.house.results import AnnouncedDevice, FetchedFile, FileListing, RemovedFile
from plugsmith.messages import _
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from plugsmith.flows.house.results import (
        CommandAnswer,
        ListResult,
        LogRead,
        PlanResult,
        RestartedDevice,
        RestoredDevice,
        RollResult,
        SentFile,
    )


def list_text(found: ListResult) -> str:
    """The result of `device list`."""
    if not found.devices:
        return _("No device was seen yet: plugsmith device scan")
    heads = (
        _("Host"), _("Name"), _("Chip"), _("Version"), _("MAC"), _("dBm"), _("MQTT"), _("Backup"),
        _("Seen"), _("Note"),
    )  # fmt: skip
    rows = [
        (
            row.host,
            row.name,
            row.chip,
            f"{row.version} (-> {row.newest})" if row.outdated else row.version,
            row.mac,
            row.rssi,
            row.mqtt,
            (row.last_backup or "")[:10],
            row.seen[:16],
            _("does not answer") if row.answers is False else row.alarm,
        )
        for row in found.devices
    ]
    return columns(heads, rows)


def roll_text(found: RollResult) -> str:
    """The result of `device roll init`."""
    return _(
        "{count} {count:device is|devices are} in {file}.",
        count=found.devices,
        file=found.file,
    )


def plan_text(found: PlanResult) -> str:
    """The result of `device plan`."""
    heads = (_("No."), _("Name"), _("Place"), _("Host"), _("State"), _("What differs"))
    rows = [
        (
            row.number,
            row.name,
            row.place,
            row.host,
            row.state,
            ", ".join(row.differs) or row.problem,
        )
        for row in found.devices
    ]
    lines = [columns(heads, rows)]
    if found.not_in_roll:
        lines.append(_("Not in the roll: {hosts}", hosts=", ".join(found.not_in_roll)))
    return "\n".join(lines)


def restore_text(found: RestoredDevice) -> str:
    """The result of `device restore`."""
    if found.dry_run:
        return _restore_planned(found)
    rows = [
        (_("Device"), f"{found.host} ({found.name})"),
        (_("Settings"), ", ".join(found.applied) or _("equal")),
        (_("Files"), found.files),
        (_("Verified"), _("yes") if found.verified else _("no")),
        (_("Left"), ", ".join(found.left)),
        (_("To go back"), found.undo),
    ]
    return table(rows)


def _restore_planned(found: RestoredDevice) -> str:
    """A dry run compares the settings; what files the device has is seen when they are put back."""
    if found.planned:
        return would_set(found.host, found.planned)
    return _(
        "Dry run: the settings of {host} are equal; its files were not compared.", host=found.host
    )


def command_text(found: CommandAnswer | AnnouncedDevice | RunCounts) -> str:
    """The result of `device command`."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    if isinstance(found, AnnouncedDevice):
        return "\n".join([*found.topics, _("{count} topics seen.", count=len(found.topics))])
    return json_text(found.answer)


def restart_text(found: RestartedDevice | RunCounts) -> str:
    """The result of `device restart`."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    return _("{host} ({name}) is back.", host=found.host, name=found.name)


def logs_text(found: LogRead | RunCounts) -> str:
    """The result of `device logs`."""
    if isinstance(found, RunCounts):
        return counts_text(found)
    return _("{lines} {lines:line|lines}.", lines=found.lines)


def files_text(
    found: FileListing | FetchedFile | SentFile | RemovedFile | RunCounts,
) -> str:
    """The result of `device files`."""
    match found:
        case RunCounts():
            return counts_text(found)
        case FileListing():
            return _listing_text(found)
        case FetchedFile():
            return f"{found.file}: {found.stored}"
        case RemovedFile():
            return f"{found.file}: {_('removed')}"
        case _:
            return f"{found.file}: {_('stored')}"


def _listing_text(found: FileListing) -> str:
    rows = [(row.name, _("{size} bytes", size=row.size)) for row in found.files]
    room = _("{used} of {size} bytes", used=found.used, size=found.size)
    return table([*rows, (_("Used"), room), (_("Run at start"), ", ".join(found.runs_at_start))])
