"""The verbs about firmware files: requests and runners."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import Panel, argument, option, request
from plugsmith.messages import N_, _
from plugsmith.records import Record

if TYPE_CHECKING:
    from plugsmith.api.session import Session
    from plugsmith.flows.image.results import (
        BootResult,
        ConvertResult,
        FetchedFile,
        ImageInfo,
        ReleaseList,
    )
    from plugsmith.flows.many import ManyResult
    from plugsmith.image.scramble import ScrambleKey


@request
class ImageRequest(Record):
    """A firmware file."""

    file: Path = argument(metavar="FILE", help=N_("The firmware file."))


@request
class ImageInfoRequest(Record):
    """A firmware file; a folder or an archive, and `more` of them, give an item for each file."""

    file: Path = argument(metavar="FILE", help=N_("The firmware file."))
    more: tuple[Path, ...] = argument(
        default=(), metavar="MORE", help=N_("More of them: each file becomes an item.")
    )


@request
class ImageConvertRequest(ImageRequest):
    """What to make of it, and what it does not hold itself."""

    to: str = option(metavar="KIND", choices=("qio", "app", "ota"), help=N_("qio, app or ota."))
    output: Path = option(
        "-o",
        "--output",
        metavar="OUT",
        panel=Panel.OUTPUT,
        judge="new-file",
        help=N_("The file to make."),
    )
    loader: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_(
            "Where the boot loader of a QIO image comes from, when the file has none: "
            "a QIO image, a backup or a boot loader of the same chip."
        ),
    )
    chip: str | None = option(
        default=None,
        metavar="CHIP",
        judge="chip",
        help=N_("The chip that an OTA package is for, where it does not say so."),
    )
    key: str | None = option(
        private=True,
        default=None,
        metavar="KEY",
        help=N_(
            "Store the code with this key: none, tuya, four hexadecimal words, or @FILE with them "
            "or with the 16 bytes of the eFuse."
        ),
    )
    from_key: str | None = option(
        private=True,
        default=None,
        metavar="KEY",
        help=N_("The key that the file has, where it is one of its own; written as for --key."),
    )


@request
class ReleaseRequest(Record):
    """Which file of which release; without `chip` and `asset` releases are only listed."""

    chip: str | None = option(
        default=None,
        metavar="CHIP",
        judge="chip",
        help=N_("Download the right image for this chip."),
    )
    asset: str | None = option(default=None, metavar="NAME", help=N_("Download this file."))
    variant: str | None = option(
        default=None,
        metavar="NAME",
        help=N_("With --chip: a build with other drivers, for example sensors or powerMetering."),
    )
    template: Path | None = option(
        default=None,
        metavar="FILE",
        help=N_(
            "Download the build that has the drivers for these pins: a template, a configuration "
            "or a dump; its chip counts unless --chip says another."
        ),
    )
    ota: bool = option(
        default=False,
        help=N_("With --chip: the file for updates over the network (.rbl), not for the wires."),
    )
    version: str | None = option(default=None, help=N_("From this release, not from the newest."))
    prereleases: bool = option(default=False, help=N_("Count test releases too."))
    repo: str | None = option(
        default=None,
        metavar="OWNER/NAME",
        config="releases.repo",
        help=N_("Another project's releases."),
    )
    server: str | None = option(
        default=None,
        metavar="URL",
        config="releases.server",
        help=N_("Another server with the same API."),
    )
    offline: bool = option(default=False, help=N_("Only what was fetched before; no network."))


@request
class ImageBootRequest(ImageRequest):
    """A file to run, and the flash it would be written to; `timeout` in seconds."""

    chip: str | None = option(
        default=None,
        metavar="CHIP",
        judge="chip",
        help=N_("The chip to run it on; else as the file says."),
    )
    dump: Path | None = option(
        default=None,
        metavar="BACKUP",
        help=N_("Your own backup: the flash that the file would be written to."),
    )
    timeout: float = option(
        default=30.0, least=1, most=600, metavar="SECONDS", help=N_("How long.")
    )


def info(session: Session, request: ImageInfoRequest) -> ImageInfo | ManyResult:
    """`image info`; a name that contradicts the content is a warning.

    Of several files, a folder or an archive with several an item each.
    """
    from plugsmith.flows.image.file import describe, image_info_many, open_image
    from plugsmith.flows.input_file import expand, several_in
    from plugsmith.flows.many import no_files

    given = [request.file, *request.more]
    several = expand(given) if request.more else several_in(request.file)
    if several == []:
        raise no_files(given)
    if several is not None:
        return image_info_many(several, sink=session.sink, cancel=session.cancel)
    return describe(open_image(request.file), session.sink)


def convert(session: Session, request: ImageConvertRequest) -> ConvertResult:
    """`image convert`; OutputExists before anything else if the output is there."""
    from plugsmith.errors import UsageError
    from plugsmith.flows.image.file import (
        ConvertRequest,
        convert_file,
        describe,
        open_image,
        tell_problems,
    )
    from plugsmith.image.assemble import TARGETS

    wanted = next((kind for kind in TARGETS if kind.value == request.to.lower()), None)
    if wanted is None:
        raise UsageError(problem=_("--to {kind} is none of qio, app and ota", kind=request.to))
    key, from_key = _key(request.key), _key(request.from_key)  # first: errors tell them to nobody
    source = open_image(request.file)
    describe(source, session.sink)
    made = convert_file(
        ConvertRequest(
            source=source,
            to=wanted,
            output=request.output,
            loader=open_image(request.loader) if request.loader is not None else None,
            chip=request.chip,
            time=int(time.time()),
            key=key,
            from_key=from_key,
        )
    )
    hint = _(
        "Do not write {name} itself; what was made of it was looked at anew.", name=source.name
    )
    tell_problems(source, session.sink, hint=hint)
    return made


def _key(text: str | None) -> ScrambleKey | None:
    """The key that was named; from now on nothing tells it or one of its words."""
    from plugsmith.api.lan import note_secret
    from plugsmith.flows.input_file import read_input
    from plugsmith.image.keys.rekey import NAMED, key_in_file, read_key, words_of

    if text is None:
        return None
    if text.startswith("@"):
        return key_in_file(read_input(Path(text[1:])).data)
    if text.strip().lower() not in NAMED:
        for word in (text.strip(), *words_of(text)):
            digits = word.lower().removeprefix("0x")
            note_secret(word, digits, digits.upper())
    return read_key(text)


def fetch(session: Session, request: ReleaseRequest) -> ReleaseList | FetchedFile:
    """`image fetch`; the only verb of this wing that uses the network."""
    from plugsmith.clock import RealClock
    from plugsmith.flows.image.fetch import FetchRequest
    from plugsmith.flows.image.fetch import fetch as do_it
    from plugsmith.library.releases import ReleaseCache
    from plugsmith.openbeken.builds.releases import DEFAULT_REPO

    chip, variant = _build_for(session, request)
    return do_it(
        FetchRequest(
            repo=request.repo or DEFAULT_REPO,
            server=request.server,
            version=request.version,
            asset=request.asset,
            chip=chip,
            variant=variant,
            ota=request.ota,
            prereleases=request.prereleases,
            offline=request.offline,
        ),
        cache=ReleaseCache(session.library.cache / "releases"),
        clock=session.clock or RealClock(),
        sink=session.sink,
        cancel=session.cancel,
    )


def _build_for(session: Session, request: ReleaseRequest) -> tuple[str | None, str | None]:
    """Chip and variant: as they are named, else as the pins of a device need them."""
    if request.template is None:
        return request.chip, request.variant
    from plugsmith.errors import UsageError
    from plugsmith.flows.catalogue.build_wanted import needs_in_file

    needs = needs_in_file(request.template)
    chip = request.chip or needs.chip
    if chip is None:
        raise UsageError(problem=_("{name} names no chip: add --chip", name=request.template.name))
    for need in (*needs.of_build(chip), *needs.of_build_perhaps(chip)):
        session.say(need.text)
    return chip, request.variant or needs.variant(chip)


def boot(session: Session, request: ImageBootRequest) -> BootResult:
    """`image boot`. Raises EmulatorMissing, NoBoard, NotBootable, EmulatorFailed."""
    from plugsmith.flows.image.emulation import BootRequest, boot_image
    from plugsmith.flows.image.file import open_image

    return boot_image(
        BootRequest(
            source=open_image(request.file),
            base=open_image(request.dump) if request.dump is not None else None,
            chip=request.chip,
            wall_s=request.timeout,
        ),
        session.sink,
    )
