"""The results of the `dump` verbs for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.many_text import files_counts_text
from plugsmith.cli.table import table
from plugsmith.code_words import said, told
from plugsmith.dump.health import BackupLevel
from plugsmith.dump.survey.report import DumpKind
from plugsmith.flows.many import ManyResult
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plugsmith.flows.dump.results import (
        BackupAnswer,
        InfoResult,
        LayoutRow,
        RecordsResult,
    )

_MAX_VALUE = 100
_KINDS: Mapping[str, str] = {
    DumpKind.FACTORY: N_("factory dump with the vendor's firmware"),
    DumpKind.OPENBEKEN: N_("OpenBeken"),
    DumpKind.ESPHOME: N_("ESPHome or LibreTiny"),
    DumpKind.STORAGE_ONLY: N_("only the vendor's storage, no firmware"),
    DumpKind.OTHER_VENDOR: N_("firmware of another vendor"),
    DumpKind.PARTIAL: N_("a part of a flash"),
    DumpKind.BLANK: N_("blank"),
    DumpKind.RANDOM: N_("random or encrypted bytes"),
    DumpKind.UNKNOWN: N_("not a flash that Plugsmith knows"),
}


def info_text(found: InfoResult | ManyResult) -> str:
    """The result of `dump info`."""
    if isinstance(found, ManyResult):
        return files_counts_text(found, _KINDS)
    firmware, usable = found.firmware, found.usable_as_backup
    vendor = firmware.vendor if firmware else {}
    rows = [
        (_("File"), f"{found.file}, " + _("{count} bytes", count=found.size)),
        (_("Kind"), _kind(found)),
        (_("Chip"), _with(found.chip, found.chip_evidence)),
        (
            _("Firmware"),
            " ".join(filter(None, (firmware.name, firmware.version))) if firmware else "",
        ),
        (_("Code key"), (firmware.key or "") if firmware else ""),
        (_("Boot loader"), (firmware.boot_code or "") if firmware else ""),
        (_("Module"), vendor.get("module", "")),
        (_("Product"), vendor.get("product_key", "")),
        (_("MAC"), found.mac or ""),
        (_("Layout"), _layout(found.layout)),
        (_("Secrets"), _secrets(found)),
        (_("Backup"), _backup(usable)),
    ]
    because = [f"  {text}" for text in usable.because]
    return "\n".join([table(rows), *because, "", _("Regions (file offsets):"), *_regions(found)])


def records_text(found: RecordsResult | ManyResult) -> str:
    """The result of `dump records`: one line each."""
    if isinstance(found, ManyResult):
        return files_counts_text(found)
    lines = []
    for item in found.records:
        state = _("live") if item.live else _("old")
        value = _("(private)") if item.value is None else item.value
        hidden = _(" [private parts masked]") if item.redacted and item.value is not None else ""
        place = format_addr(item.offset)
        lines.append(
            f"{place}  {told(item.kind):<18} {state:<5} {item.name}: {_short(value)}{hidden}"
        )
    return "\n".join(lines)


def _kind(found: InfoResult) -> str:
    if found.via is not None and found.via.unchanged:
        return _("a flash that {program} read", program=found.via.program)
    text = _(_KINDS[found.kind])
    return f"{text} ({found.looks_like})" if found.looks_like else text


def _layout(layout: LayoutRow) -> str:
    parts = []
    if layout.rotation:
        parts.append(_("rotated by {amount} bytes", amount=layout.rotation))
    if layout.shift:
        parts.append(_("shifted by {amount} bytes", amount=layout.shift))
    if layout.start:
        parts.append(_("from address {start} on", start=format_addr(layout.start)))
    whole = _("the whole flash") if layout.complete else _("not the whole flash")
    return ", ".join([whole, *parts])


def _backup(usable: BackupAnswer) -> str:
    words = {
        BackupLevel.WHOLE: _("yes"),
        BackupLevel.RESTORABLE: _(
            "restorable, but the vendor's or the device's own data are lost already"
        ),
        BackupLevel.NONE: _("no"),
    }
    return words[usable.level]


def _secrets(answer: InfoResult) -> str:
    secrets = answer.secrets
    words = (
        (secrets.wifi, _("Wi-Fi name or password")),
        (secrets.cloud, _("cloud account keys")),
        (secrets.device, _("names, addresses or files of this one device")),
    )
    found = [text for there, text in words if there]
    if not found:
        return {
            "all": _("none found"),
            "partly": _("none found where it could be read; some of it could not be looked at"),
        }.get(answer.secrets_looked_for.value, _("not looked at"))
    return _("{found} - run `plugsmith dump sanitize` before you share it", found=", ".join(found))


def _regions(found: InfoResult) -> list[str]:
    lines = []
    for item in found.regions:
        texture = None if item.texture == item.name else item.texture
        place = said(str(item.facts.get("place") or ""))
        extra = [str(part) for part in (place, texture, item.entropy) if part]
        if not item.sound:
            extra.append(_("damaged"))
        span = f"{format_addr(item.start)}..{format_addr(item.end)}"
        lines.append(f"  {span}  {told(item.name):<22} {', '.join(extra)}".rstrip())
    return lines


def _with(value: str | None, evidence: Sequence[str]) -> str:
    if not value:
        return _("unknown")
    words = ", ".join(said(word) for word in evidence)
    return f"{value} ({words})" if words else value


def _short(text: str) -> str:
    if len(text) <= _MAX_VALUE:
        return text
    more = _("({count} characters in all; --json has them)", count=len(text))
    return f"{text[:_MAX_VALUE]} {more}"
