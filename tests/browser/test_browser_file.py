"""The page for a file: ten odd ones are told for what they are, and none upsets the page."""

from __future__ import annotations

import io
import json
import random
import zipfile

import pytest

from plugsmith.forge.damage import DamageName
from plugsmith.forge.dump import FORUM_TEXT, forge_dump
from plugsmith.forge.firmware import forge_openbeken_qio
from plugsmith.forge.storage import StorageRequest

HOSTILE = '<img src=x onerror="document.title=1">"\'&.bin'


def _dump(*damages: DamageName, chip: str = "BK7231T") -> bytes:
    return forge_dump(StorageRequest(chip=chip, pin_text=FORUM_TEXT), damages=damages).data


def _zip(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("dump.bin", data)
    return held.getvalue()


FILES = {
    "whole.bin": (_dump, "a dump of a device with the vendor's firmware"),
    "no-store.bin": (lambda: _dump(DamageName.STORAGE_ERASED), "a dump of a device"),
    "n.bin": (lambda: _dump(chip="BK7231N"), "a dump of a device"),
    "half.bin": (lambda: _dump()[: 1 << 20], None),
    "zeros.bin": (lambda: bytes(1 << 20), None),
    "erased.bin": (lambda: b"\xff" * (2 << 20), "a blank flash"),
    "noise.bin": (lambda: random.Random(7).randbytes(1 << 18), None),
    "image.bin": (lambda: forge_openbeken_qio("BK7231T", version="1.18.300"), "a full image"),
    "pins.txt": (FORUM_TEXT.encode, "a text with pins in it"),
    "dump.zip": (lambda: _zip(_dump()), "a dump of a device"),
    "empty.bin": (lambda: b"", None),
    HOSTILE: (_dump, "a dump of a device"),
}


@pytest.mark.parametrize("name", FILES)
def test_an_odd_file_is_told_for_what_it_is(tab, name):
    make, words = FILES[name]
    tab.open()
    tab.page.get_by_role("link", name="A file").click()
    tab.page.set_input_files(
        "input[type=file]",
        {"name": name, "mimeType": "application/octet-stream", "buffer": make()},
    )
    tab.page.wait_for_selector('[aria-busy="false"], [role=alert]')
    if words:
        tab.page.locator('[data-part="what"]').get_by_text(words).first.wait_for()
    else:  # not what a person hoped for: said in a card or in words, with a next step
        tab.page.wait_for_selector('.box.warn, .box.danger, [data-part="what"]')
    assert tab.page.locator("main img").count() == 0  # hostile names stay text
    tab.accessible(name)


def test_a_dump_is_made_safe_exported_and_compared(tab):
    tab.open()
    tab.page.get_by_role("link", name="A file").click()
    data = _dump()
    send = {"name": "mine.bin", "mimeType": "application/octet-stream", "buffer": data}
    tab.page.set_input_files("input[type=file]", send)
    tab.page.wait_for_selector('[aria-busy="false"]')
    tab.press("Make a copy that is safe to share")
    tab.see("searches find no secret any more")
    with tab.page.expect_download() as saved:
        tab.press("Save the safe copy")
    copy = saved.value.path().read_bytes()
    assert len(copy) == len(data)
    assert copy != data
    tab.press("List them, secrets masked")
    tab.page.locator('[data-part="records"] table').wait_for()
    tab.press("openbeken")
    text = tab.page.locator(".preview").first.inner_text()
    assert json.loads(text)["pins"]["26"] == "Rel;1"
    changed = bytearray(data)
    changed[0x20000] ^= 0xFF
    other = {"name": "other.bin", "mimeType": "application/octet-stream", "buffer": bytes(changed)}
    tab.page.set_input_files('[data-part="compare"] input', other)
    tab.see("mine.bin and other.bin differ")
    tab.accessible("a compared file")
