"""The built page in the package is what its sources give, and it is small."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src" / "plugsmith" / "ui" / "static"


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_committed_build_equals_a_fresh_one_from_the_lock(tmp_path):
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine: apt-get install nodejs npm")
    sources = tmp_path / "page"
    shutil.copytree(ROOT / "page", sources, ignore=shutil.ignore_patterns("node_modules"))
    for command in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        done = subprocess.run(
            [npm, *command], cwd=sources, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    fresh = _files(tmp_path / "src" / "plugsmith" / "ui" / "static")
    kept = _files(STATIC)
    assert sorted(fresh) == sorted(kept), "run `make page` and commit what it writes"
    assert fresh == kept, "run `make page` and commit what it writes"


def test_the_page_is_smaller_than_a_hundred_kib_packed():
    packed = sum(len(gzip.compress(data, 9, mtime=0)) for data in _files(STATIC).values())
    assert packed < 100 * 1024


def test_the_page_has_no_inline_code_and_names_no_other_host():
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"<style|\son\w+=|style=", html)
    assert not re.search(r"(?:src|href)=.(?:https?:)?//", html)
