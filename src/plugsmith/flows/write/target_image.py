"""What the flash shall hold after a write: wanted sectors, and what is kept although a file has it.

Pure: the decisions about boot loader, RF calibration and MAC are made here, from facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plugsmith.chips.model import APP_START, MAC_OFFSET, RF_MAGIC, Family, RegionRole
from plugsmith.errors.radio import RfContentUnfit
from plugsmith.errors.safety import OutsideFlash
from plugsmith.flows.permissions import Permission, rf_refused
from plugsmith.memory import (
    BLOCK_LEN,
    SECTOR_LEN,
    AddressRange,
    format_addr,
    merge_ranges,
    subtract_ranges,
)
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from plugsmith.chips.model import Chip
    from plugsmith.flows.permissions import Permissions

BLANK_SECTOR = b"\xff" * SECTOR_LEN
MAC_LEN = 6
_MAC_RECORD = bytes.fromhex("0211111106000000")  # tag and length in front of the MAC bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Bytes that belong at `start`."""

    start: int
    data: bytes = field(repr=False)

    @property
    def span(self) -> AddressRange:
        """Where the bytes go."""
        return AddressRange.sized(self.start, len(self.data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A range that a file has bytes for but that stays as it is, and why (a sentence)."""

    span: AddressRange
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetImage:
    """Whole sectors by address, ranges kept on purpose, and remarks for the user.

    `copied` are sectors of RF regions that change without anything unique being lost: blank ones
    that get the device's own calibration, or such a copy that is erased again (`moved_copies`).
    """

    wanted: Mapping[int, bytes] = field(repr=False)
    kept: tuple[Kept, ...] = ()
    notes: tuple[str, ...] = ()
    copied: tuple[int, ...] = ()

    @property
    def spans(self) -> list[AddressRange]:
        """The wanted sectors as merged ranges."""
        return merge_ranges(AddressRange.sized(addr, SECTOR_LEN) for addr in self.wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashState:
    """What the decisions need to know about the flash as it is.

    `loader_equal` is whether the loader's body on the device equals the one in the file (None: the
    file has none); `rf_now` holds the RF sectors of the device by address.
    """

    chip: Chip
    flash_size: int
    loader_equal: bool | None = None
    rf_now: Mapping[int, bytes] = field(default_factory=dict)


def sectors_of(
    pieces: Sequence[Segment], *, under: Callable[[int], bytes] | None = None
) -> dict[int, bytes]:
    """Whole sectors for `pieces`; bytes of edge sectors that no piece gives come from `under`.

    Without `under` they are FF, as after an erase.
    """
    sectors: dict[int, bytearray] = {}
    for piece in pieces:
        for part in piece.span.split(SECTOR_LEN):
            addr = part.start // SECTOR_LEN * SECTOR_LEN
            if addr not in sectors:
                base = BLANK_SECTOR
                if under is not None and len(part) < SECTOR_LEN:
                    base = under(addr)
                sectors[addr] = bytearray(base)
            cut = piece.data[part.start - piece.start : part.end - piece.start]
            sectors[addr][part.start - addr : part.end - addr] = cut
    return {addr: bytes(data) for addr, data in sorted(sectors.items())}


def rf_sectors(chip: Chip, flash_size: int) -> list[int]:
    """Addresses of all sectors that may hold RF calibration on this chip, by any map."""
    whole = AddressRange(0, flash_size)
    found: set[int] = set()
    for layout in chip.memory_maps:
        for region in layout.with_role(RegionRole.RF):
            if whole.covers(region.span):
                found.update(
                    part.start for part in region.span.aligned(SECTOR_LEN).split(SECTOR_LEN)
                )
    return sorted(found)


def loader_body(header: AddressRange | None) -> list[AddressRange]:
    """The ranges of a boot loader that decide whether two are equal: all but its RBL header."""
    holes = [header] if header is not None else []
    return subtract_ranges([AddressRange(0, APP_START)], holes)


def mac_in_rf(sector: bytes) -> str | None:
    """The MAC text of an RF sector, or None where the sector holds none."""
    record = sector[MAC_OFFSET - len(_MAC_RECORD) : MAC_OFFSET]
    raw = sector[MAC_OFFSET : MAC_OFFSET + MAC_LEN]
    if not sector.startswith(RF_MAGIC) or record != _MAC_RECORD or len(raw) < MAC_LEN:
        return None
    return None if raw in {b"\xff" * MAC_LEN, b"\0" * MAC_LEN} else raw.hex(":")


def image_target(
    pieces: Sequence[Segment], state: FlashState, permissions: Permissions
) -> TargetImage:
    """The goal of writing a firmware image or a full dump to this device.

    Raises OutsideFlash for bytes beyond the end of the flash.
    """
    for piece in pieces:
        if piece.span.end > state.flash_size:
            raise OutsideFlash(span=str(piece.span), limit=format_addr(state.flash_size))
    wanted = sectors_of(pieces)
    kept: list[Kept] = []
    notes: list[str] = []
    _decide_loader(wanted, state, permissions, kept=kept, notes=notes)
    moved = moved_copies(wanted, state)
    _decide_rf(wanted, state, permissions, moved=moved, kept=kept, notes=notes)
    copied = (*moved, *_bring_rf(wanted, pieces, state, notes=notes))
    return TargetImage(wanted=wanted, kept=tuple(kept), notes=tuple(notes), copied=copied)


def _decide_loader(
    wanted: dict[int, bytes],
    state: FlashState,
    permissions: Permissions,
    *,
    kept: list[Kept],
    notes: list[str],
) -> None:
    inside = [addr for addr in wanted if addr < APP_START]
    if not inside:
        return
    span = AddressRange(inside[0], inside[-1] + SECTOR_LEN)
    if state.chip.family is Family.LOADER:
        why = _("this chip answers the UART with it; it is never touched")
    elif state.loader_equal and Permission.BOOTLOADER not in permissions:
        why = _("it is the same program as in the file; only its label differs, if anything")
    else:
        notes.append(
            _("The boot loader differs from the one in the file and is written: {span}.", span=span)
        )
        return
    for addr in inside:
        del wanted[addr]
    kept.append(Kept(span=span, name="bootloader", why=why))


def _decide_rf(
    wanted: dict[int, bytes],
    state: FlashState,
    permissions: Permissions,
    *,
    moved: Sequence[int],
    kept: list[Kept],
    notes: list[str],
) -> None:
    for addr in rf_sectors(state.chip, state.flash_size):
        if addr not in wanted or addr in moved:
            continue
        span = AddressRange.sized(addr, SECTOR_LEN)
        now, new = state.rf_now.get(addr), wanted.pop(addr)
        mixed = merge_rf(now, new, permissions)
        if mixed is None:
            why = _("RF calibration and MAC belong to this device (--allow rf, mac)")
            if now == new:
                why = _("the file holds the same bytes")
            kept.append(Kept(span=span, name="rf", why=why))
            continue
        wanted[addr] = mixed  # also what is there already: an interrupted run may have written it
        if mixed == now:
            notes += [] if mixed == new else [_only_allowed(addr)]
            continue
        notes.append(
            _(
                "RF calibration or MAC at {where} is changed, as you allowed.",
                where=format_addr(addr),
            )
        )


def _only_allowed(addr: int) -> str:
    return _(
        "At {where} only what you allowed is changed; the rest stays as it is.",
        where=format_addr(addr),
    )


def moved_copies(wanted: Mapping[int, bytes], state: FlashState) -> tuple[int, ...]:
    """RF sectors where file and device differ by a copy of what stays at another place, alone.

    Either holds that copy and the other one nothing: it goes, or comes back, and nothing is lost.
    """

    def stays(addr: int, sector: bytes) -> bool:
        return state.rf_now.get(addr) == sector == wanted.get(addr, sector)

    def copy_at(addr: int, now: bytes) -> bytes | None:
        new = wanted.get(addr, now)
        return None if new == now else now if new == BLANK_SECTOR else new

    return tuple(
        addr
        for addr, now in state.rf_now.items()
        if (copy := copy_at(addr, now)) is not None
        and BLANK_SECTOR in {now, wanted[addr]}
        and any(stays(other, copy) for other in state.rf_now if other != addr)
    )


def _bring_rf(
    wanted: dict[int, bytes], pieces: Sequence[Segment], state: FlashState, *, notes: list[str]
) -> tuple[int, ...]:
    """Copy the device's own calibration to where the new firmware looks for it, if that is blank.

    Tuya's BK7238 (T1) keeps it at 0x1E3000, OpenBeken at 0x1E0000 (uart-protocol.md 6.4). Nothing
    that exists is changed: only an empty sector gets the copy, and the original stays.
    """
    ours, theirs = (state.chip.map_of(origin) for origin in ("tuya", "openbeken"))
    source, target = (layout.region(RegionRole.RF) if layout else None for layout in (ours, theirs))
    if source is None or target is None or source.span.start == target.span.start:
        return ()
    if any(piece.span.overlaps(target.span) for piece in pieces):
        return ()  # a whole dump: it says itself what belongs there
    held, blank = state.rf_now.get(source.span.start), state.rf_now.get(target.span.start)
    firmware_written = any(APP_START <= addr < BLOCK_LEN * 2 for addr in wanted)
    if held is None or mac_in_rf(held) is None or blank != BLANK_SECTOR or not firmware_written:
        return ()
    wanted[target.span.start] = held
    notes.append(
        _(
            "The device's own RF calibration and MAC are copied from {here} to {there}, "
            "where the new firmware looks for them.",
            here=format_addr(source.span.start),
            there=format_addr(target.span.start),
        )
    )
    return (target.span.start,)


def merge_rf(now: bytes | None, new: bytes, permissions: Permissions) -> bytes | None:
    """The RF sector to write, None for none: what `new` brings as far as it is allowed.

    `rf` is the calibration without the address, `mac` the address alone. What a permission does
    not name stays as it is in `now`; an address goes only where both sectors have a place for it.
    """
    rf, mac = Permission.RF in permissions, Permission.MAC in permissions
    if rf and mac:
        return new
    if not (rf or mac) or now is None:
        return None
    if mac:
        whole = _has_place(now) and _has_place(new)
        return with_address(now, new) if whole else None
    if not _has_place(now):
        return new  # the device has lost both: no address of its own is there to be kept
    return with_address(new, now) if _has_place(new) else None


def _may_stand_there(sector: bytes, now: bytes) -> bool:
    """Whether bytes may go to the place of calibration: it itself, or nothing at all.

    Where neither calibration nor an empty place for it is (`now`), anything may.
    """
    return (
        sector == BLANK_SECTOR or _has_place(sector) or not (now == BLANK_SECTOR or _has_place(now))
    )


def with_address(sector: bytes, source: bytes) -> bytes:
    """`sector` with the address of `source`."""
    end = MAC_OFFSET + MAC_LEN
    return sector[:MAC_OFFSET] + source[MAC_OFFSET:end] + sector[end:]


def _has_place(sector: bytes) -> bool:
    """Whether the sector has the record in which an address stands."""
    record = sector[MAC_OFFSET - len(_MAC_RECORD) : MAC_OFFSET]
    return sector.startswith(RF_MAGIC) and record == _MAC_RECORD


def within_permissions(
    target: TargetImage, rf_now: Mapping[int, bytes], permissions: Permissions
) -> TargetImage:
    """`target` with RF sectors changed just as far as `permissions` name it.

    Raises PermissionNeeded where it asks for more than a part of them, RfContentUnfit where what
    is to go there is no calibration.
    """
    wanted = dict(target.wanted)
    notes = list(target.notes)
    for addr, now in rf_now.items():
        new = wanted.get(addr)
        if new is None or new == now or addr in target.copied:
            continue
        mixed = merge_rf(now, new, permissions)
        if mixed is None:
            raise rf_refused(addr, permissions)
        if not _may_stand_there(mixed, now):
            raise RfContentUnfit(span=str(AddressRange.sized(addr, SECTOR_LEN)))
        if mixed != new:
            notes.append(_only_allowed(addr))
        wanted[addr] = mixed
    return replace(target, wanted=wanted, notes=tuple(notes))
