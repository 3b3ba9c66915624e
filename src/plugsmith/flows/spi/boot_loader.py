"""Is a boot loader sound, and does it fit this device? And where a sound one is to be had."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.catalog import chips
from plugsmith.chips.model import Family, KeyClass
from plugsmith.errors import InputUnusable, PlugsmithError, UsageError
from plugsmith.errors.link import NoBootCode
from plugsmith.errors.safety import ChipMismatch
from plugsmith.flows.file_kind import FLASHES
from plugsmith.flows.image.file import open_image
from plugsmith.flows.judged_file import open_file
from plugsmith.image.checks import CheckList, check_match, check_section
from plugsmith.image.kinds import read_app
from plugsmith.image.loader import loader_starts_at, read_loader
from plugsmith.image.model import FindingLevel
from plugsmith.image.physical import APP_START, LOADER_LEN
from plugsmith.image.sections import looks_like_code
from plugsmith.library.backups.store import try_open
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plugsmith.flows.context import FlowContext
    from plugsmith.image.model import AppFacts
    from plugsmith.library.device_key import DeviceKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`data` are the first bytes of a flash; `source` says where they are from, in words."""

    source: str
    file: Path
    data: bytes = field(repr=False)


def faults_of(loader: bytes, rest: bytes, *, chip: str) -> list[str]:
    """What speaks against `loader` in front of `rest` on a `chip`, in sentences; empty: sound.

    Sound means proven: every line's CRC, the container's header and body, and the chip.
    """
    whole = loader + rest
    if len(loader) != LOADER_LEN or not loader_starts_at(whole):
        return [_("There is no boot loader.")]
    facts, checks = read_loader(whole), CheckList()
    check_section(checks, facts.section)
    if facts.chips and chip not in facts.chips:
        names = " / ".join(facts.chips)
        checks.problem("chip", _("The boot loader is for {names}.", names=names))
    if facts.section.trailer is None:
        checks.problem("header", _("The boot loader is cut off: its header is missing."))
    if looks_like_code(whole, APP_START):
        check_match(checks, facts, read_app(whole))
    return [item.text for item in checks.findings if item.level is FindingLevel.PROBLEM]


def doubts_of(loader: bytes, *, chip: str) -> list[str]:
    """Why nothing proves that `loader` is one for a `chip`; empty: it names it and has its key."""
    facts = read_loader(loader)
    if not facts.chips:
        crc = f"{facts.fingerprint:08X}"
        return [
            _(
                "The boot loader is none of the known ones (CRC-32 of its first 256 bytes: {crc}).",
                crc=crc,
            )
        ]
    if facts.section.key_class is not find_chip(chip).expects_key:
        return [_("The boot loader is not scrambled with the key of a {chip}.", chip=chip)]
    return []


def refuse_contradiction(content: bytes, *, chip: str, named: bool) -> None:
    """Refuse where it is open which chip this is; the application is the second witness.

    ChipMismatch for a `named` chip against a sound loader of another one that needs a loader,
    unless the application is for the named one. UsageError, without a name, where loader and
    application contradict.
    """
    loader = content[:LOADER_LEN]
    if not loader_starts_at(content):
        return
    owners = [item for item in read_loader(loader).chips if find_chip(item).family is Family.LOADER]
    found, app = " / ".join(owners), None
    if looks_like_code(content, APP_START):
        app = read_app(content)
    for_these = [_is_for(app, item) for item in owners]
    if named:
        fits = _is_for(app, chip) and not any(for_these)
        sound = bool(owners) and not faults_of(loader, b"", chip=owners[0])
        if sound and chip not in owners and not fits:
            raise ChipMismatch(expected=chip, found=found)
    elif app is not None and for_these and all(item is False for item in for_these):
        raise UsageError(
            problem=_(
                "the boot loader is for {loader}, the application for {app}: say with --chip "
                "which chip this is",
                loader=found,
                app=" / ".join(app.chips or _with_key(app.section.key_class)),
            )
        )


def _is_for(app: AppFacts | None, chip: str) -> bool | None:
    """Whether `app` is for `chip` by its own texts, else by its key; None: nothing tells."""
    if app is None or (not app.chips and app.section.key_class is KeyClass.UNKNOWN):
        return None
    return chip in (app.chips or _with_key(app.section.key_class))


def _with_key(key: KeyClass) -> tuple[str, ...]:
    return tuple(
        item.name for item in chips() if item.expects_key is key and item.family is Family.LOADER
    )


def check_holds_loader(image: Path) -> None:
    """Raise InputUnusable for a file of a kind that has no boot loader: no chip is needed for that.

    Also the errors of `open_file`. A flash whose loader is gone is judged beside the chip.
    """
    file = open_file(image)
    if file.image.loader is None and file.kind not in FLASHES:
        raise InputUnusable(
            name=file.name,
            kind=file.words,
            reason=_("There is no boot loader."),
            remedy=file.advice,
        )


def find_loader(ctx: FlowContext, key: DeviceKey, rest: bytes, *, image: Path | None) -> Candidate:
    """The first sound one that is proven to be for the chip: `image` alone if given, else own
    backup, library. NoBootCode.
    """
    for item in _given(image) if image is not None else _stored(ctx, key):
        faults = faults_of(item.data, rest, chip=key.chip) or doubts_of(item.data, chip=key.chip)
        if not faults:
            return item
        ctx.say(
            _("Not taken: {source}: {why}", source=item.source, why=" ".join(faults)),
            level="info" if image is not None else "detail",
        )
    raise NoBootCode(chip=key.chip)


def _given(image: Path) -> Iterator[Candidate]:
    opened = open_image(image)
    yield Candidate(source=opened.name, file=image, data=opened.data[:LOADER_LEN])


def _stored(ctx: FlowContext, key: DeviceKey) -> Iterator[Candidate]:
    """Backups of this device, the latest first, then those of the same chip."""
    own = [item for item in ctx.library.backups.entries() if key.is_same(item.device)]
    alike = [
        item
        for item in ctx.library.backups.entries()
        if item.device.chip == key.chip and item not in own
    ]
    for entry in [*own, *alike]:
        try:
            backup = try_open(entry.file)
            data = backup.read() if backup is not None else b""
        except PlugsmithError:
            continue
        words = _("your backup of this device, {file}") if entry in own else _("the backup {file}")
        yield Candidate(
            source=words.format(file=entry.file.name), file=entry.file, data=data[:LOADER_LEN]
        )
