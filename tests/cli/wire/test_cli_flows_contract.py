"""Every verb over the wire obeys the --json contract and its exit codes, in process and served."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time

import pytest
from child import plugsmith

from plugsmith.cli.app import main
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

CODE = 0x8000
KNOWN = {"task_begin", "progress", "task_end", "warning", "log", "item", "ready", "result", "error"}
posix = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals")


def check_lines(text: str) -> dict:
    """The last line of a contract-abiding output; every line was checked."""
    events = [json.loads(line) for line in text.splitlines()]
    assert events
    for event in events:
        assert event["schema"] == "plugsmith/1"
        assert event["type"] in KNOWN
    ends = [event for event in events if event["type"] in {"result", "error"}]
    assert ends == [events[-1]]
    begun = [event["task"] for event in events if event["type"] == "task_begin"]
    ended = [event["task"] for event in events if event["type"] == "task_end"]
    assert sorted(begun) == sorted(ended)
    for event in events:
        if event["type"] == "progress":
            assert 0 <= event["done"] <= event["total"]
    if events[-1]["type"] == "error":
        assert {"code", "exit", "message", "hint", "data"} <= set(events[-1])
        assert events[-1]["message"]
    return events[-1]


@pytest.fixture
def plug(tmp_path):
    """A flash file with a T plug, an image for it, one for N; and the sim address."""
    (tmp_path / "t.bin").write_bytes(forge_flash(chip="BK7231T", code_len=CODE))
    for chip in ("BK7231T", "BK7231N"):
        image = forge_openbeken_qio(chip, version="1.18.300", code_len=CODE)
        (tmp_path / f"{chip}.bin").write_bytes(image)
    return f"sim://bk7231t?flash={tmp_path / 't.bin'}"


@pytest.fixture
def run(capfd):
    def call(*arguments: str, code: int = 0) -> dict:
        capfd.readouterr()
        assert main([*arguments, "--json"]) == code
        return check_lines(capfd.readouterr().out)

    return call


def test_info(plug, run):
    data = run("info", "--port", plug)["data"]
    assert {"chip", "chip_id", "boot", "flash", "key", "mac", "firmware"} <= set(data)
    assert data["flash"].keys() >= {"jedec", "size", "size_proof", "vendor", "protected"}
    assert data["key"].keys() >= {"class", "evidence"}


def test_backup_flash_verify_restore(plug, run, tmp_path):
    before = (tmp_path / "t.bin").read_bytes()
    saved = run("backup", "--port", plug)["data"]
    keys = {"file", "sha256", "size", "passport", "proof", "seconds", "bytes_on_wire"}
    assert keys | {"skipped_blank"} <= set(saved)
    assert saved["proof"] == "device-crc"
    image = tmp_path / "BK7231T.bin"
    log = f"{plug}&log=1"
    done = run("flash", str(image), "--port", plug, "--log-port", log)["data"]
    assert {"chip", "image", "backup", "plan", "verified", "booted", "undo"} <= set(done)
    assert (done["verified"], done["booted"]) == (True, True)
    assert {step["action"] for step in done["plan"]} <= {"keep", "erase", "write", "skip-equal"}
    same = run("verify", str(image), "--start", "0", "--port", plug)["data"]
    assert same == {"equal": True, "differs": []}
    undo = done["undo"]
    assert undo.startswith("plugsmith restore ")
    back = run("restore", saved["file"], "--port", plug, "--log-port", log)["data"]
    assert back["booted"] is True
    assert (tmp_path / "t.bin").read_bytes() == before
    other = run("verify", str(image), "--start", "0", "--port", plug, code=7)["data"]
    assert not other["equal"]
    assert all({"start", "length"} == set(item) for item in other["differs"])


def test_raw_verbs(plug, run, tmp_path):
    run("backup", "--port", plug)
    out = str(tmp_path / "out.bin")
    got = run("read", out, "--start", "0x11010", "--length", "100", "--port", plug)["data"]
    assert {"file", "sha256", "start", "length", "proof"} <= set(got)
    now = (tmp_path / "t.bin").read_bytes()
    assert (tmp_path / "out.bin").read_bytes() == now[0x1_1010 : 0x1_1010 + 100]
    (tmp_path / "data.bin").write_bytes(b"hello")
    data = str(tmp_path / "data.bin")
    done = run("write", data, "--start", "0x150100", "--port", plug)["data"]
    assert done["verified"]
    after = (tmp_path / "t.bin").read_bytes()
    assert after == now[:0x15_0100] + b"hello" + now[0x15_0105:]
    span = ("--start", "0x150000", "--length", "4k")
    assert run("erase", *span, "--port", plug, code=5)["code"] == "PS-SAFETY-CONSENT"
    gone = run("erase", *span, "--port", plug, "--yes")["data"]
    assert (gone["start"], gone["length"], gone["proof"]) == (0x15_0000, 0x1000, "device-crc")
    assert (tmp_path / "t.bin").read_bytes() == now
    assert "how" in run("reset", "--port", plug)["data"]


@pytest.mark.sample(5)
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("write", "{data}", "--start", "0x10000"), 5),
        (("write", "{data}", "--start", "0x200000"), 5),
        (("write", "{data}", "--start", "0x1E0000"), 5),
        (("erase", "--start", "0", "--length", "64k", "--yes"), 5),
        (("erase", "--start", "0x11000", "--length", "100", "--yes"), 2),
        (("erase", "--start", "0x11000", "--length", "all", "--yes"), 5),
        (("read", "{out}", "--start", "0x1FFFFF", "--length", "2"), 2),
        (("read", "{data}"), 2),
        (("read", "{out}", "--space", "rom"), 8),
        (("read", "{out}", "--space", "attic"), 2),
        (("flash", "{n_image}"), 5),
        (("flash", "{data}"), 9),
        (("flash", "{missing}"), 9),
        (("flash", "{t_image}", "--chip", "bk7231n"), 5),
        (("flash", "{t_image}", "--allow", "everything"), 2),
        (("restore", "{data}"), 9),
        (("restore", "{missing}"), 9),
        (("backup", "--resume"), 9),
        (("verify", "{data}", "--start", "0x200000"), 5),
    ],
)
def test_refusals_leave_the_flash_alone(plug, run, tmp_path, arguments, code):
    (tmp_path / "data.bin").write_bytes(b"some bytes that are nothing")
    names = {
        "data": tmp_path / "data.bin",
        "out": tmp_path / "new.bin",
        "missing": tmp_path / "missing.bin",
        "t_image": tmp_path / "BK7231T.bin",
        "n_image": tmp_path / "BK7231N.bin",
    }
    before = (tmp_path / "t.bin").read_bytes()
    words = [word.format(**names) for word in arguments]
    last = run(*words, "--port", plug, code=code)
    assert last["exit"] == code
    assert (tmp_path / "t.bin").read_bytes() == before


def test_a_rom_chip_gives_its_rom_and_efuse(run, tmp_path):
    port = "sim://bk7231n?boot=n-rom"
    rom = run("read", str(tmp_path / "rom.bin"), "--space", "rom", "--port", port)["data"]
    assert (rom["length"], rom["proof"]) == (0x4000, "read-twice")
    fuse = run("read", str(tmp_path / "fuse.bin"), "--space", "efuse", "--port", port)["data"]
    assert fuse["length"] == 32
    assert len((tmp_path / "fuse.bin").read_bytes()) == 32


@pytest.mark.sample(2)
@pytest.mark.parametrize("verb", ["info", "backup", "reset", "flash", "restore"])
def test_a_wrong_port_is_3_and_silence_is_4(run, tmp_path, verb):
    (tmp_path / "t.bin").write_bytes(forge_flash(chip="BK7231T", code_len=CODE))
    image = tmp_path / "i.bin"
    image.write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300", code_len=CODE))
    file = {"flash": [str(image)], "restore": [str(tmp_path / "t.bin")]}.get(verb, [])
    run(verb, *file, "--port", str(tmp_path / "no-such-port"), code=3)
    run(verb, *file, "--port", "socket://127.0.0.1:1", code=3)
    silent = "sim://bk7231t?fault=silent"
    last = run(verb, *file, "--port", silent, "--link-timeout", "2", code=4)
    assert last["code"] == "PS-LINK-TIMEOUT"


def test_people_get_sentences_on_stderr_and_no_traceback(plug, capfd, tmp_path):
    assert main(["flash", str(tmp_path / "BK7231N.bin"), "--port", plug]) == 5
    out, err = capfd.readouterr()
    assert out == ""
    assert "What to do:" in err
    assert "Traceback" not in err


# served: other processes, killed at the wrong moment. They are real, and so is their time.


class Served:
    """`plugsmith sim` as a process, on a pseudo-terminal unless the options say otherwise."""

    def __init__(self, folder, chip: str, content: bytes, *options: str) -> None:
        self.file = folder / "served.bin"
        self.file.write_bytes(content)
        arguments = ("sim", "--chip", chip, "--flash", str(self.file), *options)
        self.process = plugsmith(*arguments, stderr=subprocess.DEVNULL)
        ready = json.loads(self.process.stdout.readline())
        self.port = ready["port"].replace("socket:", "rfc2217:")
        self.seen = ("--port", self.port, "--log-port", ready["log_port"])  # its start is seen

    def stop(self, how=signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(120)
        self.process.stdout.close()


#: so slow that a busy machine cannot miss the middle of it
SLOWLY = ("--baud", "230400")


def client(*arguments: str) -> subprocess.Popen:
    return plugsmith(*arguments, "--json")


def until_progress(process: subprocess.Popen, task: str, share: float) -> str:
    """Read the client's output until `task` has done `share`; what was read."""
    text = ""
    for line in process.stdout:
        text += line
        event = json.loads(line)
        mine = event["type"] == "progress" and event["task"] == task
        if mine and event["done"] >= share * event["total"]:
            return text
    raise AssertionError(f"{task} ended early: {text[-500:]}")


