"""The results of the `dump` verbs for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.cli.table import table
from plugsmith.memory import format_addr
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.errors import Fact

_MAX_VALUE = 100


def info_text(data: dict[str, Fact]) -> str:
    """The result of `dump info`."""
    firmware, layout = _dict(data, "firmware"), _dict(data, "layout")
    vendor = _dict(firmware, "vendor")
    usable = _dict(data, "usable_as_backup")
    rows = [
        (_("File"), f"{data['file']}, {data['size']} bytes"),
        (_("Kind"), _kind(data)),
        (_("Chip"), _with(data.get("chip"), _list(data, "chip_evidence"))),
        (_("Firmware"), " ".join(str(firmware[k]) for k in ("name", "version") if firmware.get(k))),
        (_("Code key"), str(firmware.get("key") or "")),
        (_("Boot loader"), str(firmware.get("boot_code") or "")),
        (_("Module"), str(vendor.get("module") or "")),
        (_("Product"), str(vendor.get("product_key") or "")),
        (_("MAC"), str(data.get("mac") or "")),
        (_("Layout"), _layout(layout)),
        (_("Secrets"), _secrets(_dict(data, "secrets"))),
        (_("Backup"), _("yes") if usable["verdict"] else _("no")),
    ]
    because = [f"  {text}" for text in _list(usable, "because")]
    return "\n".join([table(rows), *because, "", _("Regions (file offsets):"), *_regions(data)])


def records_text(data: dict[str, Fact]) -> str:
    """The result of `dump records`: one line each."""
    lines = []
    for item in _items(data, "records"):
        state = _("live") if item["live"] else _("old")
        value = str(item.get("value", _("(private)")))
        hidden = _(" [private parts masked]") if item.get("redacted") and "value" in item else ""
        place = format_addr(_int(item["offset"]))
        lines.append(
            f"{place}  {item['kind']:<9} {state:<5} {item['name']}: {_short(value)}{hidden}"
        )
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


def _kind(data: dict[str, Fact]) -> str:
    words = {
        "factory": _("factory dump with the vendor's firmware"),
        "openbeken": _("OpenBeken"),
        "esphome": _("ESPHome or LibreTiny"),
        "storage-only": _("only the vendor's storage, no firmware"),
        "other-vendor": _("firmware of another vendor"),
        "partial": _("a part of a flash"),
        "blank": _("blank"),
        "random": _("random or encrypted bytes"),
        "unknown": _("not a flash that Plugsmith knows"),
    }
    text = words[str(data["kind"])]
    return f"{text} ({data['looks_like']})" if data.get("looks_like") else text


def _layout(layout: dict[str, Fact]) -> str:
    parts = []
    if layout["rotation"]:
        parts.append(_("rotated by {amount} bytes", amount=layout["rotation"]))
    if layout["shift"]:
        parts.append(_("shifted by {amount} bytes", amount=layout["shift"]))
    if layout["start"]:
        parts.append(_("from address {start} on", start=format_addr(_int(layout["start"]))))
    whole = _("the whole flash") if layout["complete"] else _("not the whole flash")
    return ", ".join([whole, *parts])


def _secrets(secrets: dict[str, Fact]) -> str:
    words = {
        "wifi": _("Wi-Fi name or password"),
        "cloud": _("cloud account keys"),
        "device": _("names, addresses or files of this one device"),
    }
    found = [text for name, text in words.items() if secrets.get(name)]
    if not found:
        return _("none found")
    return _("{found} - run `plugsmith dump sanitize` before you share it", found=", ".join(found))


def _regions(data: dict[str, Fact]) -> list[str]:
    lines = []
    for item in _items(data, "regions"):
        extra = [str(item[name]) for name in ("place", "texture", "entropy") if item.get(name)]
        if not item["sound"]:
            extra.append(_("damaged"))
        place = f"{format_addr(_int(item['start']))}..{format_addr(_int(item['end']))}"
        lines.append(f"  {place}  {item['name']:<20} {', '.join(extra)}".rstrip())
    return lines


def _container(item: dict[str, Fact]) -> str:
    container = item.get("container")
    if not isinstance(container, dict):
        return ""
    return _("  (container {version}, body {body})", **container)


def _with(value: Fact, evidence: Sequence[Fact]) -> str:
    if not value:
        return _("unknown")
    words = ", ".join(str(item) for item in evidence)
    return f"{value} ({words})" if words else str(value)


def _short(text: str) -> str:
    return text if len(text) <= _MAX_VALUE else f"{text[:_MAX_VALUE]}..."


def _dict(data: dict[str, Fact], name: str) -> dict[str, Fact]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _list(data: dict[str, Fact], name: str) -> list[Fact]:
    value = data.get(name)
    return value if isinstance(value, list) else []


def _items(data: dict[str, Fact], name: str) -> list[dict[str, Fact]]:
    return [item for item in _list(data, name) if isinstance(item, dict)]


def _int(value: Fact) -> int:
    return value if isinstance(value, int) else 0
