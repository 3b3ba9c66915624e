"""Records of the chip catalogue. Every record says how sure it is (`support`) and why (`evidence`).

The evidence names the paper and section that holds the fact; "[M]" there means that real boot code
was executed, "[D]" computed from real dumps, "[P]" claimed by other tools, "[V]" vendor source.
Addresses are physical (as used on the wire), in bytes from 0; ranges are half-open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.records import frozen

if TYPE_CHECKING:
    from plugsmith.chips.spaces import SpaceArea, SpaceSwitch
    from plugsmith.memory import AddressRange

MAC_OFFSET = 0x24  # of the six MAC bytes inside the RF sector; uart-protocol.md 6.4
RF_MAGIC = b"TLV\0"  # first bytes of a filled RF sector; uart-protocol.md 6.4
APP_START = 0x1_1000  # first byte of the application on every chip here; uart-protocol.md 6.2
MARKER_ADDR = 0x110  # where the mask ROM looks for its own name; uart-protocol.md 1.3


class Family(StrEnum):
    """Who answers on the download UART: a mask ROM, or the boot loader in flash."""

    ROM = "rom"
    LOADER = "loader"


class Support(StrEnum):
    """How a fact is known; shown to users and in the docs."""

    OBSERVED = "observed"  # seen on real boot code or in real dumps
    CLAIMED = "claimed"  # other tools work with it in the field
    RECOGNISED = "recognised"  # Plugsmith can name it, perhaps read it, and refuses to write


class DialectName(StrEnum):
    """How a boot code talks; the names are those of uart-protocol.md section 10."""

    T = "t-1.0.5"
    T_OLD = "t-1.0.4"
    Q = "q"
    U = "u-1.0.15"
    ROM = "n-rom"


class Quirk(StrEnum):
    """A deviation that the client acts upon (`boot.dialects`); described in uart-protocol.md."""

    CRC_PROTECTS = "crc-protects"  # a CRC ends with all of the flash write-protected; 2.5
    CRC_BLOCKS_UNTIL_RESET = "crc-blocks-until-reset"  # and nothing but a reset undoes it; 2.5
    OVERRUN_SWALLOWS = "overrun-swallows"  # lost Write4K bytes make it eat what follows; 2.5
    QUEUES_REQUESTS = "queues-requests"  # 512-byte ring: several reads may be in flight; 2.5
    IDLE_RESET = "idle-reset"  # leaves download mode when the host is silent; 1.5


class BootNote(StrEnum):
    """A deviation that people should know; no code asks for it: the client never provokes it."""

    CRC_FLOOR_256 = "crc-floor-256"  # only whole 256-byte blocks count; 3.1
    CRC_REVERSED_HANGS = "crc-reversed-hangs"  # end < start needs a hardware reset; 2.5
    NO_BOOT_VERSION = "no-boot-version"  # command 0x11 is not answered with a text; 2.5
    WRITE4K_LOW_GUARD = "write4k-low-guard"  # Write4K accepted from 0x20E0 up: a brick; 2.5
    WRAP_READS = "wrap-reads"  # address + flash size reads the boot loader; 2.5
    WRAP_WRITES = "wrap-writes"  # address + flash size erases the boot loader: a brick; 2.5
    BEYOND_SIZE_IGNORED = "beyond-size-ignored"  # erase/write there: status 0, nothing done; 2.5
    ERASE_32K_IGNORED = "erase-32k-ignored"  # size opcode 0x52: status 0, nothing erased; 2.3
    SHORT_WRITE_GARBAGE = "short-write-garbage"  # aligned Write below 32 bytes; 2.5
    DROPS_WHILE_BUSY = "drops-while-busy"  # one request at a time; 2.6
    STRAY_01_KILLS_FRAME = "stray-01-kills-frame"  # `01 01 E0 FC` does not resync; 2.5
    SILENT_UNKNOWN = "silent-unknown"  # unknown commands get no reply; 0.3
    NOISE_BREAKS_BOOT = "noise-breaks-boot"  # a byte during start ends in a reset; emulation 4
    SPI_EXTRA_BYTE = "spi-extra-byte"  # flash id reply has a dummy byte in front; 2.3


class KeyClass(StrEnum):
    """Which code key a chip's eFuse holds, as far as anybody can tell."""

    TUYA = "tuya"
    NONE = "none"
    OTHER = "other"
    HIDDEN = "hidden"  # reads as zero because reading is locked; uart-protocol.md 5.2
    UNKNOWN = "unknown"


