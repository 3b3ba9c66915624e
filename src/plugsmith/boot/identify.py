"""Finding out which chip it is, without asking the user."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plugsmith.boot.client import BootClient
    from plugsmith.boot.identity import Identity
    from plugsmith.events import EventSink


def identify(
    client: BootClient, *, sink: EventSink | None = None, expected: str | None = None
) -> Identity:
    """Identify the linked chip; changes nothing in flash and sends no CRC to a loader-family chip.

    `expected` is a chip name of the user: it is only compared, ChipMismatch if it differs.
    Raises UnknownBootCode for a chip that answers but is not supported.
    """
    raise NotImplementedError
