"""Whether what a flash holds stands where the chip has it.

Whole sectors that were lost, added or exchanged leave every sum right and move what lies behind
them. Places: the chip catalogue; order of the vendor's store: tuya-storage.md 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.catalog import chips
from plugsmith.chips.model import APP_START, RegionRole
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.survey.report import Damage, DamageKind, DumpKind
from plugsmith.dump.survey.store_places import erased_offsets, store_places
from plugsmith.errors import PlugsmithError
from plugsmith.image.rbl import TRAILER_LEN
from plugsmith.memory import SECTOR_LEN, AddressRange, format_addr, merge_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plugsmith.chips.model import Chip
    from plugsmith.dump.finding import Finding
    from plugsmith.dump.store.stores import VendorStore
    from plugsmith.dump.survey.report import DumpReport
    from plugsmith.dump.survey.store_places import StorePlaces

_ROLES = {
    FindingKind.RF_CALIBRATION: RegionRole.RF,
    FindingKind.OBK_CONFIG: RegionRole.CONFIG,
    FindingKind.TUYA_KEY: RegionRole.KEY,
    FindingKind.TUYA_PROTECTED: RegionRole.PROTECTED,
    FindingKind.TUYA_FILES: RegionRole.FILES,
}
_VENDOR = ("tuya", "sdk")
_EVERYWHERE = (RegionRole.RF, RegionRole.CONFIG)  # also where the vendor divides the flash anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the things of one kind stand, and where the chip has them; () if nobody knows.

    `seen`: where some of its devices may have them too, which proves nothing.
    """

    kind: FindingKind
    at: tuple[int, ...]
    homes: tuple[int, ...]
    seen: tuple[int, ...] = ()

    @property
    def proven(self) -> bool:
        """One of them stands in its place."""
        return any(at in self.homes for at in self.at)

    @property
    def wrong(self) -> bool:
        """Its place is known, and none of them stands there."""
        if self.kind is FindingKind.TUYA_FILES:  # of the two copies the first may be torn
            second = {home + SECTOR_LEN for home in self.homes}
            return bool(self.homes) and not self.proven and not set(self.at) <= second
        return bool(self.homes) and not self.proven and not set(self.at) & set(self.seen)


def standings(report: DumpReport) -> tuple[Standing, ...]:
    """Every kind of thing with a place of its own that was found in a straight, whole flash."""
    if not (report.layout.straight and report.layout.complete):
        return ()
    found = [_of_code(report, FindingKind.BOOTLOADER, 0)]
    found.append(_of_code(report, FindingKind.APPLICATION, APP_START))
    owners = _owners(report)
    keys = {item.span.start for item in _of_kind(report, FindingKind.TUYA_KEY)}
    usual = not keys or keys & set(_homes(owners, RegionRole.KEY, report))
    for kind, role in _ROLES.items():
        at = tuple(item.span.start for item in _of_kind(report, kind))
        homes = _homes(owners, role, report)
        if role is RegionRole.KEY:
            others = _key_homes(report)
            found.append(Standing(kind=kind, at=at, homes=homes or others, seen=others))
        elif usual or role in _EVERYWHERE:
            found.append(Standing(kind=kind, at=at, homes=homes))
    return tuple(item for item in found if item.at)


def calibrations(report: DumpReport) -> tuple[list[Finding], bool]:
    """The sectors of RF calibration, the device's own first, and whether that is in its place.

    Of several one is the device's own: the one where its chip looks for it, be it sound or not.
    Where nobody knows that place, or none is there, they come sound ones first.
    """
    found = sorted(_of_kind(report, FindingKind.RF_CALIBRATION), key=lambda item: not item.sound)
    straight = report.layout.straight
    homes = _homes(_owners(report), RegionRole.RF, report) if straight else ()
    at_home = [item for item in found if item.span.start in homes]
    rest = [item for item in found if item not in at_home]
    return at_home + rest, bool(at_home) or not homes


def unproven_len(report: DumpReport) -> int:
    """Bytes outside of everything that was recognised, other than erased ones.

    The room between an application's code and its header belongs to nobody: no sum covers it.
    """
    return report.size - sum(map(len, merge_ranges(_recognised(report))))


def _recognised(report: DumpReport) -> Iterator[AddressRange]:
    for item in report.findings:
        code_end, header = item.facts.get("code_end"), item.facts.get("trailer")
        if isinstance(code_end, int) and isinstance(header, int):
            yield AddressRange(item.span.start, code_end)
            yield AddressRange(header, item.span.end)
        else:
            yield item.span


