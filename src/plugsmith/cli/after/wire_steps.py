"""Next steps after the verbs for a chip on the wires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.cli.after.steps import quoted
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.bench.ports import PortsRequest
    from plugsmith.api.wire import (
        BackupRequest,
        DoctorRequest,
        ReadRequest,
        UnbrickRequest,
        VerifyRequest,
    )
    from plugsmith.api.write import EraseRequest, FlashRequest, WriteRequest
    from plugsmith.cli.after.steps import Steps
    from plugsmith.flows.bridge.results import ViaBackupResult, ViaFlashResult
    from plugsmith.flows.port_results import PortsResult
    from plugsmith.flows.spi.results import UnbrickResult
    from plugsmith.flows.wire.results import (
        BackupResult,
        DoctorResult,
        EraseResult,
        FlashResult,
        ReadResult,
        VerifyResult,
    )


def _ports(_request: PortsRequest, found: PortsResult) -> Steps:
    if not found.ports:
        return [("plugsmith doctor --module WB2S", _("draws where to solder"))]
    chips = [row.device for row in found.ports if row.answer is not None and row.answer.answers]
    if chips:
        return [
            (f"plugsmith backup --port {quoted(chips[0])}", _("a proven copy of all that is in it"))
        ]
    if sum(row.vid is not None for row in found.ports) > 1 and not found.picked:
        return [("plugsmith ports --ask", _("asks each what is on it"))]
    return [("plugsmith doctor", _("is a chip there?"))]


def _doctor(request: DoctorRequest, found: DoctorResult) -> Steps:
    from plugsmith.link.hearing import Heard  # whoever asks about files needs no words of wires

    if found.heard in {Heard.CHIP, Heard.CONSOLE}:
        return [("plugsmith backup", _("a proven copy of all that is in it"))]
    other = found.other_chip
    if found.heard is Heard.OTHER_CHIP and other is not None and other.backup:
        chip = "" if other.tool == "esptool" else f" --chip {other.name}"  # esptool asks the chip
        via = f"plugsmith backup --via {other.tool}{chip} -o backup.bin"
        return [(via, _("{tool} reads it twice for you", tool=other.tool))]
    named = found.module.name if found.module is not None else request.module
    module = f" --module {quoted(named)}" if named else ""
    return [(f"plugsmith doctor{module}", _("again, when you have changed something"))]


def _info(_request: Any, _found: Any) -> Steps:
    return [("plugsmith backup", _("before anything is changed"))]


def _backup(_request: BackupRequest, found: BackupResult | ViaBackupResult) -> Steps:
    from plugsmith.flows.bridge.results import ViaBackupResult

    file = quoted(found.file)
    if isinstance(found, ViaBackupResult):
        chip = f" --chip {quoted(found.chip)}" if found.program == "ltchiptool" else ""
        return [
            (f"plugsmith dump info {file}", _("what is in it")),
            (f"plugsmith flash {file} --via {found.program}{chip}", _("puts it back")),
        ]
    return [
        (f"plugsmith dump config {file}", _("which pin does what")),
        ("plugsmith flash --download --dry-run", _("what flashing OpenBeken would do")),
        (f"plugsmith restore {file}", _("puts it back, whenever you want")),
    ]


def _flash(request: FlashRequest, found: FlashResult | ViaFlashResult) -> Steps:
    from plugsmith.flows.bridge.results import ViaFlashResult

    if isinstance(found, ViaFlashResult):
        return [("", _("Give the strapping pin free and start the chip: its new firmware runs."))]
    own_pins = str(request.template) == "auto"
    if found.found is not None:
        host = quoted(found.found.host)
        steps = [(f"plugsmith device info {host}", _("what it is, and how it is"))]
        return steps if own_pins else [*steps, *_own_pins(found, host)]
    if request.wifi_ssid:
        find = (_("It joins your network: `plugsmith device scan` finds it there."),)
    else:
        find = (
            _(
                "Start it without the adapter. It opens a Wi-Fi network named OpenBK..., where it "
                "answers at http://192.168.4.1; give it your network there."
            ),
        )
    steps = [("", text) for text in find]
    steps.append(("plugsmith device scan", _("finds it in your network")))
    return steps if own_pins else [*steps, *_own_pins(found, "HOST")]


def _own_pins(found: FlashResult, host: str) -> Steps:
    if found.backup is None:
        return []
    file = quoted(found.backup.file)
    return [(f"plugsmith device apply {host} {file}", _("its pins, out of the backup"))]


def _restore(_request: Any, _found: Any) -> Steps:
    return [("plugsmith reset", _("starts it; or cut its power for a moment"))]


def _write(request: WriteRequest, _found: Any) -> Steps:
    if request.region is not None:
        place = f"--region {quoted(request.region)} --chip {quoted(request.chip)}"
    else:
        place = f"--start {quoted(request.start)}"
    return [
        (f"plugsmith verify {quoted(request.file)} {place}", _("compares it once more")),
        ("plugsmith reset", _("starts it")),
    ]


def _erase(_request: EraseRequest, found: EraseResult) -> Steps:
    return [(found.undo, _("puts it back"))] if found.undo.startswith("plugsmith") else []


def _read(_request: ReadRequest, found: ReadResult) -> Steps:
    return [(f"plugsmith dump info {quoted(found.file)}", _("what is in it"))]


def _verify(request: VerifyRequest, found: VerifyResult) -> Steps:
    if found.equal:
        return [("plugsmith reset", _("starts it"))]
    file, start = quoted(request.file), quoted(request.start)
    return [(f"plugsmith write {file} --start {start} --dry-run", _("what would make it equal"))]


def _reset(_request: Any, _found: Any) -> Steps:
    return [("plugsmith device scan", _("finds it in your network, if it runs OpenBeken"))]


def _rf(_request: Any, _found: Any) -> Steps:
    return [("plugsmith rf show", _("what is there now"))]


def _rf_show(_request: Any, _found: Any) -> Steps:
    return [("plugsmith rf save -o rf.bin", _("keeps it in a file"))]


def _unbrick(request: UnbrickRequest, found: UnbrickResult) -> Steps:
    if found.answers is None:
        return [("plugsmith info", _("over the download UART, when the SPI wires are off"))]
    if not found.answers:
        return [(f"plugsmith doctor --port {quoted(request.uart)}", _("is a chip there?"))]
    return [("plugsmith backup", _("a proven copy of all that is in it"))]


def _health(_request: Any, _found: Any) -> Steps:
    return [("plugsmith verify BACKUP", _("compares the whole flash with your backup"))]


WIRE_STEPS: dict[str, Callable[[Any, Any], Steps]] = {
    "ports": _ports,
    "doctor": _doctor,
    "info": _info,
    "backup": _backup,
    "flash": _flash,
    "restore": _restore,
    "read": _read,
    "write": _write,
    "erase": _erase,
    "health": _health,
    "verify": _verify,
    "unbrick": _unbrick,
    "reset": _reset,
    "rf show": _rf_show,
    "rf save": _rf,
    "rf put-back": _rf,
    "rf set-mac": _rf,
    "rf rebuild": _rf,
}
