"""Which Pythons the project claims (the classifiers of pyproject.toml), and which are here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def claimed() -> tuple[str, ...]:
    """`3.11`, `3.12`, ..., the oldest first."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    return tuple(sorted(found, key=lambda number: int(number.partition(".")[2])))


def here() -> dict[str, str]:
    """The claimed ones that run on this machine and can make environments: number -> command."""
    found = {}
    for number in claimed():
        runs = [path for path in _places(number) if _is(path, number)]
        if runs:
            found[number] = runs[0]
    return found


def _places(number: str) -> list[str]:
    """Commands that may be it: on the way (PATH), then what pyenv and uv keep."""
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv")) / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python"))
    kept = [*pyenv.glob(f"{number}.*"), *uv.glob(f"cpython-{number}.*")]
    found = [folder / "bin" / f"python{number}" for folder in sorted(kept)]
    on_path = shutil.which(f"python{number}")
    return [*([on_path] if on_path else []), *(str(path) for path in found if path.exists())]


def _is(command: str, number: str) -> bool:
    asked = [command, "-c", "import venv, sys; print('%d.%d' % sys.version_info[:2])"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == number
