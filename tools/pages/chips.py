"""docs/supported-chips.md from the chip catalogue."""

from __future__ import annotations

from pages.chip_judges import JUDGES, NOBODY
from pages.markdown import NOTICE, addr, code, table
from plugsmith.chips import catalog
from plugsmith.chips.model import (
    BootCode,
    BootNote,
    Chip,
    DialectName,
    Family,
    MemoryMap,
    ModuleBoard,
    Quirk,
    Support,
)
from plugsmith.chips.other_chips import OtherChip, other_chips
from plugsmith.chips.spi_pads import spi_pads
from plugsmith.link.probes import ANSWERING
from plugsmith.link.voices import VOICES
from plugsmith.openbeken.builds.variants import UNJUDGED, VARIANTS, Variant

SUPPORT_MEANING = {
    Support.OBSERVED: "seen on real boot code (executed) or in real dumps",
    Support.CLAIMED: "other tools work with it in the field; not seen by us",
    Support.RECOGNISED: "Plugsmith names it and backs it up; it refuses to write",
}
FAMILY_MEANING = {
    Family.ROM: "A mask ROM answers the UART. Any write can be repaired over the same wires.",
    Family.LOADER: (
        "The boot loader in flash answers the UART. If it is spoilt, only a programmer on the "
        "flash chip helps; Plugsmith never writes below 0x011000."
    ),
}
MEANING = {
    BootNote.CRC_FLOOR_256: "a CRC covers only whole 256-byte blocks",
    Quirk.CRC_PROTECTS: "a CRC command leaves the whole flash write-protected",
    Quirk.CRC_BLOCKS_UNTIL_RESET: "after a CRC no erase or write works until a reset",
    BootNote.CRC_REVERSED_HANGS: "a CRC whose end lies before its start hangs the chip",
    BootNote.NO_BOOT_VERSION: "the boot version cannot be asked for",
    BootNote.WRITE4K_LOW_GUARD: "writes above 0x0020E0 hit the boot loader: a brick",
    BootNote.WRAP_READS: "reads beyond the flash size start again at 0",
    BootNote.WRAP_WRITES: "erases and writes beyond the flash size hit the boot loader: a brick",
    BootNote.BEYOND_SIZE_IGNORED: "erases and writes beyond the flash report success, do nothing",
    BootNote.ERASE_32K_IGNORED: "a 32 KiB erase does nothing and reports success",
    BootNote.SHORT_WRITE_GARBAGE: "writes of less than 32 bytes program garbage behind them",
    Quirk.OVERRUN_SWALLOWS: "a write that lost bytes swallows the next request as data",
    Quirk.QUEUES_REQUESTS: "several requests may be under way at once",
    BootNote.DROPS_WHILE_BUSY: "requests sent while it works are lost",
    Quirk.IDLE_RESET: "leaves download mode by itself when the host is silent",
    BootNote.STRAY_01_KILLS_FRAME: "a stray 01 in front of a request kills that request",
    BootNote.SILENT_UNKNOWN: "unknown commands are not answered at all",
    BootNote.NOISE_BREAKS_BOOT: "a single byte of noise at start-up ends in a reset",
    BootNote.SPI_EXTRA_BYTE: "the flash id comes behind a dummy byte",
}


_LEGEND = """Evidence: U = the paper on the UART protocol, E = the study that executed boot
code, S = the paper on the vendor's storage, with section numbers; [M] and [run] executed, [D]
computed from real dumps, [V] vendor source, [P] and b7t claimed by other tools. Protocol support
of the ROM family (dialect n-rom) rests on other tools and on vendor source of a relative: no ROM
was executed.
"""

_NO_PROMISE = """Plugsmith calls no chip supported: a grade says how each fact is known, and
the table below the first says who but us judged what is done with the chip.
"""

