"""Every form of a file that is named has a sample and five near misses: the walk over the records.

Samples of other makers' files are what `other_images` makes; those of ours stand below. What is
specific to a form is in unit/image; here nobody is forgotten.
"""

from __future__ import annotations

import inspect

import other_images
import pytest

from plugsmith.chips.other_chips import other_chip, other_chips
from plugsmith.forge.firmware import forge_app, forge_loader, forge_openbeken_qio
from plugsmith.forge.flash import forge_flash
from plugsmith.forge.packages import forge_uf2
from plugsmith.image.foreign import other_makers
from plugsmith.image.kinds import recognise
from plugsmith.image.model import ImageKind
from plugsmith.image.ota import write_package

FEWEST = 5
SMALL = 0x8000
FLASH = forge_flash(chip="BK7231N", code_len=SMALL)
OURS = {
    ImageKind.QIO: forge_openbeken_qio("BK7231N", code_len=SMALL),
    ImageKind.APP: forge_app("BK7231T", code_len=SMALL),
    ImageKind.OTA: write_package(b"code" * 512, version="1.2.3", time=1),
    ImageKind.BOOTLOADER: forge_loader("t-1.0.5"),
    ImageKind.FULL_DUMP: FLASH,
    ImageKind.FLASH_START: FLASH[:0x14_0000],
    ImageKind.UF2: forge_uf2("BK7231N"),
}


def made() -> dict[str, bytes]:
    """Each file that the rig makes without being told anything, where it is one of its own."""
    found = {}
    for name, maker in inspect.getmembers(other_images, inspect.isfunction):
        needed = [
            item
            for item in inspect.signature(maker).parameters.values()
            if item.default is item.empty and item.kind is not item.VAR_POSITIONAL
        ]
        if name.startswith("_") or maker.__module__ != other_images.__name__ or needed:
            continue
        data = maker()
        if isinstance(data, bytes) and other_makers.read_other_maker(data) is not None:
            found[name] = data
    return found


SAMPLES = made()


def mistakes(data: bytes) -> list[bytes]:
    """What is nearly such a file, whatever its form is."""
    head = b"".join(data[at : at + 4][::-1] for at in range(0, 64, 4))
    return [
        b"\0" + data,
        data[1:],
        data[::-1],
        data.swapcase() if data.swapcase() != data else data[2:],
        b"\xff" * len(data),
        bytes(len(data)),
        head + data[64:],
        bytes((data[0] ^ 1,)) + data[1:],
    ]


def test_each_reader_of_other_makers_files_has_its_sample():
    idle = [
        reader.__name__
        for reader in other_makers._READERS
        if not any(reader(data) is not None for data in SAMPLES.values())
    ]
    assert idle == []


def test_each_chip_whose_files_are_said_to_be_known_has_its_sample():
    said = {item.name for item in other_chips() if item.file}
    named = {
        name
        for data in SAMPLES.values()
        for name in other_makers.read_other_maker(data).chip.split("/")
    }
    kin = {
        "ESP32",
        "ESP32-C2",
        "ESP8266",
        "W600",
        "W800",
        "XR806",
        "XR872",
        "BL702",
        "BL616",
        "TR6260",
        "ECR6600",
    }
    assert said - named <= kin  # of the same reader, by a number in the header: unit/image
    assert all(other_chip(name) is not None for name in named)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_of_another_maker_is_named_and_what_is_nearly_one_is_not(name):
    data = SAMPLES[name]
    chip = other_makers.read_other_maker(data).chip
    refused = [
        near
        for near in mistakes(data)
        if (found := other_makers.read_other_maker(near)) is None or found.chip != chip
    ]
    assert len(refused) >= FEWEST
    assert {recognise(near).kind for near in refused} <= {ImageKind.UNKNOWN}


def test_no_kind_of_our_files_is_without_a_sample():
    assert set(OURS) == set(ImageKind) - {ImageKind.UNKNOWN}


@pytest.mark.parametrize("kind", OURS)
def test_a_file_of_ours_is_recognised_and_what_is_nearly_one_is_not(kind):
    data = OURS[kind]
    assert recognise(data).kind is kind
    found = [recognise(near) for near in mistakes(data)]
    refused = [image for image in found if image.kind is not kind or not image.sound]
    assert len(refused) >= FEWEST
