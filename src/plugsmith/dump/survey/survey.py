"""The survey: run every finder, resolve overlaps, work out chip and layout, name the gaps."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from plugsmith.dump.finders import (
    application,
    blank,
    bootloader,
    easyflash,
    fast_connect,
    foreign_file,
    libretiny,
    littlefs,
    obk_config,
    rf,
    tuya_files,
    tuya_store,
)
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.layout import anchors_of, find_layout
from plugsmith.dump.randomness import Texture, measure, uniform_byte
from plugsmith.dump.recovery.usable import MAX_LEN
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey import chip_guess, damage, regions
from plugsmith.dump.survey.as_image import image_kind, key_word, known_image, stands_alone
from plugsmith.dump.survey.looked import looked
from plugsmith.dump.survey.report import DumpKind, DumpReport, FirmwareFacts, Secrets
from plugsmith.dump.survey.secret_scan import scan_summary
from plugsmith.dump.survey.standing import calibrations
from plugsmith.errors import InputEmpty, InputTooLarge
from plugsmith.image.foreign.marks import is_archive
from plugsmith.image.foreign.odd_files import name_of
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.image.later_beken import is_later
from plugsmith.memory import SECTOR_LEN
from plugsmith.messages import _, language

if TYPE_CHECKING:
    from plugsmith.dump.dump import Dump
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.image.foreign.other_maker import OtherMaker
    from plugsmith.image.model import FirmwareImage

_WHOLE = (FindingKind.BOOTLOADER, FindingKind.APPLICATION)
_FAR = 1 << 62  # behind every offset
_NEAR = 64  # findings before a place that can reach over it: none nests deeper


def survey(dump: Dump, *, flash_size: int | None = None) -> DumpReport:
    """What the file is. Raises InputEmpty and InputTooLarge; every other file has an answer.

    `flash_size` is how many bytes the flash has, where the device itself has proven it.
    """
    if not dump.data:
        raise InputEmpty(name=dump.name)
    if dump.size > MAX_LEN:
        raise InputTooLarge(name=dump.name, size=dump.size, limit=MAX_LEN)
    content = _content(bytes(dump.data), language())
    stores, findings = content.stores, list(content.findings)
    other, image = content.other, content.image
    guess = chip_guess.guess_chip(findings, stores)
    layout = find_layout(
        anchors_of(findings) if other is None else (),
        size=dump.size,
        flash_size=flash_size or chip_guess.flash_size(guess.chip, dump.data),
    )
    if guess.chip is None:
        guess = chip_guess.by_addresses(findings, layout)
    guess = chip_guess.agreed(guess, image) if other is None else chip_guess.ChipGuess()
    kind, looks_like = _kind(dump.data, findings, complete=layout.complete)
    if is_later(image) and kind is DumpKind.STORAGE_ONLY:
        kind = DumpKind.FACTORY
    if other is not None:
        kind, looks_like = DumpKind.UNKNOWN, name_of(other)
    nothing_else = kind in {DumpKind.UNKNOWN, DumpKind.RANDOM}
    if image is not None and (nothing_else or stands_alone(image, findings)):
        kind, looks_like = image_kind(image)
        guess = chip_guess.of_image(image)
    report = DumpReport(
        kind=kind,
        size=dump.size,
        chip=guess.chip,
        chip_evidence=guess.evidence,
        flash_size=layout.flash_size,
        layout=layout,
        firmware=_firmware(findings, stores, image),
        mac=None,
        regions=regions.draw(dump.data, findings=findings, layout=layout, chip=guess.chip),
        findings=tuple(findings),
        secrets=Secrets(),
        damage=(),
        looks_like=looks_like,
        image=image,
    )
    report = replace(report, mac=_mac(report))
    wrong = damage.assess(report, stores=stores) if other is None else damage.of_other(other)
    report = replace(report, damage=wrong)
    return replace(report, secrets=replace(content.secrets, looked=looked(report)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What the bytes alone say, whatever the size of the flash."""

    stores: tuple[VendorStore, ...]
    findings: tuple[Finding, ...]
    other: OtherMaker | None
    image: FirmwareImage | None
    secrets: Secrets


# One job asks about the same bytes several times: as they are read, as they are stored, and with
# the size that the device has proven.
@lru_cache(maxsize=2)
def _content(data: bytes, _said_in: str) -> _Content:
    """`_said_in`: findings hold sentences, so that each language has its own."""
    packed = is_archive(data)  # what shows through of its content is not in its place
    stores = () if packed or uniform_byte(data) is not None else find_stores(data)
    findings = foreign_file.find(data) if packed else find_everything(data, stores)
    return _Content(
        stores=stores,
        findings=tuple(findings),
        other=None if packed else read_other_maker(data),
        image=None if packed else known_image(data),
        secrets=scan_summary(data, findings=findings, stores=stores),
    )


