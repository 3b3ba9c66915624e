"""Which file updates which device: read from its content, never from its name.

The device checks nothing: an update for another chip bricks it (openbeken.md section 7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as chip_record
from plugsmith.chips.model import RegionRole
from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import UpdateMissing, UpdateUnusable, WrongUpdate
from plugsmith.flows.file_kind import WITH_CODE
from plugsmith.flows.judged_file import JudgedFile, open_file, worked_on
from plugsmith.image.model import ImageKind
from plugsmith.image.rbl import MAGIC
from plugsmith.lan.apply import files_size, region_of
from plugsmith.library.releases import ReleaseCache
from plugsmith.messages import _
from plugsmith.openbeken.builds.releases import (
    DEFAULT_REPO,
    AssetKind,
    parse_asset_name,
    update_name,
    version_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.lan.apply import DeviceState
    from plugsmith.library.library import Library

_TAKES_N = frozenset({"BK7231M", "T34", "BL2028N"})  # section 7: they run the N's updates


@dataclass(frozen=True, slots=True, kw_only=True)
class OtaUpdate:
    """A sound update, by its content; `variant` is what follows the version after a `_`."""

    name: str
    data: bytes = field(repr=False)
    chips: tuple[str, ...]
    version: str
    variant: str | None


def load_update(path: Path) -> OtaUpdate:
    """The update in a file; UpdateUnusable for anything that is not a sound OpenBeken package."""
    file = open_file(path)
    with worked_on(file.data, takes=WITH_CODE):
        return _update_of(file, path)


def _update_of(file: JudgedFile, path: Path) -> OtaUpdate:
    data, image = file.data, file.image
    if image.kind is not ImageKind.OTA or not data.startswith(MAGIC):
        raise UpdateUnusable(name=path.name, problem=_("it is no update package (.rbl)"))
    if image.problems:
        raise UpdateUnusable(name=path.name, problem=image.problems[0].text.rstrip("."))
    if image.firmware != "OpenBeken" or not image.chips:
        problem = _("it does not say that it is OpenBeken for a chip")
        raise UpdateUnusable(name=path.name, problem=problem)
    text = image.version or (image.header.version if image.header else "")
    version, _mark, variant = text.partition("_")
    return OtaUpdate(
        name=path.name, data=data, chips=image.chips, version=version, variant=variant or None
    )


def is_running(update: OtaUpdate, state: DeviceState) -> bool:
    """Whether the device runs this version of this build already."""
    return (state.info.version, state.info.variant) == (update.version, update.variant)


def is_older(update: OtaUpdate, state: DeviceState) -> bool:
    """Whether the update would bring an older version than the device runs."""
    now = state.info.version
    return now is not None and version_key(update.version) < version_key(now)


def choose(
    given: Sequence[OtaUpdate], library: Library, state: DeviceState, *, other_variant: bool
) -> OtaUpdate:
    """Among several given updates the one for this device; without any the newest cached one.

    UpdateMissing where nothing was fetched for it. That the choice is right is `check_update`'s.
    """
    if not given:
        return _cached(library, state, variant=state.info.variant)
    fitting = [item for item in given if _chips_of(state) & set(item.chips)]
    same = [item for item in fitting if item.variant == state.info.variant]
    pool = same or (fitting if other_variant else []) or fitting or list(given)
    return max(pool, key=lambda item: version_key(item.version))


def _chips_of(state: DeviceState) -> set[str]:
    chip = state.info.chip.upper()
    return {chip, "BK7231N"} if chip in _TAKES_N else {chip}


def check_update(host: str, update: OtaUpdate, state: DeviceState, *, other_variant: bool) -> None:
    """Return if the update is for this chip, this variant, and fits; WrongUpdate otherwise."""
    chip, variant = state.info.chip.upper(), state.info.variant
    if not _chips_of(state) & set(update.chips):
        raise _refused(
            host,
            _("{name} is for {chips}, the device is a {chip}", name=update.name,
              chips="/".join(update.chips), chip=chip),
        )  # fmt: skip
    if variant != update.variant and not other_variant:
        raise _refused(
            host,
            _("the device runs the build {old}, {name} is the build {new}", name=update.name,
              old=variant or _("without a name"), new=update.variant or _("without a name")),
            remedy=_("Take the file of the same build, or add --other-variant if you mean it."),
        )  # fmt: skip
    room = _room(state)
    if len(update.data) > room:
        raise _refused(
            host,
            _("{name} has {size} bytes, the update area {room}", name=update.name,
              size=len(update.data), room=room),
        )  # fmt: skip


def _room(state: DeviceState) -> int:
    """Bytes from the start of the update area to the end of the file system behind it."""
    area, files = (
        region_of(state.info.chip, role) for role in (RegionRole.OTA, RegionRole.FILESYSTEM)
    )
    if area is None or files is None:
        return 0
    return files.end - area.start


def overwrites_files(update: OtaUpdate, state: DeviceState) -> bool:
    """Whether the update is so large that it reaches into the file system."""
    return len(update.data) > _room(state) - files_size(state)


def wanted_update(
    given: Sequence[OtaUpdate], library: Library, state: DeviceState, wanted: str
) -> OtaUpdate:
    """The update to a version by name: `1.18.301`, or `1.18.301_sensors` for another build.

    A version alone means the build that the device runs. From the given files, or else from the
    cache; UpdateMissing names the file.
    """
    version, _mark, named = wanted.partition("_")
    variant = named or state.info.variant
    for item in given:
        right = (item.version, item.variant) == (version, variant)
        if right and _chips_of(state) & set(item.chips):
            return item
    return _cached(library, state, variant=variant, version=version)


def _cached(
    library: Library, state: DeviceState, *, variant: str | None, version: str | None = None
) -> OtaUpdate:
    """The cached update of this version, or the newest, for the chip of a device."""
    cache = ReleaseCache(library.cache / "releases")
    prefixes = prefixes_of(state.info.chip)
    found = []
    for held in cache.all_of(DEFAULT_REPO):
        parts = parse_asset_name(held.path.name)
        if parts is None or parts.kind is not AssetKind.OTA or parts.alternative_sdk:
            continue
        right = parts.variant == variant and version in {None, parts.version}
        if right and parts.prefix in prefixes:
            found.append((version_key(parts.version), held.path))
    if not found:
        name = update_name(prefixes[0], version or newest_version(cache) or "VERSION", variant)
        raise UpdateMissing(
            chip=state.info.chip, variant=variant or _("the build without a name"), file=name
        )
    update = load_update(max(found)[1])
    if version is not None and (update.version, update.variant) != (version, variant):
        problem = _("it is version {version}, not what its name says", version=update.version)
        raise UpdateUnusable(name=update.name, problem=problem)
    return update


def prefixes_of(chip_name: str) -> tuple[str, ...]:
    """How the updates for a chip may begin, the usual one first."""
    name = chip_name.upper()
    try:
        own = chip_record(name).openbeken_prefix
    except PlugsmithError:
        own = None
    if name in _TAKES_N:
        return tuple(item for item in ("OpenBK7231N", own) if item)
    return (own or f"Open{name}",)


def newest_version(cache: ReleaseCache) -> str | None:
    """The newest release in the list that was fetched last."""
    try:
        kept = cache.last_list(DEFAULT_REPO)
    except PlugsmithError:
        return None
    tags = [item.tag for item in kept[1] if not item.prerelease] if kept else []
    return max(tags, key=version_key, default=None)


def _refused(host: str, problem: str, *, remedy: str = "") -> WrongUpdate:
    return WrongUpdate(
        host=host,
        problem=problem,
        remedy=remedy
        or _("Take the .rbl file of the same release for this chip: plugsmith image fetch"),
    )
