"""Release files: list them, download one when asked, and pick the right one from the cache."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plugsmith.chips.catalog import chip as find_chip
from plugsmith.chips.model import Support
from plugsmith.errors import UsageError
from plugsmith.errors.flows import NoImage, NoVariant
from plugsmith.errors.image import ImageDamaged
from plugsmith.errors.network import ReleaseNotFound
from plugsmith.errors.safety import ChipOnlyRead
from plugsmith.events import Log
from plugsmith.flows.image.file import doubt_name
from plugsmith.flows.image.results import (
    AssetRow,
    FetchedFile,
    ReleaseList,
    ReleaseRow,
    image_row,
)
from plugsmith.flows.input_file import MAX_FILE_LEN
from plugsmith.flows.judged_file import JudgedFile
from plugsmith.flows.now import now_text
from plugsmith.flows.progress import task
from plugsmith.image.foreign.marks import mark_of
from plugsmith.image.foreign.other_makers import read_other_maker
from plugsmith.image.model import CheckVerdict, ImageKind
from plugsmith.library.releases import CachedAsset, ReleaseCache, ReleaseOrigin
from plugsmith.limited_read import read_regular
from plugsmith.messages import _
from plugsmith.openbeken.builds.releases import (
    DEFAULT_REPO,
    Asset,
    Release,
    choose_asset,
    is_repo,
    parse_asset_name,
    version_key,
    wanted_prefix,
)
from plugsmith.openbeken.builds.variants import UNJUDGED, variant_called

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plugsmith.chips.model import Chip, KeyClass
    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.lan.releases import DownloadTimeouts


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """What to fetch: a file by name, or the right one for a chip; neither only lists.

    `offline` uses the remembered list and the cache alone. `server` is the release API.
    """

    repo: str = DEFAULT_REPO
    server: str | None = None
    version: str | None = None
    asset: str | None = None
    chip: str | None = None
    key_class: KeyClass | None = None
    variant: str | None = None
    prereleases: bool = False
    offline: bool = False
    prefix: str | None = None  # instead of `chip`: how the wanted file's name begins
    ota: bool = False  # the file for updates over the network, not the one for the wires
    patience: DownloadTimeouts | None = None


def fetch(
    request: FetchRequest,
    *,
    cache: ReleaseCache,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
) -> ReleaseList | FetchedFile:
    """List releases and download what is asked for; the result of `image fetch`.

    Raises ReleaseNotFound when the release or file does not exist, the errors of errors/network.py,
    and ImageDamaged for a file that is not the firmware it should be.
    """
    if not is_repo(request.repo):
        raise UsageError(problem=_("--repo {repo} is not owner/name", repo=request.repo))
    listed, releases = _releases(request, cache, clock=clock, cancel=cancel)
    wanted = _wanted(request, releases)
    found = ReleaseList(
        repo=request.repo,
        listed=listed,
        releases=tuple(_release_row(item, request, cache) for item in releases),
    )
    if wanted is None:
        return found
    release, asset = wanted
    _tell_variant(asset.name, sink)
    held = cache.find(request.repo, release.tag, asset.name)
    fresh = held is None or (asset.sha256 is not None and asset.sha256 != held.origin.sha256)
    if held is None or fresh:
        if request.offline:
            raise _not_found(asset.name, _("the cache"))
        held = _download(
            request, release, asset, cache=cache, clock=clock, sink=sink, cancel=cancel
        )
    return _fetched(found, held, downloaded=fresh)


def pick_cached(
    cache: ReleaseCache, owner: Chip, key_class: KeyClass, *, variant: str | None = None
) -> Path:
    """The newest cached OpenBeken image for a chip whose code key has this class: plain or variant.

    Raises NoImage, or NoVariant where only the needed variant is missing; ChipOnlyRead.
    """
    if owner.support is Support.RECOGNISED:
        raise ChipOnlyRead(chip=owner.name)
    prefix = wanted_prefix(owner, key_class)
    found = cache.newest(DEFAULT_REPO, prefix, variant=variant) if prefix is not None else None
    if found is None and variant is not None:
        raise NoVariant(chip=owner.name, variant=variant)
    if found is None:
        raise NoImage(chip=owner.name, asset=f"{prefix or 'OpenBK'}_QIO_<version>.bin")
    return found.path


def _releases(
    request: FetchRequest, cache: ReleaseCache, *, clock: Clock, cancel: CancelToken
) -> tuple[str, list[Release]]:
    """(when the list was made, releases), newest version first."""
    if request.offline:
        kept = cache.last_list(request.repo)
        if kept is None:
            raise _not_found(_("A release list of {repo}", repo=request.repo), _("the cache"))
        listed, found = kept
    else:
        from plugsmith.lan.releases import (  # noqa: PLC0415 - 0.2 s that only a fetch pays
            DEFAULT_SERVER,
            ReleaseServer,
        )

        with ReleaseServer(
            clock=clock,
            cancel=cancel,
            server=request.server or DEFAULT_SERVER,
            patience=request.patience,
        ) as server:
            found = server.list_releases(request.repo)
        listed = now_text()
        cache.keep_list(request.repo, found, fetched=listed)
    wanted = [item for item in found if request.prereleases or not item.prerelease]
    if request.version is not None:
        wanted = [item for item in found if item.tag == request.version]
        if not wanted:
            raise _not_found(_("Release {version}", version=request.version), request.repo)
    return listed, sorted(wanted, key=lambda item: version_key(item.tag), reverse=True)


def _wanted(request: FetchRequest, releases: list[Release]) -> tuple[Release, Asset] | None:
    """The file that is asked for, from the newest release that has it."""
    if request.asset is None and request.chip is None and request.prefix is None:
        return None
    for release, name in _candidates(request, releases):
        asset = release.asset(name)
        if asset is not None:
            return release, asset
    chip = request.chip or request.prefix
    what = request.asset or _("A build for {chip}", chip=chip)
    if request.variant is not None and request.asset is None:
        what = _("A build {variant} for {chip}", variant=request.variant, chip=chip)
    raise _not_found(what, request.repo)


def _candidates(request: FetchRequest, releases: list[Release]) -> Iterator[tuple[Release, str]]:
    if request.asset is not None:
        yield from ((release, request.asset) for release in releases)
        return
    prefix = request.prefix
    if prefix is None:
        owner = find_chip(request.chip or "")
        prefix = wanted_prefix(owner, request.key_class or owner.expects_key)
        prefix = prefix or UNJUDGED.get(owner.name)
    for release in releases if prefix is not None else []:
        names = (item.name for item in release.assets)
        name = choose_asset(names, prefix or "", variant=request.variant, ota=request.ota)
        if name is not None:
            yield release, name


def _download(
    request: FetchRequest,
    release: Release,
    asset: Asset,
    *,
    cache: ReleaseCache,
    clock: Clock,
    sink: EventSink,
    cancel: CancelToken,
) -> CachedAsset:
    from plugsmith.lan.releases import (  # noqa: PLC0415 - 0.2 s that only a fetch pays
        DEFAULT_SERVER,
        ReleaseServer,
    )

    title = _("Downloading {name}", name=asset.name)
    with (
        ReleaseServer(
            clock=clock,
            cancel=cancel,
            server=request.server or DEFAULT_SERVER,
            patience=request.patience,
        ) as server,
        task("fetch", title, total=asset.size, clock=clock, sink=sink) as meter,
    ):
        data = server.download(asset, progress=meter.advance)
    if not _is_unjudged(asset.name, data, sink):
        _check_content(asset.name, data)
    return cache.keep(
        data,
        ReleaseOrigin(
            repo=request.repo,
            tag=release.tag,
            name=asset.name,
            url=asset.url,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            digest_given=asset.sha256 is not None,
            fetched=now_text(),
        ),
    )


def _tell_variant(name: str, sink: EventSink) -> None:
    """What the build adds to the plain one and leaves out."""
    parts = parse_asset_name(name)
    if parts is None or parts.variant is None:
        return
    known = variant_called(parts.variant)
    text = known.text if known is not None else _(
        "{name}: nothing is known here of what this build adds or leaves out.", name=parts.variant
    )  # fmt: skip
    sink.emit(Log(message=text))


def _is_unjudged(name: str, data: bytes, sink: EventSink) -> bool:
    """Whether it is a build for a chip whose files nobody here can judge, and nothing else."""
    parts = parse_asset_name(name)
    if parts is None or parts.prefix not in UNJUDGED.values():
        return False
    image = JudgedFile(name=name, data=data).image
    package = image.kind is ImageKind.OTA and image.checks.get("header") is CheckVerdict.OK
    odd = mark_of(data) is not None or read_other_maker(data) is not None or len(set(data)) < 2
    if image.chips or odd or not (package or image.kind is ImageKind.UNKNOWN):
        return False
    text = _("{name} is kept as it was sent: what it holds cannot be judged here.", name=name)
    sink.emit(Log(message=text))
    return True


def _check_content(name: str, data: bytes) -> None:
    """A file that is called firmware must be what its name says; others are kept as they are."""
    if parse_asset_name(name) is None:
        return
    image = JudgedFile(name=name, data=data).image
    if image.kind is ImageKind.UNKNOWN or image.problems:
        raise ImageDamaged(name=name, problem=" ".join(item.text for item in image.problems))
    doubts = doubt_name(name, image)
    if doubts:
        raise ImageDamaged(name=name, problem=" ".join(doubts))


def _fetched(found: ReleaseList, held: CachedAsset, *, downloaded: bool) -> FetchedFile:
    data = read_regular(held.path, limit=MAX_FILE_LEN)
    image = JudgedFile(name=held.path.name, data=data).image
    return FetchedFile(
        repo=found.repo,
        listed=found.listed,
        releases=found.releases,
        file=str(held.path),
        asset=held.origin.name,
        version=held.origin.tag,
        sha256=held.origin.sha256,
        size=held.origin.size,
        url=held.origin.url,
        digest="ok" if held.origin.digest_given else "not-published",
        downloaded=downloaded,
        image=image_row(image) if image.kind is not ImageKind.UNKNOWN else None,
    )


def _release_row(release: Release, request: FetchRequest, cache: ReleaseCache) -> ReleaseRow:
    shown = [
        item
        for item in release.assets
        if request.repo != DEFAULT_REPO or parse_asset_name(item.name) is not None
    ]
    return ReleaseRow(
        version=release.tag,
        published=release.published,
        prerelease=release.prerelease,
        assets=tuple(
            AssetRow(
                name=item.name,
                size=item.size,
                cached=cache.find(request.repo, release.tag, item.name) is not None,
            )
            for item in shown
        ),
    )


def _not_found(what: str, where: str) -> ReleaseNotFound:
    return ReleaseNotFound(what=what, name=where)
