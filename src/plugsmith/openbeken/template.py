"""The device template JSON of OpenBeken's device list: a tolerant reader, an exact writer.

Structure: upk-mapping.md section 10. Pins are `"<gpio>": "Role;channel[;channel2]"`, flags are a
decimal text, unknown fields are kept as they are.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, cast

from plugsmith.errors.content import Malformed
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.roles import read_role, suggest_role
from plugsmith.records import frozen
from plugsmith.visible import json_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.errors import Fact

MAX_GPIO = 63  # no supported chip numbers its pins higher
MAX_CHANNEL = 255
MAX_TEXT = 1_000_000  # characters of a template file
_TEXT_FIELDS = ("vendor", "name", "model", "chip", "board", "command")
_OWN_FIELDS = frozenset({*_TEXT_FIELDS, "keywords", "pins", "flags"})
_FLAG_LIMIT = 1 << 64


@frozen
class PinRole:
    """What one pin does: a role by name (as the firmware spells it) and its channels."""

    gpio: int
    role: str
    channel: int = 0
    channel2: int | None = None

    def __str__(self) -> str:
        text = f"{self.role};{self.channel}"
        return text if self.channel2 is None else f"{text};{self.channel2}"


@frozen
class Template:
    """One device of the list; `flags` None where the list says nothing."""

    vendor: str = ""
    name: str = ""
    model: str = ""
    chip: str = ""
    board: str = ""
    keywords: tuple[str, ...] = ()
    pins: tuple[PinRole, ...] = ()
    flags: int | None = None
    command: str = ""
    extras: Mapping[str, Fact] = field(default_factory=dict)

    def pin(self, gpio: int) -> PinRole | None:
        """The assignment of `gpio`."""
        return next((item for item in self.pins if item.gpio == gpio), None)


@frozen
class ReadingProblem:
    """Something that was left out: a rule id, the pin if it has one, a sentence, what to do."""

    rule: str
    pin: int | None
    text: str
    fix: str = ""


@frozen
class TemplateReading:
    """A template as understood, with sentences for what was corrected and what was left out."""

    template: Template
    corrected: tuple[str, ...] = ()
    problems: tuple[ReadingProblem, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The sentences of the problems."""
        return tuple(item.text for item in self.problems)


def write_template(template: Template) -> dict[str, Fact]:
    """The JSON object; empty texts are left out except those that the list requires."""
    body: dict[str, Fact] = {}
    for key in ("vendor", "name", "model", "chip", "board"):
        text = getattr(template, key)
        if text or key in {"vendor", "name", "chip"}:
            body[key] = text
    if template.keywords:
        body["keywords"] = list(template.keywords)
    body["pins"] = {str(item.gpio): str(item) for item in template.pins}
    if template.flags is not None:
        body["flags"] = str(template.flags)
    if template.command:
        body["command"] = template.command
    body.update({key: value for key, value in template.extras.items() if key not in body})
    return body


def template_text(template: Template) -> str:
    """The JSON text, indented, ending in a line break."""
    return json_text(write_template(template), indent=2) + "\n"


def parse_template(text: str) -> TemplateReading:
    """The template in a JSON text; Malformed for anything that is not a JSON object."""
    return read_template(_json_object(text))


def find_template(text: str) -> TemplateReading:
    """The template in a JSON text, also inside a result of `dump config` (`data`, `template`)."""
    body = _json_object(text)
    for key in ("data", "template"):
        inner = body.get(key)
        if isinstance(inner, dict) and not isinstance(body.get("pins"), dict):
            body = inner
    return read_template(body)


def _json_object(text: str) -> dict[str, object]:
    if len(text) > MAX_TEXT:
        raise Malformed(
            structure=_("device template"), problem=_("it is too long"), offset=MAX_TEXT
        )
    try:
        body = read_nested(text, object_pairs_hook=_keep_duplicates)
    except (ValueError, RecursionError) as err:
        offset = err.pos if isinstance(err, json.JSONDecodeError) else 0
        raise Malformed(
            structure=_("device template"), problem=_("it is not JSON"), offset=offset
        ) from err
    if not isinstance(body, dict):
        raise Malformed(structure=_("device template"), problem=_("it is not an object"), offset=0)
    return body


