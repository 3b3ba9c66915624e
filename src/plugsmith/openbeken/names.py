"""Short names as the firmware keeps them: it turns blanks and every byte above 127 into `_`.

So `küche` would become `k__che`. Letters of German and Polish are spelt out instead; a name with
others is refused before it is written. Source: openbeken.md section 2.1, and the recorded device.
"""

from __future__ import annotations

from plugsmith.errors.device import SettingUnusable
from plugsmith.messages import _

_SPELT = {
    **dict(zip("äöüß", ("ae", "oe", "ue", "ss"), strict=True)),
    **dict(zip("ÄÖÜẞ", ("Ae", "Oe", "Ue", "SS"), strict=True)),
    **dict(zip("ąćęłńóśźż", "acelnoszz", strict=True)),
    **dict(zip("ĄĆĘŁŃÓŚŹŻ", "ACELNOSZZ", strict=True)),
}


def plain_short_name(text: str) -> str:
    """`text` as the device will store it: ASCII, without blanks.

    SettingUnusable for a letter that is neither ASCII nor German nor Polish, and for control
    characters.
    """
    spelt = "".join(_SPELT.get(mark, mark) for mark in text.strip())
    plain = spelt.replace(" ", "_").replace("\t", "_")
    odd = next((mark for mark in plain if not "!" <= mark <= "~"), None)
    if odd is not None:
        problem = _("the firmware would turn {mark!a} into `_`; choose another letter", mark=odd)
        raise SettingUnusable(name="short_name", problem=problem)
    return plain
