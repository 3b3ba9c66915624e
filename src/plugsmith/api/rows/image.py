"""The verbs on firmware files."""

from __future__ import annotations

from plugsmith.api.verb import Need, Verb
from plugsmith.messages import N_

_IMAGE = "plugsmith.api.files.image"
_IMAGE_RESULTS = "plugsmith.flows.image.results"

IMAGE: tuple[Verb, ...] = (
    Verb(
        name="image boot",
        summary=N_("Run a firmware in the CPU emulator and say whether it boots."),
        home=_IMAGE,
        request="ImageBootRequest",
        runner="boot",
        results=(f"{_IMAGE_RESULTS}:BootResult",),
        needs=(Need.EMULATOR,),
    ),
    Verb(
        name="image info",
        summary=N_("Say what a firmware file is, from its bytes and not from its name."),
        home=_IMAGE,
        request="ImageInfoRequest",
        runner="info",
        results=(f"{_IMAGE_RESULTS}:ImageInfo", "plugsmith.flows.many:ManyResult"),
    ),
    Verb(
        name="image convert",
        summary=N_(
            "Make a QIO image, a bare application or an OTA package out of a firmware file or a "
            "dump."
        ),
        home=_IMAGE,
        request="ImageConvertRequest",
        runner="convert",
        results=(f"{_IMAGE_RESULTS}:ConvertResult",),
    ),
    Verb(
        name="image fetch",
        summary=N_(
            "List OpenBeken releases and download a file of one. The network is used only by this "
            "command, and only when you run it."
        ),
        home=_IMAGE,
        request="ReleaseRequest",
        runner="fetch",
        results=(f"{_IMAGE_RESULTS}:ReleaseList", f"{_IMAGE_RESULTS}:FetchedFile"),
        needs=(Need.NETWORK,),
    ),
)
