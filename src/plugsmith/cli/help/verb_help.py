"""The help of one verb: what it does, examples, its options by what they are about."""

from __future__ import annotations

from dataclasses import MISSING
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.api.options import Panel
from plugsmith.cli.layout import definitions, paragraph
from plugsmith.messages import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plugsmith.api.options import Parameter
    from plugsmith.api.verb import Verb

_PANELS = {
    Panel.WHAT: N_("What"),
    Panel.SAFETY: N_("Safety"),
    Panel.LINK: N_("Link"),
    Panel.OUTPUT: N_("Output"),
}
_METAVARS: dict[object, str] = {int: "N", float: "NUMBER", str: "TEXT", Path: "FILE"}


def verb_help(verb: Verb, found: Sequence[Parameter], width: int) -> str:
    """All of it, laid out for `width` columns."""
    from plugsmith.cli.help.device_guides import GUIDES

    guide = GUIDES.get(verb.name)
    parts = [usage(verb, found, width), paragraph(_(verb.summary), width)]
    if guide is not None:
        rows = [(command, _(words)) for command, words in guide.examples]
        parts.append(_("Examples:") + "\n" + _examples(rows, width))
    for panel, title in _PANELS.items():
        options = [item for item in found if item.words.panel is panel]
        rows = [(name_of(item), words_of(item)) for item in options]
        if panel is Panel.OUTPUT:
            rows.append(("-h, --help", _("Show this.")))
        if rows:
            parts.append(f"{_(title)}:\n{definitions(rows, width)}")
    if guide is not None:
        parts.append(paragraph(more(guide.page), width))
    return "\n\n".join(parts) + "\n"


def more(page: str) -> str:
    """Where more is written; works without a network."""
    return _("More: plugsmith help {page}.md", page=page)


def usage(verb: Verb, found: Sequence[Parameter], width: int) -> str:
    """The shape of the command line: arguments in their order, then options that are needed."""
    words = [_argument(item) for item in found if item.words.argument]
    words += [name_of(item).rpartition(", ")[2] for item in found
              if item.required and not item.words.argument]  # fmt: skip
    line = _("Usage: plugsmith {words}", words=" ".join([verb.name, *words, _("[OPTIONS]")]))
    return paragraph(line, width)


def _argument(item: Parameter) -> str:
    name = item.shown + (" ..." if item.many else "")
    return name if item.required else f"[{name}]"


def name_of(item: Parameter) -> str:
    """`-o, --output FILE`, or `FILE` for an argument."""
    words = item.words
    if words.argument:
        return item.shown
    flags = words.flags or (f"--{item.name.replace('_', '-')}",)
    ordered = ", ".join(sorted(flags, key=lambda flag: flag.startswith("--")))
    if item.plain_type is bool:
        return ordered
    return f"{ordered} {metavar_of(item)}"


def metavar_of(item: Parameter) -> str:
    """What stands for the value; its choices where it has few."""
    if item.words.metavar:
        return item.words.metavar
    kind = item.plain_type.__args__[0] if item.many else item.plain_type
    return _METAVARS.get(kind, "VALUE")


def words_of(item: Parameter) -> str:
    """What it means, its limits, what it is when left out, and where else it can be said."""
    words, facts = item.words, []
    if words.least is not None and words.most is not None:
        facts.append(_("{least} to {most}", least=_number(words.least), most=_number(words.most)))
    elif words.least is not None:
        facts.append(_("at least {least}", least=_number(words.least)))
    if item.default not in (MISSING, None, (), False, True, "") and not words.argument:
        value = item.default.value if isinstance(item.default, Enum) else item.default
        facts.append(_("usually {value}", value=_number(value)))
    if words.env:
        facts.append(_("or set {name}", name=words.env))
    told = "; ".join(facts)
    return f"{_(words.help)} ({told})" if told else _(words.help)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _examples(rows: Sequence[tuple[str, str]], width: int) -> str:
    """Side by side where all fit, else the words below each command, which is never broken."""
    column = max(len(command) for command, _words in rows)
    if 2 + column + 2 + max(len(words) for _command, words in rows) <= width:
        return "\n".join(f"  {command:<{column}}  {words}" for command, words in rows)
    lines = [f"  {command}\n" + paragraph(words, width, indent="      ") for command, words in rows]
    return "\n".join(lines)