_SPI = """
## Over SPI

The flash of a silent chip can be reached over SPI ([spi.md](spi.md)). The way in was modelled from
published measurements and **tried on no hardware by us**; others report it for BK7231T, BK7231U and
BK7252. For BK7231Q only the pins are known; for **BK7231N, BK7231M and BK7238 it is unproven**.
None of the SPI adapters was tried on hardware by us either; each is run against a model of it,
through its unmodified library. Debian's flashrom works with the models of serprog, CH341A and
FT232H, too.
"""
_JUDGED = """
Who else looked: a program of others that was run against what we do, real boot code that was
executed, real files. None of it is hardware: **no chip was ever on our wires**. Of a chip whose row
says "nobody but us" our simulator is the only judge, and it was written from the same facts.
"""
_OTHERS = """
## Chips that Plugsmith names and does not free

*Wire*: the doctor knows its start-up text or an answer of its boot code, played by the simulator
and seen on no device. *File*: how its images and flashes are known: judged (a sample of ours is
accepted by a program of others), source (read in public source), memory (written down from memory,
no sample seen). Every one is known from the label of its modules. *Tool*: what others use.
Plugsmith writes none of them itself; `--via` runs your own installed esptool or ltchiptool, which
was done here against models of ours alone ([linking.md](linking.md#through-another-program)).
"""
_BUILDS = """
## OpenBeken's builds with a name behind the version

`image fetch --chip CHIP --variant NAME` takes one, and `image fetch` alone tells which a release
has. No variant was looked into here: what they add and leave out is said by others. *Seen for*: a
file of that name stood in a list of files of a release; others may have one, too. The builds for
BK7236 and BK7239N are judged by the mark and OpenBeken's name in them; one without a mark is kept
as it was sent. Their names are those of the other chips: which ones a release has was not seen.
"""


def page() -> str:
    """The whole page."""
    parts = [
        NOTICE,
        "# Chips, and how well each is known\n",
        _NO_PROMISE,
        "How a fact is known:\n",
        table(("grade", "meaning"), [(item.value, text) for item, text in SUPPORT_MEANING.items()]),
        _LEGEND,
        "## Chips\n",
        table(
            (
                "chip",
                "also called",
                "UART answered by",
                "protocol",
                "id",
                "flash",
                "code key",
                "OpenBeken",
            ),
            [_chip_row(chip) for chip in catalog.chips()],
        ),
        _JUDGED,
        table(
            ("chip", "who else judged what we do with it", "where the facts are from"),
            [_judged_row(chip) for chip in catalog.chips()],
        ),
        "",
        *(f"- **{family.value} family**: {text}" for family, text in FAMILY_MEANING.items()),
        _SPI,
        _OTHERS,
        table(
            ("chip", "also called", "wire", "file", "tool", "evidence"),
            [_other_row(item) for item in other_chips()],
        ),
        _BUILDS,
        table(
            ("variant", "adds", "without", "seen for", "known from"),
            [_variant_row(item) for item in VARIANTS],
        ),
        "\n## Boot codes\n",
        table(
            (
                "boot code",
                "dialect",
                "CRC-32 of the first bytes",
                "RBL header",
                "grade",
                "evidence",
            ),
            [_boot_row(boot) for boot in catalog.boot_codes()],
        ),
        "## Dialects and their quirks\n",
        *(_dialect(item) for item in DialectName),
        "## Memory maps\n",
        *_maps(),
        "## Modules\n",
        _modules(),
    ]
    return "\n".join(parts)


def _other_row(other: OtherChip) -> tuple[str, ...]:
    heard = {other.name, *other.also} & {*ANSWERING, *(item.name for item in VOICES)}
    return (
        f"**{other.name}**",
        ", ".join(other.also) or "-",
        "claimed" if heard else "-",
        other.file or "-",
        other.tool or "-",
        "; ".join(other.evidence),
    )


