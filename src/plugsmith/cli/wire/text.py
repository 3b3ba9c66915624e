"""The results of the verbs over the wire that change nothing, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.boot.identity import SizeProof
from plugsmith.chips.model import Support
from plugsmith.cli.table import table
from plugsmith.code_words import told
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from plugsmith.flows.bridge.results import ViaBackupResult
    from plugsmith.flows.port_results import PortRow, PortsResult
    from plugsmith.flows.wire.results import (
        BackupResult,
        ConsoleResult,
        DoctorResult,
        FlashRow,
        InfoResult,
        ReadResult,
        ResetResult,
        VerifyResult,
    )

_SUPPORT = {
    Support.OBSERVED: N_("observed on real boot code"),
    Support.CLAIMED: N_("claimed by other tools, not observed"),
    Support.RECOGNISED: N_("recognised only"),
}
_SIZE_PROOF = {
    SizeProof.WRAP: N_("proven: the boot loader repeats at this distance"),
    SizeProof.JEDEC: N_("as the flash id states"),
    SizeProof.JEDEC_AND_WRAP: N_("flash id and address wrap agree"),
    SizeProof.NO_WRAP: N_("as the flash id states; it may be larger: nothing repeats there"),
    SizeProof.CONTRADICTED: N_("as the flash id states; it is smaller: the content repeats"),
    SizeProof.ASSUMED: N_("assumed: nothing tells"),
}


def ports_text(found: PortsResult) -> str:
    """The result of `ports`."""
    if not found.ports:
        return _(
            "No serial port was found. Plug in a 3.3 V USB serial adapter, or run "
            "`plugsmith demo` to try Plugsmith without one."
        )
    text = table([(entry.device, _describe(entry)) for entry in found.ports])
    if found.picked:
        return text + "\n\n" + _("Picked: {port}. Name another one with --port.", port=found.picked)
    return text + "\n\n" + _("None of them is picked by itself: name one with --port.")


def _describe(entry: PortRow) -> str:
    words = " ".join(word for word in (entry.maker, entry.product) if word)
    usb = f"{entry.vid}:{entry.pid}" if entry.vid else ""
    serial = _("serial number {number}", number=entry.serial) if entry.serial else ""
    user = _("in use by {program}", program=entry.in_use_by) if entry.in_use_by else ""
    said = entry.answer.text if entry.answer is not None else ""
    known = ", ".join(part for part in (words, usb, serial, user) if part) or _("serial port")
    return f"{known}: {said}" if said else known


def doctor_text(found: DoctorResult) -> str:
    """The result of `doctor`."""
    lines = [f"{found.text} {found.detail}", ""]
    for cause in found.causes:
        lines += [f"- {cause.cause} ({told(cause.likelihood)})", f"  {cause.next_step}"]
    return "\n".join([*lines, "", found.wiring])


def resets_row(resets: int | None) -> list[tuple[str, str]]:
    """A row about resets that were healed, if there were any."""
    if not resets:
        return []
    words = _("{n}, all healed; most often the 3.3 V supply is too weak", n=resets)
    return [(_("Resets"), words)]


def info_text(found: InfoResult) -> str:
    """The result of `info`."""
    firmware = f"{found.firmware.name or _('unknown')} {found.firmware.version or ''}"
    return table(
        [
            (_("Chip"), f"{found.chip} {found.chip_id or ''}".strip()),
            (_("Protocol"), _(_SUPPORT[found.support])),
            (_("Boot code"), _words(found.boot.name, found.boot.version)),
            (_("Flash"), _flash(found.flash)),
            (_("Protected"), _protected(found.flash.protected)),
            (_("Code key"), f"{found.key.key_class} ({found.key.evidence})"),
            (_("MAC"), found.mac or _("none found")),
            (_("Firmware"), firmware.strip()),
            *resets_row(found.resets),
        ]
    )


def _words(*facts: str | None) -> str:
    """The facts that are known, without one that another one begins or ends with."""
    words = [fact for fact in facts if fact]
    return " ".join(
        word
        for at, word in enumerate(words)
        if not any(other.startswith(word) or other.endswith(f" {word}") for other in words[:at])
    )


def _flash(flash: FlashRow) -> str:
    who = _words(flash.jedec, flash.part, flash.vendor)
    size = _("{kib} KiB", kib=flash.size // 1024)
    return f"{size} ({_(_SIZE_PROOF[flash.size_proof])})" + (f", {who}" if who else "")


def _protected(protected: bool | None) -> str:
    if protected is None:
        return _("this chip cannot tell over the UART")
    return _("yes, lifted before a write") if protected else _("no")


def backup_text(done: BackupResult | ViaBackupResult) -> str:
    """The result of `backup`."""
    from plugsmith.flows.bridge.results import ViaBackupResult

    if isinstance(done, ViaBackupResult):
        return _via_text(done)
    return table(
        [
            (_("Backup"), done.file),
            (_("Passport"), done.passport),
            (_("Device"), f"{done.chip}, {done.mac or _('MAC unknown')}"),
            (
                _("Size"),
                _(
                    "{size} KiB, every byte proven {proof}",
                    size=done.size // 1024,
                    proof=told(done.proof),
                ),
            ),
            (
                _("Not read"),
                _(
                    "{skipped_blank} KiB that the chip proved to be blank",
                    skipped_blank=done.skipped_blank // 1024,
                ),
            ),
            (
                _("Time"),
                _(
                    "{seconds:.1f} s, {bytes_on_wire} bytes on the wire",
                    seconds=done.seconds,
                    bytes_on_wire=done.bytes_on_wire,
                ),
            ),
            (_("SHA-256"), done.sha256),
            *resets_row(done.resets),
        ]
    )


def _via_text(done: ViaBackupResult) -> str:
    agreed = _("{size} KiB, read twice by {program}: both reads are the same",
               size=done.size // 1024, program=done.program)  # fmt: skip
    return table(
        [
            (_("Backup"), done.file),
            (_("Passport"), done.passport),
            (_("Size"), agreed),
            (_("SHA-256"), done.sha256),
        ]
    )


def read_text(got: ReadResult) -> str:
    """The result of `read`."""
    place = _("{length} bytes from 0x{start:06X}", length=got.length, start=got.start)
    return table(
        [
            (_("File"), got.file),
            (_("Range"), place),
            (_("Proof"), told(got.proof)),
            (_("SHA-256"), got.sha256),
            *resets_row(got.resets),
        ]
    )


def verify_text(found: VerifyResult) -> str:
    """The result of `verify`."""
    if found.equal:
        return _("Equal: the flash holds the bytes of the file.")
    lines = [
        _("  {length} bytes from 0x{start:06X}", length=item.length, start=item.start)
        for item in found.differs
    ]
    return "\n".join([_("The flash differs from the file:"), *lines])


def reset_text(done: ResetResult) -> str:
    """The result of `reset`."""
    return _("The {chip} was reset ({how}).", chip=done.chip, how=done.how)


def console_text(done: ConsoleResult) -> str:
    """The result of `console`."""
    heard = _("{lines} {lines:line|lines} in {seconds:.0f} s at {baud} baud.", lines=done.lines,
              seconds=done.seconds, baud=done.baud)  # fmt: skip
    seen = {
        True: _("The text ends with the start of {name}.", name=done.firmware or _("a firmware")),
        False: _("It is a boot loop: the device starts again and again."),
        None: "",
    }[done.booted]
    kept = _("Kept in {file}.", file=done.file) if done.file else ""
    return " ".join(text for text in (heard, seen, kept) if text)
