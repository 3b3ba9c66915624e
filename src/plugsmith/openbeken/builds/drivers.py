"""OpenBeken drivers that matter for a pin table: what starts them, what their roles are."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.openbeken.roles import read_role
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class AutoStart:
    """A driver that starts when every group of `needs` has at least one role in use."""

    driver: str
    needs: tuple[frozenset[str], ...]

    def missing(self, used: frozenset[str]) -> tuple[frozenset[str], ...]:
        """The groups without a role in use."""
        return tuple(group for group in self.needs if not group & used)


def _auto(driver: str, *needs: str | frozenset[str]) -> AutoStart:
    groups = tuple(frozenset({item}) if isinstance(item, str) else item for item in needs)
    return AutoStart(driver=driver, needs=groups)


# upk-mapping.md section 10, "Drivers that start from roles alone"
AUTO_STARTS: tuple[AutoStart, ...] = (
    _auto("BL0937", frozenset({"BL0937SEL", "BL0937SEL_n"}), "BL0937CF", "BL0937CF1"),
    _auto("SM2135", "SM2135DAT", "SM2135CLK"),
    _auto("SM2235", "SM2235DAT", "SM2235CLK"),
    _auto("BP5758D", "BP5758D_DAT", "BP5758D_CLK"),
    _auto("BP1658CJ", "BP1658CJ_DAT", "BP1658CJ_CLK"),
    _auto("KP18058", "KP18058_DAT", "KP18058_CLK"),
    _auto("Bridge", "BridgeFWD", "BridgeREV"),
    _auto("CHT83XX", "CHT83XX_SDA", "CHT83XX_SCK"),
    _auto("SHT3X", "SHT3X_SDA", "SHT3X_SCK"),
    _auto("SGP", "SGP_DAT", "SGP_CLK"),
    _auto("TM1637", "TM1637_DIO", "TM1637_CLK"),
    _auto("GN6932", "GN6932_DAT", "GN6932_CLK", "GN6932_STB"),
    _auto("BL0939SPI", "BL0939_SCLK", "BL0939_MOSI", "BL0939_MISO"),
)

# Roles that do nothing until a driver is started by command; same section.
MANUAL_STARTS = MappingProxyType(
    {
        "SM16703P_DIN": "SM16703P",
        "RCRecv": "RC",
        "RCRecv_nPup": "RC",
        "ShutterA": "Shutters",
        "ShutterB": "Shutters",
        "BtnShutterUp": "Shutters",
        "BtnShutterDown": "Shutters",
    }
)

UART_DRIVERS = frozenset({"bl0942", "cse7766", "tuyamcu", "tmsensor"})  # own P10 and P11


def incomplete_drivers(used: Iterable[str]) -> list[tuple[AutoStart, tuple[frozenset[str], ...]]]:
    """Drivers of which some roles are in use but not all, with the groups that miss."""
    names = frozenset(used)
    found: list[tuple[AutoStart, tuple[frozenset[str], ...]]] = []
    for item in AUTO_STARTS:
        gaps = item.missing(names)
        if gaps and len(gaps) < len(item.needs):
            found.append((item, gaps))
    return found


def driver_of(role_name: str) -> str:
    """The driver that a role belongs to, or an empty text."""
    manual = MANUAL_STARTS.get(role_name)
    if manual is not None:
        return manual
    found = read_role(role_name).role
    return found.driver if found else ""
