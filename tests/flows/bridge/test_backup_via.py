"""`backup --via`: an installed program reads twice; whatever fails leaves nothing behind."""

from __future__ import annotations

import _thread
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from plugsmith.cli.app import main
from plugsmith.clock import RealClock
from plugsmith.errors import Cancelled
from plugsmith.errors.library import DeviceInUse
from plugsmith.errors.link import ProgramFailed
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.bridge.program import run_program
from plugsmith.flows.progress import task
from plugsmith.library.lock import held

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts")

FLASH = random.Random(3).randbytes(1 << 16)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a program on the search path; its runs and their arguments are in the file `runs`."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))

    def install(name: str, work: str) -> Path:
        runs = tmp_path / "runs"
        lines = [
            f"#!{sys.executable}",
            "import json, os, random, signal, sys",
            "from pathlib import Path",
            "say = lambda *words, **more: print(*words, flush=True, **more)",
            f"runs = Path({str(runs)!r})",
            "with runs.open('a') as file: file.write(json.dumps(sys.argv[1:]) + '\\n')",
            "turn = len(runs.read_text().splitlines())",
            "flash = random.Random(3).randbytes(1 << 16)",
            "out = Path(next(word for word in sys.argv if 'via-' in word and '.bin' in word))",
            work,
        ]
        path = folder / name
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)
        return runs

    return install


READ = "[say(f'Reading ({part * 10} %)', end='\\r') for part in range(11)]; out.write_bytes(flash)"


