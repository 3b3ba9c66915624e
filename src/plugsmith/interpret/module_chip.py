"""Which chip a module carries, by the catalogue and else by its name (upk-mapping.md section 8)."""

from __future__ import annotations

import re

from plugsmith.chips.modules import module as module_record

# Longest prefix first; the digit after T keeps TYWE and TW out.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("TYWE", "ESP8266"),
    ("LN-", "LN882H"),
    ("T102", "RTL8710B"),
    ("T103", "RTL8710B"),
    ("T112", "RTL8710B"),
    ("WBR", "RTL8720C"),
    ("T34", "BK7231N"),
    ("CB", "BK7231N"),
    ("CR", "RTL8720C"),
    ("WR", "RTL8710B"),
    ("WL", "LN882H"),
    ("WA", "BK7231Q"),
    ("WB", "BK7231T"),
    ("WD", "RDA5981"),
    ("XR", "XR809"),
    ("T1", "BK7238"),
    ("T2", "BK7231N"),
    ("T3", "BK7236"),
    ("T5", "BK7258"),
    ("BW", "BL602"),
    ("SM", "BL602"),
)


def module_name(text: str | None) -> str | None:
    """The module's name as the catalogue writes it: upper case, trimmed; None for no name."""
    clean = re.sub(r"\s+", " ", text or "").strip().strip("\"'").upper()
    if not clean or len(clean) > 32 or not clean.isprintable():
        return None
    record = module_record(clean)
    return record.name if record else clean


def chip_of_module(name: str | None) -> str | None:
    """The chip of a module: exact in the catalogue, without `-IPEX`, then by prefix."""
    clean = module_name(name)
    if clean is None:
        return None
    for candidate in (clean, clean.removesuffix("-IPEX")):
        record = module_record(candidate)
        if record is not None:
            return record.chip
    return next((chip for prefix, chip in _PREFIXES if clean.startswith(prefix)), None)
