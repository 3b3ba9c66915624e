"""An ESPHome configuration in the making: sections, unique ids and names, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plugsmith.device.profile import Pin
    from plugsmith.export.esphome.board import EspBoard

Block = dict[str, Any]  # a YAML mapping; its values are texts, numbers, lists and mappings

_ORDER = (
    "uart",
    "tuya",
    "i2c",
    "one_wire",
    "power_supply",
    "sm2135",
    "sm2235",
    "bp1658cj",
    "bp5758d",
    "status_led",
    "remote_receiver",
    "remote_transmitter",
    "output",
    "switch",
    "button",
    "cover",
    "light",
    "number",
    "select",
    "binary_sensor",
    "sensor",
    "text_sensor",
)


@dataclass(slots=True)
class EspDraft:
    """Collects components; lists for sections that hold several."""

    board: EspBoard
    notes: list[str] = field(default_factory=list)
    uses_uart: bool = False
    switches: dict[int, str] = field(default_factory=dict)  # channel -> id of its relay
    lights: list[str] = field(default_factory=list)  # ids of lamps
    covers: dict[int, str] = field(default_factory=dict)
    _lists: dict[str, list[Block]] = field(default_factory=dict)
    _blocks: dict[str, Block] = field(default_factory=dict)
    _names: set[tuple[str, str]] = field(default_factory=set)

    def add(self, section: str, item: Block) -> Block:
        """Add an item to a list section; a name that is taken gets a number."""
        if "name" in item:
            item["name"] = self._unique(section, str(item["name"]))
        self._lists.setdefault(section, []).append(item)
        return item

    def items(self, section: str) -> list[Block]:
        """What a list section holds so far."""
        return self._lists.get(section, [])

    def put(self, section: str, block: Block) -> bool:
        """Set a section that can be there only once; False if it is there already."""
        if section in self._blocks:
            return False
        self._blocks[section] = block
        return True

    def note(self, text: str) -> None:
        """A comment for the top of the file, each once."""
        if text not in self.notes:
            self.notes.append(text)

    def pin(self, gpio: int) -> str:
        """The pin's name on this platform."""
        return self.board.pin(gpio)

    def output_pin(self, pin: Pin) -> Any:  # noqa: ANN401 - YAML: a text or a mapping
        """A pin that is driven."""
        if not pin.active_low:
            return self.pin(pin.gpio)
        return {"number": self.pin(pin.gpio), "inverted": True}

    def input_pin(self, pin: Pin, *, pull: bool = True) -> Block:
        """A pin that is read, with the resistor that OpenBeken's roles switch on.

        Its inputs have a pull-up whatever level is active, but for the `_pd` and NoPullUp roles.
        """
        mode: Block = {"input": True}
        if pull and not pin.floating:
            mode["pulldown" if pin.pull_down else "pullup"] = True
        block: Block = {"number": self.pin(pin.gpio), "mode": mode}
        if pin.active_low:
            block["inverted"] = True
        return block

    def sections(self) -> Iterator[tuple[str, Any]]:
        """Every section with contents, in the order in which people write them."""
        for name in _ORDER:
            if name in self._blocks:
                yield name, self._blocks[name]
            elif name in self._lists:
                yield name, self._lists[name]

    def _unique(self, section: str, name: str) -> str:
        wanted, number = name, 2
        while (section, wanted) in self._names:
            wanted = f"{name} {number}"
            number += 1
        self._names.add((section, wanted))
        return wanted
