"""Make a virtual environment from a lock, with nothing but a bare Python 3.11+.

    python3 tools/make_env.py FOLDER LOCK [--project [--newest]]

Every package is held against the hashes in LOCK. `--project` also installs this project, editable;
`--newest` then takes the newest dependencies that it allows, locked or not. Only wheels are taken;
`--sources` allows packages that have none, and builds them with the tools of locks/build.txt.
Nothing is done, and no network is needed, while lock, project table, Python and folder are the same
as last time. Debian's python3 has neither pip nor ensurepip: then the pip of locks/pip.txt is
fetched from the index that pip would use (PIP_INDEX_URL, pip.conf, else PyPI).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import venv
from pathlib import Path

import fetch_pip

ROOT = Path(__file__).resolve().parents[1]
STAMP = ".made-from"
QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


def recipe(folder: Path, lock: Path, *, project: bool) -> str:
    """What the environment is made from, as a digest; a change of it calls for a new one."""
    parts = [str(folder), sys.version, sys.executable, lock.read_text(encoding="utf-8")]
    if project:
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        parts.append(text.partition("[tool.")[0])
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def pip(folder: Path, *arguments: str) -> None:
    """Run the environment's pip; its own words tell what went wrong."""
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", *QUIET, *arguments]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit(f"make_env: pip could not fill {folder}; see above")


def make(folder: Path, lock: Path, *, project: bool, newest: bool, sources: bool) -> None:
    """Make the environment anew."""
    bundled = importlib.util.find_spec("ensurepip") is not None
    venv.create(folder, clear=True, symlinks=sys.platform != "win32", with_pip=bundled)
    if not bundled:
        python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        fetch_pip.install(python, ROOT / "locks" / "pip.txt")
    if sources:  # built with locked tools, not with what the index has today
        pip(
            folder,
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
            str(ROOT / "locks/build.txt"),
        )
        pip(folder, "--require-hashes", "--no-build-isolation", "-r", str(lock))
    else:
        pip(folder, "--require-hashes", "--only-binary", ":all:", "-r", str(lock))
    if project:
        pip(folder, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    if newest:
        options = ("--upgrade", "--upgrade-strategy", "eager", "--no-build-isolation")
        pip(folder, *options, "--only-binary", ":all:", "--editable", f"{ROOT}[emu]")


def main() -> int:
    """Make it when it is not there or not of this recipe."""
    parser = argparse.ArgumentParser(description="make a virtual environment from a lock")
    parser.add_argument("folder", type=Path)
    parser.add_argument("lock", type=Path)
    parser.add_argument("--project", action="store_true")
    parser.add_argument("--newest", action="store_true", help="beyond the lock; never kept")
    parser.add_argument("--sources", action="store_true", help="some packages have no wheels")
    given = parser.parse_args()
    if sys.version_info < (3, 11):  # noqa: UP036 - this file runs before any check of ours
        sys.exit("Plugsmith needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")
    folder, lock = given.folder.absolute(), given.lock.absolute()
    wanted = recipe(folder, lock, project=given.project)
    stamp = folder / STAMP
    if not given.newest and stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return 0
    sys.stderr.write(f"making {given.folder} from {given.lock}\n")
    make(folder, lock, project=given.project, newest=given.newest, sources=given.sources)
    stamp.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
