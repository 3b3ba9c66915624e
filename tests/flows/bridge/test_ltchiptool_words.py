"""What ltchiptool is told and what it says: rates, its bar, the chip in detail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from plugsmith.clock import RealClock
from plugsmith.errors.link import ProgramFailed
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.bridge.commands import ViaProgram
from plugsmith.flows.bridge.program import run_program
from plugsmith.flows.bridge.said import Said
from plugsmith.flows.progress import task
from plugsmith.flows.write.target_image import Segment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")


def told(chip):
    return ViaProgram(name="ltchiptool", path="/x/ltchiptool", port="PORT7", chip=chip)


# the chip stays at the rate of the last run, and the next one calls it at 1500000
@pytest.mark.parametrize(
    ("chip", "family", "rate"),
    [
        ("RTL8710B", "ambz", ["-b", "1500000"]),
        ("rtl8710bn", "ambz", ["-b", "1500000"]),
        ("RTL8720C", "ambz2", []),
        ("LN882H", "ln882h", []),
        ("BK7231N", "bk72xx", []),
    ],
)
def test_an_rtl8710b_is_left_at_the_rate_at_which_the_next_run_calls_it(chip, family, rate):
    file = Path("a.bin")
    read = told(chip).read(file, stays=True)
    assert read == ["/x/ltchiptool", "flash", "read", *rate, "-d", "PORT7", family, "a.bin"]
    (write,) = told(chip).write([(Segment(start=0xB000, data=b"x"), file)], chip=None)
    head = ["/x/ltchiptool", "flash", "write", *rate, "-d", "PORT7"]
    assert write == [*head, "-f", family, "-s", "0xb000", "a.bin"]


# its other chips would keep a raised rate, at which the next run does not call them
@pytest.mark.parametrize(
    ("chip", "rate"),
    [
        ("BK7231T", ["-b", "921600"]),
        ("RTL8710B", ["-b", "1500000"]),
        ("RTL8720C", []),
        ("LN882H", []),
    ],
)
def test_the_users_rate_is_told_where_the_next_run_finds_the_chip_all_the_same(chip, rate):
    via = ViaProgram(name="ltchiptool", path="/x/l", port="PORT7", chip=chip, baud=921600)
    assert via.read(Path("a.bin"), stays=True)[3:-4] == rate
    (write,) = via.write([(Segment(start=0xB000, data=b"x"), Path("a.bin"))], chip=None)
    assert write[3 : write.index("-d")] == rate


def test_esptool_is_told_the_users_rate_and_none_of_its_own():
    for baud, rate in ((921600, ["--baud", "921600"]), (None, [])):
        via = ViaProgram(name="esptool", path="/x/e", port="PORT7", chip=None, baud=baud)
        read = via.read(Path("a.bin"), stays=False)
        assert read == [
            "/x/e",
            "--port",
            "PORT7",
            *read[3:-4],
            "read-flash",
            "0",
            "ALL",
            "a.bin",
        ]
        assert [word for word in read[3:-4] if word not in {"--after", "no-reset"}] == rate
        (write,) = via.write([(Segment(start=0x10000, data=b"x"), Path("a.bin"))], chip="ESP8266")
        head = write[: write.index("write-flash")]
        assert head[3 : 3 + len(rate)] == rate
        assert head.count("--baud") == len(rate) // 2


@pytest.mark.parametrize(
    ("first", "second", "difference"),
    [
        ("RTL8710BN", "RTL8710BN", ""),
        ("RTL8710BN", "RTL8710BX", "it is a RTL8710BX"),
        ("RTL8720CF", "RTL8720CX/CM", "it is a RTL8720CX/CM"),
        ("LN882H", "RTL8720CF", "it is a RTL8720CF"),
    ],
)
def test_another_kind_of_the_chip_in_the_second_run_is_another_device(first, second, difference):
    said = Said()
    assert said.hear(f"I: |-- Success! Chip info: {first}") == ""
    said.begin()
    assert said.hear(f"I: |-- Success! Chip info: {second}") == difference
    assert said.chip is None  # which family it is, the user said


def at_work(tmp_path, work):
    path = tmp_path / "program"
    path.write_text(f"#!{sys.executable}\nimport sys\nsay = sys.stdout.write\n{work}\n")
    path.chmod(0o755)
    clock, log = RealClock(), EventLog()
    with task("via", "x", total=100, clock=clock, sink=log, unit="percent") as meter:
        run_program([str(path)], meter=meter, clock=clock, sink=log, cancel=CancelToken())
    return log


def test_its_bar_is_progress_and_none_of_its_words(tmp_path):
    work = "say('I: Reading\\n' + '#' * 32 + 'I: Flash Read Successful.\\n'); say('#' * 65 + '\\n')"
    log = at_work(tmp_path, work)
    words = [event.message for event in log.events if event.kind == "log"]
    assert words == ["program: I: Reading", "program: I: Flash Read Successful."]
    assert [event.done for event in log.events if event.kind == "progress"][-1] == 100


def test_its_last_words_are_without_its_bar(tmp_path):
    work = "say('#' * 12 + '\\nE: TimeoutError: Timeout in read(22)\\n'); sys.exit(1)"
    with pytest.raises(ProgramFailed) as failed:
        at_work(tmp_path, work)
    assert failed.value.facts["said"] == "E: TimeoutError: Timeout in read(22)"


def test_a_bar_that_grows_moves_at_once(tmp_path):
    seen = tmp_path / "seen"
    work = f"""
import time
from pathlib import Path
say('#' * 16); sys.stdout.flush()
for turn in range(600):
    if Path({str(seen)!r}).exists(): sys.exit(0)
    if turn < 40: say('#'); sys.stdout.flush()
    time.sleep(0.05)
sys.exit(3)"""

    class Sees(EventLog):
        def emit(self, event):
            super().emit(event)
            if event.kind == "progress" and event.done >= 25:
                seen.touch()

    path = tmp_path / "program"
    path.write_text(f"#!{sys.executable}\nimport sys\nsay = sys.stdout.write\n{work}\n")
    path.chmod(0o755)
    clock, log = RealClock(), Sees()
    with task("via", "x", total=100, clock=clock, sink=log, unit="percent") as meter:
        run_program([str(path)], meter=meter, clock=clock, sink=log, cancel=CancelToken())
    assert seen.exists()