def _chip_row(chip: Chip) -> tuple[str, ...]:
    return (
        f"**{chip.name}**",
        ", ".join(chip.aliases),
        chip.family.value,
        chip.support.value,
        ", ".join(f"0x{value:X}" for value in chip.chip_ids),
        " or ".join(f"{size >> 20} MiB" for size in chip.flash_sizes),
        chip.expects_key.value,
        code(prefix) if (prefix := chip.openbeken_prefix or UNJUDGED.get(chip.name)) else "-",
    )


def _judged_row(chip: Chip) -> tuple[str, ...]:
    judge = JUDGES.get(chip.name, NOBODY)
    return f"**{chip.name}**", judge.text, "; ".join(chip.evidence)


def _variant_row(item: Variant) -> tuple[str, ...]:
    seen = ", ".join(item.chips) or "-"
    return f"`_{item.name}`", item.adds, ", ".join(item.lacks) or "not known", seen, item.evidence


def _boot_row(boot: BootCode) -> tuple[str, ...]:
    marks = ", ".join(f"{mark.crc32:08X} ({mark.covers})" for mark in boot.fingerprints)
    rbl = "-"
    if boot.rbl_offset is not None:
        rbl = f"{addr(boot.rbl_offset)}, raw size 0x{boot.rbl_raw_size:X}, {boot.rbl_version}"
    return (
        boot.name,
        boot.dialect.value,
        marks,
        rbl,
        boot.support.value,
        "; ".join(boot.evidence),
    )


def _dialect(dialect: DialectName) -> str:
    facts = catalog.dialect_facts(dialect)
    lines = [f"### {dialect.value}\n", f"{facts.support.value}: {'; '.join(facts.evidence)}\n"]
    if facts.read_guard is not None:
        lines.append(f"- refuses reads, erases and writes below {addr(facts.read_guard)}")
    if facts.write4k_guard is not None:
        lines.append(f"- refuses sector writes below {addr(facts.write4k_guard)}")
    lines += [
        f"- {MEANING[item]}" for item in (*Quirk, *BootNote) if item in facts.quirks | facts.notes
    ]
    return "\n".join(lines) + "\n"


def _maps() -> list[str]:
    owners: dict[str, list[str]] = {}
    found: dict[str, MemoryMap] = {}
    for chip in catalog.chips():
        for memory_map in chip.memory_maps:
            owners.setdefault(memory_map.name, []).append(chip.name)
            found[memory_map.name] = memory_map
    return [_map(memory_map, owners[name]) for name, memory_map in found.items()]


def _map(memory_map: MemoryMap, owners: list[str]) -> str:
    head = f"### {memory_map.name}: {', '.join(owners)}, {memory_map.flash_size >> 20} MiB\n"
    evidence = f"{memory_map.support.value}: {'; '.join(memory_map.evidence)}\n"
    rows = [
        (addr(region.span.start), addr(region.span.end), region.name, region.note)
        for region in memory_map.regions
    ]
    return "\n".join((head, evidence, table(("from", "to (not in it)", "region", "note"), rows)))


def _modules() -> str:
    beken = {chip.name for chip in catalog.chips()}
    rows = []
    for board in catalog.modules():
        if board.chip not in beken:
            continue
        uart = [pad for pad in board.pads if not pad.signal.startswith("P")]
        pads = ", ".join(f"{pad.signal} = {pad.number or pad.where}" for pad in uart)
        pins = " ".join(map(str, board.gpios)) + ("" if board.complete else " (as far as seen)")
        known = board.pads_evidence or "-"
        rows.append((board.name, board.chip, pins, pads or "-", _spi(board), known))
    heads = ("module", "chip", "pins led out", "pads for flashing")
    return table((*heads, "pads for SPI", "pads known from"), rows)


def _spi(board: ModuleBoard) -> str:
    spi = spi_pads(board)
    if spi is None or not (spi.wires and spi.drawn):
        return "not known"
    return ", ".join(
        f"{line} = {'/'.join(pad.label for _row, pad in pads) or 'not led out'}"
        for line, _signal, pads in spi.wires
    )
