"""The image that `flash` takes when none is named, and what an image lacks for a device's pins."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.flows.image.fetch import fetch, pick_cached
from plugsmith.flows.write.source import load_image
from plugsmith.interpret.openbeken.pin_needs import needs_of_config
from plugsmith.library.releases import ReleaseCache
from plugsmith.messages import _

if TYPE_CHECKING:
    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.image.fetch import FetchRequest
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.proven import Safety
    from plugsmith.flows.write.source import ImageSource
    from plugsmith.interpret.openbeken.pin_needs import PinNeeds


def choose_image(
    ctx: FlowContext, device: Device, *, download: FetchRequest | None, needs: PinNeeds | None
) -> ImageSource:
    """The right image for the identified chip and its pins; the link is kept alive meanwhile."""
    owner, key_class = device.identity.chip, device.identity.key.key_class
    variant = needs.variant(owner.name) if needs is not None else None
    cache = ReleaseCache(ctx.library.cache / "releases")
    if download is not None:
        wish = replace(download, chip=owner.name, key_class=key_class, variant=variant)
        fetch(wish, cache=cache, clock=ctx.clock, sink=ctx.sink, cancel=ctx.cancel)
    path = pick_cached(cache, owner, key_class, variant=variant)
    ctx.say(_("Taking {name} from the cache of releases.", name=path.name))
    return load_image(path)


def tell_lacking(
    ctx: FlowContext, source: ImageSource, safety: Safety, needs: PinNeeds | None
) -> tuple[str, ...]:
    """Told as a warning: what the pins need and the image does not have, by its own content.

    Without pins of a template those of the device's own store count.
    """
    if needs is None and source.image.firmware == "OpenBeken":
        content = safety.content
        if content is None and safety.backup is not None:
            content = safety.backup.read()
        needs = _own_needs(content) if content is not None else None
    app = source.image.app if source.image.firmware == "OpenBeken" else None
    found = needs.of_code(app.section.code) if needs is not None and app is not None else ()
    for need in found:
        ctx.warn("PS-NOTE-VARIANT", need.text)
    return tuple(need.text for need in found)


def _own_needs(content: bytes) -> PinNeeds | None:
    """The needs of the pins in a device's own store; None where it tells none."""
    try:
        config = recover_bytes(content, name="flash").config
    except PlugsmithError:
        return None
    return needs_of_config(config) if isinstance(config, dict) else None
