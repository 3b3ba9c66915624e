"""The results of `plugsmith image` as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plugsmith.memory import format_addr
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact

_KINDS = {
    "qio": N_("full image: boot loader and application (QIO)"),
    "app": N_("application alone, as it lies in flash from 0x011000 on (UA)"),
    "ota": N_("package for an update over the air (OTA)"),
    "bootloader": N_("boot loader alone"),
    "full-dump": N_("whole flash as it was read from a device"),
    "flash-start": N_("flash from its start to somewhere behind the application"),
    "uf2": N_("UF2 file of LibreTiny or ESPHome"),
    "unknown": N_("unknown: not usable as it is"),
}
_KEYS = {
    "tuya": N_("the key that Tuya modules have"),
    "none": N_("none: the code is plain"),
    "other": N_("another key than Tuya's"),
}


def image_text(data: Mapping[str, Fact]) -> str:
    """The result of `image info`."""
    facts: Any = data
    lines = [f"{facts['file']}", ""]
    firmware = " ".join(part for part in (facts["firmware"], facts["version"]) if part)
    chips = " / ".join(facts["chips"])
    rows = [
        (_("Kind"), _(_KINDS[facts["kind"]])),
        (_("Firmware"), firmware or _("not known")),
        (_("Chip"), chips or _("cannot be told from the content")),
        (_("Code key"), _(_KEYS[facts["key"]]) if facts["key"] else _("not known")),
    ]
    if facts["boot_code"]:
        rows.append((_("Boot loader"), facts["boot_code"]))
    if facts["built_for"]:
        rows.append((_("Built for"), facts["built_for"]))
    rows += [(_("Writes"), _span_text(item)) for item in facts["writes"]]
    rows.append((_("Checks"), ", ".join(f"{k} {v}" for k, v in facts["checks"].items()) or "-"))
    width = max(len(name) for name, _text in rows) + 2
    lines += [f"  {name:<{width}}{text}" for name, text in rows]
    lines += _list(_("Problems: do not write this file."), facts["problems"])
    lines += _list(_("Notes"), facts["notes"])
    return "\n".join(lines)


def convert_text(data: Mapping[str, Fact]) -> str:
    """The result of `image convert`."""
    facts: Any = data
    return _(
        "{file} is made: {kind}, {size} bytes.",
        file=facts["file"],
        kind=_(_KINDS[facts["image"]["kind"]]),
        size=facts["size"],
    )


def fetch_text(data: Mapping[str, Fact]) -> str:
    """The result of `image fetch`."""
    facts: Any = data
    if facts["file"]:
        return _(
            "{asset} of release {version} lies in {file}\nSHA-256 {sha256}: {digest}",
            asset=facts["asset"],
            version=facts["version"],
            file=facts["file"],
            sha256=facts["sha256"],
            digest=_("as the release says")
            if facts["digest"] == "ok"
            else _("the release names none"),
        )
    lines = [_("Releases of {repo}, list of {listed}:", repo=facts["repo"], listed=facts["listed"])]
    for release in facts["releases"]:
        lines.append(f"  {release['version']}  {release['published'][:10]}")
        lines += [
            f"    {item['name']}  {item['size']}{'  ' + _('(cached)') if item['cached'] else ''}"
            for item in release["assets"]
        ]
    lines.append(_("Download one with --chip CHIP or --asset NAME."))
    return "\n".join(lines)


def _span_text(item: Mapping[str, int]) -> str:
    end = item["start"] + item["length"]
    return f"{format_addr(item['start'])}..{format_addr(end)} ({item['length'] // 1024} KiB)"


def _list(title: str, texts: list[str]) -> list[str]:
    return ["", title, *(f"  - {text}" for text in texts)] if texts else []
