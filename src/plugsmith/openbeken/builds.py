"""Which drivers OpenBeken's builds lack, and which variant of a release has them.

A build of a release is made for a chip; `_<variant>` behind its version names a build with other
drivers. That a driver is missing is seen in the images themselves: the commands that it would
register are not in them (release 1.18.300, the plain builds of BK7231T, N, M, U and BK7238). What a
variant holds is known from its name and from users' reports, for no variant was looked at here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.messages import _
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
