"""docs/flash-parts.md from the table of flash parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.markdown import NOTICE, table
from plugsmith.chips.flash_parts import flash_parts

if TYPE_CHECKING:
    from plugsmith.chips.model import FlashPart

_INTRO = """# Flash parts

Ids are in the order on the wire: manufacturer, type, capacity. *Status* lists the commands that
read the status bytes; a part is protected when any bit of *mask* is set. Plugsmith clears only
those bits and leaves the others as it read them. Parts without a mask are never written. All rows
are claimed by other tools; where they disagree, the note says so.
"""


def page() -> str:
    """The whole page."""
    return "\n".join(
        (
            NOTICE,
            _INTRO,
            table(
                ("id", "name", "maker", "size", "status", "mask", "all protected", "notes"),
                [_row(part) for part in flash_parts()],
            ),
        )
    )


def _row(part: FlashPart) -> tuple[str, ...]:
    names = ", ".join((part.name, *part.other_names))
    if not part.status_known:
        return (part.jedec_text, names, part.vendor, _size(part), "-", "-", "-", _notes(part))
    return (
        part.jedec_text,
        names,
        part.vendor,
        _size(part),
        " ".join(f"{opcode:02X}" for opcode in part.read_opcodes),
        f"0x{part.compare_mask:04X}",
        f"0x{part.protected:04X}",
        _notes(part),
    )


def _size(part: FlashPart) -> str:
    return f"{part.size >> 20} MiB" if part.size >= 1 << 20 else f"{part.size >> 10} KiB"


def _notes(part: FlashPart) -> str:
    return "; ".join(part.notes)
