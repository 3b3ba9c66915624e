"""Every command that the documentation shows is run, in the order of its page, and ends well.

What stands for things of the reader is there: a stock plug on the port, a dump, images, a running
device. Recordings (sessions.md, house-session.md) are made by running them.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from documented_commands import PAGES, PLACEHOLDERS, commands
from lan_fleet import TEMPLATE
from lan_in_process import lan

from plugsmith.cli.app import main
from plugsmith.cli.command import parse_command
from plugsmith.errors import PlugsmithError
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.packages import forge_ota
from plugsmith.lan.http import HttpTimeouts
from plugsmith.library.home import home
from plugsmith.library.library import Library
from plugsmith.library.releases import ReleaseCache, ReleaseOrigin
from plugsmith.openbeken.builds.releases import DEFAULT_REPO
from plugsmith.sim.obk.plug.plug import Load

if TYPE_CHECKING:
    from pathlib import Path

RECORDED = {"sessions.md", "house-session.md"}
#: Not run here: it goes on until it is stopped, or asks the net. Each is run by another test.
ELSEWHERE = {
    ("demo",): "test_examples of a fresh clone: make demo",
    ("ui",): "tests/ui/test_ui_process.py",
    ("sim",): "tests/cli/wire/test_cli_sim.py",
    ("support",): "tests/cli/home/test_support.py",
    ("obk", "config", "read"): "tests/cli/wire/test_accept_cli.py: a stock dump holds none",
    ("unbrick",): "tests/flows/wire/test_unbrick.py",
    ("console",): "tests/cli/wire/test_console_cli.py",
    ("template", "update"): "tests/cli/devices/test_catalogue_cli.py, with a list of its own",
}
#: 8 is an answer too: it differs, none is like it, something is missing
MAY_FIND = {("device", "plan"), ("template", "match"), ("template", "lint")}
#: a hand at the plug: test_obkconfig_flows.py; a dump with the vendor's factors: test_device_cli.py
NOT_HERE = {"--raw", "--from-dump"}
LSPA9 = "plugsmith:elivco-lspa9-lspa9-bl0937-wb2s-bk7231t-wb2s"
#: What a shown word stands for; {host}, {port} are filled in.
STANDS_FOR = {
    "FILE": "plug.bin", "BACKUP": "dump.bin", "IMAGE": "image.bin", "HOST": "{host}", "ID": LSPA9,
    "DEVICE": "{host}", "FORMAT": "json", "$1": "image.bin",
}  # fmt: skip
DUMPS = ("dump.bin", "plug.bin", "my-plug.bin", "factory.bin", "odd.bin")
NEW = "1.18.300"
IMAGE = forge_openbeken_qio("BK7231T", NEW)
UPDATE = f"OpenBK7231T_{NEW}.rbl"
KETTLE = Load(volts=231.4, watts=1985.0)
IMAGES = ("image.bin", "OpenBK7231T_QIO_1.18.300.bin", "OpenBK7231T_QIO.bin")


@pytest.fixture
def reader(tmp_path, monkeypatch, capsys):
    """The desk of somebody who reads the documentation: files, a plug, a device in the network."""
    monkeypatch.setitem(HttpTimeouts.__init__.__kwdefaults__, "broker_s", 0.5)  # there is none
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLUGSMITH_WIFI_PASSWORD", "secret of the test")
    for name in DUMPS:
        assert main(["dump", "forge", "-o", name, "--paired"]) == 0
    for name in IMAGES:
        (tmp_path / name).write_bytes(IMAGE)
    (tmp_path / "plug.json").write_text(TEMPLATE)
    (tmp_path / "wifi.txt").write_text("secret of the test\n")
    (tmp_path / "plug.toml").write_text('short_name = "plug"\n')
    _stock(tmp_path)
    with lan(tmp_path / "net") as net:
        net.device.plug_in(KETTLE)
        reader = Reader(tmp_path, str(net.hosts[0]), capsys)
        monkeypatch.setenv("PLUGSMITH_PORT", reader.port)
        assert main(["device", "roll", "init", reader.host, "-o", "roll.toml"]) == 0
        yield reader


def _stock(folder: Path) -> None:
    """What an earlier day left: a release in the cache, a list of devices in the catalogue."""
    listed = {**json.loads(TEMPLATE), "vendor": "LSC", "name": "Smart plug E27", "model": "x"}
    (folder / "devices.json").write_text(json.dumps({"devices": [listed]}))
    assert main(["template", "update", "--from", "devices.json"]) == 0
    cache = ReleaseCache(Library(home()).cache / "releases")
    for name, data in ((IMAGES[1], IMAGE), (UPDATE, forge_ota("BK7231T", version=NEW))):
        origin = ReleaseOrigin(
            repo=DEFAULT_REPO,
            tag=NEW,
            name=name,
            url="https://example.invalid/x",
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            digest_given=True,
            fetched="2026-11-22T10:00:00+00:00",
        )
        cache.keep(data, origin)


class Reader:
    """Runs shown commands on its own things."""

    def __init__(self, folder: Path, host: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.host, self.capsys = folder, host, capsys
        self.port = f"sim://bk7231t?flash={folder / 'chip.bin'}"
        (folder / "chip.bin").write_bytes((folder / "plug.bin").read_bytes())

    def runs(self, shown: list[str]) -> None:
        """Run one command as it is shown; it must end well."""
        words = [self._mine(word) for word in shown]
        if words[:2] == ["template", "lint"]:
            words[2] = "plug.json"
        if "scan" in words[2:]:  # one's own network
            words[words.index("scan", 2)] = self.host
        elif words == ["device", "scan"]:
            words.append(self.host)
        if "--find" in words:  # the plug of the port is not the device in the network
            words += ["--find-within", "1"]
        for option in ("--port", "--log-port"):  # a port that is named is the one that is set
            if option in words:
                at = words.index(option)
                del words[at : at + 2]
        code = main([*words, "--yes"] if self._may_ask(words) else words)
        said = self.capsys.readouterr()
        wanted = {0, 8} if tuple(words[:2]) in MAY_FIND else {0}
        assert code in wanted, (shown, words, code, said.out[-1500:], said.err[-1500:])

    @staticmethod
    def _may_ask(words: list[str]) -> bool:
        try:
            parse_command([*words, "--yes"])
        except PlugsmithError:
            return False
        return "--yes" not in words

    def _mine(self, word: str) -> str:
        word = re.sub(r"192\.168\.1\.\d+(?=$|/)", self.host, word)
        return STANDS_FOR.get(word, word).replace("{host}", self.host)


def runnable(words: list[str]) -> bool:
    """Whether it is a command, not the form of one, and ends by itself."""
    form = (PLACEHOLDERS | NOT_HERE) & set(words) or any(word.startswith("[") for word in words)
    return not (form or words[0].startswith("-") or words[0] == "help") and not any(
        tuple(words[: len(start)]) == start for start in ELSEWHERE
    )


def shown(page: Path) -> list[list[str]]:
    """The commands of a page that can be run; of a translated one, what the English has not."""
    found = [words for words in commands(page.read_text(encoding="utf-8")) if runnable(words)]
    name, _dot, language = page.stem.partition(".")
    known = shown(page.with_stem(name)) if language else []
    return [words for words in found if words not in known]


@pytest.mark.sample(4)
@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.name not in RECORDED and shown(page)],
    ids=lambda page: page.name,
)
def test_every_command_of_a_page_ends_well(page, reader):
    for words in shown(page):
        reader.runs(words)
