"""Code under another key: stored rightly, back to the byte, and refused where that cannot be."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from plugsmith.cli.app import main
from plugsmith.errors import UsageError
from plugsmith.errors.image import ImageDamaged, KeyMissing
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.image.crc import build_lines
from plugsmith.image.keys.rekey import key_in_file, read_key, with_key
from plugsmith.image.kinds import recognise
from plugsmith.image.scramble import PLAIN_KEY, TUYA_KEY, ScrambleKey

WORDS = "0x11112222 33334444,55556666 77778888"
OWN = ScrambleKey.of(0x1111_2222, 0x3333_4444, 0x5555_6666, 0x7777_8888)


def qio(chip="BK7231N"):
    return forge_openbeken_qio(chip, version="1.18.300", code_len=0x8000)


def test_how_a_key_is_written():
    assert (read_key(" None "), read_key("tuya"), read_key(WORDS)) == (PLAIN_KEY, TUYA_KEY, OWN)
    assert key_in_file(OWN.to_bytes()) == key_in_file(WORDS.encode() + b"\n") == OWN


@pytest.mark.parametrize("text", ["", "x", "1 2 3", "1 2 3 4 5", "1 2 3 123456789", "1 2 3 g"])
def test_what_is_no_key(text):
    with pytest.raises(UsageError, match="four hexadecimal words"):
        read_key(text)


@pytest.mark.sample(3)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N", "BK7231M", "BK7238"])
@pytest.mark.parametrize("key", [OWN, PLAIN_KEY, TUYA_KEY])
def test_both_partitions_and_their_headers_go_there_and_back(chip, key):
    before = recognise(qio(chip))
    locked = with_key(qio(chip), key, name="q")
    image = recognise(locked)
    assert image.app.section.body_ok
    assert image.loader.section.bad == image.app.section.bad == ()
    if key is not OWN:
        assert image.app.section.key == image.loader.section.key == key
        assert image.app.section.code == before.app.section.code
    assert with_key(locked, before.app.section.key, name="q", old=key) == qio(chip)


def test_an_unknown_key_has_to_be_named():
    with pytest.raises(KeyMissing):
        with_key(with_key(qio(), OWN, name="q"), TUYA_KEY, name="q")


@pytest.mark.parametrize(
    ("what", "bare"),
    [("bit", True), ("bit", False), ("gap", False), ("header", True), ("header", False),
     ("body", True), ("body", False)],
)  # fmt: skip
def test_damage_is_told_before_new_checksums_hide_it(what, bare):
    data = bytearray(with_key(qio(), OWN, name="q"))
    section = recognise(bytes(data)).app.section
    at, trailer = section.start + 34 * 100, section.trailer
    if what == "bit":
        data[at + 5] ^= 0x10
    elif what == "gap":
        data[at : at + 34] = b"\xff" * 34
    elif what == "header":
        data[trailer.at + 8] ^= 1
    else:
        data[at : at + 34] = build_lines(bytes(32))
    if bare:
        data = data[section.start : section.end if what == "bit" else len(data)]
    with pytest.raises(ImageDamaged):
        with_key(bytes(data), TUYA_KEY, name="q", old=OWN)


def test_a_header_from_an_update_over_the_air_is_no_damage():
    """It describes the code before the chip scrambled it, so only the key can tell."""
    plain = with_key(qio(), PLAIN_KEY, name="q")
    section = recognise(plain).app.section
    old = section.trailer.header
    header = replace(old, algorithm=1).trailer()
    locked = bytearray(with_key(plain, OWN, name="q"))
    locked[section.trailer.at : section.trailer.end] = header
    assert recognise(bytes(locked)).app.section.body_ok is False
    back = with_key(bytes(locked), TUYA_KEY, name="q", old=OWN)
    assert recognise(back).problems == ()


@pytest.mark.parametrize("text", [b"11 222 3333 4444", b"1 2 3 4\r\n       ", b"none            "])
def test_sixteen_bytes_of_text_are_read_as_text(text):
    assert len(text) == 16
    assert key_in_file(text) == read_key(text.decode())


def test_sixteen_bytes_of_another_text_are_no_key_of_an_efuse():
    with pytest.raises(UsageError, match="four hexadecimal words"):
        key_in_file(b"11 222 3333 444g")


def test_the_verb_locks_and_unlocks_and_tells_no_key(tmp_path, capsys):
    plain, locked, back = tmp_path / "a.bin", tmp_path / "b.bin", tmp_path / "c.bin"
    plain.write_bytes(qio())
    word = ["image", "convert", str(plain), "--to", "qio", "-o", str(locked), "--key", WORDS]
    assert main([*word, "--json"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out.splitlines()[-1])["data"]["image"]["key"] == "other"
    assert "33334444" not in out.out + out.err
    assert locked.read_bytes() == with_key(qio(), OWN, name="q")
    file = tmp_path / "key.bin"
    file.write_bytes(OWN.to_bytes())
    word = ["image", "convert", str(locked), "--to", "qio", "-o", str(back)]
    assert main([*word, "--from-key", f"@{file}", "--key", "tuya"]) == 0
    assert back.read_bytes() == qio()
    update = tmp_path / "u.rbl"
    word = ["image", "convert", str(locked), "--to", "ota", "-o", str(update)]
    assert main(word) == 9
    assert main([*word, "--from-key", WORDS, "--key", "tuya"]) == 2
    assert main([*word, "--from-key", WORDS]) == 0
    assert recognise(update.read_bytes()).version == "1.18.300"
