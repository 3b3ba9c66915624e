"""Surveys, records and comparisons as the JSON shapes of the command-line contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.health import judge
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.dump.compare import Comparison
    from plugsmith.dump.dump import Dump
    from plugsmith.dump.listing import Listed
    from plugsmith.dump.sanitize.sanitize import Sanitized
    from plugsmith.dump.survey.report import Damage, DumpReport, FileRegion
    from plugsmith.errors import Fact

_PRIVATE_FACTS = {"mac"}


def info_facts(dump: Dump, report: DumpReport) -> dict[str, Fact]:
    """The data of `dump info`."""
    layout, verdict = report.layout, judge(report)
    return {
        "file": dump.name,
        "size": report.size,
        "sha256": dump.sha256,
        "kind": report.kind.value,
        "looks_like": report.looks_like,
        "chip": report.chip,
        "chip_evidence": list(report.chip_evidence),
        "flash_size": report.flash_size,
        "layout": {
            "rotation": layout.rotation,
            "shift": layout.shift,
            "start": layout.start,
            "complete": layout.complete,
            "trailing": layout.trailing,
        },
        "firmware": _firmware(report),
        "mac": report.mac,
        "regions": [_region(region) for region in report.regions],
        "secrets": {
            "wifi": report.secrets.wifi,
            "cloud": report.secrets.cloud,
            "device": report.secrets.device,
        },
        "damage": [damage_facts(item) for item in report.damage],
        "usable_as_backup": {
            "verdict": verdict.usable,
            "because": [item.text for item in verdict.because],
            "reasons": [item.reason.value for item in verdict.because],
        },
    }


def damage_facts(item: Damage) -> dict[str, Fact]:
    """One thing that is wrong."""
    return {"what": item.kind.value, "text": item.text}


def record_facts(item: Listed) -> dict[str, Fact]:
    """One record of `dump records`; a value that is no text is given as hexadecimal digits."""
    facts: dict[str, Fact] = {
        "name": item.name,
        "kind": item.kind,
        "live": item.live,
        "offset": item.offset,
        "checks": list(item.checks),
    }
    if item.redacted:
        facts["redacted"] = list(item.redacted)
    text = readable(item.value)
    if text is not None:
        facts["value"] = text
    elif not item.redacted:
        facts["value"], facts["encoding"] = item.value.hex(), "hex"
    return facts


def readable(value: bytes) -> str | None:
    """The value as text without its trailing zeros, or None."""
    body = value.rstrip(b"\0\xff")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if all(char.isprintable() or char in "\r\n\t" for char in text) else None


def change_facts(found: Comparison) -> dict[str, Fact]:
    """The data of `dump diff`."""
    return {
        "equal": found.equal,
        "a": _side(found.first),
        "b": _side(found.second),
        "regions": [
            {
                "name": item.name,
                "start": item.span.start,
                "end": item.span.end,
                "differing": item.differing,
                "sectors": item.sectors,
            }
            for item in found.regions
        ],
        "records": [
            {
                "name": item.name,
                "kind": item.kind,
                "change": item.change,
                "fields": list(item.fields),
            }
            for item in found.records
        ],
    }


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
        "Proven afterwards: no secret left, all records intact, the pin text identical. "
        "Writing this copy to a device costs it its pairing and, on most, its own MAC address."
    )
    return f"{what} {state} {removed} {proof}"


def _side(report: DumpReport) -> dict[str, Fact]:
    return {"kind": report.kind.value, "chip": report.chip, "size": report.size}


def _firmware(report: DumpReport) -> dict[str, Fact] | None:
    firmware = report.firmware
    if firmware is None:
        return None
    return {
        "name": firmware.name,
        "version": firmware.version,
        "key": firmware.key,
        "boot_code": firmware.boot_code,
        "vendor": dict(firmware.vendor),
    }


def _region(region: FileRegion) -> dict[str, Fact]:
    facts: dict[str, Fact] = {
        "name": region.name,
        "start": region.span.start,
        "end": region.span.end,
        "address": region.address,
        "sound": region.sound,
    }
    if region.texture is not None:
        facts["texture"] = region.texture.texture.value
        facts["entropy"] = region.texture.entropy
    facts |= {name: value for name, value in region.facts.items() if name not in _PRIVATE_FACTS}
    return facts