def finish(process: subprocess.Popen) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


LINES = ("--tcp", "127.0.0.1:0", "--lines", "rts")  # resets the chip itself: no hand to wait for


@pytest.fixture
def served(tmp_path, request):
    chip, *more = request.param
    content = forge_flash(chip=chip.upper(), code_len=0x1_0000)
    image = tmp_path / "image.bin"
    image.write_bytes(forge_openbeken_qio(chip.upper(), version="1.18.300", code_len=0x1_0000))
    options = ("--paced", "--latency", "1", "--power", "kept", *more)
    running = Served(tmp_path, chip, content, *options)
    running.image, running.before = image, content
    yield running
    running.stop()


@pytest.mark.sample(1)
@posix
@pytest.mark.parametrize(
    "served", [("bk7231t", *LINES), ("bk7231n", *LINES)], indirect=True, ids=["t", "n"]
)
def test_kill_9_at_high_speed_and_run_again(served):
    first = client("backup", "--port", served.port)
    until_progress(first, "backup", 0.1)
    first.kill()
    first.communicate()
    code, out, err = finish(client("backup", "--port", served.port, "--resume"))
    assert code == 0, err
    data = check_lines(out)["data"]
    assert data["resumed"] > 0
    first = client("flash", str(served.image), *served.seen)
    until_progress(first, "write", 0.2)
    first.kill()
    first.communicate()
    code, out, err = finish(client("flash", str(served.image), *served.seen))
    assert code == 0, err
    done = check_lines(out)["data"]
    assert (done["verified"], done["booted"]) == (True, True)
    new = served.image.read_bytes()
    now = served.file.read_bytes()
    assert now[0x1_1000 : len(new)] == new[0x1_1000:]
    assert now[:0x1_1000] == served.before[:0x1_1000]


