"""docs/openbeken-flags.md from the table of flag names."""

from __future__ import annotations

from pages.markdown import NOTICE, table
from plugsmith.openbeken.flag_names import FLAG_NAMES

_INTRO = """# Flags of OpenBeken

In the firmware's own words, as its page of general settings shows them (1.18.299; older versions
have fewer). One flag is set by its number or by its words, or by a part of them that no other flag
has: `--set flag.31=on`, `--set "flag.Enable UART command line=on"`, in a file `[flag]` with
`31 = true`, in a roll `settings = { "flag.31" = "on" }`. The others stay as they are; `flags` is
all 64 as one number.
"""


def page() -> str:
    """The whole page."""
    rows = [(str(number), name) for number, name in enumerate(FLAG_NAMES)]
    return "\n".join((NOTICE, _INTRO, table(("number", "name"), rows)))
