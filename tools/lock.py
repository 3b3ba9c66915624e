"""Write locks/*.txt: every version that development, tests and peers install, with hashes.

Run by `make lock`, which installs uv first. Versions that are locked stay unless `--upgrade`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "locks"
HEAD = "# Written by `make lock` (tools/lock.py); do not edit. Works with pip --require-hashes.\n"
INSTALLERS = {"pip": "pip", "uv": "uv", "build": "setuptools\nwheel"}
PEERS = {
    "bk7231tools": "bk7231tools[cli]==2.1.2",
    "ltchiptool": "ltchiptool==4.15.0",
    "esphome": "esphome==2026.6.5",
    "esptool": "esptool==5.6.0",
    # small tools of other makers' chips, in one environment
    "other-chips": "bflb-fw-post-proc==1.4.5\nw600tool==1.1.0\nbl60x-flash==0.1.5",
}
#: what a user may add; all of it is installed where tests run, or their judges would be skipped
USERS_EXTRAS = ("emu", "ui", "spi", "mqtt", "keyring", "mdns")
#: what makes releases and the documentation site
RELEASE_TOOLS = ("hatchling>=1.27", "shiv>=1.0.8", "cyclonedx-bom>=7", "towncrier>=26")
SITE_TOOLS = ("zensical>=0.0.40,<0.2",)
#: what runs tests: `oldest` takes these from `dev`, or it would test old test tools
TEST_TOOLS = (
    "pytest",
    "pytest-xdist",
    "pytest-timeout",
    "hypothesis",
    "fastcrc",
    "hatchling",
    "editables",
)


def compile_lock(name: str, wanted: str, *options: str, upgrade: bool) -> None:
    """Resolve the requirements `wanted` for every system and Python 3.11+ into locks/NAME.txt."""
    target = LOCKS / f"{name}.txt"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "wanted.in"
        source.write_text(wanted + "\n", encoding="utf-8")
        command = [
            *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
            *("--python-version", "3.11", "--no-header", "--no-annotate", "--no-emit-index-url"),
            *("--output-file", str(target), *options, str(source)),
            *(["--upgrade"] if upgrade else []),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    text = target.read_text(encoding="utf-8").removeprefix(HEAD)
    target.write_text(HEAD + text, encoding="utf-8")


def locked(name: str) -> dict[str, str]:
    """The versions that locks/NAME.txt holds."""
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;]+)", text, re.MULTILINE))


def main() -> int:
    """Write all locks."""
    parser = argparse.ArgumentParser(description="write locks/*.txt")
    parser.add_argument("--upgrade", action="store_true", help="take the newest allowed versions")
    upgrade = parser.parse_args().upgrade
    LOCKS.mkdir(exist_ok=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    users = [
        *project["project"]["dependencies"],
        *(item for name in USERS_EXTRAS for item in extras[name]),
    ]
    build = [*project["build-system"]["requires"], "editables"]  # hatchling's, to install editable
    for name, wanted in (INSTALLERS | PEERS).items():
        compile_lock(name, wanted, upgrade=upgrade)
    compile_lock("dev", "\n".join([*users, *extras["dev"], *build]), upgrade=upgrade)
    # what drives a browser is no wheel for everybody: an environment of its own (make test-ui)
    browser = ["-c", str((LOCKS / "dev.txt").relative_to(ROOT))]
    wanted = "\n".join([*users, *extras["dev"], *extras["browser"], *build])
    compile_lock("page", wanted, *browser, upgrade=upgrade)
    # what a user gets with the page, as the single-file edition carries it; no GPL part (emu)
    plain = [*project["project"]["dependencies"], *extras["ui"]]
    compile_lock("users", "\n".join(plain), *browser, upgrade=upgrade)
    compile_lock("release", "\n".join(RELEASE_TOOLS), upgrade=upgrade)
    compile_lock("site", "\n".join([*plain, *build, *SITE_TOOLS]), *browser, upgrade=upgrade)
    tools = [f"{name}=={locked('dev')[name]}" for name in TEST_TOOLS]
    oldest = "\n".join([*users, *tools])
    compile_lock("oldest", oldest, "--resolution", "lowest-direct", upgrade=upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
