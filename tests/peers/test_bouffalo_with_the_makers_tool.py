"""Files of Bouffalo Lab's chips, judged by the maker's own tool: our samples, and its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import other_images as made
import pytest

from plugsmith.image.foreign.other_makers import read_other_maker

PEER = Path(__file__).resolve().parents[2] / ".peers/other-chips/bin/python"
pytestmark = pytest.mark.peers
#: the tool's name of the chip, and ours
CHIPS = {"bl602": "BL602/BL702", "bl702": "BL602/BL702", "bl702l": "BL702L", "bl616": "BL616"}
TABLE = """
import sys
import bflb_fw_post_proc  # puts its own libraries on the path
from libs.chiptool_pt_creater import PtCreater
PtCreater(sys.argv[1]).create_pt_table(sys.argv[2])
"""


def run(folder: Path, *words: str) -> None:
    if not PEER.exists():
        pytest.skip("no bflb-fw-post-proc: run `make peers`")
    subprocess.run([str(PEER), *words], cwd=folder, check=True, stdout=subprocess.DEVNULL)


@pytest.mark.parametrize("name", CHIPS)
def test_checksums_that_it_computes_anew_are_those_of_our_sample(name, tmp_path):
    sample = made.bouffalo_image(CHIPS[name])
    length, clock, _len_at, _place_at, hash_at = made.BOUFFALO[CHIPS[name]]
    spoilt = bytearray(sample)
    clock_crc = 0x68 + len(clock) // 2
    for at, count in ((0x60, 4), (clock_crc, 4), (hash_at, 32), (length - 4, 4)):
        spoilt[at : at + count] = bytes(count)
    assert read_other_maker(bytes(spoilt)) is None
    file = tmp_path / "a.bin"
    file.write_bytes(spoilt)
    run(tmp_path, "-m", "bflb_fw_post_proc", f"--chipname={name}", "--imgfile=a.bin")
    assert file.read_bytes() == sample

    for suffix in (".bin.ota", ".xz.ota"):
        update = (tmp_path / f"a{suffix}").read_bytes()
        found = read_other_maker(update)
        assert found is not None
        assert found.checked[0] == "the SHA-256 of the update"
        if suffix == ".bin.ota":
            assert found.chip == CHIPS[name]
            ours = made.bouffalo_update(sample)
            assert update[:0x20] + update[0x40:] == ours[:0x20] + ours[0x40:]  # but the versions


def test_a_partition_table_that_it_makes_is_ours_to_the_byte(tmp_path):
    rows = "".join(
        f'[[pt_entry]]\ntype = {kind}\nname = "{name.decode()}"\ndevice = 0\n'
        f"address0 = {at}\naddress1 = {other}\nsize0 = {size}\nsize1 = {more}\nlen = 0\n"
        for kind, name, at, other, size, more in made.BL_ROWS
    )
    (tmp_path / "a.toml").write_text(f"[pt_table]\naddress0 = 0xE000\naddress1 = 0xF000\n{rows}")
    run(tmp_path, "-c", TABLE, "a.toml", "a.bin")
    assert (tmp_path / "a.bin").read_bytes() == made.bouffalo_table(*made.BL_ROWS)
