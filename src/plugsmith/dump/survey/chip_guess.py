"""Which chip a dump is from, by its content, strongest evidence first (uart-protocol.md 7.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.catalog import chips, module
from plugsmith.chips.model import RegionRole
from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.layout import FLASH_SIZES
from plugsmith.errors import PlugsmithError
from plugsmith.tuya.records import PIN_RECORD, platform_chip, read_device_info, read_platform

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.chips.model import MemoryMap
    from plugsmith.dump.layout import Layout
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.image.model import FirmwareImage

_PLACED = {
    FindingKind.RF_CALIBRATION: RegionRole.RF,
    FindingKind.TUYA_KEY: RegionRole.KEY,
}
_RF_PLACE, _KEY_PLACE = "place of the RF sector", "place of the vendor's key"
_MODULE = re.compile(rb"""["']?module["']?:\s*["']?([A-Za-z0-9_-]{2,16})""")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChipGuess:
    """A chip's name, or None, and what speaks for it."""

    chip: str | None = None
    evidence: tuple[str, ...] = ()


def guess_chip(findings: Sequence[Finding], stores: Sequence[VendorStore]) -> ChipGuess:
    """By boot loader, application, then the vendor's records."""
    loader = next((item for item in findings if item.kind is FindingKind.BOOTLOADER), None)
    app = next((item for item in findings if item.kind is FindingKind.APPLICATION), None)
    said = app.facts["chip"] if app else None
    named = loader.facts["chips"] if loader else []
    candidates = (
        [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
    )
    if len(candidates) == 1:
        return ChipGuess(chip=candidates[0], evidence=("boot loader",))
    if candidates and isinstance(said, str) and said in candidates:
        return ChipGuess(chip=said, evidence=("boot loader", "application text"))
    if candidates:
        return ChipGuess(chip=candidates[0], evidence=("boot loader", "usual chip of several"))
    if isinstance(said, str):
        return _by_text(said, plain=app is not None and app.facts["key"] == "none")
    return _by_records(stores)


def by_addresses(findings: Sequence[Finding], layout: Layout) -> ChipGuess:
    """Where the RF sector and the vendor key lie, if both fit one known map and no other.

    Of several, one lies where the map wants it; the others are leftovers.
    """
    places: dict[RegionRole, set[int | None]] = {}
    for item in findings:
        if (role := _PLACED.get(item.kind)) is not None:
            places.setdefault(role, set()).add(layout.address(item.span.start))
    if RegionRole.RF not in places:
        return ChipGuess()
    fitting: dict[tuple[int, ...], str] = {}  # the first chip of each map
    for chip in chips():
        regions = [chip.memory_map.region(role) for role in places]
        starts = tuple(region.span.start for region in regions if region is not None)
        wanted = zip(starts, places.values(), strict=False)
        if len(starts) == len(places) and all(start in found for start, found in wanted):
            fitting.setdefault(starts, chip.name)
    if len(fitting) != 1:
        return ChipGuess()
    evidence = (_RF_PLACE, *((_KEY_PLACE,) if RegionRole.KEY in places else ()))
    return ChipGuess(chip=next(iter(fitting.values())), evidence=evidence)


def agreed(guess: ChipGuess, image: FirmwareImage | None) -> ChipGuess:
    """The guess, unless the file as an image allows only other chips: then the first of those."""
    allowed = image.chips if image is not None else ()
    if image and image.only_read and len(allowed) > 1 and guess.evidence in {(), (_RF_PLACE,)}:
        return ChipGuess()  # they have the same mark, and their calibration at the same place
    if not allowed or guess.chip in allowed:
        return guess
    return ChipGuess(chip=allowed[0], evidence=("boot loader and application",))


def of_image(image: FirmwareImage) -> ChipGuess:
    """What a firmware file says of itself: one that fits several chips names none of them."""
    if image.chip is None:
        return ChipGuess()
    return ChipGuess(chip=image.chip, evidence=("boot loader and application",))


def memory_map(name: str | None) -> MemoryMap | None:
    """The vendor's memory map of a chip; None without a chip."""
    if name is None:
        return None
    try:
        return chip_called(name).memory_map
    except PlugsmithError:
        return None


def flash_size(name: str | None, data: bytes) -> int | None:
    """The flash size of a chip that fits a file best; None without a chip.

    A file larger than any flash seen with the chip is of a larger one, if it has the size of a
    flash and is not the same content over and over, as reading past the end gives it.
    """
    size = len(data)
    if name is None:
        return None
    try:
        sizes = sorted(chip_called(name).flash_sizes)
    except PlugsmithError:
        return None
    if size > sizes[-1] and size in FLASH_SIZES and data[: size // 2] != data[size // 2 :]:
        return size
    return next((flash for flash in sizes if size <= flash), sizes[-1])


def vendor_facts(stores: Sequence[VendorStore]) -> dict[str, str]:
    """Harmless identifiers of the vendor's firmware: product, firmware key, versions, module."""
    facts: dict[str, str] = {}
    for live in _live_records(stores):
        info = read_device_info(live.get("gw_di", b""))
        named = {
            "product_key": info.product_key,
            "firmware_key": info.firmware_key,
            "software_version": info.software_version,
            "base_version": info.base_version,
            "platform": read_platform(live.get("em_sys_env", b"")),
            "module": _module_name(live),
        }
        for name, value in named.items():
            if value:
                facts.setdefault(name, value)
    return facts


def _live_records(stores: Sequence[VendorStore]) -> Iterable[dict[str, bytes]]:
    return (store.live() for store in stores)


def _module_name(live: dict[str, bytes]) -> str | None:
    hit = _MODULE.search(live.get(PIN_RECORD, b""))
    return hit[1].decode("ascii") if hit else None


def _by_text(said: str, *, plain: bool) -> ChipGuess:
    if said == "BK7231N" and plain:  # builds for M call themselves N; only the key tells
        return ChipGuess(chip="BK7231M", evidence=("application text", "code without a key"))
    return ChipGuess(chip=said, evidence=("application text",))


def _by_records(stores: Sequence[VendorStore]) -> ChipGuess:
    facts = vendor_facts(stores)
    platform = platform_chip(facts.get("platform", ""))
    if platform is not None:
        return ChipGuess(chip=platform, evidence=("platform record",))
    board = module(facts.get("module", ""))
    if board is not None:
        return ChipGuess(chip=board.chip, evidence=("module in the pin text",))
    return ChipGuess()
