"""Code under another key: stored rightly, back to the byte, and refused where that cannot be."""

from __future__ import annotations

import json

import pytest

from plugsmith.cli.app import main
from plugsmith.errors import UsageError
from plugsmith.errors.image import KeyMissing
from plugsmith.forge.firmware import forge_openbeken_qio
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
