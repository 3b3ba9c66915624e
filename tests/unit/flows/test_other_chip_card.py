"""The card of another maker's chip says what Plugsmith does on it, and no less."""

from __future__ import annotations

import shlex

import pytest

from plugsmith.api.table import BY_NAME
from plugsmith.chips.catalog import chips
from plugsmith.chips.other_chips import other_chips
from plugsmith.flows.bridge.commands import read_command
from plugsmith.flows.wire.wiring_card import other_chip_card
from plugsmith.image.foreign.odd_files import tool_for
from plugsmith.image.foreign.other_maker import OtherMaker

OURS = {item.name for item in chips()}
CANNOT = "cannot work on this chip"


def commands_of(card: str) -> list[list[str]]:
    return [
        shlex.split(line) for line in card.splitlines() if line.strip().startswith("plugsmith ")
    ]


@pytest.mark.parametrize("other", other_chips(), ids=lambda other: other.name)
def test_the_card_names_the_commands_that_work_and_no_others(other):
    card = other_chip_card(other)
    commands = commands_of(card)
    if other.name in OURS:
        assert "`plugsmith backup` reads this chip; Plugsmith does not write it." in card
        assert commands == []
        return
    assert (CANNOT in card) == (commands == [])
    assert bool(commands) == (other.tool in {"esptool", "ltchiptool"})
    for words in commands:
        assert words[1] in BY_NAME
        chip = words[words.index("--chip") + 1] if "--chip" in words else None
        assert (chip is None) == (other.tool == "esptool")
        assert read_command(words[words.index("--via") + 1], chip)


def test_there_are_chips_of_each_sort():
    cards = [other_chip_card(other) for other in other_chips()]
    assert sum(CANNOT in card for card in cards) >= 5
    assert sum(" --via esptool " in card for card in cards) >= 4
    assert sum(" --via ltchiptool " in card for card in cards) >= 3


@pytest.mark.parametrize("other", other_chips(), ids=lambda other: other.name)
def test_a_file_of_a_chip_that_flash_writes_is_not_said_to_be_beyond_us(other):
    said = tool_for(OtherMaker(chip=other.name, flash=True, checked=()))
    assert ("cannot write" in said) == bool(other.tool and not other.backup)
    assert ("plugsmith flash --via" in said) == bool(other.backup)
