"""Names of chips and modules that a user gave and nobody knows (exit 2)."""

from __future__ import annotations

from plugsmith.errors.base import UsageError
from plugsmith.messages import N_


class UnknownChip(UsageError):
    """The chip or module that the user named is not in the catalogue."""

    code = "PS-USAGE-CHIP"
    what = N_("Plugsmith does not know the chip or module {name!r}.")
    next_step = N_(
        "Use one of these chips: {known}. You may leave the chip out: Plugsmith finds it by itself."
    )


class OtherVendorModule(UsageError):
    """The module that the user named carries a chip of another maker."""

    code = "PS-USAGE-MODULE"
    what = N_("The module {name} carries the chip {chip}, which Plugsmith cannot talk to.")
    next_step = N_("Plugsmith works with Beken chips only: {known}. Use the maker's tool instead.")
