"""The builds of an OpenBeken release besides the plain ones, and those for chips that we only read.

Known from names of release files, from OpenBeken's own changes and users' reports (openbeken.md
14); no variant's content was looked at here.
"""

from __future__ import annotations

from plugsmith.messages import N_, _
from plugsmith.records import frozen


@frozen
class Variant:
    """A build whose name stands behind the version; `adds` are words of the catalogue.

    `lacks`: drivers of the plain build that it is known to leave out; () where nothing is known.
    `chips`: with such a file seen in a list of a release; others may have one, too.
    """

    name: str
    adds: str
    lacks: tuple[str, ...]
    chips: tuple[str, ...]
    evidence: str

    @property
    def text(self) -> str:
        """A sentence for people."""
        if not self.lacks:
            return _("{name}: {adds}; what it leaves out is not known.",
                     name=self.name, adds=_(self.adds))  # fmt: skip
        return _("{name}: {adds}; without {lacks}.",
                 name=self.name, adds=_(self.adds), lacks=", ".join(self.lacks))  # fmt: skip


_LISTS = "file lists in OpenBeken's changes 1792 and 2049 (release 1.18.279)"
_NO_BL0937 = "the build settings leave BL0937 out (openbeken.md 14)"
VARIANTS: tuple[Variant, ...] = (
    Variant(
        name="berry",
        adds=N_("scripts in the language Berry"),
        lacks=(),
        chips=("BK7231N", "BK7238"),
        evidence=f"changes 1600 and 1606; {_LISTS}",
    ),
    Variant(
        name="tuyaMCU",
        adds=N_("for devices with a second processor (TuyaMCU)"),
        lacks=("BL0937",),
        chips=("BK7231N",),
        evidence=f"{_NO_BL0937}; {_LISTS}",
    ),
    Variant(
        name="powerMetering",
        adds=N_("more chips that measure power, on the BK7231N the BL0939 too"),
        lacks=(),
        chips=("BK7231T", "BK7231N"),
        evidence=f"change 2142 of June 2026 (BL0939); {_LISTS}",
    ),
    Variant(
        name="irRemoteESP",
        adds=N_("the library IRremoteESP8266 for infrared remotes"),
        lacks=("BL0937",),
        chips=("BK7231T", "BK7231N", "BK7238"),
        evidence=f"{_NO_BL0937}; {_LISTS}",
    ),
    Variant(
        name="sensors",
        adds=N_("drivers of sensors, among them SHT3X"),
        lacks=("BL0937",),
        chips=("BK7231T", "BK7231N"),
        evidence=f"{_NO_BL0937}; owners of SHT3X sensors needed it; {_LISTS}",
    ),
    Variant(
        name="hlw8112",
        adds=N_("the power meter HLW8112"),
        lacks=("BL0937",),
        chips=(),
        evidence=f"{_NO_BL0937}; change 1819",
    ),
    Variant(
        name="battery",
        adds=N_("for devices that run on a battery"),
        lacks=("BL0937",),
        chips=("BK7231N", "BK7238"),
        evidence=f"{_NO_BL0937}; {_LISTS}",
    ),
    Variant(
        name="btproxy",
        adds=N_("a Bluetooth proxy"),
        lacks=(),
        chips=("BK7238",),
        evidence=_LISTS,
    ),
)
#: builds for chips that Plugsmith does not write and whose files it cannot judge: change 2203 of
#: August 2026, tried by its author on HLK-B300 and T3-3S; a public list of 1.18.309 names updates
UNJUDGED = {"BK7236": "OpenBK7236", "BK7239N": "OpenBK7239N"}


def variant_called(name: str) -> Variant | None:
    """The variant of that name; upper and lower case do not matter."""
    wanted = name.casefold()
    return next((item for item in VARIANTS if item.name.casefold() == wanted), None)
