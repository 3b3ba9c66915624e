"""Every recorded exchange with a real OpenBeken, played against the simulated one.

What the captures do not say is done between them, as the people who recorded them did it: load
plugged in, button pressed, power cut. Status, content type and body are compared; of pages the
title, fields, headings and fact lines.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from obk_replies import elements, essence, plain
from obksim_rig import FAST, RawReply, request

from plugsmith.clock import VirtualClock
from plugsmith.sim.obk.device import SimObk
from plugsmith.sim.obk.net.server import ObkServer, serve
from plugsmith.sim.obk.plug.plug import Load, Plug, Tolerance
from plugsmith.sim.obk.web.ssdp import search_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT = 281
BODY_NOT_COMPARED = {
    25: "the boot log of the real firmware; framing has a test of its own",
    41: "stray bytes after the headers",
    178: "log lines of the real firmware",
    203: "the LittleFS image itself is the simulator's own",
    265: "log lines of the real firmware",
}
MEASURED = {129, 131, 135, 148}  # pulse counting: one pulse of play
FLOATS = {136, 152}
PULSE = {"Voltage": 0.14, "Current": 0.012, "Power": 1.6}
SEARCH = 281
SECTOR_AT = 0x1E1000


class Recording:
    """Plays the captures in order on devices that are prepared where the recording was."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self.entries = {entry["id"]: entry for entry in entries}
        self.clock = VirtualClock()
        self.device = self.fresh()
        self.replies: dict[int, RawReply] = {}
        self.before: dict[int, Callable[[], None]] = {
            3: lambda: self.wait(3),
            61: lambda: self.wait(2),
            127: self.load,
            129: lambda: self.wait(6),
            131: self.other_chip,
            135: lambda: self.wait(4),
            136: lambda: self.wait(2),
            148: lambda: self.wait(4),
            152: lambda: self.wait(2),
            153: self.click,
            180: self.broker,
            203: lambda: self.device.run("lfs_remove b.bin"),
            217: lambda: self.device.run("POWER OFF"),
            227: self.forget_states,
            228: lambda: self.wait(5.5),
            230: lambda: self.wait(6),
            231: self.power_cycle,
            242: lambda: self.device.run("setChannel 5 0"),
            244: lambda: self.device.run("setChannel 5 0"),
            257: self.safe_mode,
            270: lambda: self.wait(4),
            271: lambda: self.use(self.fresh("BK7231N")),
            277: lambda: self.use(self.fresh()),
        }

    def fresh(self, chip: str = "BK7231T", flash: bytes | None = None) -> SimObk:
        return SimObk(chip=chip, clock=self.clock, plug=Plug(), flash=flash)

    def use(self, device: SimObk) -> None:
        self.device = device

    def wait(self, seconds: float) -> None:
        self.clock.sleep(seconds)
        self.device.tick()

    def load(self) -> None:
        self.device.plug_in(Load(volts=230, watts=100, amps=0.5))

    def other_chip(self) -> None:
        self.device.plug.tolerance = Tolerance(voltage=1.0355, current=1.065, power=1.05)
        self.wait(5)

    def click(self) -> None:
        self.device.press()
        self.wait(0.2)
        self.device.release()
        self.wait(1)

    def broker(self) -> None:
        self.device.publisher.connected = True

    def forget_states(self) -> None:
        """The recorded instance did not keep them over a reboot."""
        self.device.vars.retained.clear()

    def power_cycle(self) -> None:
        self.forget_states()
        self.device.power_cycle()
        self.wait(2)

    def safe_mode(self) -> None:
        sector = bytes.fromhex(self.entries[231]["response_body"])
        flash = (b"\xff" * SECTOR_AT + sector).ljust(0x200000, b"\xff")
        self.use(self.fresh(flash=flash))
        while self.device.failed_boots < 6:
            self.device.power_cycle()
        self.device.bank.values[1] = 1  # the recorded instance had its button held
        self.wait(9)

    def body(self, entry: dict[str, Any]) -> bytes | None:
        if entry["id"] == 230:
            return bytes.fromhex(self.entries[231]["response_body"])
        if entry["id"] == 204:
            return self.replies[203].body
        text = entry["request_body"]
        if entry.get("request_body_encoding") == "hex":
            return bytes.fromhex(text).ljust(entry["request_body_length"], b"\0")
        return None if text is None else text.encode()

    def play(self) -> None:
        server: ObkServer | None = None
        context = None
        for number, entry in sorted(self.entries.items()):
            if number == SEARCH:
                self.replies[number] = RawReply(search_answer(self.device))
                continue
            if number in self.before:
                self.before[number]()
            if server is None or server.devices[0] is not self.device:
                if context is not None:
                    context.__exit__(None, None, None)
                context = serve(self.device, settle_s=FAST)
                server = context.__enter__()
            self.replies[number] = request(
                server.endpoints[0],
                entry["method"],
                entry["path"],
                self.body(entry),
                entry.get("request_headers"),
            )
        assert context is not None
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def recording(corpus: Path) -> Recording:
    path = corpus.parent / "spec" / "obk-http-captures.json"
    if not path.is_file():
        pytest.skip(f"no captures at {path}")
    played = Recording(json.loads(path.read_text(encoding="utf-8")))
    played.play()
    return played


