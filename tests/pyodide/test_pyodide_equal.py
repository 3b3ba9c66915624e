"""What the core says inside Pyodide is what it says on a computer, byte by byte."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from real_dumps import DUMPS, natively, placeless

from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.flash import forge_flash, forged_mac
from plugsmith.forge.storage import StorageRequest


def _same(node, verb, place, field="files", **more):
    """Both answers, without what only says where the file lies."""
    handle = node.put(place)
    inside = node.run(verb, **{field: [handle] if field == "files" else handle}, **more)
    inside = inside.get("data") if inside["type"] == "result" else inside
    path = str(place)
    outside = natively(verb, {field: (path,) if field == "files" else path, **more})
    return [
        json.dumps(placeless(answer, place.name), sort_keys=True) for answer in (inside, outside)
    ]


def _forged():
    for chip in ("BK7231T", "BK7231N", "BK7238"):
        yield f"plain-{chip}", lambda chip=chip: forge_flash(chip=chip, mac=forged_mac(chip))
    wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
    whole = forge_dump(wish, mac=forged_mac("BK7231T")).data
    yield "forum", lambda: whole
    yield "cut", lambda: whole[:0x1F0000]
    holed = bytearray(whole)
    for at in range(0x1E0000, 0x1FF000, 0x1777):
        holed[at] ^= 0x10
    yield "flipped", lambda: bytes(holed)
    yield "no-dump", lambda: bytes(range(256)) * 64
    yield "nested", lambda: whole[:0x1FE000] + (b'{"a":' + b"[" * 4000).ljust(0x2000, b"\xff")


FORGED = dict(_forged())


@pytest.mark.parametrize("kind", FORGED)
def test_a_forged_dump_gives_the_same_answer(node, tmp_path, kind):
    place = tmp_path / f"{kind}.bin"
    place.write_bytes(FORGED[kind]())
    inside, outside = _same(node, "dump config", place)
    assert inside == outside
    inside, outside = _same(node, "dump info", place, field="file")
    assert inside == outside


@pytest.mark.corpus
@pytest.mark.skipif(not DUMPS, reason="the corpus is not there (PLUGSMITH_CORPUS)")
@pytest.mark.parametrize("dump", DUMPS or [Path("none")], ids=lambda dump: dump.stem)
def test_a_real_dump_gives_the_same_answer(node, dump):
    inside, outside = _same(node, "dump config", dump)
    assert inside == outside


def test_a_safe_copy_is_the_same_bytes_as_one_made_on_a_computer(node, tmp_path):
    place = tmp_path / "forum.bin"
    place.write_bytes(FORGED["forum"]())
    done = node.run("dump sanitize", file=node.put(place), output="safe.bin")
    node.ask("get", file=done["data"]["file"], path=str(tmp_path / "inside.bin"))
    outside = tmp_path / "outside.bin"
    natively("dump sanitize", {"file": str(place), "output": outside})
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    assert done["data"]["sha256"] == digest
    assert (tmp_path / "inside.bin").read_bytes() == outside.read_bytes()


def test_what_needs_a_network_or_the_emulator_says_how_to_get_it(node):
    for verb, request in (("device scan", {}), ("image fetch", {"chip": "BK7231T"}), ("info", {})):
        refused = node.run(verb, **request)
        assert refused["code"] == "PS-UI-NOT-IN-BROWSER"
        assert refused["hint"]
    assert "OpenBK7231T_QIO_<version>.bin" in node.run("image fetch", chip="BK7231T")["hint"]


def test_deep_nesting_is_an_error_and_not_the_end(node):
    told = node.ask(
        "python",
        code="from plugsmith.nested_json import read_nested\n"
        "def deep():\n"
        "    try:\n        read_nested('[' * 200_000)\n"
        "    except ValueError as problem:\n        return str(problem)\n"
        "deep()",
    )
    assert "nested too deep" in told


def test_the_cipher_of_the_page_is_the_cipher_of_a_computer(node):
    from Crypto.Cipher import AES

    data, key, iv = bytes(range(256)) * 16, bytes(range(16)), bytes(range(16, 32))
    code = (
        "from plugsmith.image import aes\n"
        f"d,k,i=bytes.fromhex('{data.hex()}'),bytes.fromhex('{key.hex()}'),bytes.fromhex('{iv.hex()}')\n"
        "' '.join(x.hex() for x in (aes.ecb_encrypt(d,key=k),aes.ecb_decrypt(d,key=k),"
        "aes.cbc_encrypt(d,key=k,iv=i),aes.cbc_decrypt(d,key=k,iv=i),aes.ecb_encrypt(b'',key=k)))"
    )
    ecb = AES.new(key, AES.MODE_ECB)
    expected = [
        ecb.encrypt(data),
        ecb.decrypt(data),
        AES.new(key, AES.MODE_CBC, iv=iv).encrypt(data),
        AES.new(key, AES.MODE_CBC, iv=iv).decrypt(data),
        b"",
    ]
    assert node.ask("python", code=code) == " ".join(item.hex() for item in expected)


def test_a_keeper_beats_amid_a_long_computation_and_what_it_sends_leaves(node):
    """A loader goes after 100 ms of silence; a page has one thread, and computes for longer."""
    code = """
import time
from js import Object, WritableStream
from pyodide.ffi import create_proxy, to_js
beats, sent, ends = [], [], []
def write(chunk, _control): sent.append(chunk)
sink = to_js({"write": create_proxy(write)}, dict_converter=Object.fromEntries)
writer = WritableStream.new(sink).getWriter()
def once():
    beats.append(1)
    writer.write(len(beats))
    return not ends
def compute():
    before, end = len(sent), time.monotonic() + 60
    while len(sent) < before + 5 and time.monotonic() < end: pass
    ends.append(len(sent) - before)
_ways.beat(0.015, once)
_ways.begin(compute)
True
"""
    node.ask("python", code=code)
    while not node.ask("python", code="len(ends)"):
        pass  # each question is a turn of the loop
    assert node.ask("python", code="ends[0]") >= 5
