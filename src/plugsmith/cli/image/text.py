"""The results of the `image` verbs for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.chips.model import KeyClass
from plugsmith.cli.many_text import files_counts_text
from plugsmith.code_words import told
from plugsmith.flows.image.results import FetchedFile, ReleaseList
from plugsmith.flows.many import ManyResult
from plugsmith.image.model import KIND_WORDS, CheckVerdict, ImageKind
from plugsmith.memory import format_addr
from plugsmith.messages import N_, _
from plugsmith.openbeken.builds.releases import parse_asset_name
from plugsmith.openbeken.builds.variants import VARIANTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.flows.image.results import BootResult, ConvertResult, ImageInfo, SpanRow

_KINDS = {
    ImageKind.QIO: N_("full image: boot loader and application (QIO)"),
    ImageKind.APP: N_("application alone, as it lies in flash from 0x011000 on (UA)"),
    ImageKind.OTA: N_("package for an update over the air (OTA)"),
    ImageKind.BOOTLOADER: N_("boot loader alone"),
    ImageKind.FULL_DUMP: N_("whole flash as it was read from a device"),
    ImageKind.FLASH_START: N_("flash from its start to somewhere behind the application"),
    ImageKind.UF2: N_("UF2 file of LibreTiny or ESPHome"),
    ImageKind.UNKNOWN: N_("unknown: not usable as it is"),
}
_KEYS = {
    KeyClass.TUYA: N_("the key that Tuya modules have"),
    KeyClass.NONE: N_("none: the code is plain"),
    KeyClass.OTHER: N_("another key than Tuya's"),
}
_VERDICTS = {
    CheckVerdict.OK: N_("ok"),
    CheckVerdict.FAILED: N_("failed"),
    CheckVerdict.MISSING: N_("missing"),
    CheckVerdict.SKIPPED: N_("not checked"),
}
_LOG_LINES = 12


def image_text(found: ImageInfo | ManyResult) -> str:
    """The result of `image info`."""
    if isinstance(found, ManyResult):
        return files_counts_text(found, KIND_WORDS)
    firmware = " ".join(part for part in (found.firmware, found.version) if part)
    rows = [
        (_("Kind"), _(_KINDS[found.kind])),
        (_("Firmware"), firmware or _("not known")),
        (_("Chip"), " / ".join(found.chips) or _("cannot be told from the content")),
        (_("Code key"), _(_KEYS[found.key]) if found.key else _("not known")),
    ]
    if found.boot_code:
        rows.append((_("Boot loader"), found.boot_code))
    if found.built_for:
        rows.append((_("Built for"), found.built_for))
    rows += [(_("Writes"), _span_text(item)) for item in found.writes]
    checks = ", ".join(
        f"{told(name)} {_(_VERDICTS[verdict])}" for name, verdict in found.checks.items()
    )
    rows.append((_("Checks"), checks or "-"))
    width = max(len(name) for name, _text in rows) + 2
    lines = [f"{found.file}", "", *(f"  {name:<{width}}{text}" for name, text in rows)]
    lines += _list(_("Problems: do not write this file."), found.problems)
    lines += _list(_("Notes"), found.notes)
    return "\n".join(lines)


def convert_text(made: ConvertResult) -> str:
    """The result of `image convert`."""
    return _(
        "{file} is made: {kind}, {size} bytes.",
        file=made.file,
        kind=_(_KINDS[made.image.kind]),
        size=made.size,
    )


def fetch_text(found: ReleaseList | FetchedFile) -> str:
    """The result of `image fetch`."""
    if isinstance(found, FetchedFile):
        return _(
            "{asset} of release {version} lies in {file}\nSHA-256 {sha256}: {digest}",
            asset=found.asset,
            version=found.version,
            file=found.file,
            sha256=found.sha256,
            digest=_("as the release says")
            if found.digest == "ok"
            else _("the release names none"),
        )
    lines = [_("Releases of {repo}, list of {listed}:", repo=found.repo, listed=found.listed)]
    for release in found.releases:
        lines.append(f"  {release.version}  {release.published[:10]}")
        lines += [
            f"    {item.name}  {item.size}{'  ' + _('(cached)') if item.cached else ''}"
            for item in release.assets
        ]
    lines.append(_("Download one with --chip CHIP or --asset NAME."))
    names = {item.name for release in found.releases for item in release.assets}
    parts = [parse_asset_name(name) for name in names]
    held = {item.variant.casefold() for item in parts if item is not None and item.variant}
    known = [item.text for item in VARIANTS if item.name.casefold() in held]
    lines += _list(_("Builds with a name behind the version (--variant NAME):"), known)
    return "\n".join(lines)


def boot_text(answer: BootResult) -> str:
    """The result of `image boot`."""
    lines = [answer.meaning]
    log = [line for line in answer.log.splitlines() if line.strip()]
    if log:
        lines += ["", _("The end of its log (redacted):")]
        lines += [f"  {line}" for line in log[-_LOG_LINES:]]
    return "\n".join(lines)


def _span_text(item: SpanRow) -> str:
    end = item.start + item.length
    return f"{format_addr(item.start)}..{format_addr(end)} ({item.length // 1024} KiB)"


def _list(title: str, texts: Sequence[str]) -> list[str]:
    return ["", title, *(f"  - {text}" for text in texts)] if texts else []
