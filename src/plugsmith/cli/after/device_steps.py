"""Next steps after the verbs about running devices, and after practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.cli.after.steps import quoted
from plugsmith.errors import ExitCode
from plugsmith.flows.device.results import RunCounts
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.device_requests import BackupRequest, InfoRequest, ScanRequest
    from plugsmith.api.house import (
        CommandRequest,
        FilesRequest,
        ListRequest,
        LogsRequest,
        PlanRequest,
        RollRequest,
    )
    from plugsmith.api.obk import ConfigWriteRequest
    from plugsmith.cli.after.steps import Steps
    from plugsmith.flows.device.results import (
        ChangedDevice,
        ExaminedPins,
        KeptDevice,
        ScanResult,
    )
    from plugsmith.flows.house.results import LampColours, ListResult, PlanResult, RollResult
    from plugsmith.flows.settings.results import ChangedChip, ChangedFile


def _scan(_request: ScanRequest, found: ScanResult) -> Steps:
    devices = found.devices
    if not devices:
        return [
            (
                "",
                _(
                    "A device that is new opens a Wi-Fi network of its own and answers there at "
                    "192.168.4.1; a range such as 192.168.1.0/24 may be named too."
                ),
            )
        ]
    host = "HOST"
    if len(devices) == 1:
        [only] = devices
        host = quoted(only.ip + (f":{only.port}" if only.port != 80 else ""))
    return [
        (f"plugsmith device info {host}", _("what one is, and how it is")),
        (f"plugsmith device backup {host}", _("before anything is changed")),
    ]


def _info(request: InfoRequest, _found: Any) -> Steps:
    host = quoted(request.host)
    return [
        (f"plugsmith device backup {host}", _("before anything is changed")),
        (f"plugsmith device apply {host} TEMPLATE --dry-run", _("what a template would change")),
    ]


def _undoable(request: Any, found: ChangedDevice | ExaminedPins | LampColours | RunCounts) -> Steps:
    """An undo is proposed only where one was stored: for one device, or for some of several."""
    host = quoted(getattr(request, "host", None) or getattr(request, "target", None) or "HOST")
    steps = [(f"plugsmith device info {host}", _("how it is now"))]
    if found.changed if isinstance(found, RunCounts) else found.undo:
        steps.append((f"plugsmith device undo {host}", _("back to what was there")))
    return steps


def _look(request: Any, _found: Any) -> Steps:
    host = quoted(request.host) if request.host else "HOST"
    return [(f"plugsmith device info {host}", _("how it is now"))]


def _backup(request: BackupRequest, found: KeptDevice | RunCounts) -> Steps:
    host = quoted(request.host or "HOST")
    folder = "FOLDER" if isinstance(found, RunCounts) else quoted(found.folder)
    return [(f"plugsmith device restore {host} {folder}", _("puts it back, whenever you want"))]


def _list(_request: ListRequest, found: ListResult) -> Steps:
    if not found.devices:
        return [("plugsmith device scan", _("looks for devices in your network"))]
    return [
        ("plugsmith device backup --all", _("keeps settings and files of all")),
        ("plugsmith device roll init", _("writes down what each is to be")),
    ]


def _roll(request: RollRequest, _found: RollResult) -> Steps:
    file = quoted(request.output)
    return [("", _("Edit {file}, then:", file=file)), (f"plugsmith device plan {file}", "")]


def _plan(request: PlanRequest, found: PlanResult) -> Steps:
    if found.exit_status is ExitCode.DONE:
        return []
    return [(f"plugsmith device apply --roll {quoted(request.roll)}", _("makes it so"))]


def _command(request: CommandRequest, _found: Any) -> Steps:
    return [(f"plugsmith device logs {quoted(request.host)}", _("what it says about it"))]


def _files(request: FilesRequest, _found: Any) -> Steps:
    host = quoted(request.host)
    if request.action in {"put", "remove"}:
        return [(f"plugsmith device restart {host}", _("scripts run when it starts"))]
    if request.action == "list":
        return [(f"plugsmith device files {host} get NAME", _("fetches one"))]
    return []


def _logs(request: LogsRequest, _found: Any) -> Steps:
    host = quoted(request.host)
    return [] if request.follow else [(f"plugsmith device logs {host} -f", _("goes on listening"))]


def _demo(_request: Any, _found: Any) -> Steps:
    return [
        ("plugsmith doctor --module WB2S", _("draws where to solder on yours")),
        ("plugsmith backup", _("the first step with a real plug")),
    ]


def _config_write(
    request: ConfigWriteRequest, found: ChangedFile | ChangedChip | ChangedDevice | RunCounts
) -> Steps:
    from plugsmith.flows.settings.results import ChangedChip, ChangedFile

    if isinstance(found, ChangedFile):
        return [(f"plugsmith obk config read {quoted(found.file)}", _("what is in it"))]
    if isinstance(found, ChangedChip):
        return [("plugsmith reset", _("starts it"))]
    return _undoable(request, found)


DEVICE_STEPS: dict[str, Callable[[Any, Any], Steps]] = {
    "device scan": _scan,
    "device info": _info,
    "device apply": _undoable,
    "device undo": _look,
    "device backup": _backup,
    "device ota": _look,
    "device calibrate": _look,
    "device pins": _undoable,
    "device list": _list,
    "device roll": _roll,
    "device plan": _plan,
    "device restore": _look,
    "device command": _command,
    "device restart": _look,
    "device logs": _logs,
    "device files": _files,
    "obk config write": _config_write,
    "demo": _demo,
}
