"""A request as it may be seen again: in the list of jobs, and as the command that does the same."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from plugsmith.api.options import parameters
from plugsmith.records import data_of
from plugsmith.secrets import MASK, redact, redact_typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.api.options import Parameter
    from plugsmith.api.verb import Verb
    from plugsmith.errors import Fact
    from plugsmith.records import Record

_HOSTS = ("host", "where", "source", "target")
_COMMANDS = ("text", "send")  # what a device is to run
_LOGIN = re.compile(r"[^\s,/@]+@")


def shown_request(given: Mapping[str, object]) -> dict[str, Fact]:
    """The fields with everything masked that looks like a secret."""
    return {name: _masked(name, data_of(value)) for name, value in given.items()}


def _masked(name: str, value: Fact) -> Fact:
    if isinstance(value, str):
        if "password" in name and not name.endswith("_file"):
            return MASK
        return _redacted(name, value)
    if isinstance(value, list):
        return [_masked(name, entry) for entry in value]
    if isinstance(value, dict):
        return {key: _masked(key, entry) for key, entry in value.items()}
    return value


def _redacted(name: str, text: str) -> str:
    if name in _COMMANDS:
        return redact_typed(text)[0]
    return redact(_LOGIN.sub(f"{MASK}@", text) if name in _HOSTS else text)


def shown_command(verb: Verb, request: Record) -> str:
    """The command line of a request, secrets masked; for hints such as "run it again"."""
    words = ["plugsmith", *verb.name.split()]
    for item in parameters(type(request)):
        value = getattr(request, item.name)
        if value is None or value in (item.default, ()):
            continue
        words += [_redacted(item.name, word) for word in _words(item, value)]
    return shlex.join(words)


def _words(item: Parameter, value: object) -> list[str]:
    entries = list(value) if isinstance(value, tuple) else [value]
    if item.words.argument:
        return [_text(entry) for entry in entries]
    flags = item.words.flags or (f"--{item.name.replace('_', '-')}",)
    flag = next((name for name in flags if name.startswith("--")), flags[0]).partition("/")[0]
    if isinstance(value, bool):
        return [flag] if value else []
    return [word for entry in entries for word in (flag, _text(entry))]


def _text(value: object) -> str:
    return str(value)