def read_template(body: Mapping[str, object]) -> TemplateReading:
    """The template in a JSON object, tolerant: misspelt roles are corrected, junk is left out."""
    reader = _Reader()
    texts = {key: _text(body.get(key)) for key in _TEXT_FIELDS}
    keywords = body.get("keywords")
    words = keywords if isinstance(keywords, list) else []
    extras = {str(key): value for key, value in body.items() if key not in _OWN_FIELDS}
    template = Template(
        **texts,
        keywords=tuple(item for item in words if isinstance(item, str)),
        pins=reader.pins(body.get("pins")),
        flags=reader.flags(body.get("flags")),
        extras=cast("Mapping[str, Fact]", extras),
    )
    return TemplateReading(
        template=template, corrected=tuple(reader.corrected), problems=tuple(reader.problems)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(text: str, limit: int) -> int | None:
    clean = text.strip()
    if not (clean.isascii() and clean.isdigit() and len(clean) <= 20):
        return None
    number = int(clean)
    return number if number <= limit else None


def _keep_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A JSON object in which a repeated name stays visible, with a blank behind it.

    JSON readers keep the last one silently; for pins that would hide one of two roles.
    """
    found: dict[str, object] = {}
    for name, value in pairs:
        found[f"{name} " if name in found else name] = value
    return found


def _named_twice(gpio: int, first: str, second: str) -> ReadingProblem:
    return ReadingProblem(
        rule="pin-used-twice",
        pin=gpio,
        text=_(
            "P{gpio} has two roles, {first} and {second}; a pin can only have one.",
            gpio=gpio,
            first=first,
            second=second[:80],
        ),
        fix=_("Keep the use that a meter confirms."),
    )


def _unknown_role(gpio: int, text: str, *, known: bool) -> ReadingProblem:
    if known:
        problem = _("P{gpio}: the channels in {text!r} are not usable.", gpio=gpio, text=text[:80])
        return ReadingProblem(rule="channel-unusable", pin=gpio, text=problem)
    suggestion = suggest_role(text.partition(";")[0])
    return ReadingProblem(
        rule="role-unknown",
        pin=gpio,
        text=_("P{gpio}: OpenBeken knows no role {text!r}.", gpio=gpio, text=text[:80]),
        fix=_("Did you mean {suggestion}?", suggestion=suggestion) if suggestion else "",
    )


class _Reader:
    """Collects what had to be corrected or left out while reading one template."""

    def __init__(self) -> None:
        self.corrected: list[str] = []
        self.problems: list[ReadingProblem] = []

    def pins(self, value: object) -> tuple[PinRole, ...]:
        found: dict[int, PinRole] = {}
        for key, text in value.items() if isinstance(value, dict) else ():
            gpio = _whole(str(key), MAX_GPIO)
            if gpio is not None and gpio in found:
                self.problems.append(_named_twice(gpio, str(found[gpio]), str(text)))
                continue
            if gpio is None or not isinstance(text, str):
                problem = _("Pin {key!r} of the template is not usable.", key=str(key)[:40])
                self.problems.append(ReadingProblem(rule="pin-unusable", pin=None, text=problem))
                continue
            pin = self.pin(gpio, text)
            if pin is not None:
                found[gpio] = pin
        return tuple(found[gpio] for gpio in sorted(found))

    def pin(self, gpio: int, text: str) -> PinRole | None:
        """`Role;channel[;channel2]`, also without channels and with a misspelt role."""
        parts = text.split(";")
        reading = read_role(parts[0])
        numbers = [_whole(part, MAX_CHANNEL) for part in parts[1:3] if part.strip()]
        if reading.role is None or None in numbers or len(parts) > 3:
            self.problems.append(_unknown_role(gpio, text, known=reading.role is not None))
            return None
        if reading.role.index == 0:
            return None
        if not reading.exact:
            self.corrected.append(
                _(
                    "P{gpio}: the role {was!r} is spelt {now}.",
                    gpio=gpio,
                    was=parts[0][:80],
                    now=reading.role.name,
                )
            )
        channels = [number for number in numbers if number is not None]
        return PinRole(
            gpio=gpio,
            role=reading.role.name,
            channel=channels[0] if channels else 0,
            channel2=channels[1] if len(channels) > 1 else None,
        )

    def flags(self, value: object) -> int | None:
        """A decimal text or a number; None where there is neither."""
        if isinstance(value, bool) or value is None or value == "":
            return None
        number = _whole(str(value), _FLAG_LIMIT - 1)
        if number is None:
            problem = _("The flags {text!r} are not a number.", text=str(value)[:40])
            self.problems.append(ReadingProblem(rule="flags-unusable", pin=None, text=problem))
        return number