class RegionRole(StrEnum):
    """What a region of flash holds, whatever the vendor calls it."""

    BOOTLOADER = "bootloader"
    APP = "application"
    OTA = "ota"
    RF = "rf"  # calibration and MAC: unique per device
    NET = "net"  # network parameters; OpenBeken keeps its configuration block here
    FAST_CONNECT = "fast-connect"
    FILES = "vendor-files"  # Tuya plaintext file area ("UF")
    PROTECTED = "vendor-protected"  # Tuya protected copy
    KEY = "vendor-key"
    KV = "vendor-kv"
    KV_SWAP = "vendor-kv-swap"
    CONFIG = "config"  # OpenBeken configuration block
    VARS = "flash-vars"
    FILESYSTEM = "filesystem"
    USER = "user-data"


_PROGRAM_ROLES = {RegionRole.APP, RegionRole.BOOTLOADER, RegionRole.OTA}


VENDOR_STORAGE_ROLES = frozenset(
    {RegionRole.KEY, RegionRole.KV, RegionRole.KV_SWAP, RegionRole.PROTECTED, RegionRole.FILES}
)


@frozen
class Region:
    """A named range of flash."""

    name: str
    span: AddressRange
    role: RegionRole
    note: str = ""


@frozen
class MemoryMap:
    """One software's view of a flash; regions are sorted and either nest or do not overlap."""

    name: str
    origin: str  # "tuya", "openbeken", "libretiny" or "sdk"
    flash_size: int
    regions: tuple[Region, ...]
    support: Support
    evidence: tuple[str, ...]

    def region(self, role: RegionRole) -> Region | None:
        """The first region with `role`."""
        return next((item for item in self.regions if item.role is role), None)

    def with_role(self, *roles: RegionRole) -> tuple[Region, ...]:
        """All regions with one of `roles`, by address."""
        return tuple(item for item in self.regions if item.role in roles)

    def at(self, addr: int) -> Region | None:
        """The innermost region that holds `addr`."""
        hits = [item for item in self.regions if addr in item.span]
        return min(hits, key=lambda item: len(item.span), default=None)


@frozen
class Chip:
    """A chip as users name it."""

    name: str
    family: Family
    aliases: tuple[str, ...]
    chip_ids: tuple[int, ...]  # values of `chip_id_reg`, best first
    chip_id_reg: int
    protected_until: int  # Plugsmith never erases or writes below, modulo the flash size
    flash_size: int  # the usual one
    flash_sizes: tuple[int, ...]  # all that were seen
    memory_map: MemoryMap  # the vendor's
    memory_maps: tuple[MemoryMap, ...]  # the vendor's first, then others
    expects_key: KeyClass
    marker: bytes | None  # at MARKER_ADDR of a bootable flash; None where there is none
    loader_heads: tuple[bytes, ...]  # first 8 physical bytes of known boot loaders
    # clock, select, in, out of the flash download mode; empty: not known (spi-download.md 1)
    flash_pins: tuple[str, ...]
    default_dialect: DialectName  # for a boot code nobody knows: the most careful one of the chip
    spaces: tuple[SpaceArea, ...]  # several of one space are read as one, in this order
    switches: tuple[SpaceSwitch, ...]
    efuse_engine: tuple[int, int]  # control and data register, for an eFuse area at 0
    revisions: tuple[int, ...]  # values of a second register, where chips share their id
    openbeken_prefix: str | None
    twin: str | None  # the same silicon with another key: told apart by the key alone
    classic_store_only: bool  # never seen with the vendor's newer storage (tuya-storage.md 3.1)
    support: Support
    evidence: tuple[str, ...]

    def map_of(self, origin: str) -> MemoryMap | None:
        """The map of one software ("tuya", "openbeken", "libretiny", "sdk")."""
        return next((item for item in self.memory_maps if item.origin == origin), None)

    @property
    def recoverable_over_uart(self) -> bool:
        """Whether a spoilt boot loader can be repaired without opening the SPI path."""
        return self.family is Family.ROM

    def is_code(self, addr: int) -> bool:
        """Whether only programs lie at `addr` by every map: no firmware stores things there."""
        regions = (layout.at(addr) for layout in self.memory_maps)
        roles = {region.role for region in regions if region is not None}
        return bool(roles) and roles <= _PROGRAM_ROLES


