"""Next steps after the verbs about files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.cli.after.steps import quoted
from plugsmith.dump.recovery.outcome import Status
from plugsmith.dump.survey.report import DISORDER, DumpKind
from plugsmith.flows.many import ManyResult
from plugsmith.image.model import ImageKind
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.files.dump import (
        ConfigRequest,
        DiffRequest,
        DumpRequest,
        GpioRequest,
        RecordsRequest,
    )
    from plugsmith.api.files.dump_files import (
        ExtractRequest,
        ForgeRequest,
        RepairRequest,
        SanitizeRequest,
    )
    from plugsmith.api.files.image import (
        ImageBootRequest,
        ImageConvertRequest,
        ImageInfoRequest,
        ReleaseRequest,
    )
    from plugsmith.api.files.template import ExportRequest, LintRequest, ShowRequest
    from plugsmith.api.obk import ConfigBuildRequest, ConfigReadRequest
    from plugsmith.cli.after.steps import Steps
    from plugsmith.flows.catalogue.results import LintResult, MatchResult, SearchResult
    from plugsmith.flows.dump.file_results import (
        DiffResult,
        ExtractResult,
        ForgeResult,
        RepairResult,
        SanitizeResult,
    )
    from plugsmith.flows.dump.known_config import KnownConfig
    from plugsmith.flows.dump.results import InfoResult
    from plugsmith.flows.image.results import (
        BootResult,
        ConvertResult,
        ImageInfo,
        ReleaseList,
    )
    from plugsmith.flows.settings.results import BuiltConfig, BuiltConfigs, BuiltImage
    from plugsmith.records import Result


def _dump_info(request: DumpRequest, found: InfoResult | ManyResult) -> Steps:
    if isinstance(found, ManyResult):
        return [("plugsmith dump info FILE", _("one of them in full"))]
    file, kind = quoted(request.file), found.kind
    if found.via is not None and found.via.unchanged:
        return [(f"{found.via.restore} --dry-run", _("what putting it back would do"))]
    if any(item.what in DISORDER for item in found.damage):
        return [(f"plugsmith dump repair {file} -o repaired.bin", _("puts it in order"))]
    if kind is DumpKind.OPENBEKEN:
        return [(f"plugsmith obk config read {file}", _("its settings"))]
    if kind in {DumpKind.FACTORY, DumpKind.STORAGE_ONLY, DumpKind.PARTIAL}:
        return [
            (f"plugsmith dump config {file}", _("which pin does what")),
            (f"plugsmith dump sanitize {file} -o share.bin", _("a copy that is safe to share")),
        ]
    return [(f"plugsmith image info {file}", _("is it firmware?"))]


def _dump_config(request: ConfigRequest, found: KnownConfig | ManyResult) -> Steps:
    if isinstance(found, ManyResult):
        return [("plugsmith dump config FILE", _("one of them in full"))]
    if len(request.files) != 1 or request.files[0] == "-":
        return []
    file = quoted(request.files[0])
    if found.status is not Status.FOUND:
        return [
            (f"plugsmith dump info {file}", _("what the file holds")),
            ("plugsmith device pins HOST", _("finds the pins out on the running device")),
        ]
    return [
        (f"plugsmith device apply HOST {file}", _("gives them to a device that runs OpenBeken")),
        (f"plugsmith template export {file} --to esphome", _("for other programs")),
        (f"plugsmith dump sanitize {file} -o share.bin", _("a copy that is safe to share")),
    ]


def _records(request: RecordsRequest, _found: Any) -> Steps:
    command = f"plugsmith dump sanitize {quoted(request.file)} -o share.bin"
    return [(command, _("a copy that is safe to share"))]


def _repair(request: RepairRequest, found: RepairResult | ManyResult) -> Steps:
    made = request.output if isinstance(found, ManyResult) else found.file
    return [(f"plugsmith dump info {quoted(made)}", _("what it is now"))]


def _extract(request: ExtractRequest, found: ExtractResult | ManyResult) -> Steps:
    made = request.output if isinstance(found, ManyResult) else found.folder
    return [(f"plugsmith image info {quoted(made)}", _("what the files in it are"))]


def _sanitize(request: SanitizeRequest, found: SanitizeResult | ManyResult) -> Steps:
    made = request.output if isinstance(found, ManyResult) else found.file
    return [("", _("Attach {file} to your post; keep the original.", file=made))]


def _diff(request: DiffRequest, found: DiffResult) -> Steps:
    if found.equal:
        return []
    return [(f"plugsmith dump info {quoted(request.second)}", _("the second one by itself"))]


def _forge(request: ForgeRequest, found: ForgeResult) -> Steps:
    file, chip = quoted(found.file), quoted(request.chip.lower())
    return [
        (f"plugsmith dump config {file}", _("finds the pins in it")),
        (f"plugsmith backup --port 'sim://{chip}?flash={found.file}'", _("reads it by wire")),
    ]


def _gpio(request: GpioRequest, _found: Any) -> Steps:
    return [(f"plugsmith dump config {quoted(request.file)}", _("what the storage says"))]


def _image_info(request: ImageInfoRequest, found: ImageInfo | ManyResult) -> Steps:
    if isinstance(found, ManyResult):
        return [("plugsmith image info FILE", _("one of them in full"))]
    file, kind = quoted(request.file), ImageKind
    match found.kind:
        case kind.OTA | kind.QIO | kind.APP | kind.UF2 if found.problems:
            chip = found.chip or "CHIP"
            step = (f"plugsmith image fetch --chip {chip}", _("downloads the right file"))
        case kind.OTA:
            step = (f"plugsmith device ota HOST {file} --dry-run", _("would it fit a device?"))
        case kind.QIO | kind.APP | kind.FLASH_START | kind.UF2:
            step = (f"plugsmith flash {file} --dry-run", _("what writing it would do"))
        case kind.FULL_DUMP:
            step = (f"plugsmith dump info {file}", _("what is in it"))
        case kind.BOOTLOADER:
            command = f"plugsmith image convert APP --to qio --loader {file} -o qio.bin"
            step = (command, _("joins it with an application"))
        case _:
            step = (f"plugsmith dump info {file}", _("what else it may be"))
    return [step]


def _convert(_request: ImageConvertRequest, found: ConvertResult) -> Steps:
    return [(f"plugsmith image info {quoted(found.file)}", _("what was made"))]


def _fetch(_request: ReleaseRequest, found: ReleaseList) -> Steps:
    if found.file is None:
        return [("plugsmith image fetch --chip BK7231N", _("downloads the right file"))]
    if found.file.endswith(".rbl"):
        return [("plugsmith device ota HOST --dry-run", _("would it fit a device?"))]
    return [(f"plugsmith flash {quoted(found.file)} --dry-run", _("what writing it would do"))]


def _boot(request: ImageBootRequest, found: BootResult) -> Steps:
    if found.boots:
        return [(f"plugsmith flash {quoted(request.file)} --dry-run", _("what writing would do"))]
    return [(f"plugsmith image info {quoted(request.file)}", _("is it for this chip?"))]


def _search(_request: Any, found: SearchResult | MatchResult) -> Steps:
    if found.hits:
        return [(f"plugsmith template show {quoted(found.hits[0].id)}", _("all of it"))]
    return [("plugsmith template update --from FILE", _("imports a list with more devices"))]


def _show(request: ShowRequest, _found: Any) -> Steps:
    return [
        (
            f"plugsmith template export {quoted(request.identifier)} -o template.json",
            _("a template for `plugsmith device apply`"),
        )
    ]


def _export(request: ExportRequest, _found: Any) -> Steps:
    if request.to != "openbeken" or request.output is None:
        return []
    return [(f"plugsmith device apply HOST {quoted(request.output)}", _("sets a device up"))]


def _update(_request: Any, _found: Any) -> Steps:
    return [("plugsmith template search WORDS", _("finds a device in it"))]


def _contribute(_request: Any, _found: Any) -> Steps:
    return [("", _("Offer the entry to the list: add it to its file and ask to have it merged."))]


def _lint(_request: LintRequest, found: LintResult | ManyResult) -> Steps:
    if not isinstance(found, ManyResult) and found.findings:
        return []
    return [("plugsmith device apply HOST TEMPLATE --dry-run", _("what it would change"))]


def _backups(_request: Any, found: Result) -> Steps:
    from plugsmith.flows.backups.results import BackupsResult

    if isinstance(found, BackupsResult) and not found.backups:
        return [("plugsmith backup", _("a proven copy of all that is in it"))]
    return [("plugsmith restore NAME --dry-run", _("what putting one back would do"))]


def _config_read(request: ConfigReadRequest, _found: Any) -> Steps:
    place = quoted(request.source) if request.source else "--port PORT"
    return [(f"plugsmith obk config write {place} --set NAME=VALUE", _("changes a setting"))]


def _config_build(
    request: ConfigBuildRequest, found: BuiltConfig | BuiltImage | BuiltConfigs
) -> Steps:
    from plugsmith.flows.settings.results import BuiltConfigs

    name = request.output if isinstance(found, BuiltConfigs) else found.file
    if request.image is not None:
        command = f"plugsmith flash {quoted(name)} --with-settings --dry-run"
        return [(command, _("what writing it would do"))]
    return [(f"plugsmith obk config read {quoted(name)}", _("what is in it"))]


FILE_STEPS: dict[str, Callable[[Any, Any], Steps]] = {
    "dump info": _dump_info,
    "dump config": _dump_config,
    "dump records": _records,
    "dump extract": _extract,
    "dump repair": _repair,
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
