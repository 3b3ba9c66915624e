"""Frames of forged firmware per chip: partition sizes and names (uart-protocol.md 6.2, 7)."""

from __future__ import annotations

from dataclasses import dataclass

from plugsmith.chips.catalog import chip
from plugsmith.image.partition import (
    CODE_DEVICE,
    ENTRY_LEN,
    RAW_DEVICE,
    Partition,
    PartitionTable,
)
from plugsmith.image.physical import APP_LOGICAL_START, to_physical

_QIO_END_T = 0x10_0000  # OpenBeken's T image is cut at 1 MiB, its trailer stands at that end


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFrame:
    """What surrounds code on one chip; addresses physical unless named logical."""

    app_logical_len: int
    download_start: int
    download_len: int
    rbl_version: str = "1.00"
    loader_raw_size: int = 0xDC00
    openbeken_name: str = "OpenBK7231T"
    tuya_names: tuple[str, ...] = ()
    qio_end: int
    sdk_table: bool = False  # SDK loaders: entries in reverse order, with CRCs
    q_vectors: bool = False

    @property
    def app_end(self) -> int:
        """First byte after the application partition."""
        return to_physical(APP_LOGICAL_START + self.app_logical_len)

    @property
    def partition_table(self) -> PartitionTable:
        """The FAL table of the chip's boot loader."""
        rows = (
            ("bootloader", CODE_DEVICE, 0, APP_LOGICAL_START),
            ("app", CODE_DEVICE, APP_LOGICAL_START, self.app_logical_len),
            ("download", RAW_DEVICE, self.download_start, self.download_len),
        )
        entries = tuple(
            Partition(
                name=name, device=device, start=start, length=length, crc_given=self.sdk_table
            )
            for name, device, start, length in rows
        )
        return PartitionTable(
            at=self.loader_raw_size - 3 * ENTRY_LEN,
            partitions=entries[::-1] if self.sdk_table else entries,
        )


def app_frame(chip_name: str) -> AppFrame:
    """The frame for a chip of the catalogue; relatives share one."""
    name = chip(chip_name).name
    if name in {"BK7231N", "BK7231M"}:
        return AppFrame(
            app_logical_len=0x10_8700,
            download_start=0x12_A000,
            download_len=0xA_6000,
            loader_raw_size=0xEA1C,
            openbeken_name="OpenBK7231N",
            tuya_names=("bk7231n", "BK7231", "oem_bk7231n_forged_plug"),
            qio_end=0x12_9F70,
        )
    if name == "BK7231T":
        return AppFrame(
            app_logical_len=0x10_8700,
            download_start=0x13_2000,
            download_len=0xA_6000,
            loader_raw_size=0xDD10,
            tuya_names=("BK7231BT-01", "BK7231S_2M", "oem_bk7231s_forged_plug"),
            qio_end=_QIO_END_T,
        )
    if name == "BK7231Q":
        return AppFrame(
            app_logical_len=0x11_0000,
            download_start=0x13_2000,
            download_len=0xC_C000,
            loader_raw_size=0xE914,
            tuya_names=("bk7231", "oem_bk7231_forged_plug"),
            qio_end=0x13_2000,
            sdk_table=False,
            q_vectors=True,
        )
    return AppFrame(
        app_logical_len=0x11_0000,
        download_start=0x13_2000,
        download_len=0xA_E000,
        rbl_version="2M.1220",
        loader_raw_size=0xD2D0,
        openbeken_name=f"Open{name}",
        tuya_names=(name.lower(), f"oem_{name.lower()}_forged_plug"),
        qio_end=0x13_2000,
        sdk_table=True,
    )
