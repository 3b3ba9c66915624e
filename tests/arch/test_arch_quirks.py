"""Quirks act: each is asked for by code that talks to chips, and no code asks for a chip's name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plugsmith.chips.model import BootNote, Quirk

SOURCE = Path(__file__).resolve().parents[2] / "src" / "plugsmith"


def _text(folder: str) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / folder).rglob("*.py"))


@pytest.mark.parametrize("quirk", Quirk)
def test_every_quirk_changes_what_the_client_does(quirk):
    assert f"Quirk.{quirk.name}" in _text("boot")


def test_a_note_is_for_people_alone():
    assert not re.findall(r"BootNote\.[A-Z]", _text("."))
    assert not {item.value for item in Quirk} & {item.value for item in BootNote}


def test_no_code_asks_a_chip_for_its_name():
    asked = re.compile(r"\b(?:chip|owner)\.name (?:(?:==|!=) \"|in [{(\[]\").*")
    found = {
        str(path.relative_to(SOURCE)): hits
        for path in SOURCE.rglob("*.py")
        if "sim" not in path.parts and (hits := asked.findall(path.read_text(encoding="utf-8")))
    }
    assert not found
