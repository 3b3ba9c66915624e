"""Every release image through every conversion: the same code comes back, and it boots."""

from __future__ import annotations

import pytest
from campaign_size import sampled
from conversion_files import KINDS, Firmware, check
from conversion_files import WAYS as FROM_A_FILE

from plugsmith.emu.board import BOARDS
from plugsmith.emu.job import EmuLimits
from plugsmith.emu.runner import run_boot
from plugsmith.image.assemble import ConvertInput, convert
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind

FLASH_LEN = 0x20_0000
CHIPS = ("BK7231T", "BK7231N", "BK7231M", "BK7231U", "BK7238")
WAYS = (("app",), ("ota",), ("app", "qio"), ("ota", "qio"), ("ota", "app"), ("app", "ota", "qio"))


def _source(data, name="x"):
    return ConvertInput(name=name, data=data, image=recognise(data))


def _original(corpus, chip):
    name = f"OpenBK{chip.removeprefix('BK')}_QIO_1.18.300.bin"
    return _source((corpus / "openbeken" / name).read_bytes(), name)


@pytest.mark.corpus
@pytest.mark.sample(10)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "UF2"])
@pytest.mark.parametrize("chip", CHIPS)
def test_every_way_from_every_kind_is_right_or_refused(corpus, tmp_path, chip, kind):
    """The table of tests/flows/image/test_conversion_table.py on what people really flash.

    The flash is the original's up to the end of the code, so it starts like that one (below).
    """
    original = _original(corpus, chip)
    ours = Firmware(
        chip=chip,
        key=original.image.app.section.key,
        qio=original.data,
        app_end=original.image.app.section.end,
    )
    assert check(ours, kind, ours.as_kind(kind), tmp_path, boot=False) == len(FROM_A_FILE)


@pytest.mark.corpus
@pytest.mark.parametrize("chip", sampled([*CHIPS], 2))
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
def test_a_conversion_keeps_the_code_and_the_chip(corpus, chip, way):
    first = last = _original(corpus, chip)
    for step in way:
        loader = first if step == "qio" else None
        last = _source(convert(last, to=ImageKind(step), loader=loader, chip=chip))
    assert last.image.kind is ImageKind(way[-1])
    assert last.image.problems == ()
    assert chip in last.image.chips
    assert last.image.version == "1.18.300"
    if last.image.app is not None:
        ours, theirs = last.image.app.section, first.image.app.section
        assert ours.code.rstrip(b"\xff") == theirs.code.rstrip(b"\xff")
        assert last.image.chips == (chip,)


@pytest.mark.corpus
@pytest.mark.parametrize(
    "chip",
    [
        pytest.param(chip, marks=() if chip in {"BK7231T", "BK7231N"} else pytest.mark.campaign)
        for chip in CHIPS
        if chip in BOARDS
    ],
)
def test_what_came_through_a_package_starts_like_the_original(corpus, chip):
    """Where the emulator has the board; it cannot follow every chip to the end of its start."""
    pytest.importorskip("unicorn")
    first = _original(corpus, chip)
    package = _source(convert(first, to=ImageKind.OTA))
    image = convert(package, to=ImageKind.QIO, loader=first)
    # Enough for a whole start where the emulator can follow one, else for a part of it. Counted in
    # instructions: what a second is good for depends on the machine.
    enough = 3_000_000 if chip == "BK7238" else 60_000_000
    limits = EmuLimits(instructions=enough, wall_s=300)
    answers = [
        run_boot(data.ljust(FLASH_LEN, b"\xff"), chip=chip, limits=limits)
        for data in (first.data, image)
    ]
    assert answers[0]["reached"] == answers[1]["reached"]
    assert answers[0]["boots"] == answers[1]["boots"]
    assert answers[1]["boots"] is True or chip not in {"BK7231T", "BK7231N", "BK7231M"}
