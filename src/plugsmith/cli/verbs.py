"""The table of verbs: name, module, help line. A verb's module is imported only when it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb or a group of verbs; `module` holds a Typer app called `app`."""

    name: str
    module: str
    summary: str


VERBS: tuple[Verb, ...] = ()