@frozen
class DialectFacts:
    """What holds for every boot code of a dialect."""

    dialect: DialectName
    family: Family
    quirks: frozenset[Quirk]
    notes: frozenset[BootNote]
    read_guard: int | None
    write4k_guard: int | None
    support: Support
    evidence: tuple[str, ...]


@frozen
class Fingerprint:
    """zlib CRC-32 of the first `covers` physical bytes (256 on loaders, 257 on ROMs)."""

    covers: int
    crc32: int


@frozen
class BootCode:
    """A boot loader in flash, as told apart by its first bytes."""

    name: str
    chips: tuple[str, ...]  # chips that carry it; the usual one first
    dialect: DialectName
    version: str | None
    version_text: str | None  # what command 0x11 answers
    banner: str | None  # what it prints on UART2
    fingerprints: tuple[Fingerprint, ...]
    loader_head: bytes | None
    rbl_offset: int | None  # physical start of the RBL header
    rbl_raw_size: int | None
    rbl_version: str | None
    partition_table: int | None  # logical address of the FAL table
    read_guard: int | None  # reads, erases and Write below are refused with status 6
    write4k_guard: int | None  # the same for Write4K
    quirks: frozenset[Quirk]
    support: Support
    evidence: tuple[str, ...]

    @property
    def chip(self) -> str:
        """The usual chip of this boot code."""
        return self.chips[0]


@frozen
class CodeKey:
    """A known code key: the four little-endian words of eFuse bytes 0..15."""

    name: str
    key_class: KeyClass
    words: tuple[int, int, int, int]
    evidence: tuple[str, ...]


@frozen
class FlashPart:
    """A NOR flash by its id; how its status registers are read, judged and written.

    A status value holds SR1 in bits 0..7 and SR2 in bits 8..15. `read_opcodes` are sent in order,
    one byte each. `write_len` bytes go out with opcode 01 (0: never write the status of this part).
    """

    jedec: bytes  # manufacturer, type, capacity: the order on the wire
    name: str
    vendor: str
    other_names: tuple[str, ...]
    size: int
    sr_bytes: int  # as the tables of other tools count them
    read_opcodes: tuple[int, ...]
    write_opcodes: tuple[int, ...]  # that other tools know for this part
    write_len: int
    compare_mask: int
    unprotected: int
    protected: int  # every block protected, as other tools write it
    loader_protect: int | None  # protect field that boot code T 1.0.5 uses for this id
    qe_bit: int | None
    support: Support
    sources: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def jedec_text(self) -> str:
        """The id as people see it: "EB 60 15"."""
        return self.jedec.hex(" ").upper()

    @property
    def status_known(self) -> bool:
        """Whether the status registers of this part may be touched at all."""
        return self.write_len > 0

    def is_protected(self, status: int) -> bool:
        """Whether `status` keeps some of the flash from being written."""
        return self.status_known and (status & self.compare_mask) != self.unprotected

    def unprotected_status(self, status: int) -> int:
        """`status` with only its protection bits cleared; the other bits stay as read."""
        return (status & ~self.compare_mask) | self.unprotected

    def clearable(self, status: int) -> bool:
        """Whether a write of `write_len` bytes with opcode 01 can make `status` unprotected."""
        stuck = (status ^ self.unprotected) & self.compare_mask
        return self.status_known and not stuck >> (8 * self.write_len)


@frozen
class Pad:
    """A soldering point: `signal` is 3V3, GND, RX1, TX1, CEN, TX2 (the log) or a pin of the flash.

    `number` is the pin number in the maker's papers, None for a test point; `where` describes the
    place in words, seen from the shield side with the antenna up.
    """

    signal: str
    number: int | None
    where: str
    note: str = ""


@frozen
class ModuleBoard:
    """A module that carries a chip."""

    name: str
    chip: str
    vendor: str | None
    gpios: tuple[int, ...]
    pwm: tuple[int, ...]
    adc: tuple[int, ...]
    complete: bool  # False: only the pins that known configurations use
    pads: tuple[Pad, ...]
    pads_evidence: str
    support: Support
    evidence: tuple[str, ...]
