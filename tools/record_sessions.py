"""Records three sessions for the documentation by running them on simulated chips."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from plugsmith.cli.app import main as plugsmith
from plugsmith.forge.firmware import forge_openbeken_qio
from record_stock import stock_to_watts

ROOT = Path(__file__).resolve().parent.parent
FLASH = "sim://bk7231t?flash=flash.bin"
PLUG = "sim://bk7231t?flash=plug.bin"
IMAGE = "OpenBK7231T_QIO.bin"
SESSIONS = {
    "First flash": (
        ("What is on the wire, and where each wire goes:", "doctor --module WB2S --port {port}"),
        ("A proven copy of all that is in it:", "backup --port {port} -o plug.bin"),
        ("Which pin does what:", "dump config plug.bin"),
        ("What flashing would do:", "flash {image} --port {port} --dry-run"),
        ("And it is done:", "flash {image} --port {port}"),
    ),
    "Recover from a dump": (
        ("A dump from a forum, that somebody read wrongly:", "dump info odd.bin"),
        ("Put in order:", "dump repair odd.bin -o plug.bin"),
        ("Which pin does what:", "dump config plug.bin"),
        ("A template for a device that runs OpenBeken:", "template export plug.bin"),
        ("A copy that may be shared:", "dump sanitize plug.bin -o share.bin"),
    ),
}


def main() -> None:
    """Write docs/sessions.md."""
    parts = [
        "# Three sessions\n",
        (
            "Recorded by `python tools/record_sessions.py` on simulated chips. A fourth one, with "
            "thirty devices, is [house-session.md](house-session.md).\n"
        ),
    ]
    before = Path.cwd()
    for title, steps in SESSIONS.items():
        parts.append(f"## {title}\n")
        with TemporaryDirectory() as folder:
            os.chdir(folder)
            os.environ["PLUGSMITH_HOME"] = f"{folder}/home"
            Path(IMAGE).write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300"))
            _quiet("dump forge --chip BK7231T -o flash.bin")
            _quiet("dump forge --damage rotated -o odd.bin")
            for words, line in steps:
                told = _plain(_run(line.format(port=FLASH, image=IMAGE)), folder)
                parts.append(f"{words}\n\n```\n{told}```\n")
            os.chdir(before)
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ["PLUGSMITH_HOME"] = f"{folder}/home"
        Path(IMAGE).write_bytes(forge_openbeken_qio("BK7231T", version="1.18.300"))
        parts += stock_to_watts(lambda line: _plain(_run_at(line), folder), _fresh_plug)
        os.chdir(before)
    (ROOT / "docs" / "sessions.md").write_text("\n".join(parts), encoding="utf-8")


def _run_at(line: str) -> str:
    return _run(line.format(port=PLUG), words=shlex.split(line.format(port=PLUG)))


def _fresh_plug() -> None:
    Path("plug.bin").unlink(missing_ok=True)
    _quiet("dump forge --chip BK7231T -o plug.bin")


def _quiet(line: str) -> None:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        plugsmith(line.split())


def _run(line: str, words: list[str] | None = None) -> str:
    told = io.StringIO()
    words = words or line.split()
    sys.argv = ["plugsmith", *words]
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = plugsmith(words)
    return f"$ plugsmith {line}\n{told.getvalue().rstrip()}\n(exit {code})\n"


def _plain(text: str, folder: str) -> str:
    text = text.replace(os.path.realpath(folder), "~/plug").replace(folder, "~/plug")
    for port in (FLASH, PLUG):
        text = text.replace(port, "/dev/ttyUSB0").replace(re.escape(port), "/dev/ttyUSB0")
    return text


if __name__ == "__main__":
    main()
