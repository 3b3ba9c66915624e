"""Next steps after the verbs about running devices, and after practice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.cli.after.next_steps import quoted
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.cli.after.next_steps import Steps


def _scan(_request: Any, data: dict[str, Any]) -> Steps:
    found = data.get("items") or []
    if not found:
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
    if len(found) == 1:
        port = f":{found[0]['port']}" if found[0]["port"] != 80 else ""
        host = quoted(f"{found[0]['ip']}{port}")
    return [
        (f"plugsmith device info {host}", _("what one is, and how it is")),
        (f"plugsmith device backup {host}", _("before anything is changed")),
    ]


def _info(request: Any, _data: dict[str, Any]) -> Steps:
    host = quoted(request.host)
    return [
        (f"plugsmith device backup {host}", _("before anything is changed")),
        (f"plugsmith device apply {host} TEMPLATE --dry-run", _("what a template would change")),
    ]


def _undoable(request: Any, data: dict[str, Any]) -> Steps:
    """An undo is proposed only where one was stored: for one device, or for some of several."""
    host = quoted(getattr(request, "host", None) or getattr(request, "target", None) or "HOST")
    steps = [(f"plugsmith device info {host}", _("how it is now"))]
    if data.get("undo") or data.get("changed"):
        steps.append((f"plugsmith device undo {host}", _("back to what was there")))
    return steps


def _look(request: Any, _data: dict[str, Any]) -> Steps:
    host = quoted(request.host) if request.host else "HOST"
    return [(f"plugsmith device info {host}", _("how it is now"))]


def _backup(request: Any, data: dict[str, Any]) -> Steps:
    host, folder = quoted(request.host or "HOST"), quoted(data.get("folder") or "FOLDER")
    return [(f"plugsmith device restore {host} {folder}", _("puts it back, whenever you want"))]


def _list(_request: Any, data: dict[str, Any]) -> Steps:
    if not data.get("devices"):
        return [("plugsmith device scan", _("looks for devices in your network"))]
    return [
        ("plugsmith device backup --all", _("keeps settings and files of all")),
        ("plugsmith device roll init", _("writes down what each is to be")),
    ]


def _roll(request: Any, _data: dict[str, Any]) -> Steps:
    file = quoted(request.output)
    return [("", _("Edit {file}, then:", file=file)), (f"plugsmith device plan {file}", "")]


def _plan(request: Any, data: dict[str, Any]) -> Steps:
    if all(row.get("state") == "as wanted" for row in data.get("devices", [])):
        return []
    return [(f"plugsmith device apply --roll {quoted(request.roll)}", _("makes it so"))]


def _command(request: Any, _data: dict[str, Any]) -> Steps:
    return [(f"plugsmith device logs {quoted(request.host)}", _("what it says about it"))]


def _files(request: Any, _data: dict[str, Any]) -> Steps:
    host = quoted(request.host)
    if request.action in {"put", "remove"}:
        return [(f"plugsmith device restart {host}", _("scripts run when it starts"))]
    if request.action == "list":
        return [(f"plugsmith device files {host} get NAME", _("fetches one"))]
    return []


def _logs(request: Any, _data: dict[str, Any]) -> Steps:
    host = quoted(request.host)
    return [] if request.follow else [(f"plugsmith device logs {host} -f", _("goes on listening"))]


def _demo(_request: Any, _data: dict[str, Any]) -> Steps:
    return [
        ("plugsmith doctor --module WB2S", _("draws where to solder on yours")),
        ("plugsmith backup", _("the first step with a real plug")),
    ]


def _config_write(request: Any, data: dict[str, Any]) -> Steps:
    if data.get("file"):
        return [(f"plugsmith obk config read {quoted(data['file'])}", _("what is in it"))]
    return _undoable(request, data) if request.target else [("plugsmith reset", _("starts it"))]


DEVICE_STEPS: dict[str, Callable[[Any, dict[str, Any]], Steps]] = {
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
