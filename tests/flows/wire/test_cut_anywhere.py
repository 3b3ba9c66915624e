"""A write that is cut between any two requests: the same command again ends in the right bytes."""

from __future__ import annotations

import shutil
from functools import cache

import pytest
from campaign_size import CAMPAIGN, spread
from cut_rig import PROOF, cut_at, requests_of
from flows_rig import Rig, factory

from plugsmith.flows.settings.desired_settings import DesiredSettings
from plugsmith.flows.settings.settings_block import (
    change_chip,
    make_block,
    sector_of,
    settings_addr,
)
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.openbeken.settings import read_settings

CODE = 0x4000
SETTINGS = 0x1E1000  # of a BK7231T
OTHER_MAC = bytes.fromhex("c8478cbbbbbb")


def points(total: int) -> list[int]:
    """Where to cut: everywhere in the campaign, else where the last sectors are written."""
    return spread(total, usual=[max(1, total - PROOF - 1)])


@cache
def of_the_chip(chip: str, mark: bytes) -> bytes:
    return forge_flash(chip=chip, code_len=CODE, contents={0x150000: mark})


class Case:
    """A verb on a board; `make` gives the board fresh, `run` is the verb."""

    allow: tuple[str, ...] = ()

    def __init__(self, tmp_path, chip="BK7231T"):
        self.tmp_path = tmp_path
        self.chip = chip

    def content(self) -> bytes:
        data = bytearray(factory(self.chip, code_len=CODE))
        block = make_block(
            DesiredSettings(settings={"wifi_ssid": "home"}), chip=self.chip, mac="c8:47:8c:00:00:01"
        )
        at = settings_addr(self.chip)
        data[at : at + 0x1000] = sector_of(block)
        data[at + 0xF00 : at + 0xF10] = b"0123456789abcdef"
        data[0x1E3000:0x1E5000] = b"stored by the firmware " * 356 + b"...."
        return bytes(data)

    def make(self, name) -> Rig:
        folder = self.tmp_path / name
        folder.mkdir()
        return Rig(folder, self.chip, self.content())

    def run(self, rig):
        raise NotImplementedError


class RawWrite(Case):
    def run(self, rig):
        return write_raw(rig.ctx(), b"abcd", start=settings_addr(self.chip) + 0xF20)


class RawWriteOverAnEdge(Case):
    def run(self, rig):
        return write_raw(rig.ctx(), b"x" * 0x900, start=0x1E3F00)


class RawWriteInTheProgram(Case):
    def run(self, rig):
        return write_raw(rig.ctx(), b"abcd", start=0x12F20)


class Settings(Case):
    def run(self, rig):
        out, _place = change_chip(rig.ctx(), DesiredSettings(settings={"mqtt_host": "10.0.0.1"}))
        return out


class Flash(Case):
    def make(self, name):
        rig = super().make(name)
        rig.path = self.tmp_path / name / "image.bin"
        rig.path.write_bytes(forge_openbeken_qio(self.chip, version="1.18.300", code_len=CODE))
        return rig

    def run(self, rig):
        return flash(rig.ctx(), rig.path)


class Restore(Case):
    """The backup of another board over this one, as far as it is allowed."""

    def make(self, name):
        rig = super().make(name)
        rig.file = self.file_of_the_other()
        return rig

    @cache  # noqa: B019 - a case is made for one test
    def file_of_the_other(self):
        other = Rig(self.tmp_path / "other", self.chip, self.theirs())
        return backup(other.ctx()).backup.file

    def theirs(self):
        data = bytearray(factory(self.chip, code_len=CODE, mac=OTHER_MAC, version="2.0.0"))
        data[0x1E3000:0x1E5000] = b"of the other " * 630 + b".."
        return bytes(data)

    def run(self, rig):
        return restore(rig.ctx(*self.allow, yes=True), rig.file)


class RestoreOwn(Case):
    """The own stock over another firmware, without any permission."""

    def make(self, name):
        rig = super().make(name)
        rig.file = self.tmp_path / name / "stock.bin"
        rig.file.write_bytes(rig.before)
        other = factory(self.chip, code_len=CODE, version="2.0.0")
        rig.chip.nor.content[0x11000:0x132000] = other[0x11000:0x132000]
        rig.chip.nor.content[0x1E3000:0x1E4000] = b"since then .." * 315 + b"."
        rig.replug()
        rig.before = rig.content
        return rig

    def run(self, rig):
        return restore(rig.ctx(*self.allow, yes=True), rig.file)


class RestoreRf(Restore):
    """Another calibration with the same address."""

    allow = ("rf",)

    def theirs(self):
        return of_the_chip(self.chip, b"another one")


class RestoreLoader(RestoreOwn):
    """The boot loader too, where a chip's ROM answers without one."""

    allow = ("bootloader",)


class RestoreMac(Restore):
    allow = ("mac",)


class RestoreRfAndMac(Restore):
    allow = ("rf", "mac")


@pytest.mark.sample(3)
@pytest.mark.parametrize("chip", ["BK7231T", "BK7231N"])
@pytest.mark.parametrize(
    "kind",
    [
        RawWrite,
        RawWriteOverAnEdge,
        RawWriteInTheProgram,
        Settings,
        Flash,
        RestoreOwn,
        RestoreRf,
        RestoreLoader,
        RestoreMac,
        RestoreRfAndMac,
    ],
)
def test_the_same_command_again_ends_in_the_right_bytes(tmp_path, kind, chip):
    if chip == "BK7231N" and not (CAMPAIGN or kind in (RawWrite, Flash)):
        pytest.skip("only in the campaign")
    case = kind(tmp_path, chip)
    rig = case.make("whole")
    backup(rig.ctx())
    saved = shutil.copytree(rig.library.root, tmp_path / "saved")
    total = requests_of(rig, lambda: case.run(rig))
    right = rig.content
    assert right != rig.before
    for at in points(total):
        rig = case.make(f"cut-{at}")
        shutil.copytree(saved, rig.library.root, dirs_exist_ok=True)
        with cut_at(rig, at):
            case.run(rig)
        assert rig.library.jobs.open_jobs() or rig.content in (right, rig.before), at
        again = case.run(rig)
        assert again.verified
        assert rig.content == right, at
        assert rig.library.jobs.open_jobs() == [], at


def test_settings_of_an_interrupted_write_are_whole_afterwards(tmp_path):
    case = Settings(tmp_path)
    rig = case.make("one")
    backup(rig.ctx())
    gone = b"\xff" * 0x1000
    with cut_at(rig, None, when=lambda now: now[SETTINGS : SETTINGS + 0x1000] == gone):
        case.run(rig)
    assert rig.content[SETTINGS : SETTINGS + 0x1000] == b"\xff" * 0x1000
    case.run(rig)
    from plugsmith.flows.settings.settings_block import read_chip

    settings = read_settings(read_chip(rig.ctx()).block)
    assert (settings["wifi_ssid"], settings["mqtt_host"]) == ("home", "10.0.0.1")
