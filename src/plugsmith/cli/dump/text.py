"""The results of the `dump` verbs for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.dump.health import BackupLevel
from plugsmith.dump.survey.report import DumpKind
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact
    from plugsmith.flows.dump.results import (
        BackupAnswer,
        InfoResult,
        LayoutRow,
        RecordsResult,
    )

_MAX_VALUE = 100


def info_text(found: InfoResult) -> str:
    """The result of `dump info`."""
    firmware, usable = found.firmware, found.usable_as_backup
    vendor = firmware.vendor if firmware else {}
    rows = [
        (_("File"), f"{found.file}, {found.size} bytes"),
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


def records_text(found: RecordsResult) -> str:
    """The result of `dump records`: one line each."""
    lines = []
    for item in found.records:
        state = _("live") if item.live else _("old")
        value = _("(private)") if item.value is None else item.value
        hidden = _(" [private parts masked]") if item.redacted and item.value is not None else ""
        place = format_addr(item.offset)
        lines.append(f"{place}  {item.kind:<9} {state:<5} {item.name}: {_short(value)}{hidden}")
    return "\n".join(lines)


def extract_text(data: dict[str, Fact]) -> str:
    """The result of `dump extract`."""
    files = _items(data, "files")
    lines = [f"{item['size']:>8}  {item['file']}{_container(item)}" for item in files]
    end = _("{count} files are in {folder}.", count=len(files), folder=data["folder"])
    if data["secrets"]:
        note = _("They hold passwords and keys in clear: do not share them.")
    elif data["withheld"]:
        note = _(
            "Partitions and code are left out: this file cannot be proven free of secrets. "
            "Add --show-secrets to get them all the same."
        )
    else:
        note = _("Passwords and keys are blanked in them; --show-secrets leaves them in.")
    return "\n".join([*lines, end, note])


def repair_text(data: dict[str, Fact]) -> str:
    """The result of `dump repair`."""
    names = {
        "rotation": _("The rotation by {amount} bytes is undone."),
        "shift": _("{amount} foreign bytes in front are taken away."),
        "missing-front": _("{amount} missing bytes in front are filled with FF."),
        "lost-bytes": _("{amount} lost bytes are put back as FF into an erased gap."),
        "extra-bytes": _("{amount} extra bytes are taken out of an erased gap."),
        "trailing-bytes": _("{amount} bytes behind the end of the flash are cut off."),
    }
    done = [names[str(item["what"])].format(amount=item["amount"]) for item in _items(data, "done")]
    left = [_("Not repaired: {text}", text=item["text"]) for item in _items(data, "left")]
    nothing = [_("The bytes were in order already; the copy is equal to the file.")]
    end = _("The copy is {file}, proven to hold everything that was found.", file=data["file"])
    clean = _(
        "It comes from your library, so passwords and keys are blanked in it; "
        "--keep-secrets leaves them in."
    )
    return "\n".join([*(done or nothing), *left, end, *([clean] if data["sanitized"] else [])])


def sanitize_text(data: dict[str, Fact]) -> str:
    """The result of `dump sanitize`."""
    removed = [
        f"  {item['count']:>3} x {item['what']} ({item['where']})"
        for item in _items(data, "removed")
    ]
    head = _("Removed:") if removed else _("Nothing private was in it.")
    proof = _(
        "Proven: no secret is left, every record is intact, the pin text is identical. "
        "{file} can be shared.",
        file=data["file"],
    )
    unread = [
        _(
            "{start}..{end} holds something that Plugsmith does not understand. It stays, because "
            "nothing private was found in it.",
            start=format_addr(_int(item["start"])),
            end=format_addr(_int(item["end"])),
        )
        for item in _items(data, "unread")
    ]
    return "\n".join([head, *removed, *unread, proof])


def diff_text(data: dict[str, Fact]) -> str:
    """The result of `dump diff`."""
    if data["equal"]:
        return _("The two files are equal, byte by byte.")
    lines = [
        _(
            "{start}..{end}  {name}: {count} bytes in {sectors} sectors differ",
            start=format_addr(_int(item["start"])),
            end=format_addr(_int(item["end"])),
            name=item["name"],
            count=item["differing"],
            sectors=item["sectors"],
        )
        for item in _items(data, "regions")
    ]
    for item in _items(data, "records"):
        fields = ", ".join(str(name) for name in _list(item, "fields"))
        lines.append(f"{item['name']} ({item['kind']}): {item['change']} {fields}".rstrip())
    return "\n".join(lines)


def forge_text(data: dict[str, Fact]) -> str:
    """The result of `dump forge`."""
    contains = ", ".join(str(name) for name in _list(data, "contains"))
    return _("{file} is built: {contains}.", file=data["file"], contains=contains)


def _kind(found: InfoResult) -> str:
    words = {
        DumpKind.FACTORY: _("factory dump with the vendor's firmware"),
        DumpKind.OPENBEKEN: _("OpenBeken"),
        DumpKind.ESPHOME: _("ESPHome or LibreTiny"),
        DumpKind.STORAGE_ONLY: _("only the vendor's storage, no firmware"),
        DumpKind.OTHER_VENDOR: _("firmware of another vendor"),
        DumpKind.PARTIAL: _("a part of a flash"),
        DumpKind.BLANK: _("blank"),
        DumpKind.RANDOM: _("random or encrypted bytes"),
        DumpKind.UNKNOWN: _("not a flash that Plugsmith knows"),
    }
    text = words[found.kind]
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
        extra = [
            str(part) for part in (item.facts.get("place"), item.texture, item.entropy) if part
        ]
        if not item.sound:
            extra.append(_("damaged"))
        place = f"{format_addr(item.start)}..{format_addr(item.end)}"
        lines.append(f"  {place}  {item.name:<20} {', '.join(extra)}".rstrip())
    return lines


def _container(item: dict[str, Fact]) -> str:
    container = item.get("container")
    if not isinstance(container, dict):
        return ""
    return _("  (container {version}, body {body})", **container)


def _with(value: str | None, evidence: Sequence[str]) -> str:
    if not value:
        return _("unknown")
    words = ", ".join(evidence)
    return f"{value} ({words})" if words else value


def _short(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."


def _list(data: dict[str, Fact], name: str) -> list[Fact]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _items(data: dict[str, Fact], name: str) -> list[dict[str, Fact]]:
    return [item for item in _list(data, name) if isinstance(item, dict)]


def _int(value: Fact) -> int:
    return value if isinstance(value, int) else 0
