"""Names of chips and modules that nobody knows (exit 2), and the device catalogue (8, 9)."""

from __future__ import annotations

from plugsmith.errors.base import UsageError
from plugsmith.errors.content import InputError, NothingFound
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


class CatalogueUnusable(InputError):
    """The file of the device catalogue is damaged, locked, or cannot be written."""

    code = "PS-CATALOGUE-UNUSABLE"
    what = N_("The device catalogue {name} cannot be used: {problem}.")
    next_step = N_(
        "Close other programs that use it. If it stays so, delete the file: `plugsmith template "
        "update --from ...` makes it again."
    )


class CatalogueTooNew(InputError):
    """The file of the device catalogue was made by a later Plugsmith."""

    code = "PS-CATALOGUE-TOO-NEW"
    what = N_("The device catalogue {name} has the format {found}; this Plugsmith knows {known}.")
    next_step = N_("Update Plugsmith, or delete the file and import your lists again.")


class ListUnusable(InputError):
    """A list of devices that is broken as a whole; the entries from before stay."""

    code = "PS-CATALOGUE-LIST"
    what = N_("The list {name} was not imported: {problem}.")
    why = N_("What the catalogue held before is unchanged.")
    next_step = N_("Get the list again, and check that it is a list of devices in JSON.")


class DeviceUnknown(NothingFound):
    """No entry of the catalogue has the name that the user gave."""

    code = "PS-CATALOGUE-NO-ENTRY"
    what = N_("The catalogue has no device {name!r}.")
    next_step = N_(
        "Look it up with `plugsmith template search`; import more devices with `plugsmith template "
        "update --from FILE`."
    )


class NotExportable(InputError):
    """The device cannot be described in the wanted format."""

    code = "PS-EXPORT-IMPOSSIBLE"
    what = N_("This device cannot be written as {format}: {problem}.")
    next_step = N_("Choose another format: {known}.")


class EntryIncomplete(InputError):
    """An entry for publication still lacks something, or breaks the list's rules."""

    code = "PS-CONTRIBUTE-INCOMPLETE"
    what = N_("The entry is not ready for the list: {problems}")
    next_step = N_("Add what is missing with the options of `plugsmith template contribute`.")
