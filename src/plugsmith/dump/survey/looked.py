"""How much of a file was searched for secrets: a file that nobody could read is not clean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.randomness import Texture
from plugsmith.dump.survey.report import DamageKind, DumpKind, DumpReport, Looked
from plugsmith.image.model import CodeForm
from plugsmith.memory import SECTOR_LEN

if TYPE_CHECKING:
    from plugsmith.dump.survey.report import FileRegion

_NOTHING_READ = {DumpKind.RANDOM, DumpKind.UNKNOWN}
_STORE_UNREAD = {DamageKind.STORAGE_MISSING, DamageKind.KEY_MISSING, DamageKind.STORAGE_DAMAGED}


def looked(report: DumpReport) -> Looked:
    """All, a part, or nothing of the file was read."""
    packed = report.image is not None and report.image.form is CodeForm.PACKED
    if report.kind in _NOTHING_READ or packed:
        return Looked.NO
    unread = any(_is_unread(region) for region in report.regions)
    store = any(item.kind in _STORE_UNREAD for item in report.damage)
    return Looked.PARTLY if unread or store else Looked.ALL


def _is_unread(region: FileRegion) -> bool:
    """A gap of a sector or more that looks encrypted or packed."""
    texture = region.texture.texture if region.texture is not None else None
    return texture is Texture.RANDOM and len(region.span) >= SECTOR_LEN
