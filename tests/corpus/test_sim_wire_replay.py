"""Every recorded conversation with real boot code, replayed against the simulator."""

from __future__ import annotations

import hashlib
import json

import pytest

from plugsmith.sim.chip.chip import SimChip, SimSettings
from plugsmith.sim.chip.personality import personality
from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.timing import WaitTimes

LINK_CHECK = bytes.fromhex("01e0fc0100")
LINKED = bytes.fromhex("040e0501e0fc0100")
BAUD = 115_200
LONG = 60.0

RECORDINGS = {
    "bk7231t-1.0.4": "t-1.0.4",
    "bk7231t-1.0.5": "t-1.0.5",
    "bk7231t-1.0.6": "t-1.0.6",
    "bk7231q": "q",
    "bk7231u-1.0.15": "u-1.0.15",
}
KINDS = {
    OpKind.ERASE: "erase",
    OpKind.ERASE_BLOCKED: "erase-blocked",
    OpKind.PROGRAM: "prog",
    OpKind.PROGRAM_BLOCKED: "prog-blocked",
    OpKind.STATUS: "wrsr2",
}


def scattered(start: int, end: int) -> bytes:
    return bytes((a * 2654435761 >> 13) & 0xFF for a in range(start, end))


def described_flash(loader: bytes = b"") -> bytes:
    flash = bytearray(b"\xff" * 0x20_0000)
    flash[: len(loader)] = loader
    flash[0x1_2000:0x1_4000] = scattered(0x1_2000, 0x1_4000)
    flash[0x1F_F000:] = scattered(0x1F_F000, 0x20_0000)
    return bytes(flash)


class Session:
    """One powered chip; `idle_reset_s` None keeps it awake for ever."""

    def __init__(self, name: str, loader: bytes) -> None:
        self.name, self.loader = name, loader
        self.now = 0.0
        self.power_on()

    def power_on(self) -> None:
        self.chip = SimChip(
            personality(self.name),
            described_flash(self.loader),
            settings=SimSettings(named_boot=True, status=0, patience=WaitTimes(idle_reset_s=LONG)),
            now=self.now,
        )
        assert self.exchange(LINK_CHECK) == LINKED
        self.chip.nor.operations.clear()

    def exchange(self, request: bytes) -> bytes:
        self.chip.host_send(request, now=self.now, baud=BAUD)
        for _ in range(20):
            self.now += 0.06
            if reply := self.chip.host_receive(8192, now=self.now, baud=BAUD):
                return reply
        return b""

    def idle_reset(self) -> None:
        """The recordings of T and U went silent for so long that the watchdog struck."""
        before = self.chip.resets
        while self.chip.resets == before:
            self.now = self.chip.next_event()
            self.chip.advance(self.now)
        self.now += 0.01  # inside the listening window

    def operations(self) -> list[list[object]]:
        done = [[KINDS[op.kind], op.addr, op.length] for op in self.chip.nor.operations]
        self.chip.nor.operations.clear()
        return done


def full_request(step: dict[str, object]) -> bytes:
    text = str(step["request"])
    if not text.endswith(".."):
        return bytes.fromhex(text)
    head, length = bytes.fromhex(text[:-2]), int(step["request_len"])  # type: ignore[call-overload]
    page = bytes(((i + 7) * 2654435761 >> 13) & 0xFF for i in range(4096))
    if head[:4] == bytes.fromhex("01e0fcff"):
        payload = page if head[12:16] == page[:4] else head[12:13] * 4096
        whole = head[:12] + payload
    else:
        whole = head[:1] * length
    assert whole[: len(head)] == head
    return whole[:length]


@pytest.mark.corpus
@pytest.mark.parametrize("recording", RECORDINGS)
def test_replay_matches_the_recording(corpus, recording):
    told = json.loads((corpus / "wire" / f"{recording}.json").read_text())
    loader = b""
    if recording.startswith("bk7231u"):  # the read at 0xF000 returns bytes of this loader
        loader = (corpus / "openbeken" / "OpenBK7231U_QIO_1.18.300.bin").read_bytes()[:0x1_0000]
    session = Session(RECORDINGS[recording], loader)
    fell_asleep = recording != "bk7231q"
    group, steps = "", 0
    for step in told["steps"]:
        if step.get("fresh_power_on"):
            session.power_on()
            group = step["group"]
            continue
        if "swallowed" in step["step"] and fell_asleep:
            session.idle_reset()
        reply = session.exchange(full_request(step))
        where = f"{group}: {step['step']}"
        assert len(reply) == step["reply_len"], where
        expected = bytes.fromhex(step["reply"].rstrip("."))
        assert reply[: len(expected)] == expected, where
        if "reply_payload_sha256" in step:
            digest = hashlib.sha256(reply[15:]).hexdigest()
            assert digest == step["reply_payload_sha256"], where
        assert session.operations() == step["flash_ops"], where
        assert session.chip.nor.status == step["status_register"], where
        steps += 1
    assert steps > 50
