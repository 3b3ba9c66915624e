"""Several adapters, each asked in turn: what is said of each, how long it takes, what is left."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from flows_rig import Rig, openbeken

from plugsmith.boot.linking import LinkPolicy, answers_again, link
from plugsmith.cli.app import main
from plugsmith.clock import VirtualClock
from plugsmith.errors import Cancelled, PlugsmithError
from plugsmith.errors.link import NobodyAnswers
from plugsmith.errors.port import PortBusy, PortChoice
from plugsmith.events import CancelToken, EventLog, Item
from plugsmith.flows.port_results import AnswerRow
from plugsmith.flows.ports import asked_ports, watch
from plugsmith.flows.wire import ask
from plugsmith.flows.wire.ask import Desk, ask_each, find_chip
from plugsmith.link import port_list
from plugsmith.link.hearing import Heard
from plugsmith.link.port_list import PortEntry
from plugsmith.sim.faults import FaultPlan, SilentChip
from plugsmith.sim.flash.nor import OpKind
from plugsmith.sim.ports.adapter import Adapter, adapter_model

MCU = "55aa00000000ff55aa0001000000"
MOST_S = 14.0  # for one adapter, whatever is on it


def entry(name: str) -> PortEntry:
    return PortEntry(
        device=name, maker="QinHeng", product="CH340", vid=0x1A86, pid=0x7523, serial=None,
        candidate=True,
    )  # fmt: skip


@dataclass
class Bench:
    """Boards by the name of their port; a name without a board is held by another program."""

    boards: dict[str, Rig]
    clock: VirtualClock
    log: EventLog = field(default_factory=EventLog)
    cancel: CancelToken = field(default_factory=CancelToken)
    opened: list[str] = field(default_factory=list)

    def open_port(self, name: str):
        self.opened.append(name)
        if name not in self.boards:
            raise PortBusy(port=name, holder="minicom (process 7)")
        return self.boards[name].port()

    def desk(self, tmp_path) -> Desk:
        return Desk(open_port=self.open_port, clock=self.clock, sink=self.log, cancel=self.cancel,
                    locks=tmp_path / "locks")  # fmt: skip

    def writes(self) -> int:
        changing = (OpKind.ERASE, OpKind.PROGRAM)
        ops = [op for rig in self.boards.values() for op in rig.chip.nor.operations]
        return sum(op.kind in changing for op in ops)


@pytest.fixture
def bench(tmp_path):
    clock = VirtualClock()

    def board(chip, *words, **more):
        adapter = Adapter(adapter_model(words), seed=3)
        return Rig(
            tmp_path, chip, clock=clock, adapter=adapter, paced=True, latency_s=0.001, **more
        )

    def build(**kinds):
        dark = {"faults": FaultPlan(faults=(SilentChip(),))}
        makers = {
            "n": lambda: board("BK7231N"),
            "t": lambda: board("BK7231T"),
            "silent": lambda: board("BK7231N", **dark),
            "mcu": lambda: board("BK7231N", f"talk:115200:{MCU}:1", **dark),
            "console": lambda: board(
                "BK7231N", "talk:115200:" + b"Info:MAIN:Time 12, free 79208\r\n".hex() + ":1",
                **dark,
            ),
            "esp": lambda: board("BK7231N", "other:esp8266-boot"),
            "rtl": lambda: board("BK7231N", "other:rtl8710b"),
            "taken": lambda: board("BK7231N", "gone:0.0", **dark),
            "gone": lambda: board("BK7231N", "gone:0.5", **dark),
        }  # fmt: skip
        return Bench({name: makers[kind]() for name, kind in kinds.items()}, clock)

    return build


def test_each_adapter_is_asked_in_turn_and_told_apart(tmp_path, bench):
    on = bench(a="n", b="silent", c="mcu", e="esp", f="rtl", g="console", h="t", i="gone")
    names = [*"abcdefghi"]  # d is held by another program
    rows = dict(zip(names, ask_each(on.desk(tmp_path), [*map(entry, names)]), strict=True))
    assert on.opened == names
    assert {name: row.heard for name, row in rows.items()} == {
        "a": Heard.CHIP, "b": Heard.SILENCE, "c": Heard.TUYA_MCU, "d": None,
        "e": Heard.OTHER_CHIP, "f": Heard.OTHER_CHIP, "g": Heard.CONSOLE, "h": Heard.CHIP,
        "i": Heard.PORT_LOST,
    }  # fmt: skip
    assert [name for name, row in rows.items() if row.answers] == ["a", "h"]
    assert (rows["a"].chip, rows["h"].chip) == ("BK7231N", "BK7231T")
    assert (rows["d"].code, rows["b"].code) == ("PS-PORT-BUSY", None)
    assert "ESP8266" in rows["e"].text
    assert "RTL8710B" in rows["f"].text
    assert all(row.next_step for row in rows.values())
    items = {event.name: event for event in on.log if isinstance(event, Item)}
    assert list(items) == names
    assert items["d"].error["code"] == "PS-PORT-BUSY"
    assert items["d"].data is None
    assert items["a"].data["heard"] == "chip"


def test_nothing_is_written_and_every_chip_runs_its_firmware_afterwards(tmp_path, bench):
    on = bench(a="n", b="t", c="silent")
    ask_each(on.desk(tmp_path), [*map(entry, "abc")])
    assert on.writes() == 0
    assert on.boards["b"].runs()


@pytest.mark.sample(3)
@pytest.mark.parametrize("kind", ["n", "t", "silent", "mcu", "esp", "rtl", "console", "gone"])
def test_no_adapter_takes_longer_than_its_share(tmp_path, bench, kind):
    on = bench(a=kind)
    before_s = on.clock.monotonic()
    ask_each(on.desk(tmp_path), [entry("a")])
    assert on.clock.monotonic() - before_s < MOST_S


@pytest.mark.sample(2)
@pytest.mark.parametrize("after_s", [0.0, 0.5, 3.0, 6.5])
def test_ctrl_c_ends_it_at_the_adapter_that_is_asked(tmp_path, bench, after_s):
    on = bench(a="silent", b="n")
    end_s = on.clock.monotonic() + after_s
    cancel = on.cancel

    class Stopped(type(on.clock)):
        def monotonic(self):
            now_s = super().monotonic()
            if now_s >= end_s:
                cancel.cancel()
            return now_s

    on.clock.__class__ = Stopped
    with pytest.raises(Cancelled):
        ask_each(on.desk(tmp_path), [*map(entry, "ab")])
    assert "b" not in on.opened
    assert on.clock.monotonic() - end_s < 3.0


def test_a_port_on_which_another_plugsmith_works_is_left_alone(tmp_path, bench):
    from plugsmith.library.lock import held

    on = bench(a="n")
    desk = on.desk(tmp_path)
    with held(desk.locks, "a", words="a"):
        (row,) = ask_each(desk, [entry("a")])
    assert (row.code, on.opened) == ("PS-LIBRARY-IN-USE", [])


def never(_there):
    raise AssertionError("there was nothing to choose")


def test_the_only_adapter_on_which_a_chip_answers_is_taken_and_stays_in_its_boot_code(
    tmp_path, bench
):
    on = bench(a="silent", b="n", c="mcu")
    found = find_chip(on.desk(tmp_path), [*map(entry, "abcd")], choose=never, limit_s=30.0)
    assert found == "b"
    resets = on.boards["b"].chip.resets
    on.clock.sleep(0.05)  # until the port is open again
    policy = LinkPolicy(timeout_s=1.0, use_lines=False, use_text=False)
    client = link(on.boards["b"].port(), policy=policy, clock=on.clock, sink=on.log,
                  cancel=on.cancel)  # fmt: skip
    client.close()
    assert on.boards["b"].chip.resets == resets  # it did not have to be reset again


def test_of_several_chips_one_is_chosen_and_the_others_run_again(tmp_path, bench):
    on = bench(a="t", b="silent", c="n")
    asked = []

    def choose(there):
        asked.extend(one.device for one in there)
        return there[-1]

    found = find_chip(on.desk(tmp_path), [*map(entry, "abc")], choose=choose, limit_s=30.0)
    assert (found, asked) == ("c", ["a", "c"])
    assert on.boards["a"].runs()


def test_nobody_answers_until_the_time_is_up(tmp_path, bench):
    on = bench(a="silent", b="console")
    before_s = on.clock.monotonic()
    with pytest.raises(NobodyAnswers) as seen:
        find_chip(on.desk(tmp_path), [*map(entry, "ab")], choose=never, limit_s=20.0)
    assert (seen.value.code, int(seen.value.exit_code)) == ("PS-LINK-NOBODY", 4)
    assert "a: Nothing at all was received." in seen.value.message
    assert "b: OpenBeken runs and talks here." in seen.value.message
    assert 20.0 <= on.clock.monotonic() - before_s < 20.0 + 2 * MOST_S


class Stopping(EventLog):
    """Somebody stops the work as soon as a chip answers."""

    def __init__(self, cancel):
        super().__init__()
        self._cancel = cancel

    def emit(self, event):
        super().emit(event)
        if event.kind == "task_end" and event.ok:
            self._cancel.cancel()


def test_a_stop_just_after_the_link_leaves_no_chip_in_download_mode(tmp_path, bench, monkeypatch):
    on = bench(a="n")
    monkeypatch.setattr(ask, "EventLog", lambda: Stopping(on.cancel))
    with pytest.raises(Cancelled):
        ask_each(on.desk(tmp_path), [entry("a")])
    on.clock.sleep(1.0)
    assert not answers_again(on.boards["a"].port(), clock=on.clock, seconds=1.0)


def test_adapters_that_nobody_can_open_end_the_search_at_once(tmp_path, bench):
    on = bench()
    with pytest.raises(PortBusy) as seen:
        find_chip(on.desk(tmp_path), [*map(entry, "ab")], choose=never, limit_s=None)
    assert int(seen.value.exit_code) == 3
    assert on.opened == ["a", "b"]


def test_a_port_that_vanishes_at_once_is_not_opened_without_end(tmp_path, bench):
    on = bench(a="taken")
    with pytest.raises(PlugsmithError):
        find_chip(on.desk(tmp_path), [entry("a")], choose=never, limit_s=30.0)
    assert len(on.opened) <= 31


def test_the_time_is_looked_at_before_each_adapter_and_each_is_named_once(tmp_path, bench):
    on = bench(a="silent", b="silent", c="silent", d="silent")
    before_s = on.clock.monotonic()
    with pytest.raises(NobodyAnswers) as seen:
        find_chip(on.desk(tmp_path), [*map(entry, "abcd")], choose=never, limit_s=1.0)
    assert (on.opened, seen.value.facts["count"]) == (["a"], 1)
    assert on.clock.monotonic() - before_s < MOST_S
    with pytest.raises(NobodyAnswers):
        find_chip(on.desk(tmp_path), [*map(entry, "ab")], choose=never, limit_s=30.0)
    asked = [item.message for item in on.log if item.kind == "log"]
    assert asked == ["Asking a ...", "Asking a ...", "Asking b ..."]


@pytest.fixture
def adapters(monkeypatch):
    """The system's list of ports, as simulated chips."""

    def plug(*devices):
        entries = [entry(device) for device in devices]
        monkeypatch.setattr(port_list, "_listers", [lambda: entries])

    return plug


