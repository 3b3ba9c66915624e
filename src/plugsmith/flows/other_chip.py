"""A chip that Plugsmith cannot free, as a result tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.records import Record, record

if TYPE_CHECKING:
    from plugsmith.chips.other_chips import OtherChip


@record
class OtherChipRow(Record):
    """Such a chip, and who frees it; empty texts are not known."""

    name: str
    firmware: tuple[str, ...]
    tool: str
    install: str
    backup: str
    flash: str


def other_chip_row(other: OtherChip | None) -> OtherChipRow | None:
    """The row of `other`, where there is one."""
    if other is None:
        return None
    return OtherChipRow(
        name=other.name,
        firmware=other.firmware,
        tool=other.tool,
        install=other.install,
        backup=other.backup,
        flash=other.flash,
    )
