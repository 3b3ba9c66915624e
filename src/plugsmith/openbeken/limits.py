"""How long OpenBeken's fields may be, by the version of its settings block (openbeken.md 4, 9).

One table for lint, apply and the settings block. The block's version is what the firmware itself
goes by; a firmware whose version is not known counts as a present one.
"""

from __future__ import annotations

from plugsmith.records import frozen

ARGUMENT_LIMIT = 511  # bytes of a command's argument, and of a command in the device list
PAGE_ARGUMENT_LIMIT = 127  # bytes of an argument of a page, as OpenBeken's web server takes them


@frozen
class FirmwareLimits:
    """Sizes from a settings version on. `startup`: bytes that the startup command may have."""

    since_block: int
    startup: int
    evidence: str


LIMITS = (  # newest first
    FirmwareLimits(
        since_block=4,
        startup=1567,
        evidence="the field has 1568 bytes with its closing zero; stored and read back on 1.18.299",
    ),
    FirmwareLimits(
        since_block=0,
        startup=511,
        evidence="up to version 3 the command is the rest of the block, 512 bytes",
    ),
)


def startup_limit(block_version: int | None = None) -> int:
    """Bytes that the startup command may have; of present firmware where no version is given."""
    if block_version is None:
        return LIMITS[0].startup
    return next(item.startup for item in LIMITS if block_version >= item.since_block)
