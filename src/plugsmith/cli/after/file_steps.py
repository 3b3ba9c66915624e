"""Next steps after the verbs about files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.cli.after.next_steps import quoted
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.cli.after.next_steps import Steps


def _dump_info(request: Any, data: dict[str, Any]) -> Steps:
    file, kind = quoted(request.file), data.get("kind")
    layout = data.get("layout") or {}
    if layout.get("rotation") or layout.get("shift"):
        return [(f"plugsmith dump repair {file} -o repaired.bin", _("puts it in order"))]
    if kind == "openbeken":
        return [(f"plugsmith obk config read {file}", _("its settings"))]
    if kind in {"factory", "storage-only", "partial"}:
        return [
            (f"plugsmith dump config {file}", _("which pin does what")),
            (f"plugsmith dump sanitize {file} -o share.bin", _("a copy that is safe to share")),
        ]
    return [(f"plugsmith image info {file}", _("is it firmware?"))]


def _dump_config(request: Any, data: dict[str, Any]) -> Steps:
    files = [quoted(name) for name in request.files]
    if len(files) != 1 or "status" not in data or files == ["-"]:
        return [("plugsmith dump config FILE", _("one of them in full"))] if len(files) > 1 else []
    file = files[0]
    if data["status"] != "found":
        return [
            (f"plugsmith dump info {file}", _("what the file holds")),
            ("plugsmith device pins HOST", _("finds the pins out on the running device")),
        ]
    return [
        (f"plugsmith device apply HOST {file}", _("gives them to a device that runs OpenBeken")),
        (f"plugsmith template export {file} --to esphome", _("for other programs")),
        (f"plugsmith dump sanitize {file} -o share.bin", _("a copy that is safe to share")),
    ]


def _records(request: Any, _data: dict[str, Any]) -> Steps:
    command = f"plugsmith dump sanitize {quoted(request.file)} -o share.bin"
    return [(command, _("a copy that is safe to share"))]


def _look_at_output(_request: Any, data: dict[str, Any]) -> Steps:
    return [(f"plugsmith dump info {quoted(data['file'])}", _("what it is now"))]


def _extract(_request: Any, data: dict[str, Any]) -> Steps:
    return [(f"plugsmith image info {quoted(data['folder'])}", _("what the files in it are"))]


def _sanitize(_request: Any, data: dict[str, Any]) -> Steps:
    return [("", _("Attach {file} to your post; keep the original.", file=data["file"]))]


def _diff(request: Any, data: dict[str, Any]) -> Steps:
    if data["equal"]:
        return []
    return [(f"plugsmith dump info {quoted(request.second)}", _("the second one by itself"))]


def _forge(request: Any, data: dict[str, Any]) -> Steps:
    file, chip = quoted(data["file"]), quoted(request.chip.lower())
    return [
        (f"plugsmith dump config {file}", _("finds the pins in it")),
        (f"plugsmith backup --port 'sim://{chip}?flash={data['file']}'", _("reads it by wire")),
    ]


def _gpio(request: Any, _data: dict[str, Any]) -> Steps:
    return [(f"plugsmith dump config {quoted(request.file)}", _("what the storage says"))]


def _image_info(request: Any, data: dict[str, Any]) -> Steps:
    file = quoted(request.file)
    match data.get("kind"):
        case "ota" | "qio" | "app" | "uf2" if data.get("problems"):
            chip = data.get("chip") or "CHIP"
            step = (f"plugsmith image fetch --chip {chip}", _("downloads the right file"))
        case "ota":
            step = (f"plugsmith device ota HOST {file} --dry-run", _("would it fit a device?"))
        case "qio" | "app" | "flash-start" | "uf2":
            step = (f"plugsmith flash {file} --dry-run", _("what writing it would do"))
        case "full-dump":
            step = (f"plugsmith dump info {file}", _("what is in it"))
        case "bootloader":
            command = f"plugsmith image convert APP --to qio --loader {file} -o qio.bin"
            step = (command, _("joins it with an application"))
        case None:
            step = ("plugsmith image info FILE", _("one of them in full"))
        case _:
            step = (f"plugsmith dump info {file}", _("what else it may be"))
    return [step]


def _convert(_request: Any, data: dict[str, Any]) -> Steps:
    return [(f"plugsmith image info {quoted(data['file'])}", _("what was made"))]


def _fetch(_request: Any, data: dict[str, Any]) -> Steps:
    if not data.get("file"):
        return [("plugsmith image fetch --chip BK7231N", _("downloads the right file"))]
    if str(data["file"]).endswith(".rbl"):
        return [("plugsmith device ota HOST --dry-run", _("would it fit a device?"))]
    return [(f"plugsmith flash {quoted(data['file'])} --dry-run", _("what writing it would do"))]


def _boot(request: Any, data: dict[str, Any]) -> Steps:
    if data.get("boots"):
        return [(f"plugsmith flash {quoted(request.file)} --dry-run", _("what writing would do"))]
    return [(f"plugsmith image info {quoted(request.file)}", _("is it for this chip?"))]


def _search(_request: Any, data: dict[str, Any]) -> Steps:
    if data["hits"]:
        return [(f"plugsmith template show {quoted(data['hits'][0]['id'])}", _("all of it"))]
    return [("plugsmith template update --from FILE", _("imports a list with more devices"))]


def _show(request: Any, _data: dict[str, Any]) -> Steps:
    return [
        (
            f"plugsmith template export {quoted(request.identifier)} -o template.json",
            _("a template for `plugsmith device apply`"),
        )
    ]


def _export(request: Any, _data: dict[str, Any]) -> Steps:
    if request.to != "openbeken" or request.output is None:
        return []
    return [(f"plugsmith device apply HOST {quoted(request.output)}", _("sets a device up"))]


def _update(_request: Any, _data: dict[str, Any]) -> Steps:
    return [("plugsmith template search WORDS", _("finds a device in it"))]


def _contribute(_request: Any, _data: dict[str, Any]) -> Steps:
    return [("", _("Offer the entry to the list: add it to its file and ask to have it merged."))]


def _lint(_request: Any, data: dict[str, Any]) -> Steps:
    if data.get("findings"):
        return []
    return [("plugsmith device apply HOST TEMPLATE --dry-run", _("what it would change"))]


def _backups(_request: Any, data: dict[str, Any]) -> Steps:
    if "backups" in data and not data["backups"]:
        return [("plugsmith backup", _("a proven copy of all that is in it"))]
    return [("plugsmith restore NAME --dry-run", _("what putting one back would do"))]


def _config_read(request: Any, _data: dict[str, Any]) -> Steps:
    place = quoted(request.source) if request.source else "--port PORT"
    return [(f"plugsmith obk config write {place} --set NAME=VALUE", _("changes a setting"))]


def _config_build(request: Any, data: dict[str, Any]) -> Steps:
    name = data.get("file") or request.output
    if request.image is not None:
        command = f"plugsmith flash {quoted(name)} --with-settings --dry-run"
        return [(command, _("what writing it would do"))]
    return [(f"plugsmith obk config read {quoted(name)}", _("what is in it"))]


FILE_STEPS: dict[str, Callable[[Any, dict[str, Any]], Steps]] = {
    "dump info": _dump_info,
    "dump config": _dump_config,
    "dump records": _records,
    "dump extract": _extract,
    "dump repair": _look_at_output,
    "dump sanitize": _sanitize,
    "dump diff": _diff,
    "dump forge": _forge,
    "dump gpio": _gpio,
    "image info": _image_info,
    "image convert": _convert,
    "image fetch": _fetch,
    "image boot": _boot,
    "template search": _search,
    "template match": _search,
    "template show": _show,
    "template export": _export,
    "template contribute": _contribute,
    "template update": _update,
    "template lint": _lint,
    "backups list": _backups,
    "backups label": _backups,
    "backups export": _backups,
    "backups prune": _backups,
    "obk config read": _config_read,
    "obk config build": _config_build,
}