def run(capsys, *args):
    code = main(["backup", *args, "--json"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, lines


def via(capsys, tmp_path, *more):
    out = tmp_path / "esp.bin"
    code, lines = run(capsys, "--via", "esptool", "--port", "/dev/ttyUSB9", "-o", str(out), *more)
    return code, lines, out


def test_two_reads_that_agree_are_a_backup_with_a_passport(program, tmp_path, capsys):
    runs = program("esptool", READ)
    code, lines, out = via(capsys, tmp_path)
    assert code == 0
    assert out.read_bytes() == FLASH
    data = lines[-1]["data"]
    assert data["proof"] == "two-reads"
    assert data["sha256"] == hashlib.sha256(FLASH).hexdigest()
    passport = json.loads(Path(data["passport"]).read_text())
    assert (passport["sha256"], passport["size"]) == (data["sha256"], len(FLASH))
    commands = [json.loads(line) for line in runs.read_text().splitlines()]
    port, read = ["--port", "/dev/ttyUSB9"], ["read-flash", "0", "ALL"]
    assert [words[:-1] for words in commands] == [
        [*port, "--after", "no-reset", *read],  # its program must not run between the two
        [*port, *read],
    ]
    begun = [line["task"] for line in lines if line["type"] == "task_begin"]
    assert begun == ["via-1", "via-2"]
    assert [line["code"] for line in lines if line["type"] == "warning"] == ["PS-NOTE-MAINS"]


def test_the_command_for_a_chip_is_the_one_of_its_facts(program, tmp_path, capsys):
    runs = program("ltchiptool", READ)
    for chip, family in (("LN882H", "ln882h"), ("RTL8720C", "ambz2"), ("BK7231N", "bk72xx")):
        out = tmp_path / f"{chip}.bin"
        args = ("--via", "ltchiptool", "--chip", chip, "--port", "/dev/ttyUSB9", "-o", str(out))
        assert run(capsys, *args)[0] == 0
        words = json.loads(runs.read_text().splitlines()[-1])
        assert words[:5] == ["flash", "read", "-d", "/dev/ttyUSB9", family]


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("work", "code", "error"),
    [
        ("sys.exit('A fatal error occurred: Failed to connect')", 6, "PS-VIA-FAILED"),
        ("out.write_bytes(flash); os.kill(os.getpid(), signal.SIGKILL)", 6, "PS-VIA-FAILED"),
        ("out.write_bytes(flash if turn == 1 else flash[:-1] + b'x')", 7, "PS-VIA-DIFFERS"),
        ("out.write_bytes(flash if turn == 1 else flash[:-4096])", 7, "PS-VIA-DIFFERS"),
        ("say('all is well')", 6, "PS-VIA-NOTHING"),
        ("out.write_bytes(b'')", 6, "PS-VIA-NOTHING"),
        ("out.write_bytes(b'\\xff' * 65536)", 6, "PS-VIA-NOTHING"),
        ("out.mkdir()", 6, "PS-VIA-NOTHING"),
        ("out.write_bytes(flash[:-1])", 6, "PS-VIA-SIZE"),
        ("say('Detected flash size: 128KB'); out.write_bytes(flash)", 6, "PS-VIA-SIZE"),
        ("say('Detected flash size: 1MB'); out.write_bytes(flash * 17)", 6, "PS-VIA-SIZE"),
        ("say('Detected flash size: 64KB'); out.write_bytes(flash + flash)", 6, "PS-VIA-SIZE"),
        ("sys.stdout.buffer.write(os.urandom(30000)); sys.exit(3)", 6, "PS-VIA-FAILED"),
        ("out.write_bytes(flash); sys.exit(turn - 1)", 6, "PS-VIA-FAILED"),
    ],
)
def test_whatever_fails_is_told_and_nothing_is_kept(program, tmp_path, capsys, work, code, error):
    program("esptool", work)
    ended, lines, out = via(capsys, tmp_path)
    assert (ended, lines[-1]["code"]) == (code, error)
    assert not out.exists()
    assert not out.with_name("esp.bin.json").exists()
    assert lines[-1]["hint"]


def test_the_last_words_of_a_program_are_told(program, tmp_path, capsys):
    program("esptool", "sys.exit('A fatal error occurred: Failed to connect to ESP8266')")
    _code, lines, _out = via(capsys, tmp_path)
    assert "Failed to connect to ESP8266" in lines[-1]["message"]


@pytest.mark.parametrize(
    "said",
    [
        "esptool: error: argument --after/-a: invalid choice: 'no-reset' (choose from 'no_reset')",
        "Error: No such option: --after",
        "Error: No such command 'read-flash'.",
        "esptool: error: unrecognized arguments: --flash-size keep",
    ],
)
def test_another_version_that_does_not_know_our_words_is_called_so(program, tmp_path, capsys, said):
    program("esptool", f"say('usage: esptool [-h]'); say({said!r}); sys.exit(2)")
    code, lines, out = via(capsys, tmp_path)
    assert (code, lines[-1]["code"]) == (2, "PS-VIA-TOO-OLD")
    assert "pipx install 'esptool>=5'" in lines[-1]["hint"]
    assert "usage" not in lines[-1]["message"]
    assert not out.exists()


def test_a_program_that_is_not_there_is_named_with_the_way_to_get_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    code, lines, _out = via(capsys, tmp_path)
    assert (code, lines[-1]["code"]) == (2, "PS-VIA-MISSING")
    assert "pipx install esptool" in lines[-1]["hint"]


@pytest.mark.parametrize(
    "more",
    [
        ("--via", "ltchiptool", "--port", "/dev/ttyUSB9", "-o", "x.bin"),  # which chip?
        ("--via", "ltchiptool", "--port", "/dev/ttyUSB9", "-o", "x.bin", "--chip", "ESP8266"),
        ("--via", "esptool", "--port", "/dev/ttyUSB9", "-o", "x.bin", "--chip", "BK7231N"),
        ("--via", "esptool", "--port", "/dev/ttyUSB9"),  # where to?
        ("--via", "esptool", "--port", "sim://bk7231n", "-o", "x.bin"),
        ("--via", "esptool", "--port", "/dev/ttyUSB9", "-o", "x.bin", "--resume"),
        ("--via", "nano", "--port", "/dev/ttyUSB9", "-o", "x.bin"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_runs(
    program, tmp_path, capsys, monkeypatch, more
):
    monkeypatch.chdir(tmp_path)
    runs = program("esptool", READ)
    program("ltchiptool", READ)
    assert run(capsys, *more)[0] == 2
    assert not runs.exists()


def test_an_existing_file_is_never_replaced(program, tmp_path, capsys):
    runs = program("esptool", READ)
    (tmp_path / "esp.bin").write_bytes(b"mine")
    code, lines, out = via(capsys, tmp_path)
    assert (code, lines[-1]["code"]) == (2, "PS-OUTPUT-EXISTS")
    assert out.read_bytes() == b"mine"
    assert not runs.exists()


def script(tmp_path, work):
    path = tmp_path / "program"
    path.write_text(f"#!{sys.executable}\nimport time, signal, sys\n{work}\n")
    path.chmod(0o755)
    return str(path)


def at_work(command, *, log, cancel):
    """Runs one program under a task; the meter."""
    clock = RealClock()
    with task("via", "x", total=100, clock=clock, sink=log, unit="percent") as meter:
        log.meter = meter
        run_program([command], meter=meter, clock=clock, sink=log, cancel=cancel)


def test_ctrl_c_stops_the_program_too(tmp_path):
    gone = tmp_path / "gone"
    work = f"""
def end(*_): open({str(gone)!r}, 'w').close(); sys.exit(1)
signal.signal(signal.SIGTERM, end)
print('it begins', flush=True)
time.sleep(600)"""

    class Stops(EventLog):
        def emit(self, event):
            super().emit(event)
            if event.kind == "log":
                cancel.cancel()

    cancel = CancelToken()
    with pytest.raises(Cancelled):
        at_work(script(tmp_path, work), log=Stops(), cancel=cancel)
    assert gone.exists()


def test_what_a_wrapper_started_is_stopped_too(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    ear = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    child = f"""
import time
with open({str(pipe)!r}, 'w') as voice:
    print('it begins', flush=True)
    time.sleep(3)
    voice.write('it lives')"""

    class Stops(EventLog):
        def emit(self, event):
            super().emit(event)
            if event.kind == "log":
                cancel.cancel()

    cancel = CancelToken()
    work = f"import subprocess; subprocess.run([sys.executable, '-c', {child!r}])"
    with pytest.raises(Cancelled):
        at_work(script(tmp_path, work), log=Stops(), cancel=cancel)
    os.set_blocking(ear, True)
    assert os.read(ear, 99) == b""  # the end, when nobody has it open for writing
    os.close(ear)


STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def heard(tmp_path):
    """A pipe that ends when nobody writes to it any more, and the words that open it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    return os.open(pipe, os.O_RDONLY | os.O_NONBLOCK), f"voice = open({str(pipe)!r}, 'w')"


def ended(ear):
    """Whether all that had it open are gone, without waiting for longer than they would live."""
    os.set_blocking(ear, True)
    found = os.read(ear, 99)
    os.close(ear)
    return found == b""


def test_a_second_ctrl_c_while_it_is_stopped_leaves_nothing_alive(tmp_path, monkeypatch):
    ear, voice = heard(tmp_path)
    work = f"{STUBBORN}\n{voice}\nprint('it begins', flush=True)\ntime.sleep(9)\nvoice.write('x')"
    wait = subprocess.Popen.wait
    waits = []

    def impatient(process, timeout=None):
        waits.append(timeout)
        if len(waits) == 1:
            raise KeyboardInterrupt
        return wait(process, timeout)

    class Stops(EventLog):
        def emit(self, event):
            super().emit(event)
            if event.kind == "log":
                monkeypatch.setattr(subprocess.Popen, "wait", impatient)
                cancel.cancel()

    cancel = CancelToken()
    with pytest.raises(KeyboardInterrupt):
        at_work(script(tmp_path, work), log=Stops(), cancel=cancel)
    assert ended(ear)


@pytest.fixture
def heard_ctrl_c():
    """Ctrl-C is heard, also where the run was started with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_ctrl_c")
@pytest.mark.parametrize("moment", ["before", "after"])
def test_ctrl_c_around_the_very_start_leaves_nothing_alive(tmp_path, monkeypatch, moment):
    begin, made = subprocess.Popen.__init__, []

    def interrupted(process, *words, **more):
        if moment == "before":
            _thread.interrupt_main()
        begin(process, *words, **more)
        made.append(process)
        if moment == "after":
            _thread.interrupt_main()

    monkeypatch.setattr(subprocess.Popen, "__init__", interrupted)
    with pytest.raises(KeyboardInterrupt):
        at_work(script(tmp_path, "time.sleep(99)"), log=EventLog(), cancel=CancelToken())
    assert [process.returncode is None for process in made] == [False]


@pytest.mark.parametrize("leader", ["", "sys.exit(3)", "time.sleep(9)"])
def test_what_does_not_hear_the_signal_is_ended_even_when_its_parent_is_gone(tmp_path, leader):
    ear, voice = heard(tmp_path)
    child = f"{STUBBORN}\n{voice}\nprint('ready', flush=True)\ntime.sleep(9)\nvoice.write('x')"
    work = f"""
import subprocess
child = subprocess.Popen([sys.executable, '-c', {child!r}],
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
child.stdout.readline()
print('it begins', flush=True)
{leader}"""

    class Stops(EventLog):
        def emit(self, event):
            super().emit(event)
            if event.kind == "log" and "sleep" in leader:
                cancel.cancel()

    cancel = CancelToken()
    with suppress(ProgramFailed, Cancelled):
        at_work(script(tmp_path, work), log=Stops(), cancel=cancel)
    assert ended(ear)


def test_what_it_says_becomes_progress_and_escapes_become_visible(tmp_path):
    log = EventLog()
    work = "print('Reading 5 %\\rReading 50 %\\r', flush=True); sys.exit('\\x1b[2Jbad')"
    with pytest.raises(ProgramFailed) as seen:
        at_work(script(tmp_path, work), log=log, cancel=CancelToken())
    assert log.meter.done == 50
    assert "\x1b" not in seen.value.message
    assert "bad" in seen.value.message


def test_a_child_that_keeps_the_voice_of_an_ended_program_is_not_waited_for(tmp_path):
    ear, voice = heard(tmp_path)
    child = f"import time\n{voice}\nprint('ready', flush=True)\ntime.sleep(60)\nvoice.write('x')"
    work = f"""
import subprocess
child = subprocess.Popen([sys.executable, '-c', {child!r}])
print('the last words')"""
    log = EventLog()
    at_work(script(tmp_path, work), log=log, cancel=CancelToken())
    assert ended(ear)
    assert "program: the last words" in [
        event.message for event in log.events if event.kind == "log"
    ]


def test_who_says_more_than_can_be_read_has_to_wait(tmp_path, monkeypatch):
    said = tmp_path / "said"
    work = f"""
with open({str(said)!r}, 'w') as count:
    for number in range(400):
        sys.stdout.write('x' * 65536); sys.stdout.flush()
        count.write('.'); count.flush()"""

    class Slow(EventLog):
        def emit(self, event):
            if event.kind == "log":
                time.sleep(0.5)
                cancel.cancel()

    cancel = CancelToken()
    with pytest.raises(Cancelled):
        at_work(script(tmp_path, work), log=Slow(), cancel=cancel)
    assert said.stat().st_size < 20  # 64 pieces of 4 KiB, and what fits into a pipe


@pytest.mark.skipif(os.name != "posix", reason="files are handed on")
def test_the_port_stays_held_while_a_program_outlives_us(tmp_path):
    folder = tmp_path / "locks"
    ready, go = tmp_path / "ready", tmp_path / "go"
    for pipe in (ready, go):
        os.mkfifo(pipe)
    program = script(tmp_path, f"open({str(ready)!r}, 'w').close(); open({str(go)!r}).read()")
    us = f"""
from pathlib import Path
from plugsmith.clock import RealClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.bridge.program import run_program
from plugsmith.flows.progress import task
from plugsmith.library.lock import held
from plugsmith.library.lock import held
clock, log = RealClock(), EventLog()
with held(Path({str(folder)!r}), 'port', words='port') as lock:
    with task('via', 'x', total=100, clock=clock, sink=log, unit='percent') as meter:
        run_program([{program!r}], meter=meter, clock=clock, sink=log, cancel=CancelToken(),
                    lock=lock)
"""
    process = subprocess.Popen([sys.executable, "-c", us])
    ready.read_bytes()  # the program is at work
    process.kill()
    process.wait()
    with pytest.raises(DeviceInUse), held(folder, "port", words="port"):
        pass
    go.write_bytes(b"")  # now it ends
    for _try in range(200):
        with suppress(DeviceInUse), held(folder, "port", words="port"):
            break
        time.sleep(0.05)
    else:
        pytest.fail("the port stays held")


@pytest.mark.parametrize(
    "option", [["--trace", "t.jsonl"], ["--remote-baud-follows"], ["--link-timeout", "5"]]
)
@pytest.mark.parametrize("verb", [["backup", "-o", "a.bin"], ["flash", "image.bin"]])
def test_an_option_that_another_program_does_not_know_is_refused_and_not_ignored(
    verb, option, capsys, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    code = main([*verb, "--via", "esptool", "--port", "PORT7", *option])
    said = capsys.readouterr().err
    assert code == 2
    assert f"--via and {option[0]} do not go together" in said
    assert not list(tmp_path.iterdir())
