"""Prove a release: built twice it is the same, and each artefact works in an empty place.

    python tools/check_release.py [--once]      (--once: do not build a second time)

Wheel and sdist are installed into environments of their own from locks/users.txt, the single file
is run as it is; with the oldest and the newest Python of this machine that the project claims. Each
must print its version, recover the pins of a forged dump, do the whole demonstration and serve the
page; the wheel does so by the words of the container, too. The page without a server is unpacked,
held against its own sums, and its core recovers pins in Node. What this machine lacks is said
loudly. Ends with a table and its wall times; exit code 1 where something failed.
"""

from __future__ import annotations

import filecmp
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pythons
import static_page
from release import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

_WAIT_S = 120.0
_LONGEST_S = 900.0
#: what builds an sdist; the rest of locks/release.txt makes releases
_BUILDERS = (
    *("hatchling", "packaging", "pathspec", "pluggy", "tomlkit"),
    "trove-classifiers",
)
#: nothing of these may be in a release: vendor firmware is large and random, ours is text
_LARGEST = {".py": 200_000, ".md": 200_000, ".json": 2_000_000, ".js": 1_000_000, ".pot": 1_000_000,
            ".po": 1_500_000, ".toml": 200_000, ".png": 400_000, ".css": 100_000}  # fmt: skip


@dataclass
class Table:
    """What was done side by side: a line each, with what failed, or nothing, and the wall time."""

    pool: ThreadPoolExecutor
    lines: dict[str, Future[tuple[str, float]]] = field(default_factory=dict)

    def add(self, what: str, check: Callable[[], str]) -> None:
        """Start a check; one that ends in an error has failed with its words."""
        self.lines[what] = self.pool.submit(_timed, check)

    def close(self) -> bool:
        """Print the lines as they end; False where one failed."""
        good = True
        for what, line in self.lines.items():
            failed, took = line.result()
            good = good and not failed
            print(f"{what:<32} {took:6.1f} s  {failed or 'ok'}", flush=True)
        return good


def _timed(check: Callable[[], str]) -> tuple[str, float]:
    began = time.monotonic()
    try:
        failed = check()
    except (OSError, ValueError, KeyError, RuntimeError, subprocess.SubprocessError) as problem:
        failed = f"{type(problem).__name__}: {problem}"
    return failed, time.monotonic() - began


