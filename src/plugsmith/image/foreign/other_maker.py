"""What an image or a flash of another maker's chip turned out to be."""

from __future__ import annotations

from plugsmith.memory import AddressRange
from plugsmith.records import frozen


@frozen
class Part:
    """A partition that the file's own table names; `own`: for settings or calibration."""

    name: str
    span: AddressRange
    own: bool = False


@frozen
class OtherMaker:
    """`chip` as in other_chips.toml where it stands there; `checked` is what was proven, in words.

    "A/B" where the file cannot tell one chip from the other. `flash`: the bytes are a flash from
    its start on, not an image alone.
    """

    chip: str
    checked: tuple[str, ...]
    flash: bool
    parts: tuple[Part, ...] = ()


def part(name: bytes, start: int, size: int, *, own: bool = False) -> Part:
    """One with a name as it stands in a table, ended by a zero."""
    text = name.split(b"\0", 1)[0].decode("ascii", "replace")
    return Part(name=text, span=AddressRange.sized(start, size), own=own)
