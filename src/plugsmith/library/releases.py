"""Release files that were fetched, each with where it came from, for use without a network.

Layout: releases/<owner>__<name>/<tag>/<file> with <file>.json beside it, and the last release list
as list.json. A file without its sheet, or other than its sheet says, is as good as not there.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from plugsmith.errors.content import InputError
from plugsmith.errors.library import CacheUnusable
from plugsmith.library.home import check_room, home, write_whole
from plugsmith.limited_read import read_regular
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.builds.releases import Release, choose_asset, parse_releases

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.errors import Fact

SCHEMA = 1
_SHEET_LIMIT = 0x1_0000
_LIST_LIMIT = 16 << 20
_IMAGE_LIMIT = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrigin:
    """Where a cached file came from; `digest_given` is whether the release named its SHA-256."""

    repo: str
    tag: str
    name: str
    url: str
    size: int
    sha256: str
    digest_given: bool
    fetched: str

    def as_fact(self) -> dict[str, Fact]:
        """For JSON output."""
        return {"schema": SCHEMA, **asdict(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedAsset:
    """A file in the cache whose content is what its sheet says."""

    path: Path
    origin: ReleaseOrigin


class ReleaseCache:
    """The cache below `folder` (by default in the user's library)."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder if folder is not None else home() / "cache" / "releases"

    def keep(self, data: bytes, origin: ReleaseOrigin) -> CachedAsset:
        """Put a checked download into the cache; NoRightToWrite or NoSpaceLeft when it cannot."""
        target = self._place(origin.repo, origin.tag) / origin.name
        check_room(target.parent, len(data) + _SHEET_LIMIT)
        write_whole(target, data, keep_existing=False)
        sheet = json.dumps(origin.as_fact(), indent=1, sort_keys=True).encode()
        write_whole(_sheet_of(target), sheet, keep_existing=False)
        return CachedAsset(path=target, origin=origin)

    def find(self, repo: str, tag: str, name: str) -> CachedAsset | None:
        """The cached file, or None when it is absent, unsheeted or changed."""
        path = self._place(repo, tag) / name
        origin = _read_sheet(_sheet_of(path))
        if origin is None or origin.name != name or not path.is_file():
            return None
        return CachedAsset(path=path, origin=origin) if _unchanged(path, origin) else None

    def all_of(self, repo: str) -> list[CachedAsset]:
        """Every usable file of `repo`."""
        root = self._root(repo)
        found = [
            self.find(repo, sheet.parent.name, sheet.name.removesuffix(".json"))
            for sheet in sorted(root.glob("*/*.json"))
        ]
        return [item for item in found if item is not None]

    def newest(self, repo: str, prefix: str, *, variant: str | None = None) -> CachedAsset | None:
        """The newest build in the cache whose name starts with `prefix`: plain, or `variant`."""
        cached = {item.path.name: item for item in self.all_of(repo)}
        chosen = choose_asset(cached, prefix, variant=variant)
        return cached[chosen] if chosen is not None else None

    def keep_list(self, repo: str, releases: list[Release], *, fetched: str) -> None:
        """Remember the release list for use without a network."""
        body = {"schema": SCHEMA, "fetched": fetched, "releases": _as_api(releases)}
        root = self._root(repo)
        check_room(root, _SHEET_LIMIT)
        write_whole(root / "list.json", json.dumps(body).encode(), keep_existing=False)

    def last_list(self, repo: str) -> tuple[str, list[Release]] | None:
        """(when it was fetched, releases) of the remembered list; CacheUnusable if it is broken."""
        path = self._root(repo) / "list.json"
        try:
            body = read_nested(read_regular(path, limit=_LIST_LIMIT))
            return str(body["fetched"]), parse_releases(body["releases"])
        except (InputError, OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
            if not path.exists():
                return None
            raise CacheUnusable(name=str(path)) from problem

    def _root(self, repo: str) -> Path:
        return self.folder / repo.replace("/", "__")

    def _place(self, repo: str, tag: str) -> Path:
        return self._root(repo) / tag


def _sheet_of(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _read_sheet(path: Path) -> ReleaseOrigin | None:
    try:
        body = read_nested(read_regular(path, limit=_SHEET_LIMIT))
        if body.pop("schema") != SCHEMA:
            return None
        return ReleaseOrigin(**body)
    except (InputError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _unchanged(path: Path, origin: ReleaseOrigin) -> bool:
    try:
        return hashlib.sha256(read_regular(path, limit=_IMAGE_LIMIT)).hexdigest() == origin.sha256
    except InputError:
        return False


def _as_api(releases: list[Release]) -> list[dict[str, Fact]]:
    return [
        {
            "tag_name": release.tag,
            "published_at": release.published,
            "prerelease": release.prerelease,
            "assets": [
                {
                    "name": asset.name,
                    "size": asset.size,
                    "browser_download_url": asset.url,
                    "digest": f"sha256:{asset.sha256}" if asset.sha256 else "",
                }
                for asset in release.assets
            ],
        }
        for release in releases
    ]