def installed(python: str, artefact: Path, folder: Path) -> list[str]:
    """The command of an artefact that was installed into a new, empty environment."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    own = str(folder / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", own, "install", "-q", "--no-input"]
    pip += ["--disable-pip-version-check", "--no-compile"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r"]
    subprocess.run([*pip, *locked, ROOT / "locks" / "users.txt"], check=True)
    if artefact.name.endswith(".tar.gz"):  # its build must not depend on what the index has today
        subprocess.run([*pip, *locked, _builders(folder / "builders.txt")], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", artefact], check=True)
    return [str(folder / "bin" / "plugsmith")]


def _builders(target: Path) -> Path:
    """The lines of the lock that name what a build needs."""
    text = (ROOT / "locks" / "release.txt").read_text(encoding="utf-8")
    blocks = re.findall(r"^([a-z0-9-]+)(==(?:.*\\\n)*.*\n)", text, re.MULTILINE)
    target.write_text("".join(name + rest for name, rest in blocks if name in _BUILDERS))
    return target


def tried(python: str, artefact: Path, folder: Path) -> str:
    """Install an artefact, where it is to be installed, and use it."""
    folder.mkdir()
    single = artefact.suffix == ".pyz"
    command = [python, str(artefact)] if single else installed(python, artefact, folder / "env")
    return used(command, folder / "use", container=artefact.suffix == ".whl")


def used(command: list[str], folder: Path, *, container: bool = False) -> str:
    """Use an artefact as a person would; what failed, or nothing."""
    folder.mkdir()
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PLUGSMITH_HOME": str(folder / "home"), "SHIV_ROOT": str(folder / "shiv")}
    env |= {"PLUGSMITH_LANG": "en"}

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *words], cwd=folder, env=env, capture_output=True,
                              text=True, timeout=_LONGEST_S, check=False)  # fmt: skip

    said = run("--version")
    if said.returncode or not re.fullmatch(r"plugsmith \d+\.\d+\.\d+\S*\n", said.stdout):
        return f"--version: {said.stdout!r} {said.stderr[-300:]!r}"
    made = run("dump", "forge", "-o", "plug.bin")
    if made.returncode:
        return f"dump forge: {made.stderr[-300:]!r}"
    found = run("dump", "config", "plug.bin", "--json")
    last = json.loads(found.stdout.splitlines()[-1])
    if found.returncode or last["data"]["template"]["pins"].get("26") != "Rel;1":
        return f"dump config: {found.stdout[-300:]!r}"
    env["PLUGSMITH_LANG"] = "pl"
    polish = run()
    env["PLUGSMITH_LANG"] = "en"
    if "Co masz?" not in polish.stdout:
        return f"in Polish: {polish.stdout[:100]!r}"
    shown = run("demo", "--instant")  # CI's own step `demo` waits as long as a real wire takes
    if shown.returncode:
        return f"demo: {shown.stdout[-300:]!r} {shown.stderr[-300:]!r}"
    serve = ["ui", "--no-open", "--listen", "127.0.0.1:0", "--json"]
    failed = _page_answers([*command, *serve], folder, env)
    if container and not failed:
        failed = _page_answers([*command, *container_words()], folder, env)
    return failed


def container_words() -> list[str]:
    """What the container runs, behind `plugsmith`; on any free port."""
    text = (ROOT / "packaging" / "container" / "Containerfile").read_text(encoding="utf-8")
    words = json.loads(re.findall(r"^ENTRYPOINT (\[.*\])$", text, re.MULTILINE)[0])
    return [word.replace(":8080", ":0") for word in words[1:]]


def _page_answers(command: list[str], folder: Path, env: dict[str, str]) -> str:
    with (folder / "ui.txt").open("w+") as output:
        server = subprocess.Popen(command, cwd=folder, env=env, stdout=output, text=True)
        try:
            url = _first_address(folder / "ui.txt", server)
            with urllib.request.urlopen(url, timeout=_WAIT_S) as answer:
                page = answer.read().decode("utf-8")
        except (OSError, RuntimeError) as problem:
            return f"ui: {problem}"
        finally:
            server.terminate()
            server.wait(_WAIT_S)
    return "" if "<script" in page else f"ui: {page[:100]!r}"


def _first_address(output: Path, server: subprocess.Popen[str]) -> str:
    end = time.monotonic() + _WAIT_S
    while time.monotonic() < end and server.poll() is None:
        said = output.read_text(encoding="utf-8")
        found = re.search(r"http://(?:127\.0\.0\.1|0\.0\.0\.0):(\d+)/", said)
        if found:
            return f"http://127.0.0.1:{found[1]}/"
        time.sleep(0.2)
    raise RuntimeError("it names no address")


def foreign(wheel: Path) -> list[str]:
    """What a wheel of ours must not carry: files of kinds or sizes that we do not make."""
    with zipfile.ZipFile(wheel) as archive:
        return [
            entry.filename
            for entry in archive.infolist()
            if ".dist-info/" not in entry.filename
            and entry.file_size > _LARGEST.get(Path(entry.filename).suffix, 20_000)
        ]


def build(target: Path) -> None:
    """One whole release."""
    subprocess.run([sys.executable, ROOT / "tools" / "release.py", target], check=True)


def twice(first: Path, second: Path) -> str:
    """Build again; the names of what differs."""
    build(second)
    names = sorted({path.name for folder in (first, second) for path in folder.iterdir()})
    _same, differs, lost = filecmp.cmpfiles(first, second, names, shallow=False)
    return f"not the same: {differs + lost}" if differs or lost else ""


def left_out(there: dict[str, str], page: Path | None) -> list[str]:
    """What the project claims and this machine cannot show."""
    found = [
        f"Python {number} is claimed and not on this machine: nothing was run on it"
        for number in pythons.claimed()
        if number not in there
    ]
    if page is None:
        found.append("the page without a server was not built (make web): not looked at")
    return found


def main() -> int:
    """Build, compare, install, use."""
    there = pythons.here()
    if not there:
        sys.exit("check_release: none of the claimed Pythons is here")
    ends = dict.fromkeys((min(there, key=_minor), max(there, key=_minor)))
    with (
        tempfile.TemporaryDirectory() as top,
        ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool,
    ):
        work = Path(top)
        first = work / "first"
        build(first)
        wheel, single = next(first.glob("*.whl")), next(first.glob("*.pyz"))
        sources, page = next(first.glob("*.tar.gz")), next(first.glob("*-web.zip"), None)
        table = Table(pool)
        for number in ends:
            for kind, artefact in (("wheel", wheel), ("sdist", sources), ("single file", single)):
                place = work / f"{kind.split()[0]}-{number}"
                table.add(f"{kind}, {number}", partial(tried, there[number], artefact, place))
        table.add("nothing foreign in the wheel", lambda: ", ".join(foreign(wheel)))
        if page is not None:
            table.add("page without a server", lambda: static_page.failed(page, work / "page"))
        if "--once" not in sys.argv:
            table.add("built twice", lambda: twice(first, work / "second"))
        good = table.close()
    for words in left_out(there, page):
        print(f"LEFT OUT: {words}")
    return 0 if good else 1


def _minor(number: str) -> int:
    return int(number.partition(".")[2])


if __name__ == "__main__":
    sys.exit(main())