@posix
@pytest.mark.parametrize("served", [("bk7231t",)], indirect=True, ids=["t"])
def test_killing_the_simulator_ends_with_3_or_6(served):
    # The client waits for its port to come back by name. Held open, that name is given to no other
    # pseudo-terminal meanwhile: it would take the port of a test that runs beside this one.
    name = os.open(served.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        first = client("backup", "--port", served.port, *SLOWLY)
        text = until_progress(first, "backup", 0.05)
        served.process.kill()
        out, err = first.communicate(timeout=240)
    finally:
        os.close(name)
    last = check_lines(text + out)
    assert first.returncode in {3, 6}
    assert last["type"] == "error"
    assert "Traceback" not in err


@posix
@pytest.mark.parametrize("served", [("bk7231t",)], indirect=True, ids=["t"])
def test_ctrl_c_finishes_the_sector_and_tells_how_to_go_on(served):
    first = client("flash", str(served.image), *served.seen, *SLOWLY)
    text = until_progress(first, "write", 0.1)
    first.send_signal(signal.SIGINT)
    out, err = first.communicate(timeout=240)
    last = check_lines(text + out)
    assert first.returncode == 130
    assert last["code"] == "PS-CANCELLED"
    assert "does not start now" in last["message"]
    assert "plugsmith flash" in last["hint"]
    assert "Traceback" not in err
    time.sleep(0.2)
    code, _out, err = finish(client("flash", str(served.image), *served.seen))
    assert code == 0, err