def moved(report: DumpReport, stores: Sequence[VendorStore]) -> Iterator[Damage]:
    """What stands elsewhere than the chip has it, and a store whose blocks are out of order."""
    wrong = [item for item in standings(report) if item.wrong]
    for item in wrong:
        yield _moved(item.kind.value, item.at[0], item.homes[0])
    yield from _header(report)
    own = [store for store in stores if store.sectors]
    if own and not wrong and standings(report):
        yield from _strays(store_places(own[0], blank=erased_offsets(report)))


def _header(report: DumpReport) -> Iterator[Damage]:
    """A vendor's application without header, where that place holds something else."""
    app = next(_of_kind(report, FindingKind.APPLICATION), None)
    if app is None or app.facts["trailer"] is not None or not standings(report):
        return
    homes = [
        layout.region(RegionRole.APP)
        for owner in _owners(report)
        for layout in owner.memory_maps
        if layout.origin in _VENDOR
    ]
    ends = [home.span.end for home in homes if home is not None and home.span.end <= report.size]
    places = [end - TRAILER_LEN for end in ends]
    stray = app.facts.get("stray_trailer")
    erased = erased_offsets(report)
    for home in places[:1]:
        if isinstance(stray, int):
            yield _moved(app.kind.value, stray, home)
        elif report.kind is DumpKind.FACTORY and home // SECTOR_LEN * SECTOR_LEN not in erased:
            yield Damage(
                kind=DamageKind.MOVED,
                text=_(
                    "Where the header of the application belongs, at {home}, stands something "
                    "else: whole sectors were lost, added or exchanged.",
                    home=format_addr(home),
                ),
            )


def _moved(what: str, at: int, home: int) -> Damage:
    return Damage(
        kind=DamageKind.MOVED,
        text=_(
            "What belongs at {home} stands at {at} ({what}): whole sectors were lost, added "
            "or exchanged.",
            what=what,
            at=format_addr(at),
            home=format_addr(home),
        ),
    )


def _strays(places: StorePlaces) -> Iterator[Damage]:
    for item in places.strays[:1]:
        yield Damage(
            kind=DamageKind.MOVED,
            text=_(
                "Block {block} of the vendor's storage stands at {at}, not at {home}: whole "
                "sectors were lost, added or exchanged.",
                block=item.block,
                at=format_addr(item.at),
                home=format_addr(item.home),
            ),
        )
    for item in places.doubled[:1]:
        yield Damage(
            kind=DamageKind.MOVED,
            text=_(
                "Block {block} of the vendor's storage stands at {home} and once more at {at}, and "
                "neither is the older one: whole sectors were doubled.",
                block=item.block,
                at=format_addr(item.at),
                home=format_addr(item.home),
            ),
        )


def _of_code(report: DumpReport, kind: FindingKind, home: int) -> Standing:
    at = tuple(item.span.start for item in _of_kind(report, kind))
    return Standing(kind=kind, at=at, homes=(home,))


def _owners(report: DumpReport) -> list[Chip]:
    """The chips that the file may be of."""
    names = [report.chip]
    for loader in _of_kind(report, FindingKind.BOOTLOADER):
        named = loader.facts["chips"]
        names += [str(name) for name in named] if isinstance(named, list) else []
    for app in _of_kind(report, FindingKind.APPLICATION):
        said = app.facts["chip"]
        names.append(said if isinstance(said, str) else None)
    found: dict[str, Chip] = {}
    for name in names:
        try:
            owner = chip_called(name) if name else None
        except PlugsmithError:
            continue
        if owner is not None:
            found[owner.name] = owner
    return list(found.values())


def _of_kind(report: DumpReport, kind: FindingKind) -> Iterator[Finding]:
    return (item for item in report.findings if item.kind is kind)


def _homes(owners: Sequence[Chip], role: RegionRole, report: DumpReport) -> tuple[int, ...]:
    """Where these chips have a role; the vendor's firmware knows the vendor's places alone."""
    vendor = report.kind is DumpKind.FACTORY and role is not RegionRole.CONFIG
    found = [
        region.span.start
        for owner in owners
        for layout in owner.memory_maps
        if not vendor or layout.origin in _VENDOR
        for region in layout.with_role(role)
    ]
    return tuple(dict.fromkeys(found))


def _key_homes(report: DumpReport) -> tuple[int, ...]:
    """Where any chip has the key block: some modules have it where another chip does."""
    found = [
        region.span.start
        for owner in chips()
        for layout in owner.memory_maps
        for region in layout.with_role(RegionRole.KEY)
        if region.span.end <= report.size
    ]
    return tuple(dict.fromkeys(found))
