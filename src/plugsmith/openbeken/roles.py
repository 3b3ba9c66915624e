"""The vocabulary of OpenBeken pin roles: names, what each needs, and the spellings people use."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from plugsmith.openbeken.role_table import ROLE_LINES
from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

# Wrong or old names seen in published templates (upk-mapping.md section 10), by spelling key;
# names that differ only by case, blanks or underscores need no entry.
_ALIASES = MappingProxyType(
    {
        "button": "Btn",
        "buttonn": "Btn_n",
        "relay": "Rel",
        "relayn": "Rel_n",
        "btnl": "Btn",
        "btnnextcolour": "Btn_NextColor",
        "btnnextcolourn": "Btn_NextColor_n",
        "bp5758dat": "BP5758D_DAT",
        "bp5758clk": "BP5758D_CLK",
        "scl": "SoftSCL",
        "sda": "SoftSDA",
        "buzzer": "PWM_ScriptOnly",
        "": "None",
    }
)
_MAX_NAME = 64


class Electrical(StrEnum):
    """What a role does with its pin."""

    NONE = "none"
    OUTPUT = "output"
    OUTPUT_PULSE = "output pulse"
    INPUT = "input"
    INPUT_UP = "input pull-up"
    INPUT_DOWN = "input pull-down"
    BIDIRECTIONAL = "bidirectional"
    PWM = "PWM pin"
    ADC = "ADC pin"
    SPI = "SPI"
    SPI_OUT = "SPI out"
    ONE_WIRE = "one-wire"
    TWO_WIRE = "two-wire"
    THREE_WIRE = "three-wire"

    @property
    def drives(self) -> bool:
        """Whether the pin is an output that holds or pulses a level."""
        return self in {Electrical.OUTPUT, Electrical.OUTPUT_PULSE, Electrical.PWM}


@frozen
class Role:
    """One role of the firmware; `index` is valid for version 1.18.299 only."""

    index: int
    name: str
    internal_name: str
    electrical: Electrical
    channels: int  # how many channel numbers the role reads: 0, 1 or 2
    driver: str  # starts by itself when the role is in use; empty: none


@frozen
class RoleReading:
    """What a role text means: the role, or None for an unknown name; `exact` if spelt rightly."""

    text: str
    role: Role | None
    exact: bool


@cache
def roles() -> tuple[Role, ...]:
    """All roles, by index."""
    return tuple(
        Role(
            index=index,
            name=name,
            internal_name=internal,
            electrical=Electrical(electrical),
            channels=channels,
            driver=driver,
        )
        for index, (name, internal, electrical, channels, driver) in enumerate(ROLE_LINES)
    )


def _spelling_key(text: str) -> str:
    return text.strip().replace("_", "").replace(" ", "").replace("-", "").lower()


@cache
def _by_name() -> Mapping[str, Role]:
    return MappingProxyType({item.name: item for item in roles()})


@cache
def _by_spelling() -> Mapping[str, Role]:
    found: dict[str, Role] = {}
    for item in roles():
        for text in (item.name, item.internal_name):
            found.setdefault(_spelling_key(text), item)
    for alias, name in _ALIASES.items():
        found.setdefault(alias, _by_name()[name])
    return MappingProxyType(found)


def role(name: str) -> Role:
    """The role with exactly this name; KeyError for any other text."""
    return _by_name()[name]


def suggest_role(text: str) -> str | None:
    """The role that somebody may have meant by an unknown name; None if none is near."""
    import difflib  # noqa: PLC0415 - needed only where a role is wrong

    known = {_spelling_key(item.name): item.name for item in roles()}
    near = difflib.get_close_matches(_spelling_key(text[:_MAX_NAME]), known, n=1, cutoff=0.6)
    return known[near[0]] if near else None


def read_role(text: str) -> RoleReading:
    """The role that `text` means, with known misspellings, old and internal names understood."""
    if len(text) > _MAX_NAME:
        return RoleReading(text=text[:_MAX_NAME], role=None, exact=False)
    exact = _by_name().get(text)
    if exact is not None:
        return RoleReading(text=text, role=exact, exact=True)
    return RoleReading(text=text, role=_by_spelling().get(_spelling_key(text)), exact=False)
