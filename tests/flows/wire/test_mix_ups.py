"""Boards that are exchanged in the middle of any verb: not one byte of one on another."""

from __future__ import annotations

import itertools
import random

import pytest
from campaign_size import COUNT, WHOLE, sampled
from flows_rig import Rig
from swap_rig import board, changed, received, swap_in

from plugsmith.errors import PlugsmithError
from plugsmith.errors.link import OtherDevice
from plugsmith.flows.settings.desired_settings import DesiredSettings
from plugsmith.flows.settings.settings_block import change_chip
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.raw_write import write_raw
from plugsmith.flows.wire.restore import restore
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.flash import forge_flash

CODE = 0x4000
CHIPS = ("BK7231T", "BK7231N", "BK7238", "BK7231U")
MAC_A, MAC_B = bytes.fromhex("c8478caaaaaa"), bytes.fromhex("c8478cbbbbbb")
VERBS = ("backup", "flash", "restore", "write", "settings")
TABLE = list(itertools.product(CHIPS, CHIPS, (True, False), (0.0, 3.0), VERBS))
DRAWN = random.Random(10).sample(TABLE, 24 + 4 * (COUNT or 0))
#: a campaign goes on behind what the suite has run
SAMPLE = TABLE if WHOLE else DRAWN[24:] if COUNT else sampled(DRAWN, 8)


def content(chip: str, mac: bytes, mark: bytes) -> bytes:
    contents = dict.fromkeys(range(1310720, 1441792, 4096), mark * 256)
    return forge_flash(chip=chip, code_len=CODE, mac=mac, contents=contents)


def prepare(rig: Rig, verb: str, folder):
    """Make the board of `rig` ready for `verb` with a backup; returns the verb."""
    image = folder / "image.bin"
    image.write_bytes(forge_openbeken_qio(rig.chip_name, version="1.18.300", code_len=CODE))
    made = backup(rig.ctx()).backup.file if verb != "backup" else None
    if verb == "restore":
        flash(rig.ctx(), image)
    rig.replug()
    slow = {"timeout": 20.0}
    return {
        "backup": lambda: backup(rig.ctx(**slow)),
        "flash": lambda: flash(rig.ctx(**slow), image),
        "restore": lambda: restore(rig.ctx(**slow), made),
        "write": lambda: write_raw(rig.ctx(**slow), b"mine" * 0x3000, start=0x150010),
        "settings": lambda: change_chip(
            rig.ctx(**slow), DesiredSettings(settings={"mqtt_host": "10.0.0.1"})
        ),
    }[verb]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("first", "second", "same_mac", "gap_s", "verb"), SAMPLE)
def test_a_mix_up_costs_nobody_a_byte(tmp_path, first, second, same_mac, gap_s, verb):
    mine = content(first, MAC_A, b"of the first ...")
    theirs = content(second, MAC_A if same_mac else MAC_B, b"of the second...")
    rig = Rig(tmp_path, first, mine)
    rig.chip_name = first
    run = prepare(rig, verb, tmp_path)
    when = received(rig, 120_000) if verb == "backup" else changed(rig.chip)
    pulled = swap_in(rig, lambda: board(second, theirs, rig), when=when, gap_s=gap_s)
    with pytest.raises(OtherDevice):
        run()
    assert rig.content == theirs
    if verb == "backup":
        assert rig.library.backups.entries() == ()
        assert bytes(pulled.nor.content) == mine
    else:
        (job,) = rig.library.jobs.open_jobs()
        assert job.header.device.chip == first

    del rig.port
    rig.replug()
    own = backup(rig.ctx()).backup  # the second board has its own backup, whatever came before
    assert own.read() == theirs
    rig.chip = pulled
    rig.replug()
    try:
        backup(rig.ctx())
    except PlugsmithError as refused:
        assert refused.code == "PS-SAFETY-HALF-WRITTEN"  # noqa: PT017 - either is right
    run()
    assert rig.library.jobs.open_jobs() == []