@pytest.mark.corpus
@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_simulator_answers_as_recorded(recording: Recording, number: int) -> None:
    entry, reply = recording.entries[number], recording.replies[number]
    if number == SEARCH:
        assert plain(reply.wire.decode()) == plain(entry["response_body"])
        return
    assert reply.status == entry["status"]
    assert reply.content_type == entry["content_type"]
    if number in BODY_NOT_COMPARED:
        return
    if number in MEASURED:
        assert_measured(reply.text, entry["response_body"])
    elif number in FLOATS:
        assert len(reply.body) == entry["response_length"]
        assert [bool(byte) for byte in reply.body] == [
            bool(byte) for byte in bytes.fromhex(entry["response_body"])
        ]
    elif entry.get("html_reduced"):
        ours, recorded = essence(reply.text), essence(entry["response_body"])
        if entry.get("truncated"):  # only the beginning of the page was kept
            assert recorded.pop("footer") == []
            inputs = recorded.pop("inputs")
            assert inputs <= ours["inputs"]
            ours = {name: ours[name] for name in recorded}
        assert ours == recorded
    elif entry.get("response_encoding") == "hex":
        kept = bytes.fromhex(entry["response_body"])
        assert reply.body[: len(kept)] == kept
        assert len(reply.body) == entry["response_length"]
    elif entry["content_type"] == "application/octet-stream" and not entry["response_body"]:
        assert len(reply.body) == entry["response_length"]
    elif "xml" in (entry["content_type"] or ""):
        assert elements(reply.text) == elements(entry["response_body"])
    else:
        assert plain(reply.text) == plain(entry["response_body"])


PAGES_OF_ANOTHER_SIZE = {
    23: "the stub of the web application",
    25: "the boot log of the real firmware is in it",
    265: "log lines of the real firmware",
}


@pytest.mark.corpus
def test_pages_are_about_as_long_as_recorded(recording: Recording) -> None:
    """Clients that read a page to its end, or give up early, meet the real lengths."""
    ratios = {
        (number, entry["path"]): len(recording.replies[number].body) / entry["response_length"]
        for number, entry in recording.entries.items()
        if entry.get("html_reduced") and number not in PAGES_OF_ANOTHER_SIZE
    }
    assert ratios
    assert {page: ratio for page, ratio in ratios.items() if not 0.6 < ratio < 1.1} == {}


def test_all_captures_are_played(recording: Recording) -> None:
    assert sorted(recording.entries) == list(range(1, COUNT + 1))
    assert sorted(recording.replies) == list(range(1, COUNT + 1))


def assert_measured(ours: str, recorded: str) -> None:
    mine, theirs = json.loads(ours)["StatusSNS"], json.loads(recorded)["StatusSNS"]
    assert list(mine) == list(theirs)
    assert list(mine["ENERGY"]) == list(theirs["ENERGY"])
    for name, play in PULSE.items():
        assert mine["ENERGY"][name] == pytest.approx(theirs["ENERGY"][name], abs=2 * play)
