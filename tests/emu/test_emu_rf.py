"""OpenBeken itself as the judge of a rebuilt sector: it calls itself by the address in there."""

from __future__ import annotations

import pytest

from plugsmith.emu.runner import emulator_installed, run_boot
from plugsmith.tuya.rf_block import new_sector

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.slow,
    pytest.mark.skipif(not emulator_installed(), reason="the extra `emu` is not installed"),
]
MAC = bytes.fromhex("c8478c123456")


@pytest.mark.parametrize(("chip", "rf"), [("BK7231T", 0x1E_0000), ("BK7231N", 0x1D_0000)])
def test_the_firmware_finds_the_address_of_a_rebuilt_sector(corpus, chip, rf):
    flash = bytearray(b"\xff" * 0x20_0000)
    if chip == "BK7231T":  # its image brings no boot loader
        flash[:0x1_1000] = (corpus / "factory/bk7231t-woox-r5111.bin").read_bytes()[:0x1_1000]
    image = (corpus / f"openbeken/Open{chip}_QIO_1.18.300.bin").read_bytes()
    start = 0x1_1000 if chip == "BK7231T" else 0
    flash[start : len(image)] = image[start:]
    assert "obk8C123456" not in run_boot(bytes(flash), chip=chip)["log"]
    flash[rf : rf + 0x1000] = new_sector(MAC)
    answer = run_boot(bytes(flash), chip=chip)
    assert answer["boots"] is True
    assert "obk8C123456" in answer["log"]
