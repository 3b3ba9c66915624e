"""Test files of this checkout, run by pytest inside Pyodide (Node) on the core of the edition."""

from __future__ import annotations

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from node_core import NodeCore

ROOT = Path(__file__).parents[3]
#: what the tests themselves import; all of it is plain Python
PACKAGES = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
#: Hypothesis has compiled parts: what conftest.py asks of it, and nothing that a test could use
_HYPOTHESIS = """
class HealthCheck:
    too_slow = None
class settings:
    register_profile = load_profile = staticmethod(lambda *_a, **_k: None)
"""
_RUN = """
import json, os, sys
import pytest
from plugsmith.library import durable

class Outcome:
    def __init__(self):
        self.counts, self.problems = {}, []
    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1
        if report.failed:
            self.problems.append([report.nodeid, str(report.longrepr)[-1500:]])
    def pytest_collectreport(self, report):
        if report.failed:
            self.problems.append([report.nodeid, str(report.longrepr)[-1500:]])

def run_file(name):
    outcome, hooks = Outcome(), durable._hooks[:]
    durable._hooks.clear()  # the page's own library is not what is tested
    home = os.environ["PLUGSMITH_HOME"]
    try:
        code = pytest.main(
            ["-c", "/checkout/pyproject.toml", "--rootdir", "/checkout", "-o", "addopts=",
             "-m", "not campaign and not corpus", "-p", "no:cacheprovider", "-p", "no:faulthandler",
             "-p", "no:published_lines", "-p", "no:terminal", f"/checkout/tests/{name}"],
            plugins=[outcome],
        )
    finally:
        durable._hooks[:] = hooks
        os.environ["PLUGSMITH_HOME"] = home
    return json.dumps({"code": int(code), "counts": outcome.counts, "problems": outcome.problems})
"""


def prepare(node: NodeCore) -> None:
    """The checkout (nothing is written into it) and pytest, seen from inside."""
    site = node.folder / "site"
    for name in PACKAGES:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            skip = shutil.ignore_patterns("__pycache__", "*.so")
            shutil.copytree(origin.parent, site / name, ignore=skip)
        else:
            shutil.copy(origin, site)
    (site / "hypothesis.py").write_text(_HYPOTHESIS, "utf-8")
    node.ask("mount", name="/site", path=str(site))
    for name in ("tests", "docs", "tools"):
        node.ask("mount", name=f"/checkout/{name}", path=str(ROOT / name))
    table = (ROOT / "pyproject.toml").read_text("utf-8")
    node.ask(
        "python",
        code="import sys\nfrom pathlib import Path\n"
        "sys.dont_write_bytecode = True\nsys.path.append('/site')\n"
        f"Path('/checkout/pyproject.toml').write_text({table!r})\n{_RUN}\nTrue",
    )


def run_file(node: NodeCore, name: str) -> dict:
    """`name` below tests/: the exit code of pytest, counts by outcome, and what went wrong."""
    return json.loads(node.ask("python", code=f"run_file({name!r})"))
