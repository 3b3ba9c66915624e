"""OpenBeken's public releases: the list as the hosting service gives it, and which file to take.

Names and habits: openbeken.md section 14. Pure: JSON values in, records out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from plugsmith.chips.catalog import chip as chip_called
from plugsmith.chips.model import KeyClass
from plugsmith.errors import Malformed
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plugsmith.chips.model import Chip

_T = TypeVar("_T")

DEFAULT_REPO = "openshwprojects/OpenBK7231T_App"
_MAX_RELEASES = 200
_MAX_ASSETS = 500
_MAX_ASSET_LEN = 0x100_0000
_NAME = re.compile(
    r"(?P<prefix>OpenBK7[0-9A-Z]{3,5})(?P<alt>_ALT)?(?:_(?P<kind>QIO|UA|UG))?"
    r"_(?P<version>\d+(?:\.\d+)+(?:-[0-9A-Za-z.]+)?)(?:_(?P<variant>[0-9A-Za-z]+))?"
    r"\.(?P<ending>bin|rbl)"
)
_SAFE_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._+-]{0,120}")
_REPO = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,38}/[0-9A-Za-z._-]{1,100}")
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})")


class AssetKind(StrEnum):
    """What the name of a release file promises; its content is looked at all the same."""

    QIO = "qio"
    UA = "ua"
    UG = "ug"
    OTA = "ota"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetName:
    """The parts of a name such as OpenBK7231T_QIO_1.18.300.bin."""

    prefix: str
    kind: AssetKind
    version: str
    variant: str | None
    alternative_sdk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One file of a release; `sha256` only where the service publishes it."""

    name: str
    size: int
    url: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release; `published` is the service's own date text."""

    tag: str
    published: str
    prerelease: bool
    assets: tuple[Asset, ...]

    def asset(self, name: str) -> Asset | None:
        """The asset called `name`."""
        return next((item for item in self.assets if item.name == name), None)


def is_repo(text: str) -> bool:
    """Whether `text` has the form owner/name and can go into a path."""
    return _REPO.fullmatch(text) is not None and ".." not in text


def parse_releases(body: object) -> list[Release]:
    """The releases in the service's JSON answer, newest first as given; drafts are left out.

    Raises Malformed when it is not a list of releases. Assets with odd names or sizes are dropped:
    their names become file names.
    """
    if not isinstance(body, list) or len(body) > _MAX_RELEASES:
        raise _malformed("it is not a list of releases")
    return [_release(item) for item in body if not _field(item, "draft", bool, default=False)]


def _release(item: object) -> Release:
    tag = _field(item, "tag_name", str)
    if _SAFE_NAME.fullmatch(tag) is None:
        raise _malformed("a release has an impossible tag")
    raw = _field(item, "assets", list, default=[])
    if len(raw) > _MAX_ASSETS:
        raise _malformed("a release has too many files")
    assets = [asset for entry in raw if (asset := _asset(entry)) is not None]
    return Release(
        tag=tag,
        published=_field(item, "published_at", str, default=""),
        prerelease=_field(item, "prerelease", bool, default=False),
        assets=tuple(assets),
    )


def _asset(entry: object) -> Asset | None:
    name = _field(entry, "name", str)
    size = _field(entry, "size", int)
    digest = _field(entry, "digest", str, default="")
    if _SAFE_NAME.fullmatch(name) is None or not 0 < size <= _MAX_ASSET_LEN:
        return None
    match = _SHA256.fullmatch(digest.lower())
    return Asset(
        name=name,
        size=size,
        url=_field(entry, "browser_download_url", str),
        sha256=match[1] if match else None,
    )


def parse_asset_name(name: str) -> AssetName | None:
    """The parts of an OpenBeken file name, or None for any other name."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    if match["ending"] == "rbl":
        kind = AssetKind.OTA
    elif match["kind"] is None:
        return None
    else:
        kind = AssetKind(match["kind"].lower())
    return AssetName(
        prefix=match["prefix"],
        kind=kind,
        version=match["version"],
        variant=match["variant"],
        alternative_sdk=match["alt"] is not None,
    )


def wanted_prefix(owner: Chip, key_class: KeyClass) -> str | None:
    """The name prefix of the build for a chip whose code key has this class; None: there is none.

    An N without a key is what OpenBeken calls M: its build is the one that is not scrambled.
    """
    if key_class not in {KeyClass.TUYA, KeyClass.NONE, KeyClass.OTHER}:
        return owner.openbeken_prefix
    same_silicon = [owner, *([chip_called(owner.twin)] if owner.twin else [])]
    return next(
        (item.openbeken_prefix for item in same_silicon if item.expects_key is key_class), None
    )


def update_name(prefix: str, version: str, variant: str | None) -> str:
    """What a release calls the update (OTA) of a build."""
    return f"{prefix}_{version}{'_' + variant if variant else ''}.rbl"


def choose_asset(
    names: Iterable[str], prefix: str, *, variant: str | None = None, ota: bool = False
) -> str | None:
    """The build for writing over wires: QIO before UA, the newest version; plain, or `variant`.

    With `ota` the one for updates over the network.
    """
    kinds = {AssetKind.OTA} if ota else {AssetKind.QIO, AssetKind.UA}
    wanted = variant.casefold() if variant else None
    best: tuple[tuple[int, ...], int, str] | None = None
    for name in names:
        parts = parse_asset_name(name)
        if parts is None or parts.prefix != prefix or parts.alternative_sdk:
            continue
        if (parts.variant.casefold() if parts.variant else None) != wanted:
            continue
        if parts.kind not in kinds:
            continue
        rank = (version_key(parts.version), int(parts.kind is AssetKind.QIO), name)
        best = max(best, rank) if best is not None else rank
    return best[2] if best is not None else None


def version_key(version: str) -> tuple[int, ...]:
    """Sorts versions as people do; a pre-release comes before its release."""
    plain, _dash, rest = version.partition("-")
    numbers = tuple(int(part) for part in plain.split(".") if part.isdecimal())
    return (*numbers, 0 if rest else 1)


def _field(item: object, name: str, kind: type[_T], *, default: _T | None = None) -> _T:
    value = item.get(name, default) if isinstance(item, dict) else None
    if value is None and default is not None:
        return default
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise _malformed(_("the field {name} is missing or of another type", name=name))
    return value


def _malformed(problem: str) -> Malformed:
    return Malformed(structure="release list", problem=problem, offset=0)
