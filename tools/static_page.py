"""The page without a server, as its archive brings it: whole by its own sums, and its core works.

The core runs in the Node that Playwright brings (`.venvs/page`), on the archive's own Pyodide.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from base64 import b64decode
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SESSION = ROOT / "page" / "test" / "node" / "session.mjs"
#: made after the sums were taken, so not among them
_UNSUMMED = {"build.json", "offline.js"}
_FORGE = """
from base64 import b64encode
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.flash import forged_mac
from plugsmith.forge.storage import StorageRequest
wish = StorageRequest(chip="BK7231T", pin_text=FORUM_TEXT)
b64encode(forge_dump(wish, mac=forged_mac("BK7231T")).data).decode()
"""


def failed(archive: Path, folder: Path) -> str:
    """Unpack, check, use; what failed, or nothing."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(folder)
    there = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    sums = json.loads((folder / "build.json").read_text(encoding="utf-8"))["files"]
    wrong = [name for name, digest in sums.items() if there.get(name) != digest]
    wrong += sorted(set(there) - set(sums) - _UNSUMMED)
    return f"not as its build.json says: {wrong}" if wrong else _core_works(folder)


def _core_works(folder: Path) -> str:
    node = next((ROOT / ".venvs" / "page").glob("lib/*/site-packages/playwright/driver/node"), None)
    if node is None:
        return "no Node to run it in: make test-ui makes .venvs/page, which brings one"
    parts = [
        str(node),
        str(SESSION),
        str(folder / "core.zip.xz"),
        str(folder / "pyodide/pyodide.mjs"),
    ]
    dump = folder / "plug.bin"
    with Popen(parts, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT / "page") as core:
        said = _answers(core)
        next(said)  # it has started
        dump.write_bytes(b64decode(_asked(core, said, op="python", code=_FORGE)))
        handle = _asked(core, said, op="put", name="plug.bin", path=str(dump))["ok"]["file"]
        request = {"verb": "dump config", "request": {"files": [handle]}}
        job = _asked(core, said, op="call", name="start", given=request)["ok"]["id"]
        last = json.loads(_asked(core, said, op="wait", job=job)[-1])
        assert core.stdin is not None
        core.stdin.close()
    pins = last["data"]["template"]["pins"] if last["type"] == "result" else {}
    return "" if pins.get("26") == "Rel;1" else f"dump config: {str(last)[:300]}"


def _answers(core: Popen[str]) -> Iterator[Any]:
    for line in core.stdout or ():
        if line.startswith("@@"):
            yield json.loads(line[2:])
    raise RuntimeError("Node ended")


def _asked(core: Popen[str], said: Iterator[Any], **request: str | dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    assert core.stdin is not None
    core.stdin.write(json.dumps(request) + "\n")
    core.stdin.flush()
    return next(said)["ok"]
