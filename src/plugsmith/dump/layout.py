"""How file offsets relate to flash addresses: rotated, shifted, cut, padded, or bytes lost inside.

Things whose flash address is known (boot loader, application, RF sector, vendor key) are anchors.
Each votes for a *base*: file offset minus flash address. One base for all means one piece of flash;
two bases that differ by the file's size mean a rotation (uart-protocol.md section 7.7).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chips
from plugsmith.chips.model import APP_START, RegionRole
from plugsmith.dump.finding import FindingKind
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.dump.finding import Finding

FLASH_SIZES = (0x20_0000, 0x40_0000, 0x80_0000, 0x100_0000)
DEFAULT_FLASH_SIZE = FLASH_SIZES[0]
_MANY = 64  # loose anchors that may vote: a flash has a handful, hostile files thousands

_ROLES = {
    FindingKind.RF_CALIBRATION: RegionRole.RF,
    FindingKind.TUYA_KEY: RegionRole.KEY,
    FindingKind.OBK_CONFIG: RegionRole.CONFIG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """Something at `offset` of the file that lies at one of `addresses` in every known flash."""

    kind: FindingKind
    offset: int
    end: int
    addresses: tuple[int, ...]

    @property
    def firm(self) -> bool:
        """Whether there is only one address, whatever the chip."""
        return len(self.addresses) == 1

    def bases(self) -> set[int]:
        """The bases that this anchor allows."""
        return {self.offset - address for address in self.addresses}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """Between the file offsets `after` and `before`, `amount` bytes were lost (negative: added)."""

    after: int
    before: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """File offset f holds flash address (f - shift + start + rotation) mod flash size.

    `shift`: foreign bytes in front of the flash content, negative if the first bytes were lost.
    `start`: flash address of the first byte of a piece that was cut out at a sector border.
    `complete`: every flash address is in the file. `trailing`: bytes behind the flash content.
    """

    rotation: int = 0
    shift: int = 0
    start: int = 0
    flash_size: int | None = None
    complete: bool = False
    trailing: int = 0
    slips: tuple[Slip, ...] = ()
    anchors: int = 0

    @property
    def straight(self) -> bool:
        """Whether offset and address are the same number everywhere."""
        return not (self.rotation or self.shift or self.start or self.slips)

    def address(self, offset: int) -> int | None:
        """Flash address of a file offset; None before the content or where bytes slipped."""
        if any(offset > slip.after for slip in self.slips) or offset < self.shift:
            return None
        address = offset - self.shift + self.start + self.rotation
        size = self.flash_size
        return address % size if self.rotation and size else address

    def offset(self, address: int) -> int | None:
        """File offset of a flash address; None where the file does not hold it for certain."""
        size = self.flash_size
        if self.rotation and size:
            return (address - self.rotation) % size
        offset = address - self.start - self.rotation + self.shift
        if offset < max(self.shift, 0) or any(offset > slip.after for slip in self.slips):
            return None
        return offset


def anchors_of(findings: Iterable[Finding]) -> list[Anchor]:
    """The findings whose flash address is known, sorted by offset."""
    found: list[Anchor] = []
    for item in findings:
        if item.kind is FindingKind.BOOTLOADER:
            addresses: tuple[int, ...] = (0,)
        elif item.kind is FindingKind.APPLICATION:
            addresses = (APP_START,)
        elif item.kind in _ROLES:
            addresses = _addresses(_ROLES[item.kind])
        else:
            continue
        found.append(
            Anchor(
                kind=item.kind,
                offset=item.span.start,
                end=item.span.end,
                addresses=addresses,
            )
        )
    ordered = sorted(found, key=lambda anchor: anchor.offset)
    few = [anchor for anchor in ordered if not anchor.firm][:_MANY]
    firm = [anchor for anchor in ordered if anchor.firm]
    return sorted([*firm, *few], key=lambda anchor: anchor.offset)


def find_layout(anchors: Sequence[Anchor], *, size: int, flash_size: int | None) -> Layout:
    """The layout of a file of `size` bytes; `flash_size` if the chip is known."""
    flash = flash_size or _flash_size(size)
    turned = _rotation(anchors, size)
    if turned:
        return _rotated(anchors, size=size, rotation=turned)
    base = _base(anchors)
    if base is None:
        return Layout(flash_size=flash if size == flash else None)
    shift, start = _split(base)
    slips = _slips(anchors, base)
    content = size - max(shift, 0) + sum(slip.amount for slip in slips)
    whole = shift >= 0 and start == 0
    return Layout(
        shift=shift,
        start=start,
        flash_size=flash if start + content <= flash or flash_size else None,
        complete=whole and content >= flash and not any(slip.amount > 0 for slip in slips),
        trailing=max(0, content + start + min(shift, 0) - flash) if whole else 0,
        slips=slips,
        anchors=len(anchors),
    )


@cache
def _addresses(role: RegionRole) -> tuple[int, ...]:
    """Addresses of a role over all maps of all chips, the usual chips first."""
    found = [
        region.span.start
        for chip in chips()
        for layout in chip.memory_maps
        for region in layout.with_role(role)
    ]
    return tuple(dict.fromkeys(found))


def _flash_size(size: int) -> int:
    return next((flash for flash in FLASH_SIZES if size == flash), DEFAULT_FLASH_SIZE)


def _rotation(anchors: Sequence[Anchor], size: int) -> int:
    """By how much the file is rotated: proven by anchors on both sides of the seam."""
    firm = [anchor for anchor in anchors if anchor.firm]
    bases = {base for anchor in firm for base in anchor.bases()}
    for base in sorted(bases):
        if base < 0 and base + size in bases and -base % SECTOR_LEN == 0:
            return -base
    for base in sorted(bases):  # all of the code behind the seam, the data in front of it
        if size in FLASH_SIZES and 0 < base < size and base % SECTOR_LEN == 0:
            loose = [anchor for anchor in anchors if not anchor.firm]
            wrapped = sum(base - size in anchor.bases() for anchor in loose)
            if wrapped > 1 and wrapped > sum(base in anchor.bases() for anchor in loose):
                return size - base
    return 0


def _rotated(anchors: Sequence[Anchor], *, size: int, rotation: int) -> Layout:
    complete = size in FLASH_SIZES
    return Layout(
        rotation=rotation,
        flash_size=size if complete else None,
        complete=complete,
        anchors=len(anchors),
    )


def _base(anchors: Sequence[Anchor]) -> int | None:
    """The base that most anchors allow; firm anchors and the first anchor count more."""
    votes: Counter[int] = Counter()
    for anchor in anchors:
        for base in anchor.bases():
            votes[base] += 4 if anchor.firm else 1
    if not votes:
        return None
    firm = [base for anchor in anchors if anchor.firm for base in anchor.bases()]
    if firm.count(0) > 1:  # the flash starts where the file does, whatever follows it
        return 0
    best = max(votes.values())
    tied = [base for base, count in votes.items() if count == best]
    return min(tied, key=lambda base: (base != 0, base % SECTOR_LEN != 0, _rank(base, anchors)))


def _rank(base: int, anchors: Sequence[Anchor]) -> int:
    """Earlier in the list of addresses means a more usual chip."""
    return sum(
        anchor.addresses.index(anchor.offset - base)
        for anchor in anchors
        if anchor.offset - base in anchor.addresses
    )


def _split(base: int) -> tuple[int, int]:
    """Shift and start: a negative base at a sector border is a cut piece, else bytes were lost."""
    if base >= 0:
        return base, 0
    return (0, -base) if -base % SECTOR_LEN == 0 else (base, 0)


def _slips(anchors: Sequence[Anchor], base: int) -> tuple[Slip, ...]:
    """Where anchors agree with the base only up to some bytes lost or added before them."""
    slips: list[Slip] = []
    last, drift = 0, 0
    for anchor in anchors:
        wanted = [anchor.offset - base + drift - address for address in anchor.addresses]
        off = min(wanted, key=abs)
        if off and abs(off) < SECTOR_LEN:
            slips.append(Slip(after=min(last, anchor.offset), before=anchor.offset, amount=-off))
            drift -= off
        last = anchor.end
    return tuple(slips)
