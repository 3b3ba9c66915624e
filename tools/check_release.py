"""Prove a release: built twice it is the same, and each artefact works in an empty place.

    python tools/check_release.py [--once]      (--once: do not build a second time)

Wheel and sdist are installed into environments of their own from locks/users.txt, the single file
is run as it is; with the oldest and the newest Python of this machine that the project claims. Each
must print its version, recover the pins of a forged dump, and serve the page; the single file also
does the whole demonstration. Ends with a table; exit code 1 where something failed.
"""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

from release import PYTHONS, ROOT

_WAIT_S = 120.0
_LONGEST_S = 900.0
#: nothing of these may be in a release: vendor firmware is large and random, ours is text
_LARGEST = {".py": 200_000, ".md": 200_000, ".json": 2_000_000, ".js": 1_000_000, ".pot": 1_000_000,
            ".po": 1_500_000, ".toml": 200_000, ".png": 400_000, ".css": 100_000}  # fmt: skip


def pythons() -> list[str]:
    """The oldest and the newest that are here, as commands."""
    there = [f"python{number}" for number in PYTHONS if _runs(f"python{number}")]
    return list(dict.fromkeys([there[0], there[-1]])) if there else [sys.executable]


def _runs(python: str) -> bool:
    if shutil.which(python) is None:
        return False
    asked = [python, "-c", "import venv, ensurepip"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def installed(python: str, artefact: Path, folder: Path) -> list[str]:
    """The command of an artefact that was installed into a new environment."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--no-input"]
    locked = ["--require-hashes", "--only-binary", ":all:", "-r", str(ROOT / "locks" / "users.txt")]
    subprocess.run([*pip, *locked], check=True)
    if artefact.name.endswith(".tar.gz"):  # its build must not depend on what the index has today
        build = ["--require-hashes", "-r", str(ROOT / "locks" / "release.txt")]
        subprocess.run([*pip, *build], check=True)
    subprocess.run([*pip, "--no-deps", "--no-build-isolation", str(artefact)], check=True)
    return [str(folder / "bin" / "plugsmith")]


def used(command: list[str], folder: Path, *, demo: bool) -> str:
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
    if demo and run("demo").returncode:
        return "demo failed"
    serve = [*command, "ui", "--no-open", "--listen", "127.0.0.1:0", "--json"]
    return _page_answers(serve, folder, env)


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
        found = re.search(r"http://127\.0\.0\.1:\d+/", output.read_text(encoding="utf-8"))
        if found:
            return found[0]
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


def main() -> int:
    """Build, compare, install, use."""
    table: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        first = work / "first"
        build(first)
        if "--once" not in sys.argv:
            build(work / "second")
            names = sorted(path.name for path in first.iterdir())
            _same, differs, lost = filecmp.cmpfiles(first, work / "second", names, shallow=False)
            table.append(
                ("built twice", f"not the same: {differs + lost}" if differs + lost else "")
            )
        wheel, single = next(first.glob("*.whl")), next(first.glob("*.pyz"))
        table.append(("nothing foreign in the wheel", ", ".join(foreign(wheel))))
        for python in pythons():
            folder = work / f"wheel-{Path(python).name}"
            failed = used(installed(python, wheel, folder), work / f"{folder.name}-use", demo=False)
            table.append((f"wheel, {Path(python).name}", failed))
            place = work / f"single-{Path(python).name}"
            failed = used([python, str(single)], place, demo=python == pythons()[0])
            table.append((f"single file, {Path(python).name}", failed))
        sources = next(first.glob("*.tar.gz"))
        command = installed(pythons()[0], sources, work / "sdist")
        table.append(("sdist", used(command, work / "sdist-use", demo=False)))
    for what, failed in table:
        print(f"{what:<32} {failed or 'ok'}")
    return 1 if any(failed for _what, failed in table) else 0


if __name__ == "__main__":
    sys.exit(main())
