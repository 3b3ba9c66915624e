"""Build what a release consists of, so that the same commit gives the same bytes.

    python tools/release.py [FOLDER]       (default: dist)

wheel, sdist; plugsmith-VERSION-linux_x86_64.pyz (one file with everything but the emulator, for
every Python that we claim); the page without a server, where `make web` built it; an SBOM
(CycloneDX), the list of licences, and SHA256SUMS over all of it. Times inside are those of the
commit. Needs the environment of locks/release.txt; wheels of others come from the index by hash.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pythons

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PLATFORM = "linux_x86_64"
_WHEELS_FOR = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_EARLIEST = "315532800"  # 1980-01-01: a ZIP knows no time before
_QUIET = ("--quiet", "--disable-pip-version-check", "--no-input")


def run(*command: str | Path, **more: str) -> None:
    """Run a tool; its own words tell what went wrong."""
    found = subprocess.run(
        [str(word) for word in command], cwd=ROOT, env=os.environ | more, check=False
    )
    if found.returncode:
        sys.exit(f"release: {command[0]} ended with {found.returncode}; see above")


def version() -> str:
    """The project's own number."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def time_of_commit() -> str:
    """Seconds; what every file of the release says about its time. 1980 where git tells none."""
    asked = ("git", "-c", f"safe.directory={ROOT}", "log", "-1", "--format=%ct")
    try:  # root may look at a folder of somebody else
        done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return _EARLIEST
    return done.stdout.strip() or _EARLIEST


def build_packages(target: Path) -> Path:
    """The wheel, and beside it the sources; returns the wheel."""
    run(sys.executable, "-m", "hatchling", "build", "-d", target)
    return next(target.glob("plugsmith-*.whl"))


def build_single_file(wheel: Path, target: Path, work: Path) -> Path:
    """One file that any claimed Python runs: compiled parts of all of them lie side by side."""
    site = work / "site"
    claimed = pythons.claimed()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda number: _fetch(number, work / number), claimed))
    for number in claimed:
        shutil.copytree(work / number, site, dirs_exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    for leftover in ("bin", "__pycache__"):
        shutil.rmtree(site / leftover, ignore_errors=True)
    out = target / f"plugsmith-{version()}-{PLATFORM}.pyz"
    run(
        *(BIN / "shiv", "--site-packages", site, "--reproducible", "--compressed"),
        *("--python", "/usr/bin/env python3", "--entry-point", "plugsmith.cli.entry:run"),
        *("--output-file", out),
    )
    return out


def _fetch(number: str, into: Path) -> None:
    """The wheels of others for a Python, unpacked."""
    run(
        *(sys.executable, "-m", "pip", "install", *_QUIET, "--no-deps", "--no-compile"),
        *("--only-binary", ":all:", "--require-hashes", "--target", into),
        *(word for name in _WHEELS_FOR for word in ("--platform", name)),
        *("--python-version", number, "-r", ROOT / "locks" / "users.txt"),
    )


def build_page(target: Path) -> None:
    """The page that needs no server, as an archive, where it was built before (`make web`)."""
    built = ROOT / "dist" / "web"
    if not (built / "index.html").is_file():
        print("release: no page without a server (make web); left out", file=sys.stderr)
        return
    with zipfile.ZipFile(target / f"plugsmith-{version()}-web.zip", "w") as archive:
        for path in sorted(built.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(built).as_posix())
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())


def write_sbom(target: Path) -> None:
    """What the single file is made of, by the lock."""
    run(
        *(BIN / "cyclonedx-py", "requirements", ROOT / "locks" / "users.txt"),
        *("--pyproject", ROOT / "pyproject.toml", "--output-reproducible"),
        *("--of", "JSON", "-o", target / f"plugsmith-{version()}.cdx.json"),
    )


def write_licences(site: Path, target: Path) -> None:
    """Name, version and licence of everything that the release carries."""
    rows = {}
    for path in sorted(site.glob("*.dist-info/METADATA")):
        heads = path.read_text(encoding="utf-8").partition("\n\n")[0].splitlines()
        facts = dict(line.split(": ", 1) for line in reversed(heads) if ": " in line)
        listed = [
            line.rpartition(":: ")[2] for line in heads if ":: " in line and "License" in line
        ]
        licence = facts.get("License-Expression") or "; ".join(listed) or facts.get("License", "?")
        rows[facts["Name"]] = (facts["Version"], licence.splitlines()[0])
    lock = json.loads((ROOT / "page" / "package-lock.json").read_text(encoding="utf-8"))
    for path, facts in lock["packages"].items():
        if path and not facts.get("dev"):
            name = path.removeprefix("node_modules/")
            rows[f"{name} (in the page)"] = (facts["version"], facts.get("license", "?"))
    lines = [f"{name} {number}: {licence}" for name, (number, licence) in sorted(rows.items())]
    text = "What a release of Plugsmith carries, and under which licence.\n\n"
    (target / "LICENCES.txt").write_text(text + "\n".join(lines) + "\n", encoding="utf-8")


def write_sums(target: Path) -> None:
    """SHA-256 of every file, as `sha256sum -c` reads it."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(target.iterdir())
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (target / "SHA256SUMS").write_text("".join(lines), encoding="ascii")


def main() -> int:
    """Build everything anew."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "dist" / "release").resolve()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    os.umask(0o022)
    os.environ |= {"SOURCE_DATE_EPOCH": time_of_commit(), "PYTHONHASHSEED": "0", "TZ": "UTC"}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        wheel = build_packages(target)
        build_single_file(wheel, target, work)
        write_licences(work / "site", target)
    build_page(target)
    write_sbom(target)
    write_sums(target)
    for path in sorted(target.iterdir()):
        print(f"{path.stat().st_size:>10}  {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
