"""A made-up esptool or ltchiptool: a script on the search path, with a flash in a file."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# what both do; `turn` counts the runs, `verb` is read or write, `flash` the file behind the chip
_WORK = """
import json, os, random, signal, sys
from pathlib import Path
folder = Path({folder!r})
asks = 'get-security-info' in sys.argv or 'read-mem' in sys.argv
if asks: print({locks!r}, flush=True)
flash = folder / 'flash.bin'
runs = folder / 'runs'
if not asks:
  with runs.open('a') as file: file.write(json.dumps(sys.argv[1:]) + '\\n')
turn = len(runs.read_text().splitlines())
words = sys.argv[1:]
verb = 'write' if 'write-flash' in words or 'write' in words else 'read'
say = lambda *text, **more: print(*text, flush=True, **more)
def read(): Path(words[-1]).write_bytes(flash.read_bytes())
def write():
    now = bytearray(flash.read_bytes())
    if 'write-flash' in words:
        pairs = [word for word in words if word.startswith('0x') or word.endswith('.bin')]
        places = zip(pairs[::2], pairs[1::2])
    else:
        places = [(words[words.index('-s') + 1], words[-1])]
    for at, name in places:
        data = Path(name).read_bytes()
        now[int(at, 16) : int(at, 16) + len(data)] = data
    flash.write_bytes(now)
def spoil():  # a sector beside what was meant is lost
    write()
    flash.write_bytes(flash.read_bytes()[:-4096] + bytes(4096))
"""


class FakeProgram:
    """`runs()`: the arguments of each run that reads or writes `flash`, a file."""

    def __init__(self, folder: Path, name: str, said: str, work: str, locks: str) -> None:
        self.folder = folder
        self.flash = folder / "flash.bin"
        path = folder / name
        text = _WORK.format(folder=str(folder), locks=locks) + f"say({said!r})\n"
        text += f"if asks: sys.exit()\n{work}\n"
        path.write_text(f"#!{sys.executable}\n{text}")
        path.chmod(0o755)

    def runs(self) -> list[list[str]]:
        """Oldest first."""
        log = self.folder / "runs"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


NO_LOCKS = "Secure Boot: Disabled\nFlash Encryption: Disabled"


def install(
    tmp_path,
    monkeypatch,
    name,
    *,
    said="",
    work="read() if verb == 'read' else write()",
    locks=NO_LOCKS,
):
    """Puts one on the search path, and our library into the test's folder."""
    folder = tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.setenv("PLUGSMITH_HOME", str(tmp_path / "home"))
    return FakeProgram(folder, name, said, work, locks)
