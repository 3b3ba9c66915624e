"""Which drivers OpenBeken's builds lack, and what the variants of a release add.

A build of a release is made for a chip; `_<variant>` behind its version names a build with other
drivers. That a driver is missing is seen in the images themselves: the commands that it would
register are not in them (release 1.18.300, the plain builds of BK7231T, N, M, U and BK7238). What a
variant holds is known from names of release files, from OpenBeken's own changes and from users'
reports (openbeken.md 14), for no variant was looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import N_, _
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plugsmith.openbeken.script import Script

EXAMINED = ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7238")


@frozen
class MissingDriver:
    """A driver that the plain builds of `chips` lack; `mark` is a text that only it brings."""

    driver: str
    roles: tuple[str, ...]
    chips: tuple[str, ...]
    mark: bytes
    variants: tuple[str, ...] = ()  # builds that have it; (): not known
    evidence: str


@frozen
class VariantNeed:
    """A driver that is needed and not in the plain build, and the variants that have it."""

    driver: str
    roles: tuple[str, ...]
    variants: tuple[str, ...]

    @property
    def text(self) -> str:
        """A sentence for people."""
        what = ", ".join(self.roles) or self.driver
        if not self.variants:
            return _(
                "{what} needs the driver {driver}, which the plain OpenBeken build for this chip "
                "does not have.",
                what=what,
                driver=self.driver,
            )
        return _(
            "{what} needs the driver {driver}, which only the variant {variants} of OpenBeken has: "
            "take the release file whose name ends in _{first}.",
            what=what,
            driver=self.driver,
            variants=_(" or ").join(self.variants),
            first=self.variants[0],
        )


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


MISSING = (
    MissingDriver(
        driver="SHT3X",
        roles=("SHT3X_SDA", "SHT3X_SCK"),
        chips=EXAMINED,
        mark=b"SHT_",
        variants=("sensors",),
        evidence="no SHT_ command in the images; owners of such sensors needed the sensors build",
    ),
    MissingDriver(
        driver="SGP",
        roles=("SGP_DAT", "SGP_CLK"),
        chips=EXAMINED,
        mark=b"SGP_cycle",
        evidence="no SGP command in the images",
    ),
    MissingDriver(
        driver="TMGN",
        roles=("TM1637_DIO", "TM1637_CLK", "GN6932_DAT", "GN6932_CLK", "GN6932_STB"),
        chips=EXAMINED,
        mark=b"TMGN_",
        evidence="no TMGN_ command in the images",
    ),
    MissingDriver(
        driver="SM16703P",
        roles=("SM16703P_DIN",),
        chips=("BK7231T",),
        mark=b"SM16703P_Init",
        evidence="SM16703P_Init is in the images of N, M, U and BK7238, not in that of T",
    ),
)

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


def needs_of(
    roles: Iterable[str], script: Script, *, chip: str | None, variant: str | None = None
) -> tuple[VariantNeed, ...]:
    """What a device needs and the build for `chip` (plain, or `variant`) does not have.

    A chip that was not examined, or none, counts as if it lacked what every examined build lacks.
    """

    def lacks(item: MissingDriver) -> bool:
        lacking = chip in item.chips if chip in EXAMINED else item.chips == EXAMINED
        return lacking and (variant is None or variant not in item.variants)

    return _needs(roles, script, lacks)


def lacking_in(code: bytes, roles: Iterable[str], script: Script) -> tuple[VariantNeed, ...]:
    """What a device needs and a firmware with this plain code does not have: its marks miss."""
    return _needs(roles, script, lambda item: item.mark not in code)


def _needs(
    roles: Iterable[str], script: Script, lacks: Callable[[MissingDriver], bool]
) -> tuple[VariantNeed, ...]:
    used = tuple(dict.fromkeys(roles))
    found: list[VariantNeed] = []
    for item in MISSING:
        wanted = tuple(role for role in used if role in item.roles)
        if (wanted or script.starts_driver(item.driver)) and lacks(item):
            found.append(VariantNeed(driver=item.driver, roles=wanted, variants=item.variants))
    return tuple(found)


def variant_with(needs: Iterable[VariantNeed]) -> str | None:
    """The one variant that has what is needed; None where the plain build or none does."""
    return next((item.variants[0] for item in needs if item.variants), None)


def variants_for(driver: str) -> tuple[str, ...]:
    """The variants that have a driver which the plain builds lack; () where none is known."""
    return next((item.variants for item in MISSING if item.driver == driver), ())