def find_everything(data: bytes, stores: tuple[VendorStore, ...] = ()) -> list[Finding]:
    """All findings without overlaps, in file order; the vendor's store only if it is given."""
    if uniform_byte(data) is not None:
        return blank.find(data)
    loaders = bootloader.find(data)
    firm = loaders + application.find(data, loaders=loaders)
    loose = [
        *tuya_store.find(stores, size=len(data)),
        *rf.find(data),
        *obk_config.find(data),
        *fast_connect.find(data),
        *tuya_files.find(data),
        *littlefs.find(data),
        *libretiny.find(data),
        *easyflash.find(data),
    ]
    kept = list(firm)
    taken: list[tuple[int, int]] = sorted((item.span.start, item.span.end) for item in firm)
    for item in loose:
        place = bisect_right(taken, (item.span.start, _FAR))
        if not any(end > item.span.start for _start, end in taken[max(0, place - _NEAR) : place]):
            kept.append(item)
            taken.insert(place, (item.span.start, item.span.end))
    if not kept:
        kept = foreign_file.find(data)
    kept += blank.find(data)
    return sorted(kept, key=lambda item: item.span)


def _kind(data: bytes, findings: list[Finding], *, complete: bool) -> tuple[DumpKind, str | None]:
    foreign = next((item for item in findings if item.kind is FindingKind.FOREIGN_FILE), None)
    if foreign is not None:
        return DumpKind.UNKNOWN, _(str(foreign.facts["what"]))
    found = {item.kind for item in findings}
    if not found - {FindingKind.ERASED, FindingKind.ZERO}:
        return _kind_of_nothing(data), None
    names = {
        str(item.facts["firmware"]) for item in findings if item.kind is FindingKind.APPLICATION
    }
    return _kind_of_firmware(names, found) or _kind_of_rest(names, found, complete=complete), None


def _kind_of_firmware(names: set[str], found: set[FindingKind]) -> DumpKind | None:
    vendor = "Tuya" in names or FindingKind.TUYA_STORAGE in found
    if "OpenBeken" in names or (FindingKind.OBK_CONFIG in found and not vendor):
        return DumpKind.OPENBEKEN
    if names & {"ESPHome", "LibreTiny"}:
        return DumpKind.ESPHOME
    return None


def _kind_of_rest(names: set[str], found: set[FindingKind], *, complete: bool) -> DumpKind:
    storage = bool(found & {FindingKind.TUYA_STORAGE, FindingKind.TUYA_KEY})
    if storage and not names:
        return DumpKind.STORAGE_ONLY
    if storage or ("Tuya" in names and complete):
        return DumpKind.FACTORY
    if names and "Tuya" not in names and complete:
        return DumpKind.OTHER_VENDOR
    return DumpKind.PARTIAL


def _kind_of_nothing(data: bytes) -> DumpKind:
    texture = measure(data).texture
    if texture in {Texture.ERASED, Texture.ZERO, Texture.UNIFORM} and len(data) >= SECTOR_LEN:
        return DumpKind.BLANK
    return DumpKind.RANDOM if texture is Texture.RANDOM else DumpKind.UNKNOWN


def _firmware(
    findings: list[Finding], stores: tuple[VendorStore, ...], image: FirmwareImage | None
) -> FirmwareFacts | None:
    app = next((item for item in findings if item.kind is FindingKind.APPLICATION), None)
    loader = next((item for item in findings if item.kind is FindingKind.BOOTLOADER), None)
    vendor = chip_guess.vendor_facts(stores)
    if app is None and loader is None and not vendor and image is None:
        return None
    facts = app.facts if app else {}
    boot_code = loader.facts["boot_code"] if loader else None
    said = image.firmware if image else None
    version = image.version if image and said else None
    return FirmwareFacts(
        name=said or str(facts.get("firmware", "Tuya" if vendor else "unknown")),
        version=version or _text(facts.get("version")) or vendor.get("software_version"),
        key=_text(facts.get("key")) or key_word(image),
        boot_code=_text(boot_code),
        vendor=vendor,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _mac(report: DumpReport) -> str | None:
    sectors, at_home = calibrations(report)
    own = sectors[:1] if at_home else sectors
    macs = (item.facts["mac"] for item in own)
    return next((mac for mac in macs if isinstance(mac, str)), None)