def objects(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


SILENT = "sim://bk7231n?fault=silent"
TALKER = f"sim://bk7231t?fault=silent&adapter=talk:115200:{MCU}:1"
CHIP = "sim://bk7231n?keep=1"


def test_ports_ask_as_json(adapters, capsys):
    adapters(SILENT, CHIP, TALKER)
    assert main(["ports", "--ask", "--json"]) == 0
    lines = objects(capsys)
    items = [line for line in lines if line["type"] == "item"]
    assert [(line["name"], line["data"]["heard"]) for line in items] == [
        (SILENT, "silence"), (CHIP, "chip"), (TALKER, "tuya-mcu")
    ]  # fmt: skip
    rows = lines[-1]["data"]["ports"]
    assert rows[1]["answer"]["chip"] == "BK7231N"
    assert [line["code"] for line in lines if line["type"] == "warning"] == ["PS-NOTE-MAINS"]


@pytest.mark.parametrize(
    ("devices", "more", "code"),
    [
        ((SILENT, TALKER), (), 4),
        ((), (), 3),
        ((SILENT, CHIP), ("--port-filter", "10c4:ea60"), 3),
        ((SILENT, CHIP), ("--watch",), 2),
    ],
)
def test_how_ports_ask_ends_when_no_chip_can_be_worked_on(adapters, capsys, devices, more, code):
    adapters(*devices)
    assert main(["ports", "--ask", "--json", *more]) == code


def test_people_read_what_is_on_each_adapter(adapters, capsys):
    adapters(SILENT, CHIP)
    assert main(["ports", "--ask"]) == 0
    shown = capsys.readouterr()
    assert "A BK7231N answers." in shown.out
    assert "Nothing at all was received." in shown.out
    assert f"{CHIP}: A BK7231N answers." in shown.err


def test_a_verb_finds_its_adapter_when_it_may_ask(adapters, capsys):
    adapters(SILENT, CHIP, TALKER)
    assert main(["info", "--port", "ask", "--json"]) == 0
    assert objects(capsys)[-1]["data"]["chip"] == "BK7231N"


def test_two_chips_are_no_answer_where_nobody_can_choose(adapters, capsys):
    adapters(CHIP, SILENT, CHIP + "&seed=2")
    assert main(["info", "--port", "ask", "--json"]) == PortChoice.exit_code == 2
    error = objects(capsys)[-1]
    assert error["code"] == "PS-PORT-CHOICE"
    assert error["data"]["ports"] == [CHIP, CHIP + "&seed=2"]


def test_several_adapters_without_a_word_name_the_way(adapters, capsys):
    adapters(SILENT, CHIP)
    assert main(["info", "--json"]) == 2
    assert "--port ask" in objects(capsys)[-1]["hint"]


def test_who_only_listens_gets_a_chip_that_runs(tmp_path, bench):
    on = bench(a="silent", b="n")
    asked = [*map(entry, "ab")]
    found = find_chip(on.desk(tmp_path), asked, choose=never, limit_s=30.0, stays=False)
    on.clock.sleep(1.0)
    assert found == "b"
    assert not answers_again(on.boards["b"].port(), clock=on.clock, seconds=1.0)


def test_the_console_lets_the_chip_run_that_it_looked_for(adapters, monkeypatch):
    adapters(SILENT, CHIP)
    wishes = []

    def look(_desk, _entries, **wish):
        wishes.append(wish["stays"])
        return CHIP

    monkeypatch.setattr(ask, "find_chip", look)
    assert main(["console", "--port", "ask", "--seconds", "0.2", "--json"]) == 0
    assert main(["info", "--port", "ask", "--json"]) == 0
    assert wishes == [False, True]


def answer(entries):
    return [AnswerRow(heard=None, text="", answers=False, next_step="", code="PS-PORT-BUSY")
            for _entry in entries]  # fmt: skip


@pytest.mark.parametrize("name", ["/dev/ttyUSB1", "/dev/other", "socket://host:1", "sim://bk7231n"])
def test_the_port_that_is_named_is_asked_alone(adapters, name):
    adapters("/dev/ttyUSB0", "/dev/ttyUSB1")
    asked = []

    def ask_them(entries):
        asked.extend(one.device for one in entries)
        return answer(entries)

    found = asked_ports(name, only=None, ask_each=ask_them)
    assert asked == [name]
    assert [row.device for row in found.ports if row.answer] == [name]
    assert found.exit_status == 3


def test_adapters_that_vanish_while_they_are_asked_are_no_success(adapters):
    adapters("/dev/ttyUSB0", "/dev/ttyUSB1")

    def unplugged(entries):
        adapters()
        return answer(entries)

    found = asked_ports(None, only=None, ask_each=unplugged)
    assert [row.device for row in found.ports] == ["/dev/ttyUSB0", "/dev/ttyUSB1"]
    assert found.exit_status == 3


@pytest.mark.parametrize("more", [(), ("--watch", "--seconds", "0.1")])
def test_ask_is_no_port_that_is_picked(adapters, capsys, more):
    adapters("/dev/ttyUSB0", "/dev/ttyUSB1")
    assert main(["ports", "--port", "ask", "--json", *more]) == 0
    assert objects(capsys)[-1]["data"]["picked"] is None


def test_after_watching_the_filter_still_counts(adapters):
    adapters("/dev/ttyUSB0", "/dev/ttyUSB1")
    clock = VirtualClock()
    found = watch(None, only="ttyUSB1", clock=clock, sink=EventLog(), cancel=CancelToken(),
                  seconds=1.0)  # fmt: skip
    assert found.picked == "/dev/ttyUSB1"


def test_ask_is_no_name_of_a_second_port(tmp_path, capsys):
    given = tmp_path / "given.bin"
    given.write_bytes(openbeken("BK7231N"))
    for line in (
        ("unbrick", "--port", "serprog:///dev/none", "--uart", "ask"),
        ("flash", str(given), "--port", "sim://bk7231n", "--log-port", "ask"),
    ):
        assert main([*line, "--json"]) == 2
        assert "name a port" in capsys.readouterr().out
