"""Hold the mapping rules against published templates of the same products; `make evidence`.

Every vendor configuration of the corpus is mapped; where a template of the public device list
describes the same product (same vendor or module, and a model number or two rare words in common),
each pin is compared. The page counts agreements and disagreements by rule and by class; it names no
product. Without --write the pairs are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plugsmith.chips.modules import module
from plugsmith.interpret.answer import answer_for_config
from plugsmith.openbeken.roles import read_role
from plugsmith.openbeken.template import read_template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plugsmith.openbeken.template import PinRole

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "evidence.md"
MODEL = re.compile(r"(?=[a-z0-9-]*\d)(?=[a-z0-9-]*[a-z])[a-z0-9-]{4,}")
_COMMON = frozenset(
    {"smart", "wifi", "plug", "socket", "switch", "bulb", "light", "led", "lamp", "strip"}
    | {"power", "outlet", "mini", "with", "and", "the", "white", "color", "dimmer", "gang"}
    | {"wall", "energy", "monitoring", "usb", "outdoor", "indoor", "touch", "ceiling"}
)
_NO_MODEL = re.compile(r"bk7\d{3}.*|v\d.*|\d+[wa]|\d*rgb.*|[egb]u?\d{2}|\d+lm|\d+in|\d+inch|\d+v")
NO_KEY = "no key"  # a pin that only the template has: nobody's rule
#: roles whose channel means nothing
_NO_CHANNEL = re.compile(r"WifiLED|DAT$|CLK$|BL0937|IRRecv|IRSend|DIN$|Btn_SmartLED|Btn_Tgl_All")
_ENOUGH = 3  # products that contradict a rule before it must be explained
#: rule and class that many products contradict, with the reason why the rule stays
EXPLAINED: dict[tuple[str, str], str] = {
    ("netledN_pin", "polarity"): (
        "the configuration states the level itself; a blinking LED looks the same turned round, so "
        "templates are no witness"
    ),
    ("kNpin_pin", "only in the configuration"): (
        "extra keys that the template leaves out: no witness against the key"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A configuration and a template of the same product."""

    config: str
    template: str
    agreed: Counter[str] = field(default_factory=Counter)
    differing: tuple[tuple[str, str, str], ...] = ()  # rule, class, what
    same_board: bool = True  # most pin numbers are the same, whatever they do


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All pairs, and the sums over them."""

    configurations: int
    templates: int
    pairs: tuple[Pair, ...]
    other_boards: int = 0

    @property
    def agreed(self) -> Counter[str]:
        """Pins on which both say the same, by rule."""
        return sum((item.agreed for item in self.pairs), Counter())

    @property
    def against(self) -> Counter[tuple[str, str]]:
        """Products that contradict, by rule and class; a product counts once."""
        return Counter(
            key for item in self.pairs for key in {(rule, kind) for rule, kind, _ in item.differing}
        )

    def unexplained(self) -> list[tuple[str, str]]:
        """Rules that more products contradict than follow, and that nobody has explained."""
        follows = Counter(rule for item in self.pairs for rule in item.agreed)
        return [
            (rule, kind)
            for (rule, kind), count in self.against.items()
            if count >= _ENOUGH
            and count > follows[rule]
            and (rule, kind) not in EXPLAINED
            and rule != NO_KEY
        ]


def collect(corpus: Path) -> Evidence:
    """Compare everything in the corpus."""
    listed = json.loads((corpus / "device-configurations.json").read_text("utf-8"))
    devices = json.loads((corpus / "devices.json").read_text("utf-8"))["devices"]
    usable = [item for item in devices if isinstance(item.get("pins"), dict) and item["pins"]]
    pairs = []
    for name, entry in listed.items():
        twins = [item for item in usable if _same_product(entry, item)]
        compared = [_compare(name, entry["config"], item) for item in twins]
        if compared:
            pairs.append(max(compared, key=lambda item: item.same_board))
    boards = tuple(item for item in pairs if item.same_board)
    return Evidence(
        configurations=len(listed),
        templates=len(devices),
        pairs=boards,
        other_boards=len(pairs) - len(boards),
    )


def _same_product(entry: dict[str, Any], item: dict[str, Any]) -> bool:
    vendor = str(entry.get("manufacturer", "")).casefold()
    ours = _words(f"{entry.get('name', '')}")
    theirs = _words(f"{item.get('name', '')} {item.get('model', '')}")
    shared = ours & theirs
    models = {word for word in shared if _is_model(word)}
    same_vendor = bool(vendor) and vendor in str(item.get("vendor", "")).casefold()
    board = str(entry["config"].get("module", "")).upper()
    same_module = bool(board) and board == str(item.get("board", "")).upper()
    return bool(models) and (same_vendor or (same_module and len(shared) > 1))


def _is_model(word: str) -> bool:
    """Whether a word can be a model number: not a module, a chip, a size or a socket."""
    long_number = word.isdigit() and len(word) >= 6
    return (long_number or MODEL.fullmatch(word) is not None) and not (
        _NO_MODEL.fullmatch(word) or module(word)
    )


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z0-9-]{3,}", text.casefold()) if word not in _COMMON}


def _compare(name: str, config: dict[str, Any], item: dict[str, Any]) -> Pair:
    answer = answer_for_config(config)
    ours = {pin.gpio: pin for pin in answer.setup.template.pins}
    keys = {pin.gpio: pin.keys[0] for pin in answer.profile.pins}
    theirs = {pin.gpio: pin for pin in read_template(item).template.pins}
    agreed: Counter[str] = Counter()
    differing: list[tuple[str, str, str]] = []
    for gpio in sorted(set(ours) | set(theirs)):
        rule = re.sub(r"\d+", "N", keys.get(gpio, "")) or NO_KEY
        mine, other = ours.get(gpio), theirs.get(gpio)
        if mine is not None and other is not None and _role(mine.role) == _role(other.role):
            same = _rank(mine, ours.values()) == _rank(other, theirs.values())
            if same or _NO_CHANNEL.search(mine.role):
                agreed[rule] += 1
                continue
            kind = "channel"
        else:
            kind = _kind(mine.role if mine else None, other.role if other else None)
        differing.append((rule, kind, f"P{gpio}: {mine} / {other}"))
    return Pair(
        config=name,
        template=f"{item.get('vendor')} {item.get('name')}",
        agreed=agreed,
        differing=tuple(differing),
        same_board=len(set(ours) & set(theirs)) * 5 >= len(set(ours) | set(theirs)) * 3,
    )


def _rank(pin: PinRole, others: Iterable[PinRole]) -> int:
    """The channel; of a lamp's output its place among them, for any start works (section 4.1)."""
    if not pin.role.startswith("PWM"):
        return pin.channel
    return sorted(item.channel for item in others if item.role.startswith("PWM")).index(pin.channel)


