"""The core on Pyodide in Node: a process that takes one JSON request a line."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
SESSION = ROOT / "page" / "test" / "node" / "session.mjs"
PYODIDE = ROOT / "page" / "node_modules" / "pyodide"


def find_node() -> Path | None:
    """The Node that Playwright brings: new enough to strip types and to suspend (JSPI)."""
    spec = importlib.util.find_spec("playwright")
    if spec is None or spec.origin is None:
        return None
    node = Path(spec.origin).parent / "driver" / "node"
    return node if node.exists() else None


def missing() -> str | None:
    """Why the core cannot be run in Node here; None if it can."""
    if find_node() is None:
        return "playwright, which brings Node, is not installed: make test-web"
    return None if PYODIDE.exists() else "page/node_modules is not there: make test-web"


class NodeCore:
    """One Pyodide with the core of this checkout."""

    def __init__(self, folder: Path) -> None:
        core = folder / "core.zip.xz"
        tool = [sys.executable, str(ROOT / "tools" / "web_core.py"), str(core)]
        subprocess.run(tool, check=True, capture_output=True)
        self.folder = folder
        self._process = subprocess.Popen(
            [str(find_node()), str(SESSION), str(core)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=ROOT / "page",
        )
        self.output: list[str] = []  # what Python printed
        self.ready_ms = self._hear()["ready_ms"]

    def ask(self, op: str, **given: object) -> object:
        """One request; an AssertionError where the session could not do it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"op": op, **given}) + "\n")
        self._process.stdin.flush()
        heard = self._hear()
        assert "failed" not in heard, heard
        return heard["ok"]

    def _hear(self) -> dict:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("@@"):
                return json.loads(line[2:])
            self.output.append(line.rstrip("\n"))
        raise AssertionError("Node ended: " + "\n".join(self.output[-30:]))

    def call(self, name: str, **given: object) -> dict:
        """A call of the face, as it answers."""
        return self.ask("call", name=name, given=given)

    def put(self, path: Path, name: str | None = None) -> str:
        """The handle of a file that was put."""
        return self.ask("put", name=name or path.name, path=str(path))["ok"]["file"]

    def run(self, verb: str, **request: object) -> dict:
        """The last line of a job."""
        started = self.call("start", verb=verb, request=request)
        if "error" in started:
            return started["error"]
        lines = self.ask("wait", job=started["ok"]["id"])
        return json.loads(lines[-1])  # here and not in JavaScript, where 0.0 becomes 0

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(120)
        if self._process.stdout is not None:
            self._process.stdout.close()
