"""Frames in any chunking, with anything between them; commands and their replies."""

from __future__ import annotations

import itertools
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.boot.protocol import commands as cmd
from plugsmith.boot.protocol.frames import (
    LINK_ANSWER,
    FrameForm,
    Header,
    Reply,
    ReplyDecoder,
    long_request,
    short_request,
)

if TYPE_CHECKING:
    from plugsmith.boot.protocol.request import Command

short_replies = st.builds(
    Reply,
    form=st.just(FrameForm.SHORT),
    code=st.integers(0, 255),
    status=st.none(),
    data=st.binary(max_size=250),
)
long_replies = st.builds(
    Reply,
    form=st.just(FrameForm.LONG),
    code=st.integers(0, 255),
    status=st.integers(0, 255),
    data=st.binary(max_size=5000),
)
replies = st.one_of(short_replies, long_replies)
# garbage that cannot be the start of a frame: what ends a rescan is the byte 04
garbage = st.binary(max_size=40).map(lambda raw: raw.replace(b"\x04", b"\x05"))


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(edges)]


@given(replies)
def test_a_reply_survives_the_wire(reply: Reply) -> None:
    assert ReplyDecoder().feed(reply.encode()) == [reply]


@given(st.lists(st.tuples(garbage, replies), max_size=5), garbage, st.lists(st.integers(0, 30000)))
def test_replies_between_garbage_in_any_pieces(
    parts: list[tuple[bytes, Reply]], tail: bytes, cuts: list[int]
) -> None:
    stream = b"".join(noise + reply.encode() for noise, reply in parts) + tail
    decoder = ReplyDecoder()
    found = [reply for piece in _cut(stream, cuts) for reply in decoder.feed(piece)]
    assert found == [reply for _noise, reply in parts]
    decoder.reset()
    assert decoder.dropped_total == sum(len(noise) for noise, _reply in parts) + len(tail)


@given(st.lists(st.tuples(garbage, short_replies), min_size=1, max_size=4))
def test_byte_by_byte_gives_the_same(parts: list[tuple[bytes, Reply]]) -> None:
    stream = b"".join(noise + reply.encode() for noise, reply in parts)
    decoder = ReplyDecoder()
    found = [reply for at in range(len(stream)) for reply in decoder.feed(stream[at : at + 1])]
    assert found == [reply for _noise, reply in parts]


@given(st.binary(max_size=3000), st.lists(st.integers(0, 3000), max_size=8))
def test_any_bytes_are_taken_and_bounded(data: bytes, cuts: list[int]) -> None:
    decoder = ReplyDecoder(lambda header: header.data_len <= 4100)
    for piece in _cut(data, cuts):
        for reply in decoder.feed(piece):
            assert len(reply.data) <= 4100
    assert decoder.missing <= 4100 + 11


def test_a_payload_that_holds_frames_is_not_looked_into() -> None:
    inner = (LINK_ANSWER * 600)[:4096]
    outer = Reply(form=FrameForm.LONG, code=9, status=0, data=b"\x00\x10\x01\x00" + inner)
    decoder = ReplyDecoder()
    stream = outer.encode() + LINK_ANSWER
    found = [
        reply for at in range(0, len(stream), 7) for reply in decoder.feed(stream[at : at + 7])
    ]
    assert [reply.code for reply in found] == [9, 1]
    assert found[0] == outer


def test_a_header_that_is_not_accepted_hides_nothing_behind_it() -> None:
    fake = bytes.fromhex("040eff01e0fcf4ffff09")  # would swallow 64 KiB
    decoder = ReplyDecoder(lambda header: header.data_len < 5000)
    assert [reply.code for reply in decoder.feed(fake + LINK_ANSWER + bytes(20))] == [1]


def test_after_a_reset_a_torn_reply_is_forgotten() -> None:
    decoder = ReplyDecoder()
    whole = Reply(form=FrameForm.LONG, code=9, status=0, data=bytes(4100)).encode()
    assert decoder.feed(whole[:2000]) == []
    assert decoder.inside_reply
    assert decoder.missing == len(whole) - 2000
    decoder.reset()
    assert decoder.feed(LINK_ANSWER)[0].code == 1


@given(st.integers(0, 255), st.binary(max_size=0xFD))
def test_short_requests_carry_their_length(code: int, params: bytes) -> None:
    raw = short_request(code, params)
    assert raw[:3] == b"\x01\xe0\xfc"
    assert raw[3] == len(raw) - 4
    assert raw[4] == code


@given(st.integers(0, 255), st.binary(max_size=5000))
def test_long_requests_carry_their_length(code: int, params: bytes) -> None:
    raw = long_request(code, params)
    assert raw[:5] == b"\x01\xe0\xfc\xff\xf4"
    assert int.from_bytes(raw[5:7], "little") == len(raw) - 7
    assert raw[7] == code


