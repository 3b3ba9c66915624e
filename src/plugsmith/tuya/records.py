"""Small records of the store that say what the device is, as typed values.

Sources: tuya-storage.md sections 5.1 and 6.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from plugsmith.nested_json import read_nested
from plugsmith.records import frozen

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"

PIN_RECORD = "user_param_key"
SERIAL_RECORDS = ("baud_cfg", "uart_adapt_params")
_MAX_JSON_LEN = 0x1_0000

# em_sys_env texts; the GUI flasher's table lacks the first, so it names no paired T device.
PLATFORM_CHIPS = {
    "BK7231S_2M": "BK7231T",
    "bk7231": "BK7231Q",
    "bk7231n": "BK7231N",
    "BK7231NL": "BK7231N",
    "t2": "BK7231N",
    "T1": "BK7238",
    "T3": "BK7236",
    "T5": "BK7258",
    "ln882h": "LN882H",
    "rtl8720cf_ameba": "RTL8720C",
    "RTL8710BN_2M": "RTL8710B",
    "eswin_ecr6600": "ECR6600",
    "TR6260_1M": "TR6260",
}


@frozen
class SerialSettings:
    """The wire between the Wi-Fi module and the device's own controller."""

    baud: int
    data_bits: int = 8
    parity: int = 0
    stop_bits: int = 1


@frozen
class ProductFacts:
    """Harmless fields of gw_di: product, firmware key, versions, schema."""

    product_key: str | None
    firmware_key: str | None
    software_version: str | None
    base_version: str | None
    schema_id: str | None


def read_json(value: bytes) -> Json:
    """A JSON record without its trailing zeros; None where it is not JSON."""
    text = value.rstrip(b"\0")
    if not text or len(text) > _MAX_JSON_LEN:
        return None
    try:
        parsed: Json = read_nested(text)
    except (ValueError, RecursionError):
        return None
    return parsed


def _object(value: bytes) -> dict[str, Json]:
    parsed = read_json(value)
    return parsed if isinstance(parsed, dict) else {}


def read_platform(value: bytes) -> str | None:
    """The platform name of em_sys_env (20 bytes, zero padded)."""
    text = value.split(b"\0", 1)[0]
    return text.decode("ascii") if text and text.isascii() else None


def encode_platform(name: str) -> bytes:
    """The em_sys_env record of a platform."""
    return name.encode("ascii", "replace")[:20].ljust(20, b"\0")


def platform_chip(name: str) -> str | None:
    """The chip of a platform name, in any case."""
    lowered = name.lower()
    for platform, chip in PLATFORM_CHIPS.items():
        if platform.lower() == lowered:
            return chip
    return None


def read_serial(name: str, value: bytes) -> SerialSettings | None:
    """The settings out of `baud_cfg` or `uart_adapt_params`; None where they make no sense."""
    fields = _object(value)
    prefix = "uart_" if name == "uart_adapt_params" else ""
    baud = _number(fields.get(f"{prefix}baud"))
    if baud is None or not 300 <= baud <= 4_000_000:
        return None
    bits = _number(fields.get("uart_databit"))
    stop = _number(fields.get("uart_stopbits"))
    return SerialSettings(
        baud=baud,
        data_bits=5 + bits if bits is not None and 0 <= bits <= 3 else 8,  # 3 means 8 bits
        parity=_number(fields.get("uart_parity")) or 0,
        stop_bits=stop if stop is not None else 1,
    )


def encode_serial(name: str, settings: SerialSettings) -> bytes:
    """The record of `settings` under `name`."""
    if name == "uart_adapt_params":
        fields = {
            "uart_baud": settings.baud,
            "uart_databit": settings.data_bits - 5,
            "uart_parity": settings.parity,
            "uart_stopbits": settings.stop_bits,
        }
    else:
        fields = {"baud": settings.baud}
    return json.dumps(fields, separators=(",", ":")).encode()


def read_device_info(value: bytes) -> ProductFacts:
    """What gw_di says; every field may be missing."""
    fields = _object(value)
    return ProductFacts(
        product_key=_text(fields.get("pk")),
        firmware_key=_text(fields.get("firmk")),
        software_version=_text(fields.get("swv")),
        base_version=_text(fields.get("bv")),
        schema_id=_text(fields.get("s_id")),
    )


def _number(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
