"""The simulated download mode of Espressif's chips, asked without any tool."""

from __future__ import annotations

import hashlib
import os
import random
import select
import struct
import threading
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.sim.esp.chip import EspChip
from plugsmith.sim.esp.model import ESP32_C3, ESP8266
from plugsmith.sim.esp.slip import SlipReader, packed
from plugsmith.sim.flash.nor import NorFlash
from plugsmith.sim.flash.parts import part_of_size
from plugsmith.sim.ports.pty_endpoint import PtyEndpoint

SIZE = 0x8_0000
CONTENT = random.Random(2).randbytes(SIZE)
SYNC = bytes.fromhex("07071220") + b"\x55" * 32


def made(model=ESP32_C3):
    return EspChip(model, NorFlash(part_of_size(SIZE, rom_family=False), CONTENT))


def command(number, body=b"", total=0):
    return packed(struct.pack("<BBHI", 0, number, len(body), total) + body)


def asked(chip, number, body=b"", total=0):
    """The packets that come back."""
    return SlipReader().feed(chip.take(command(number, body, total)))


def words(*values):
    return struct.pack(f"<{len(values)}I", *values)


def block(data, number):
    total = 0xEF
    for byte in data:
        total ^= byte
    return words(len(data), number, 0, 0) + data, total


def with_loader(model=ESP32_C3):
    chip = made(model)
    asked(chip, 0x05, words(4, 1, 4, 0x4038_0000))
    asked(chip, 0x07, *block(b"\1\2\3\4", 0))
    assert asked(chip, 0x06, words(0, 0x4038_0000))[-1] == b"OHAI"
    return chip


def status(packet, length=2):
    return packet[-length]


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=6), st.integers(1, 9))
def test_packets_come_out_as_they_went_in_however_the_stream_is_cut(contents, step):
    stream = b"".join(packed(item) for item in contents)
    reader, out = SlipReader(), []
    for at in range(0, len(stream), step):
        out += reader.feed(stream[at : at + step])
    assert out == contents


@given(st.lists(st.binary(max_size=80), max_size=8))
def test_any_bytes_are_answered_or_ignored(pieces):
    chip = made()
    for piece in pieces:
        chip.take(piece)
        chip.take(packed(piece))
    chip.reset()
    assert asked(chip, 0x08, SYNC)


@pytest.mark.parametrize("model", [ESP8266, ESP32_C3])
def test_a_sync_is_answered_eight_times_and_nothing_like_it_is(model):
    answers = asked(made(model), 0x08, SYNC)
    assert len(answers) == 8
    assert all(item[4:8] == bytes.fromhex("07071220") for item in answers)
    assert not asked(made(model), 0x08, SYNC[:-1] + b"\0")


def test_the_rom_of_an_esp8266_reads_no_flash_and_its_loader_does():
    body = words(0, 0x1000, 0x1000, 64)
    (refused,) = asked(made(ESP8266), 0xD2, body)
    assert status(refused) == 1
    first, piece = asked(with_loader(ESP8266), 0xD2, body)
    assert status(first) == 0
    assert piece == CONTENT[:0x1000]


def test_a_read_waits_for_what_is_confirmed_and_ends_with_a_digest():
    chip = with_loader()
    _answer, *pieces = asked(chip, 0xD2, words(0, 0x4000, 0x1000, 2))
    assert len(pieces) == 2
    pieces += SlipReader().feed(chip.take(packed(words(0x2000))))
    assert len(pieces) == 4
    assert b"".join(pieces) == CONTENT[:0x4000]
    (digest,) = SlipReader().feed(chip.take(packed(words(0x4000))))
    assert digest == hashlib.md5(CONTENT[:0x4000], usedforsecurity=False).digest()


def test_a_packed_write_erases_its_sectors_and_holds_the_bytes():
    chip, data = with_loader(), b"\x5a" * 0x1234
    small = zlib.compress(data)
    asked(chip, 0x10, words(len(data), 1, len(small), 0x1_0000))
    (answer,) = asked(chip, 0x11, *block(small, 0))
    assert status(answer) == 0
    assert chip.nor.read(0x1_0000, 0x2000) == data.ljust(0x2000, b"\xff")
    assert chip.nor.read(0, 0x1_0000) == CONTENT[:0x1_0000]


@pytest.mark.parametrize("wrong", ["sum", "number", "place", "beyond", "no-begin"])
def test_a_wrong_write_is_refused_and_changes_nothing(wrong):
    chip, data = with_loader(), b"\x5a" * 0x400
    at = {"place": 0x1_0001, "beyond": SIZE}.get(wrong, 0x1_0000)
    begun = b"" if wrong == "no-begin" else asked(chip, 0x02, words(len(data), 1, len(data), at))
    body, total = block(data, 1 if wrong == "number" else 0)
    (answer,) = asked(chip, 0x03, body, total ^ (wrong == "sum"))
    assert status(answer) == 1
    assert data not in bytes(chip.nor.content)
    if wrong in {"place", "beyond"}:
        assert status(begun[0]) == 1


def test_the_digest_is_text_from_the_rom_and_bytes_from_the_loader():
    body = words(0x1000, 0x1000, 0, 0)
    digest = hashlib.md5(CONTENT[0x1000:0x2000], usedforsecurity=False)
    assert digest.hexdigest().encode() in asked(made(), 0x13, body)[0]
    assert digest.digest() in asked(with_loader(), 0x13, body)[0]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("patience_s", "whole"), [(0.2, False), (60.0, True)])
def test_a_client_that_stops_reading_for_a_while_loses_nothing(patience_s, whole):
    port = PtyEndpoint(patience_s=patience_s)
    client = os.open(port.address, os.O_RDWR | os.O_NOCTTY)
    sent = threading.Event()
    try:
        port.poll(device_rate=115_200)

        def send():
            port.send(CONTENT)
            sent.set()

        threading.Thread(target=send, daemon=True).start()
        assert sent.wait(2.0) is not whole  # nobody reads
        got = b""
        while len(got) < len(CONTENT) and (whole or select.select([client], [], [], 0)[0]):
            got += os.read(client, 4096)
        assert (got == CONTENT) is whole
    finally:
        os.close(client)
        port.close()


@pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")
def test_a_client_that_goes_is_not_waited_for():
    port = PtyEndpoint(patience_s=600.0)
    client = os.open(port.address, os.O_RDWR | os.O_NOCTTY)
    port.poll(device_rate=115_200)
    ended = threading.Thread(target=port.send, args=(CONTENT,), daemon=True)
    ended.start()
    os.close(client)
    ended.join(30.0)
    assert not ended.is_alive()
    port.close()
