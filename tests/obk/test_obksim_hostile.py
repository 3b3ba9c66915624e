"""Nothing that is sent to the simulated device breaks it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.block import Block
from plugsmith.sim.obk.bootloader import read_update
from plugsmith.sim.obk.command.meter import METER_COMMANDS
from plugsmith.sim.obk.command.system import SYSTEM_COMMANDS
from plugsmith.sim.obk.command.table import _NO_EFFECT, _TABLE
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.files import FileStore
from plugsmith.sim.obk.nor import SparseFlash
from plugsmith.sim.obk.outcome import Outcome
from plugsmith.sim.obk.web.message import Reply, Request, parse_request
from plugsmith.sim.obk.web.rest import _GET, _POST
from plugsmith.sim.obk.web.site import _PAGES, answer

NAMES = sorted({*_TABLE, *SYSTEM_COMMANDS, *METER_COMMANDS, *_NO_EFFECT, "power2"})
WORDS = st.one_of(
    st.sampled_from(
        ["0", "1", "26", "-1", "64", "99999999999", "Rel", "None", '"', "//", "0x", "nan"]
    ),
    st.text(max_size=12),
)
LINES = st.builds(
    lambda name, words: " ".join([name, *words]),
    st.sampled_from(NAMES),
    st.lists(WORDS, max_size=5),
)
ARGUMENTS = [
    "tgl",
    "on",
    "off",
    "set",
    "setIndex",
    "state",
    "restart",
    "unsafe",
    "26",
    "r26",
    "e26",
    "setFlags",
    "flag3",
    "boot_ok_delay",
    "idx",
    "value",
    "startup_cmd",
    "data",
    "host",
    "port",
    "user",
    "password",
    "client",
    "group",
    "shortName",
    "name",
    "mac",
    "IP",
    "mask",
    "dns",
    "gate",
    "url",
    "disconnectTime",
    "clear",
    "loglevel",
    "prefix",
    "cmd",
    "cmnd",
    "ssid",
    "pass",
    "open",
    "web_admin_password",
    "scan",
    "bSet",
]
PAGES = st.builds(
    lambda page, pairs: f"{page}?{'&'.join(f'{key}={value}' for key, value in pairs)}",
    st.sampled_from(sorted(_PAGES)),
    st.lists(st.tuples(st.sampled_from(ARGUMENTS), WORDS), max_size=4),
)
REST = st.builds(
    lambda name, rest: f"api/{name}{rest}",
    st.sampled_from(
        sorted({*_GET, *_POST, "flash/", "lfs/", "del/", "run/", "fsblock", "ota", ""})
    ),
    st.one_of(st.just(""), st.text(max_size=20), st.from_regex(r"[0-9a-f]{1,7}-[0-9a-f]{1,6}")),
)


def device() -> SimObk:
    made = SimObk(clock=VirtualClock())
    made.run("startDriver BL0937")
    return made


@given(st.lists(LINES, min_size=1, max_size=6))
def test_any_commands(lines: list[str]) -> None:
    one = device()
    for line in lines:
        assert isinstance(one.run(line), Outcome)
    one._clock.sleep(5)  # type: ignore[attr-defined]
    one.tick()


@given(
    st.sampled_from(["GET", "POST", "PUT", "OPTIONS"]),
    st.one_of(PAGES, REST, st.text(max_size=30)),
    st.one_of(
        st.binary(max_size=200),
        LINES.map(lambda line: line.encode("utf-8", "replace")),
        st.sampled_from([b'{"roles":[1,2,300,-5,true,1e3]}', b'{"roles":{}}', b"[[]]", b"[1e999]"]),
    ),
)
def test_any_requests(method: str, target: str, body: bytes) -> None:
    one = device()
    reply = answer(one, Request(method=method, target=target, headers={}, body=body))
    assert isinstance(reply, Reply)
    reply.wire()


@given(st.binary(max_size=300))
def test_any_bytes_as_a_request(data: bytes) -> None:
    found = parse_request(data)
    assert found is None or found.content_length >= 0


@given(st.binary(max_size=200), st.text(max_size=80), st.text(max_size=40))
def test_any_mqtt_message(data: bytes, topic: str, payload: str) -> None:
    one = device()
    one.publisher.on_connect()
    for base in (topic, f"obk8C1A2B3C/{topic}", f"cmnd/obk8C1A2B3C/{topic}"):
        one.publisher.received(base, payload)
        one.publisher.received(base, data.decode("latin-1"))
    assert one.publisher  # it took all of them and lives


@given(st.binary(max_size=4096))
def test_any_block_update_and_file_system(data: bytes) -> None:
    assert isinstance(Block.load(b"CFG" + data), Block | None)
    assert read_update(b"RBL\0" + data, None) is None  # its sums are not those of a package
    flash = SparseFlash()
    flash.program(0x1AB000, bytes.fromhex("01000000f00ffff7") + b"littlefs" + data)
    assert FileStore(flash, end=0x1B3000, size=0x8000) is not None


@given(st.integers(0, 0x1FFFFF), st.binary(max_size=9000))
def test_sparse_flash_is_a_flash(at: int, data: bytes) -> None:
    flash, plain = SparseFlash(), bytearray(b"\xff" * 0x200000)
    data = data[: 0x200000 - at]
    flash.program(at, data)
    plain[at : at + len(data)] = data
    assert flash.read(at, len(data) + 10)[: len(data)] == data
    assert flash.content() == bytes(plain)
