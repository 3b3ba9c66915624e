"""The pins of a device out of its own backup: what `flash --template auto` takes along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.outcome import Confidence
from plugsmith.errors import PlugsmithError
from plugsmith.errors.device import PinsNotKnown
from plugsmith.flows.dump.config import recover_bytes
from plugsmith.library.backups.store import try_open
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.flows.context import FlowContext
    from plugsmith.flows.wire.connection import Device
    from plugsmith.flows.write.proven import Safety
    from plugsmith.interpret.config_result import ConfigResult

AUTO = "auto"
_SURE = frozenset({Confidence.PROVEN, Confidence.STRONG})


def own_template(ctx: FlowContext, device: Device, safety: Safety) -> str:
    """The template (JSON) that follows from the device's own store, sound enough to be written.

    Looked at in this order: what the device holds now, the backup that secures the write, older
    backups of this very device (the first of them most often holds the vendor's firmware). Raises
    PinsNotKnown with the reason of the first where none tells pins with confidence.
    """
    reason = ""
    for name, data in _contents(ctx, device, safety):
        found = _recovered(data, name)
        problem = _problem(found)
        if not problem and found is not None:
            ctx.say(
                _(
                    "Pins are taken from {name} ({confidence}): {pins}.",
                    name=name,
                    confidence=found.confidence,
                    pins=", ".join(f"P{row.gpio} {row.role}" for row in found.pins if row.role),
                )
            )
            return json.dumps(found.template)
        reason = reason or problem
    raise PinsNotKnown(reason=reason or _("no backup of it is there to look into."))


def _contents(ctx: FlowContext, device: Device, safety: Safety) -> Iterator[tuple[str, bytes]]:
    if safety.content is not None:
        yield _("the device"), safety.content
    if safety.backup is not None:
        yield safety.backup.file.name, safety.backup.read()
    key = device.key()
    for entry in reversed(ctx.library.backups.entries()):
        backup = try_open(entry.file) if entry.device.is_same(key) else None
        if backup is not None:
            yield backup.file.name, backup.read()


def _recovered(data: bytes, name: str) -> ConfigResult | None:
    try:
        return recover_bytes(data, name=name)
    except PlugsmithError:
        return None


def _problem(found: ConfigResult | None) -> str:
    """Why these pins cannot be written unseen; empty if they can."""
    if found is None or found.template is None or not any(row.role for row in found.pins):
        return _("its flash holds no pins that can be read.")
    if found.confidence not in _SURE:
        return _(
            "the pins in it are not sure ({confidence}): look at them first.",
            confidence=found.confidence,
        )
    return ""
