"""Forged and sanitized dumps must open in bk7231tools, and give it the pin text."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from corpus_place import corpus_root
from dump_rig import DEVICES, dump_of, forged

from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.forge.dump import FORUM_TEXT
from plugsmith.forge.flash import forge_flash
from plugsmith.tuya.kv import StoreKind

PEER = Path(__file__).resolve().parents[2] / ".peers" / "bk7231tools" / "bin" / "bk7231tools"
CODE_END = 0x12_9F70
CORPUS = (  # one of each generation and chip that this peer can read
    "bk7231t-woox-r5111",
    "bk7231n-allegro-berge-mi0014-30-x-5-cm-milio",
)

pytestmark = pytest.mark.peers


@pytest.fixture
def dissect(tmp_path):
    if not PEER.exists():
        pytest.skip("no bk7231tools: run `make peers`")

    def run(data: bytes) -> str:
        file, folder = tmp_path / "dump.bin", tmp_path / "parts"
        file.write_bytes(data)
        folder.mkdir(exist_ok=True)
        command = [str(PEER), "dissect_dump", "-e", "-O", str(folder), str(file)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
        return "".join(path.read_text() for path in folder.glob("*_user_param_key.json"))

    return run


def words(text: str) -> set[str]:
    """Values of the pin text, however a tool formats them."""
    return {pair.split(":")[1] for pair in text.strip("{},").split(",")}


def small_code(data: bytes, name: str) -> bytes:
    """The same data behind a small forged application: the peer takes seconds to decrypt one."""
    app = forge_flash(chip=name, code_len=0x2000)[:CODE_END]
    return app + data[CODE_END:]


@pytest.mark.parametrize(("name", "kind"), DEVICES)
def test_pin_text_out_of_forged_and_clean_dumps(dissect, name, kind):
    data = forged(name, kind, paired=True).data
    contents = [data]
    if name in {"BK7231T", "BK7231N"}:
        contents.append(sanitize(dump_of(data)).data)
    for content in contents:
        got = dissect(small_code(content, name))
        assert "sel_pin_pin" in got
        assert "WB2S" in got
        assert not [word for word in words(FORUM_TEXT) if word not in got]


@pytest.mark.corpus
@pytest.mark.parametrize("name", CORPUS)
def test_sanitized_corpus_dumps_read_the_same(corpus, dissect, name):
    data = (corpus_root() / "factory" / f"{name}.bin").read_bytes()
    owner = name[:8].split("-")[0].upper()
    before = dissect(small_code(data, owner))
    assert "crc" in before
    assert dissect(small_code(sanitize(dump_of(data)).data, owner)) == before


def test_a_whole_forged_flash_opens_with_its_code(dissect):
    assert "sel_pin_pin" in dissect(forged("BK7231N", StoreKind.CLASSIC).data)


def test_the_peer_does_read_what_we_forge(dissect):
    """A test that can fail: without the pin record it has nothing to show."""
    data = forged("BK7231T", StoreKind.CLASSIC, kv_record=False).data
    assert dissect(small_code(data, "BK7231T")) == ""
