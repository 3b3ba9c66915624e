"""What an application says about itself: firmware, version, chip - from its own texts.

uart-protocol.md section 7.6: only the chip name in front of `_<version>` counts, every OpenBeken
build mentions other chips too; T and N applications share their first 34 bytes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugsmith.chips.model import KeyClass

_OPENBEKEN = re.compile(rb"OpenBK(7\d{3}[A-Z]{0,2})_(\d[0-9A-Za-z_.\-+]{0,40})\0")
_TUYA_PROJECT = re.compile(
    rb"\0((?:oem_)?bk7(?:231|321|238|252)[a-z]{0,2}_[A-Za-z0-9_]{1,60})\0(?:firmName\0)?"
    rb"(\d{1,3}\.\d{1,3}\.\d{1,4})\0"
)
_TUYA_KEYED = re.compile(rb"\0key[0-9a-z]{13}\0(\d{1,3}\.\d{1,3}\.\d{1,4})\0")
_TUYA_NAME = re.compile(rb"\0((?:oem_)?bk7(?:231|321|238|252)[a-z]{0,2}_[A-Za-z0-9_]{1,60})\0")
_TUYA_MARKS = (b"tuya_iot", b"tuya_app_main", b"tuya_mdev_test")
_LIBRETINY = re.compile(rb"LibreTiny v(\d[0-9A-Za-z.\-+]{0,30})")
_ESPHOME = re.compile(rb"ESPHome version (\d[0-9A-Za-z.\-+]{0,30})")
_ESPHOME_MARK = b"esphome"


# the chip in the version text of a package or in a project's name (uart-protocol.md 7.4, 7.6)
_CHIP_WORD = re.compile(
    r"(?<![0-9a-z])(?:open)?bk(7231[tsnmuq]|7231bt|7231nl|7238|7252n?)(?![0-9a-z])", re.IGNORECASE
)
_OTHER_NAMES = {"BK7231S": "BK7231T", "BK7231BT": "BK7231T", "BK7231NL": "BK7231N"}
_TWINS = ("BK7231N", "BK7231M")  # one build, stored with and without the Tuya key


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeNaming:
    """Firmware, version and chips as the code names them."""

    firmware: str | None = None
    version: str | None = None
    chips: tuple[str, ...] = ()
    project: str | None = None


def name_firmware(code: bytes, key_class: KeyClass) -> CodeNaming:
    """What the descrambled application `code` calls itself; all None where it says nothing."""
    return _openbeken(code, key_class) or _tuya(code, key_class) or _libretiny(code) or CodeNaming()


def _openbeken(code: bytes, key_class: KeyClass) -> CodeNaming | None:
    match = _OPENBEKEN.search(code)
    if match is None:
        return None
    chip = "BK" + match[1].decode()
    if chip == "BK7231N" and key_class is KeyClass.NONE:
        chip = "BK7231M"  # M builds are N builds without the key and still say N
    return CodeNaming(firmware="OpenBeken", version=match[2].decode(), chips=(chip,))


def _tuya(code: bytes, key_class: KeyClass) -> CodeNaming | None:
    match = _TUYA_PROJECT.search(code)
    keyed = _TUYA_KEYED.search(code)
    name = match or _TUYA_NAME.search(code)
    if name is None and keyed is None and not any(mark in code for mark in _TUYA_MARKS):
        return None
    version = match[2] if match else keyed[1] if keyed else None
    return CodeNaming(
        firmware="Tuya",
        version=version.decode() if version else None,
        chips=_tuya_chips(code, key_class),
        project=name[1].decode() if name else None,
    )


def _tuya_chips(code: bytes, key_class: KeyClass) -> tuple[str, ...]:
    if re.search(rb"bk7231n[\0_]", code):
        return ("BK7231N",) if key_class is not KeyClass.NONE else ("BK7231M",)
    if b"BK7231BT" in code or b"BK7231S_2M" in code or re.search(rb"bk7231[st]_", code):
        return ("BK7231T",)
    if re.search(rb"bk7238[\0_]", code):
        return ("BK7238",)
    if key_class is KeyClass.NONE and (b"\0bk7231\0" in code):
        return ("BK7231Q",)
    return ()


def _libretiny(code: bytes) -> CodeNaming | None:
    core = _LIBRETINY.search(code)
    esphome = _ESPHOME.search(code)
    if core is None and esphome is None:
        return None
    if esphome is not None or _ESPHOME_MARK in code:
        return CodeNaming(firmware="ESPHome", version=esphome[1].decode() if esphome else None)
    return CodeNaming(firmware="LibreTiny", version=core[1].decode() if core else None)


def chips_in_text(text: str) -> tuple[str, ...]:
    """The chips that a version or project text names, in order; () where it names none."""
    found = ("BK" + match[1].upper() for match in _CHIP_WORD.finditer(text.replace("_", " ")))
    return tuple(dict.fromkeys(_OTHER_NAMES.get(name, name) for name in found))


def build_twins(chips: tuple[str, ...]) -> tuple[str, ...]:
    """The chips that unscrambled code for `chips` is for: nothing in it tells an N from an M.

    OpenBeken's M build is its N build stored without the key; both packages hold the same bytes.
    """
    return _TWINS if len(chips) == 1 and chips[0] in _TWINS else chips
