"""A configuration in letters that stand for its bytes: mail programs, hex viewers, XML."""

from __future__ import annotations

import base64
import binascii
import gzip
import random
import zlib

import pytest

from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.tuya.user_param import parse_pin_text

RAW = FORUM_TEXT.encode()
CONFIG = parse_pin_text(FORUM_TEXT).config


def _rows(count: int = 16) -> list[tuple[int, bytes]]:
    return [(at, RAW[at : at + count]) for at in range(0, len(RAW), count)]


def _letters(row: bytes) -> str:
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)


def _canonical(at: int, row: bytes) -> str:
    return f"{at:08x}  {row[:8].hex(' ')}  {row[8:].hex(' '):23}  |{_letters(row)}|"


def _xxd(at: int, row: bytes) -> str:
    return f"{at:08x}: {row.hex(' ', -2):39}  {_letters(row)}"


def _words(at: int, row: bytes) -> str:
    pairs = [row[i : i + 2].ljust(2, b"\0") for i in range(0, len(row), 2)]
    return f"{at:07x} " + " ".join(pair[::-1].hex() for pair in pairs)


def _wrapped(letters: str, width: int) -> str:
    return "\n".join(letters[at : at + width] for at in range(0, len(letters), width))


BASE64 = base64.b64encode(RAW).decode()
BASE32 = base64.b32encode(RAW).decode()
PACKED = base64.b64encode(gzip.compress(RAW)).decode()
UU = "".join(binascii.b2a_uu(RAW[at : at + 45]).decode() for at in range(0, len(RAW), 45))
FORMS = {
    "base64": BASE64,
    "base64 in lines of a mail": _wrapped(BASE64, 76),
    "base64, quoted": "> " + _wrapped(BASE64, 64).replace("\n", "\n> "),
    "base64 for addresses, no padding": base64.urlsafe_b64encode(RAW).decode().rstrip("="),
    "base32": BASE32,
    "base32 in lines": _wrapped(BASE32, 64),
    "base32, no padding": BASE32.rstrip("="),
    "uuencode": f"begin 644 pins.txt\n{UU}`\nend\n",
    "uuencode in a mail": f"Hello,\n\nbegin 644 pins.txt\n{UU}`\nend\nBye\n",
    "gzip in base64": PACKED,
    "gzip in base64, in lines": _wrapped(PACKED, 76),
    "zlib in base64": base64.b64encode(zlib.compress(RAW)).decode(),
    "gzip in hex digits": gzip.compress(RAW).hex(),
    "mail with a header": f"Content-Transfer-Encoding: base64\n\n{_wrapped(BASE64, 76)}\n",
    "hexdump -C": "\n".join(_canonical(*row) for row in _rows()),
    "xxd": "\n".join(_xxd(*row) for row in _rows()),
    "hexdump": "\n".join(_words(*row) for row in _rows()),
    "od": "\n".join(f"{at:07o} {row.hex(' ')}" for at, row in _rows()),
    "HxD": "Offset(h) 00 01 02 03\n"
    + "\n".join(f"{at:08X}  {row.hex(' ').upper()}  {_letters(row)}" for at, row in _rows()),
    "hex digits": RAW.hex(),
    "hex digits in lines": _wrapped(RAW.hex(), 64),
    "C array": "uint8_t cfg[] = { " + ", ".join(f"0x{byte:02X}" for byte in RAW) + " };",
    "escaped": "".join(f"\\x{byte:02x}" for byte in RAW),
    "bytes with colons": RAW.hex(":"),
}
XML = {
    "elements": "".join(f"<{key}>{value}</{key}>\n" for key, value in CONFIG.items()),
    "named": "".join(f'<string name="{key}">{value}</string>' for key, value in CONFIG.items()),
    "entries": "".join(f'<entry key="{key}" value="{value}"/>' for key, value in CONFIG.items()),
    "plist": "".join(f"<key>{key}</key>\n\t<string>{v}</string>" for key, v in CONFIG.items()),
    "attributes": "<cfg " + " ".join(f'{key}="{value}"' for key, value in CONFIG.items()) + "/>",
}


@pytest.mark.parametrize("form", FORMS)
def test_letters_that_stand_for_bytes_are_decoded(form):
    pasted = read_pasted(FORMS[form].encode())
    assert pasted is not None
    assert pasted.best.config == CONFIG
    assert pasted.best.crc_ok
    assert any("decoded" in remark or "hexadecimal" in remark for remark in pasted.remarks)


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("around", ["{}", '<?xml version="1.0"?>\n<map>\n{}\n</map>\n'])
def test_xml_is_read_as_keys_and_values(form, around):
    pasted = read_pasted(around.format(XML[form]).encode())
    assert pasted is not None
    assert {key: str(value) for key, value in (pasted.best.config or {}).items()} == {
        key: str(value) for key, value in CONFIG.items()
    }


@pytest.mark.parametrize("form", [*FORMS, *XML])
def test_a_torn_or_doubled_one_ends_without_an_error_and_never_with_another_sound_text(form):
    text = {**FORMS, **XML}[form]
    draw = random.Random(form)
    for _round in range(12):
        cut = draw.randrange(len(text))
        torn = draw.choice((text[:cut], text[cut:], text + text, text[:cut] + "zz" + text[cut:]))
        pasted = read_pasted(torn.encode())
        for found in pasted.found if pasted else ():
            assert not (found.text and found.crc_ok) or found.config == CONFIG


@pytest.mark.parametrize(
    "text", ["QUJD" * 30, "00000000: 4142 4344\n", "<a>1</a><b>2</b>", "ff" * 40]
)
def test_what_decodes_to_something_else_holds_no_configuration(text):
    assert read_pasted(text.encode()) is None
