"""The core as the static edition ships it: one archive of the modules that a browser can load.

`python tools/web_core.py OUT.zip.xz`: the same bytes for the same sources.
"""

from __future__ import annotations

import io
import lzma
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "plugsmith"
#: what needs a terminal, a server or a compiled part
LEFT_OUT = ("cli", "demo", "emu/worker.py", "emu/machine.py", "ui/static", "ui/practice", "sim/obk")
#: where each module's words stand: for who changes the code, and a tenth of all documents
_DOCS_LEFT_OUT = ("rooms.md",)
_SUFFIXES = (".py", ".toml", ".json", ".po", ".txt", ".typed")
_DATE = (1980, 1, 1, 0, 0, 0)


def core_files() -> list[tuple[str, Path]]:
    """Name in the archive and place of every file: our modules, docs, and ruamel.yaml (pure)."""
    found = [
        (f"plugsmith/{path.relative_to(PACKAGE).as_posix()}", path)
        for path in PACKAGE.rglob("*")
        if path.suffix in _SUFFIXES and not _left_out(path.relative_to(PACKAGE).as_posix())
    ]
    yaml = _package("ruamel.yaml")
    found += [
        (f"ruamel/yaml/{path.relative_to(yaml).as_posix()}", path) for path in yaml.rglob("*.py")
    ]
    found += [
        (f"plugsmith/docs/{path.name}", path)
        for path in (ROOT / "docs").glob("*.md")
        if path.name not in _DOCS_LEFT_OUT
    ]
    return sorted(found)


def _left_out(name: str) -> bool:
    return any(name == item or name.startswith(f"{item}/") for item in LEFT_OUT)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{name} is not installed: make setup")
    return Path(spec.origin).parent


def plain_core() -> bytes:
    """The files as a plain ZIP; the same bytes each time."""
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for name, path in core_files():
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return plain.getvalue()


def write_core(target: Path, *, preset: int = 9) -> None:
    """Write the ZIP packed as one piece, which is a third less to download."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(lzma.compress(plain_core(), preset=preset))


if __name__ == "__main__":
    write_core(Path(sys.argv[1]))
    print(f"{sys.argv[1]}: {Path(sys.argv[1]).stat().st_size} bytes")