addresses = st.integers(0, 0xFFFF_FFFF)
commands = st.one_of(
    st.just(cmd.LinkCheck()),
    st.builds(cmd.ReadRegister, addr=addresses),
    st.builds(cmd.WriteRegister, addr=addresses, value=addresses),
    st.builds(cmd.SetBaud, baud=st.integers(1, 4_000_000), delay=st.integers(0, 255)),
    st.builds(cmd.Read4K, addr=addresses),
    st.builds(
        cmd.Write4K, addr=addresses, data=st.integers(0, 255).map(lambda byte: bytes([byte]) * 4096)
    ),
    st.builds(cmd.Write, addr=addresses, data=st.binary(min_size=1, max_size=300)),
    st.builds(cmd.Erase, size_code=st.sampled_from([0x20, 0xD8]), addr=addresses),
    st.builds(cmd.ReadStatusRegister, opcode=st.sampled_from([5, 0x35])),
    st.builds(cmd.WriteStatusRegister, opcode=st.just(1), values=st.binary(min_size=1, max_size=2)),
    st.builds(cmd.ReadShort, addr=addresses, size=st.integers(0, 255)),
)


@given(commands, st.integers(0, 255))
def test_a_command_knows_its_own_reply(command: Command, byte: int) -> None:
    filler = bytes([byte]) * 5000
    data = (command.echo() + filler)[: command.reply_len()]
    status = 0 if command.form is FrameForm.LONG else None
    reply = Reply(form=command.form, code=command.answer_code, status=status, data=data)
    (again,) = ReplyDecoder(command.may_start).feed(reply.encode())
    assert command.answers(again)
    assert command.payload(again) == data[len(command.echo()) :]


@given(commands, commands, st.integers(0, 255))
def test_a_reply_with_another_echo_is_not_taken(
    command: Command, other: Command, byte: int
) -> None:
    filler = bytes([byte]) * 5000
    data = (other.echo() + filler)[: other.reply_len()]
    status = 0 if other.form is FrameForm.LONG else None
    reply = Reply(form=other.form, code=other.answer_code, status=status, data=data)
    alike = command.answer_code == other.answer_code and data.startswith(command.echo())
    assert alike or not command.answers(reply)


# examples of uart-protocol.md 2.4
@pytest.mark.parametrize(
    ("command", "wire"),
    [
        (cmd.LinkCheck(), "01e0fc0100"),
        (cmd.ReadBootVersion(), "01e0fc0111"),
        (cmd.ReadRegister(addr=0x800000), "01e0fc050300008000"),
        (cmd.WriteRegister(addr=0x800074, value=1), "01e0fc09017400800001000000"),
        (cmd.SetBaud(baud=921600, delay=20), "01e0fc060f00100e0014"),
        (cmd.CheckCrc(start=0, length=0x1000), "01e0fc091000000000ff0f0000"),
        (cmd.Read4K(addr=0x11000), "01e0fcfff405000900100100"),
        (cmd.Erase(size_code=0xD8, addr=0x20000), "01e0fcfff406000fd800000200"),
        (cmd.SpiTransfer(out=b"\x9f\0\0\0"), "01e0fcfff405000e9f000000"),
        (cmd.ReadStatusRegister(opcode=5), "01e0fcfff402000c05"),
        (cmd.WriteStatusRegister(opcode=1, values=b"\0\2"), "01e0fcfff404000d010002"),
        (cmd.Reboot(), "01e0fc020ea5"),
    ],
)
def test_the_papers_examples(command: Command, wire: str) -> None:
    assert command.encode().hex() == wire


def test_the_papers_crc_example() -> None:
    command = cmd.CheckCrc(start=0, length=4096)
    (reply,) = ReplyDecoder().feed(bytes.fromhex("040e0801e0fc10f598ab0e"))
    assert command.answers(reply)
    assert command.crc32(reply) == 0xF154670A == zlib.crc32(b"\xff" * 4096)


def test_refusals_are_seen_although_the_address_differs() -> None:
    (refused,) = ReplyDecoder().feed(bytes.fromhex("040eff01e0fcf406000706e0200000"))
    write = cmd.Write4K(addr=0x1000, data=bytes(4096))
    assert write.refusal(refused) == 6
    assert not write.answers(refused)
    assert write.may_start(Header(form=FrameForm.LONG, code=7, data_len=4))
    (unknown,) = ReplyDecoder().feed(bytes.fromhex("040e0501e0fc1107"))
    assert cmd.ReadBootVersion().refusal(unknown) == 7


@pytest.mark.parametrize("length", [0, -256, 255, 257])
def test_a_checksum_that_could_hang_a_loader_cannot_be_built(length: int) -> None:
    with pytest.raises(ValueError, match="checksum"):
        cmd.CheckCrc(start=0x11000, length=length)
