"""Canaries in many spellings, places and kinds of dump; the judge knows only their bytes."""

from __future__ import annotations

import base64
import lzma
import random

import pytest
from canary_matrix import KINDS, SPELLINGS, bed, cells_of
from canary_run import failures
from canary_spellings import KNOWN, NAMED
from dump_rig import DEVICES, dump_of, forged
from test_dump_ledger import planted

from plugsmith.dump.sanitize import clean_areas
from plugsmith.dump.sanitize.encodings import hidden, lowered
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.obk_secrets import resealed
from plugsmith.errors.dump import SecretsLeft
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.openbeken.config_block import MAGIC, field, read_block
from plugsmith.openbeken.config_layout import layout_of
from plugsmith.secrets import redact, secret_spans

STRANGER = b"Zq7-stranger_words"  # stands nowhere else in the dump


@pytest.mark.parametrize("spelling", sorted(name for name in KNOWN if "mask" not in name))
def test_a_known_value_is_found_in_every_spelling(spelling):
    rng = random.Random(spelling)
    for value in (b"tr0ub4dor-And.3", b"YB9mYcLNzxkjc", "pässwörd-x".encode()):
        for lead in range(3):
            text = KNOWN[spelling](value)
            body = rng.randbytes(40) + b"\n" * lead + b"\xff\xff" + text + b"\xff\xff\0"
            found = list(hidden(body, lowered([value])))
            assert found, (spelling, value)
    assert not list(hidden(rng.randbytes(4096), lowered([b"tr0ub4dor-And.3"])))


@pytest.mark.sample(1)
@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_canary_stays_and_without_strict_none_where_the_copy_is_called_clean(kind):
    """A sample of the matrix: one spelling in each place. The whole: `make campaign-canaries`."""
    turn = random.Random(kind).randrange(len(SPELLINGS))
    assert failures(kind, cells_of(kind, turn)) == []


def test_a_coded_copy_in_front_of_a_masked_one_costs_it_no_letter_before_it_is_found():
    cells = [cell for cell in cells_of("q", 18) if "calibration" in cell.place]
    assert failures("q", cells) == []


@pytest.mark.parametrize("strict", [True, False])
def test_a_damaged_settings_block_away_from_home_is_erased(strict):
    made = forged("BK7231N", DEVICES[1][1], paired=True)
    block = bytearray(b"\0" * 0xD00)
    block[:8] = MAGIC + b"\x77\x05\0\0\0"
    block[0x100:0x120] = STRANGER.ljust(32, b"\0")
    dirty = planted(made.data, 0x16_1000, bytes(block))
    assert STRANGER not in sanitize(dump_of(dirty), strict=strict).data


def test_an_openbeken_flash_is_cleaned_too():
    image = forge_openbeken_qio("BK7231N", version="1.18.0")
    flash = bytearray(image.ljust(0x20_0000, b"\xff"))
    flash[0x1A_0000 : 0x1A_0000 + len(STRANGER)] = STRANGER
    clean = sanitize(dump_of(bytes(flash)))
    assert STRANGER not in clean.data
    assert sum(clean.ledger.sizes().values()) == len(flash)


def test_a_letter_of_noise_in_front_hides_no_telling_name():
    rng, dirty = random.Random(5), forged("BK7231T", paired=True).data
    values = []
    for number, name in enumerate(sorted(NAMED) * 3):
        value = f"v{number:02}-{rng.randbytes(6).hex()}Q".encode()
        letter = (b"g", b"Z", b"_7")[number % 3]
        noise = rng.randbytes(30) + letter + NAMED[name](value) + b"\0" + rng.randbytes(30)
        dirty = planted(dirty, 0x17_0000 + number * 0x200, noise)
        values.append(value)
    clean = sanitize(dump_of(dirty), strict=False)
    assert [value for value in values if value in clean.data] == []


