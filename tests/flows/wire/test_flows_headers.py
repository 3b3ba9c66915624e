"""One lost or doubled byte in an erase request must not reach a T's boot loader.

The protocol has no checksum: such a byte shifts the address, and with a sector's first address the
chip of this test erased sector 0. (Nothing can be done for the three address bytes of a Write4K:
real boot code takes neither longer frames nor addresses with a top byte as one would like.)
"""

from __future__ import annotations

import itertools
import shutil

import pytest
from campaign import APP_START, CHANGES, image, library_with_backup, new_flash, old_flash
from campaign_size import sampled
from flows_rig import Rig

from plugsmith.flows.wire.flash import flash
from plugsmith.sim.faults import FaultPlan, Harm, LineFault, Way

CHIP = "BK7231T"
LONG = b"\x01\xe0\xfc\xff\xf4"
HEADER = 13
ERASE = 0x0F
HARMS = (Harm.DROP, Harm.DUPLICATE, Harm.FLIP)
TABLE = list(itertools.product(HARMS, range(HEADER)))


def run(folder, faults=None):
    """Flash a T; the rig afterwards, and offsets of the frames that were sent."""
    shutil.copytree(library_with_backup(CHIP), folder / "library")
    (folder / "image.bin").write_bytes(image(CHIP))
    rig = Rig(folder, CHIP, old_flash(CHIP), faults=faults)
    rig.frames, sent, send = [], 0, rig.chip.host_send

    def watch(data, **rest):
        nonlocal sent
        rig.frames.append((sent, bytes(data[:HEADER])))
        sent += len(data)
        return send(data, **rest)

    rig.chip.host_send = watch
    flash(rig.ctx(timeout=8.0), folder / "image.bin")
    return rig


@pytest.fixture(scope="module")
def offset(tmp_path_factory):
    """Where in the stream the second erase starts."""
    frames = run(tmp_path_factory.mktemp("clean")).frames
    return [at for at, head in frames if head.startswith(LONG) and head[7] == ERASE][1]


@pytest.mark.parametrize(("harm", "byte"), sampled(TABLE, 3))
def test_a_damaged_erase_is_harmless(tmp_path, offset, harm, byte):
    fault = LineFault(way=Way.TO_CHIP, harm=harm, at=offset + byte)
    rig = run(tmp_path, FaultPlan(faults=(fault,), seed=byte))
    changes = [op for op in rig.chip.nor.operations if op.kind in CHANGES]
    assert min(op.addr for op in changes) >= APP_START
    assert rig.content == new_flash(CHIP)
