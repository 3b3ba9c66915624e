"""What trying the pins showed, as facts, and the template and advice that follow from it.

The two-lamp puzzle: drive relay and LED pin through all four combinations, write down which lights
are on, and say for each light on what it depends (openbeken.md section 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.messages import N_, _
from plugsmith.openbeken.template import PinRole, Template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class PinKind(StrEnum):
    """What a pin turned out to be."""

    RELAY = "relay"
    LED = "led"
    BUTTON = "button"
    PULSES = "pulses"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinFinding:
    """One pin; `active_low` means that level 0 switches it on or that pressing pulls it low."""

    gpio: int
    kind: PinKind
    active_low: bool = False
    pulses_per_s: float = 0.0


class Depends(StrEnum):
    """On what a light depends, with R the level of the relay pin and P that of the LED pin."""

    NEVER = "never on"
    ALWAYS = "always on"
    RELAY = "R"
    NOT_RELAY = "not R"
    PIN = "P"
    NOT_PIN = "not P"
    BOTH = "R and P"
    EITHER = "R or P"
    RELAY_NOT_PIN = "R and not P"
    PIN_NOT_RELAY = "P and not R"
    NEITHER = "neither R nor P"
    NOT_BOTH = "not both"
    SAME = "R equals P"
    DIFFERENT = "R differs from P"
    RELAY_OR_NOT_PIN = "R or not P"
    PIN_OR_NOT_RELAY = "P or not R"


Observed = tuple[bool, bool, bool, bool]  # lit at (R, P) = (0, 0), (0, 1), (1, 0), (1, 1)
COMBINATIONS: tuple[tuple[int, int], ...] = ((0, 0), (0, 1), (1, 0), (1, 1))
_TABLE: dict[Observed, Depends] = {
    (False, False, False, False): Depends.NEVER,
    (True, True, True, True): Depends.ALWAYS,
    (False, False, True, True): Depends.RELAY,
    (True, True, False, False): Depends.NOT_RELAY,
    (False, True, False, True): Depends.PIN,
    (True, False, True, False): Depends.NOT_PIN,
    (False, False, False, True): Depends.BOTH,
    (False, True, True, True): Depends.EITHER,
    (False, False, True, False): Depends.RELAY_NOT_PIN,
    (False, True, False, False): Depends.PIN_NOT_RELAY,
    (True, False, False, False): Depends.NEITHER,
    (True, True, True, False): Depends.NOT_BOTH,
    (True, False, False, True): Depends.SAME,
    (False, True, True, False): Depends.DIFFERENT,
    (True, False, True, True): Depends.RELAY_OR_NOT_PIN,
    (True, True, False, True): Depends.PIN_OR_NOT_RELAY,
}


def solve_lamp(lit: Observed) -> Depends:
    """On what a light depends that was seen like this."""
    return _TABLE[lit]


def lamp_advice(name: str, depends: Depends) -> str:
    """What software can and cannot do with a light."""
    texts = {
        Depends.RELAY: N_(
            "The light {name} hangs on the relay line itself: it is on whenever the relay is on. "
            "No setting can change that; only cutting its track can."
        ),
        Depends.NOT_RELAY: N_(
            "The light {name} hangs on the relay line, inverted: it is on whenever the relay is "
            "off. No setting can change that."
        ),
        Depends.PIN: N_("The light {name} is free: it is on when the pin is high."),
        Depends.NOT_PIN: N_("The light {name} is free: it is on when the pin is low."),
        Depends.ALWAYS: N_("The light {name} is always on: it hangs on the supply."),
        Depends.NEVER: N_("The light {name} was never on: another pin drives it, or none."),
    }
    text = texts.get(
        depends,
        N_("The light {name} depends on both lines ({how}): choose its role by this table."),
    )
    return _(text, name=name, how=depends.value)


class LedUse(StrEnum):
    """What the owner wants a free light to say."""

    FOLLOW = "follow"  # lit while the relay is on
    LOCATOR = "locator"  # lit while the relay is off
    NETWORK = "network"  # Wi-Fi state
    DARK = "dark"


def led_role(use: LedUse, *, active_low: bool) -> str:
    """The role that makes a light do so; openbeken.md section 13."""
    high, low = {
        LedUse.FOLLOW: ("LED", "LED_n"),
        LedUse.LOCATOR: ("LED_n", "LED"),
        LedUse.NETWORK: ("WifiLED", "WifiLED_n"),
        LedUse.DARK: ("AlwaysLow", "AlwaysHigh"),
    }[use]
    return low if active_low else high


def propose(
    findings: Sequence[PinFinding],
    *,
    chip: str,
    base: Template | None = None,
    uses: Mapping[int, LedUse] | None = None,
) -> Template:
    """A template from findings; pins that were not examined keep what `base` says of them.

    Relays get the channels 1, 2, ... by pin number, buttons and lights those of the relay with the
    same rank. Pins that were seen to be nothing are left out. Pulsing pins are left to `base`:
    which of them is CF and which CF1 only the meter can tell.
    """
    kept = {item.gpio: item for item in (base.pins if base else ())}
    for finding in findings:
        if finding.kind is not PinKind.PULSES:
            kept.pop(finding.gpio, None)
    relays = sorted(x.gpio for x in findings if x.kind is PinKind.RELAY)
    taken = [pin.channel for pin in kept.values() if pin.role.startswith("Rel")]
    first = max(taken, default=0) + 1
    ranks: dict[PinKind, int] = {}
    for finding in sorted(findings, key=lambda item: item.gpio):
        rank = ranks.get(finding.kind, 0)
        role = _role(finding, uses or {})
        if role is None:
            continue
        channel = first + min(rank, max(len(relays) - 1, 0))
        kept[finding.gpio] = PinRole(gpio=finding.gpio, role=role, channel=channel)
        ranks[finding.kind] = rank + 1
    return Template(
        vendor=base.vendor if base else "",
        name=base.name if base else _("found by the pin doctor"),
        model=base.model if base else "",
        chip=chip,
        board=base.board if base else "",
        pins=tuple(kept[gpio] for gpio in sorted(kept)),
        flags=base.flags if base else None,
        command=base.command if base else "",
    )


def _role(finding: PinFinding, uses: Mapping[int, LedUse]) -> str | None:
    match finding.kind:
        case PinKind.RELAY:
            return "Rel_n" if finding.active_low else "Rel"
        case PinKind.BUTTON:
            return "Btn" if finding.active_low else "Btn_pd"
        case PinKind.LED:
            use = uses.get(finding.gpio, LedUse.FOLLOW)
            return led_role(use, active_low=finding.active_low)
        case PinKind.PULSES | PinKind.NOTHING:
            return None
