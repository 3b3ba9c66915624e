"""Surveys, records and comparisons as the JSON shapes of the command-line contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.health import judge
from plugsmith.dump.survey.report import Looked
from plugsmith.flows.dump.file_results import DiffResult, RegionDifference, SideRow
from plugsmith.flows.dump.results import (
    BackupAnswer,
    CheckRow,
    DamageRow,
    FirmwareRow,
    InfoResult,
    LayoutRow,
    RegionRow,
    SecretKinds,
    StoredRow,
)
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.dump.compare import Comparison
    from plugsmith.dump.dump import Dump
    from plugsmith.dump.health import BackupVerdict
    from plugsmith.dump.listing import Listed
    from plugsmith.dump.sanitize.sanitize import Sanitized
    from plugsmith.dump.survey.report import Damage, DumpReport, FileRegion, Secrets

_PRIVATE_FACTS = {"mac"}


def info_of(dump: Dump, report: DumpReport) -> InfoResult:
    """The result of `dump info`."""
    layout, verdict, secrets = report.layout, judge(report), report.secrets
    return InfoResult(
        file=dump.name,
        size=report.size,
        sha256=dump.sha256,
        kind=report.kind,
        looks_like=report.looks_like,
        chip=report.chip,
        chip_evidence=report.chip_evidence,
        flash_size=report.flash_size,
        layout=LayoutRow(
            rotation=layout.rotation,
            shift=layout.shift,
            start=layout.start,
            complete=layout.complete,
            trailing=layout.trailing,
        ),
        firmware=_firmware(report),
        mac=report.mac,
        regions=tuple(_region(region) for region in report.regions),
        secrets=_secrets(secrets),
        secrets_looked_for=secrets.looked,
        damage=tuple(damage_row(item) for item in report.damage),
        usable_as_backup=_answer(verdict),
    )


def _answer(verdict: BackupVerdict) -> BackupAnswer:
    more = (item for item in verdict.remarks if item not in verdict.because)
    reasons = (*verdict.because, *more)
    return BackupAnswer(
        verdict=verdict.usable,
        level=verdict.level,
        because=tuple(item.text for item in reasons),
        reasons=tuple(item.reason.value for item in reasons),
        checks=tuple(
            CheckRow(name=item.name, outcome=item.outcome, text=item.text)
            for item in verdict.checks
        ),
    )


def _secrets(found: Secrets) -> SecretKinds:
    """Which kinds were found; None instead of False where nobody could look."""
    empty = None if found.looked is Looked.NO else False
    return SecretKinds(
        wifi=found.wifi or empty, cloud=found.cloud or empty, device=found.device or empty
    )


def damage_row(item: Damage) -> DamageRow:
    """One thing that is wrong."""
    return DamageRow(what=item.kind, text=item.text)


def stored_row(item: Listed) -> StoredRow:
    """One record of `dump records`; a value that is no text is given as hexadecimal digits."""
    text = readable(item.value)
    in_hex = text is None and not item.redacted
    return StoredRow(
        name=item.name,
        kind=item.kind,
        live=item.live,
        offset=item.offset,
        checks=item.checks,
        redacted=item.redacted or None,
        value=item.value.hex() if in_hex else text,
        encoding="hex" if in_hex else None,
    )


def readable(value: bytes) -> str | None:
    """The value as text without its trailing zeros, or None."""
    body = value.rstrip(b"\0\xff")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else None


def diff_result(found: Comparison) -> DiffResult:
    """The result of `dump diff`."""
    return DiffResult(
        equal=found.equal,
        first=_side(found.first),
        second=_side(found.second),
        regions=tuple(
            RegionDifference(
                name=item.name,
                start=item.span.start,
                end=item.span.end,
                differing=item.differing,
                sectors=item.sectors,
            )
            for item in found.regions
        ),
        records=found.records,
    )


def summary_text(clean: Sanitized) -> str:
    """One paragraph about a clean copy, fit for a forum post; it names no secret."""
    report = clean.report
    vendor = report.firmware.vendor if report.firmware else {}
    what = _(
        "Dump of {size} bytes from a {chip}, {firmware} firmware{version}{module}.",
        size=report.size,
        chip=report.chip or _("chip of unknown kind"),
        firmware=report.firmware.name if report.firmware else _("unknown"),
        version=_(" {version}", version=vendor["software_version"])
        if "software_version" in vendor
        else "",
        module=_(", module {module}", module=vendor["module"]) if "module" in vendor else "",
    )
    state = (
        _("Known damage: {texts}", texts=" ".join(item.text for item in report.damage))
        if report.damage
        else _("No damage found.")
    )
    kinds = sorted({item.what.value for item in clean.removed})
    removed = (
        _("Removed by Plugsmith: {kinds}.", kinds=", ".join(kinds))
        if kinds
        else _("Plugsmith found nothing private in it.")
    )
    proof = _(
        "Proven afterwards: none of {count} searches finds anything outside of program code, all "
        "records intact, the pin text identical. "
        "Writing this copy to a device costs it its pairing and, on most, its own MAC.",
        count=clean.searches,
    )
    return " ".join(filter(None, (what, state, removed, _unread_text(clean), proof)))


def _unread_text(clean: Sanitized) -> str:
    size = sum(len(span) for span in clean.unread)
    if not size:
        return ""
    if clean.strict:
        return _("{size} bytes that nobody can read were blanked.", size=size)
    return _("{size} bytes that nobody can read are still in it.", size=size)


def _side(report: DumpReport) -> SideRow:
    return SideRow(kind=report.kind, chip=report.chip, size=report.size)


def _firmware(report: DumpReport) -> FirmwareRow | None:
    firmware = report.firmware
    if firmware is None:
        return None
    return FirmwareRow(
        name=firmware.name,
        version=firmware.version,
        key=firmware.key,
        boot_code=firmware.boot_code,
        vendor=dict(firmware.vendor),
    )


def _region(region: FileRegion) -> RegionRow:
    texture = region.texture
    return RegionRow(
        name=region.name,
        start=region.span.start,
        end=region.span.end,
        address=region.address,
        sound=region.sound,
        texture=texture.texture.value if texture is not None else None,
        entropy=texture.entropy if texture is not None else None,
        facts={key: value for key, value in region.facts.items() if key not in _PRIVATE_FACTS},
    )
