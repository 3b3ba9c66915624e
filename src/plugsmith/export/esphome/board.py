"""Which ESPHome platform and board a module needs, and how its pins are called there."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.chips.modules import module as module_record

# Modules that ESPHome's LibreTiny knows by name (component bk72xx, rtl87xx, ln882x; 2026.6).
_BEKEN = frozenset(
    {"CB1S", "CB2L", "CB2S", "CB3L", "CB3S", "CB3SE", "CBLC5", "CBU", "LSC-LMA35", "LSC-LMA35-T"}
    | {"T1-2S", "T1-3S", "T1-M", "T1-U", "WA2", "WB1S", "WB2L", "WB2L-M1", "WB2S", "WB3L", "WB3S"}
    | {"WBLC5", "XH-WB3S"}
)
_REALTEK = frozenset(
    {"AFW121T", "BW12", "BW15", "CR3L", "T102-V1.1", "T103-V1.0", "T112-V1.1", "WBR1", "WBR3"}
    | {"WBRU", "WR1", "WR1E", "WR2", "WR2E", "WR2L", "WR2LE", "WR3", "WR3E", "WR3L", "WR3LE"}
    | {"WR3N"}
)
_LIGHTNING = frozenset({"LN-02", "WB02A", "WL2S"})
_GENERIC: tuple[tuple[str, str, str], ...] = (
    ("BK7231T", "bk72xx", "generic-bk7231t-qfn32-tuya"),
    ("BK7231S", "bk72xx", "generic-bk7231t-qfn32-tuya"),
    ("BK7231N", "bk72xx", "generic-bk7231n-qfn32-tuya"),
    ("BK7231M", "bk72xx", "generic-bk7231n-qfn32-tuya"),
    ("BK7238", "bk72xx", "generic-bk7238-tuya"),
    ("BK7252", "bk72xx", "generic-bk7252"),
    ("RTL8710B", "rtl87xx", "generic-rtl8710bn-2mb-788k"),
    ("RTL8720C", "rtl87xx", "generic-rtl8720cf-2mb-992k"),
    ("RTL87X0C", "rtl87xx", "generic-rtl8720cf-2mb-992k"),
    ("LN882H", "ln882x", "generic-ln882hki"),
)
# Pins that a chip in the 32-pin package leads out (modules.toml: the modules with most pads).
_QFN32 = frozenset({0, 1, 6, 7, 8, 9, 10, 11, 14, 15, 16, 17, 20, 21, 22, 23, 24, 26, 28})
_RTL8710B = frozenset({0, 5, 12, 14, 15, 18, 19, 22, 23, 29, 30})
_GUESS = ("bk72xx", "generic-bk7231t-qfn32-tuya")


@dataclass(frozen=True, slots=True, kw_only=True)
class EspBoard:
    """An ESPHome platform and board; `sure` is False where nothing says which chip it is."""

    platform: str
    board: str
    sure: bool = True
    gpios: frozenset[int] | None = None  # that the board knows; None where we do not know

    def pin(self, gpio: int) -> str:
        """The pin's name: P26; PA12 on Realtek; PA0 to PA15, PB0 ... on Lightning."""
        if self.platform == "bk72xx":
            return f"P{gpio}"
        if self.platform == "ln882x" and gpio >= 16:
            return f"PB{gpio - 16}"
        return f"PA{gpio}"


def esphome_board(module: str | None, chip: str | None) -> EspBoard | None:
    """The board for a module or chip; None for chips that ESPHome has no LibreTiny board for."""
    name = (module or "").upper().replace("_", "-").replace(" ", "-").removesuffix("-IPEX")
    for known, platform in ((_BEKEN, "bk72xx"), (_REALTEK, "rtl87xx"), (_LIGHTNING, "ln882x")):
        if name in known and _same_family(platform, chip):
            return EspBoard(platform=platform, board=name.lower(), gpios=_pins(module or ""))
    if not chip:
        return EspBoard(platform=_GUESS[0], board=_GUESS[1], sure=False, gpios=_QFN32)
    for prefix, platform, board in _GENERIC:
        if chip.upper().startswith(prefix):
            pins = _QFN32 if "qfn32" in board or "7238" in board else None
            pins = _RTL8710B if "8710" in board else pins
            return EspBoard(platform=platform, board=board, gpios=pins)
    return None


def _pins(name: str) -> frozenset[int] | None:
    record = module_record(name)
    return frozenset(record.gpios) if record is not None and record.complete else None


def _same_family(platform: str, chip: str | None) -> bool:
    """Whether the chip does not contradict the module's name."""
    starts = {"bk72xx": "BK", "rtl87xx": "RTL", "ln882x": "LN"}
    return not chip or chip.upper().startswith(starts[platform])
