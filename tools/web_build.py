"""The static edition: `dist/web/` out of what the lock files name. Run by `make web`, after Vite.

Adds Pyodide's core, our core and the licences to what Vite built, gives the page its own name,
and writes what lets it work without a network (`offline.js`) and be checked (`build.json`).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import sys
import tomllib
from pathlib import Path

from web_core import write_core

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "page" / "node_modules"
MOST_COMPRESSED = 8_000_000
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
#: packages of the page whose licences go with it
LICENCES = (
    "preact",
    "@preact/signals",
    "@preact/signals-core",
    "uplot",
    "@noble/ciphers",
    "pyodide",
)
_PYODIDE_LICENCE = """\
Pyodide (https://pyodide.org) is under the Mozilla Public License 2.0:
https://www.mozilla.org/MPL/2.0/. Its sources: https://github.com/pyodide/pyodide.
It holds CPython, under the PSF License 2: https://docs.python.org/3/license.html.
"""


def build(target: Path) -> dict[str, object]:
    """Complete `target`, where Vite's files lie; what `build.json` says."""
    (target / "web.html").replace(target / "index.html")
    place = target / "pyodide"
    place.mkdir(exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(MODULES / "pyodide" / name, place / name)
    _write_lock(place / "pyodide-lock.json")
    write_core(target / "core.zip.xz")
    (target / "LICENSES.txt").write_text(_licences(), encoding="utf-8")
    shutil.copyfile(ROOT / "page" / "web" / "offline.js", target / "offline.js")
    told = _told(target)
    _fill_offline(target / "offline.js", told)
    (target / "build.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return told


def _write_lock(target: Path) -> None:
    """Pyodide asks for its list of packages; we take none from it."""
    whole = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    target.write_text(json.dumps(whole | {"packages": {}}), encoding="utf-8")


def _licences() -> str:
    parts = [f"Plugsmith\n\n{(ROOT / 'LICENSE').read_text(encoding='utf-8')}"]
    for name in LICENCES:
        folder = MODULES / name
        version = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
        files = sorted(path for path in folder.glob("LICEN[CS]E*") if path.is_file())
        text = files[0].read_text(encoding="utf-8") if files else _without_file(name)
        parts.append(f"{name} {version}\n\n{text}")
    parts.append("ruamel.yaml\n\nMIT, Copyright (c) Anthon van der Neut, Ruamel bvba\n")
    return f"\n{'-' * 72}\n\n".join(parts)


def _without_file(name: str) -> str:
    if name == "pyodide":
        return _PYODIDE_LICENCE
    raise SystemExit(f"{name} has no licence file")


def _told(target: Path) -> dict[str, object]:
    """Version, a hash of every file, one hash over all of them, and the sizes in bytes."""
    files = {
        path.relative_to(target).as_posix(): path
        for path in sorted(target.rglob("*"))
        if path.is_file() and path.name not in ("build.json", "offline.js")
    }
    sums = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    listing = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {
        "version": project["project"]["version"],
        "build": hashlib.sha256(listing.encode()).hexdigest(),
        "files": sums,
        "bytes": sum(path.stat().st_size for path in files.values()),
        "compressed": sum(len(gzip.compress(path.read_bytes(), 9)) for path in files.values()),
    }


def _fill_offline(script: Path, told: dict[str, object]) -> None:
    files = told["files"]
    assert isinstance(files, dict)
    names = ["./", *(f"./{name}" for name in files if name != "index.html"), "./build.json"]
    text = script.read_text(encoding="utf-8")
    text = text.replace("@BUILD@", str(told["build"])[:16])
    script.write_text(
        text.replace("/*@FILES@*/", ", ".join(json.dumps(name) for name in names)), encoding="utf-8"
    )


if __name__ == "__main__":
    made = build(Path(sys.argv[1]))
    print(
        f"build {str(made['build'])[:16]}: {made['bytes']} bytes, {made['compressed']} compressed"
    )
    if int(str(made["compressed"])) > MOST_COMPRESSED:
        raise SystemExit(
            f"more than {MOST_COMPRESSED} bytes: look at what tools/web_core.py takes in"
        )