MORE = {  # met later than those of the matrix
    "xz, best": lambda v: lzma.compress(b"abc " + v * 2, preset=9),
    "hex_": lambda v: v.hex("_").encode(),
    "hex {0X": lambda v: b"{" + ",".join(f"0X{b:02X}" for b in v).encode() + b"}",
    "hex in lines": lambda v: v.hex("\n", 8).encode(),
    "octal": lambda v: "".join(f"\\{b:03o}" for b in v).encode(),
    "\\u{}": lambda v: "".join(f"\\u{{{ord(c):x}}}" for c in v.decode()).encode(),
    "entities": lambda v: "".join(f"&#{b};" for b in v).encode(),
    "base64 twice": lambda v: base64.b64encode(base64.b64encode(v)),
    "mixed case": lambda v: v.swapcase(),
}


@pytest.mark.parametrize("spelling", MORE)
def test_a_known_value_is_found_in_other_spellings_too(spelling):
    value = b"tr0ub4dor-And.3"
    assert list(hidden(b"\xff\0" + MORE[spelling](value) + b"\0\xff", lowered([value])))


@pytest.mark.parametrize("text", [
    "GET /x?a=1&pw={} HTTP/1.1", "http://10.0.0.2/cm?cmnd=Password1%20{}", "cmnd=WebPassword+{}",
    'wep_key0="{}"', '{{"wifiPassword":"{}"}}', "'password' => '{}'",
    "Info:CMD:password is {}", "Authorization: Basic {}", "Cookie: a=1; sid={}; b=2", "auth_key {}",
    "password->{}", "?x=password%3D{}", "%7B%22password%22%3A%22{}%22%7D", "éssid={}",
    "密password:{}", '{{"x":"{{\\"y\\":\\"{{\\\\\\"psk\\\\\\":\\\\\\"{}\\\\\\"}}\\"}}"}}',
])  # fmt: skip
def test_a_telling_name_is_found_in_other_spellings_too(text):
    value = "tr0ub4dor-And.3"
    spelt = text.format(value)
    assert any(start <= spelt.find(value) < end for start, end in secret_spans(spelt))
    assert value not in redact(spelt)


@pytest.mark.parametrize(
    "text", ["user+device", "1 login+2 tokens", "pw 5", "the key0 of it", "password is wrong"]
)
def test_prose_with_such_words_stays(text):
    assert redact(text) == text


def test_words_of_the_user_are_looked_for_too():
    data = forged("BK7231T", paired=True).data
    dirty = planted(data, 0x15_0123, b"hex " + STRANGER.hex().encode())
    left = sanitize(dump_of(dirty), strict=False).data
    assert STRANGER.hex().encode() in left
    clean = sanitize(dump_of(dirty), strict=False, secrets=[STRANGER, b"", b"x"]).data
    assert STRANGER.hex().encode() not in clean


@pytest.mark.parametrize("kind", ["openbeken 32", "openbeken 48"])
def test_the_pins_of_openbeken_survive_under_each_layout(kind):
    made = bed(kind)
    clean = sanitize(dump_of(bytes(made.data))).data
    at, pins = clean.find(b"CFG"), 48 if kind.endswith("48") else 32
    block = read_block(clean[at:], layout=layout_of(made.chip))
    assert block.value(field("pin_roles")) == bytes([0] * 26 + [1]).ljust(pins, b"\0")
    assert block.value(field("wifi_password")) == ""
    assert made.word not in clean


def test_no_copy_is_called_whole_whose_pins_changed(monkeypatch):
    """The proof is what says so, not the cleaner."""
    made = bed("openbeken 32")
    real = clean_areas.clean_block

    def careless(sector, **options):
        return resealed(
            real(sector, **options)[:0x33E] + bytes(32) + real(sector, **options)[0x35E:]
        )

    monkeypatch.setattr(clean_areas, "clean_block", careless)
    with pytest.raises(SecretsLeft):
        sanitize(dump_of(bytes(made.data)))