def _role(name: str) -> str:
    found = read_role(name).role
    return found.name if found else name


def _kind(mine: str | None, other: str | None) -> str:
    if mine is None:
        return "only in the template"
    if other is None:
        return "only in the configuration"
    if mine.removesuffix("_n").removesuffix("_pd") == other.removesuffix("_n").removesuffix("_pd"):
        return "polarity"
    return f"{_role(mine)} here, {_role(other)} there"


def page(found: Evidence) -> str:
    """The page: sums only, no product is named."""
    lines = [
        "<!-- Generated by tools/evidence.py (`make evidence`); do not edit. -->",
        "",
        "# Evidence for the mapping rules",
        "",
        "Vendor configurations against published templates of the same product, both made by",
        "others. A pin agrees when role and channel are the same. Channels and indicators are",
        "often a matter of taste; a template may be wrong. A rule that at least three products",
        "contradict, and more than follow it, must be explained here or the test fails.",
        "",
        (
            f"{found.configurations} configurations and {found.templates} templates give"
            f" {len(found.pairs)} pairs of one product: {sum(found.agreed.values())} pins agree,"
            f" {sum(len(item.differing) for item in found.pairs)} differ."
        ),
        "",
        f"{found.other_boards} more products share a name, but less than three of five pin",
        "numbers: they were built anew with another module and prove nothing.",
        "",
        "## Agreements",
        "",
        "| key | pins |",
        "|---|---|",
        *(f"| `{rule}` | {count} |" for rule, count in _sorted(found.agreed)),
        "",
        "## Disagreements",
        "",
        "| key | class | products | explained |",
        "|---|---|---|---|",
        *(
            f"| `{rule}` | {kind} | {count} | {EXPLAINED.get((rule, kind), '')} |"
            for (rule, kind), count in _sorted(found.against)
        ),
        "",
    ]
    return "\n".join(lines)


def _sorted(counts: Counter[Any]) -> Iterable[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))


def _told(found: Evidence) -> Iterator[str]:
    for item in found.pairs:
        for rule, kind, what in item.differing:
            yield f"{rule:<14} {kind:<34} {what:<44} {item.config} | {item.template}"


def main() -> int:
    """Exit code 1 while a contradicted rule is not explained."""
    parser = argparse.ArgumentParser(description="hold the mapping rules against templates")
    parser.add_argument("--write", action="store_true", help="write docs/evidence.md")
    parser.add_argument("--corpus", default=os.environ.get("PLUGSMITH_CORPUS", "../shared/corpus"))
    options = parser.parse_args()
    found = collect(Path(options.corpus))
    if options.write:
        PAGE.write_text(page(found), encoding="utf-8")
    else:
        sys.stdout.write("\n".join(_told(found)) + "\n")
    open_rules = found.unexplained()
    for rule, kind in open_rules:
        sys.stdout.write(f"contradicted and not explained: {rule}: {kind}\n")
    return 1 if open_rules else 0


if __name__ == "__main__":
    sys.exit(main())
