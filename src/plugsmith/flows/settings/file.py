"""Settings from a file (TOML, YAML or JSON, by its ending) and from `name=value` words."""

from __future__ import annotations

import re
import sys
import tomllib
from typing import TYPE_CHECKING, cast

from plugsmith.errors import UsageError
from plugsmith.errors.device import TemplateUnusable
from plugsmith.flows.input_file import read_input
from plugsmith.flows.settings.yaml_file import read_yaml
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.flag_names import PREFIX, gathered
from plugsmith.openbeken.settings import NAMES, PASSWORDS, TEXT_NAMES
from plugsmith.secrets import KNOWN, secret_spans

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plugsmith.errors import Fact

LONGEST = 1_000_000
_DEEPEST = 4
_ELSEWHERE = ("env:", "file:", "keyring:")

# A line of a settings file that gives a password, however the file is written; group 1 is it.
_PASSWORD_LINE = re.compile(
    r"""(?im)^[^\n#]{0,80}?pass(?:word)?\d?["']?\s{0,9}[:=]\s{0,9}["']?([^"'\s,}#][^"'\n,}]{2,127})"""
)


def read_text(path: Path) -> str:
    """The text of a file, or of standard input for `-`; bytes that are no UTF-8 are replaced."""
    if str(path) == "-":
        return sys.stdin.read(LONGEST + 1)
    return read_input(path).data[: LONGEST + 1].decode("utf-8", "replace")


def read_settings_file(path: Path) -> dict[str, Fact]:
    """The settings in a file. Names as in docs/openbeken-config.md; tables may stand for groups.

    `[wifi] ssid = ...` is the same as `wifi_ssid = ...`. Raises InputMissing, TemplateUnusable.
    """
    text = read_text(path)
    for hit in _PASSWORD_LINE.finditer(text):  # before anything can complain about the file
        KNOWN.note(hit[1])
    if len(text) > LONGEST:
        raise _unusable(path, _("it is too long"))
    try:
        body, plain = _parse(path, text), _parse_as_texts(path, text)
    except (ValueError, RecursionError) as problem:
        raise _unusable(path, _("it is not well formed")) from problem
    if not isinstance(body, dict):
        raise _unusable(path, _("it is no table of settings"))
    return _with_texts(_flat(path, body), _flat(path, plain) if isinstance(plain, dict) else {})


def _with_texts(settings: dict[str, Fact], written: dict[str, Fact]) -> dict[str, Fact]:
    """Text settings as they stand in the file: `wifi_password: 00123` has its zeros."""
    return {
        name: str(written.get(name, value))
        if name in TEXT_NAMES and isinstance(value, (int, float)) and not isinstance(value, bool)
        else value
        for name, value in settings.items()
    }


def _parse_as_texts(path: Path, text: str) -> object:
    """The same with every number as the text that it is written as."""
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return read_yaml(text, as_texts=True)
        case ".json":
            return read_nested(text, parse_int=str, parse_float=str)
        case _:
            return tomllib.loads(text, parse_float=str)


def _parse(path: Path, text: str) -> object:
    match path.suffix.lower():
        case ".yaml" | ".yml":
            return read_yaml(text)
        case ".json":
            return read_nested(text)
        case _:
            return tomllib.loads(text)


def _flat(path: Path, body: dict[object, object]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for key, value in body.items():
        name = str(key).replace("-", "_")
        if name in NAMES or name.startswith(PREFIX):
            found[name] = _fact(value)
        elif isinstance(value, dict):
            for inner, item in value.items():
                found[_named(path, f"{name}_{str(inner).replace('-', '_')}")] = _fact(item)
        else:
            raise _unusable(path, _("it has the unknown setting {name!r}", name=name[:40]))
    return gathered(found)


def _named(path: Path, name: str) -> str:
    if name not in NAMES:
        raise _unusable(path, _("it has the unknown setting {name!r}", name=name[:40]))
    return name


def _fact(value: object, depth: int = _DEEPEST) -> Fact:
    if isinstance(value, dict) and depth:
        return {str(key): _fact(item, depth - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)) and depth:
        return [_fact(item, depth - 1) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return cast("Fact", value)
    return str(value)


def setting_words(words: Sequence[str]) -> dict[str, Fact]:
    """The settings in `name=value` words; a value that is JSON is taken as such for tables.

    What the firmware keeps as text stays text, whatever it looks like: a password may be digits.

    Raises UsageError for a word without `=` or an unknown name.
    """
    found: dict[str, Fact] = {}
    for word in words:
        if word.strip().lower().startswith(PREFIX):
            name, _equals, text = word.strip().rpartition("=")
            found[PREFIX + name[len(PREFIX) :]] = text.strip()
            continue
        name, equals, text = word.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or name not in NAMES:
            raise UsageError(problem=_("{word!r} is no setting with a value", word=name[:40]))
        found[name] = text if name in TEXT_NAMES else _value(text)
    return gathered(found)


def refuse_passwords(words: Sequence[str]) -> None:
    """UsageError for a password in `name=value` words: others see it in the list of processes."""
    for word in words:
        name, _equals, value = word.partition("=")
        name = name.strip().replace("-", "_").lower()
        if name in NAMES and name not in PASSWORDS and any(secret_spans(value)):
            raise UsageError(
                problem=_(
                    "the password in {name} would be seen by others on this machine and kept in "
                    "the shell's history; give {name} in a file with --config",
                    name=name,
                )
            )
        if name in PASSWORDS and value and not value.startswith(_ELSEWHERE):
            raise UsageError(
                problem=_(
                    "{name} on the command line is seen by others on this machine and kept in "
                    "the shell's history; give {name}=env:VARIABLE, {name}=file:PATH, "
                    "--wifi-password-file, --mqtt-password-file or a file with --config, or set "
                    "PLUGSMITH_WIFI_PASSWORD or PLUGSMITH_MQTT_PASSWORD",
                    name=name,
                )
            )


def _value(text: str) -> Fact:
    if text[:1] in "{[" and text:
        try:
            return cast("Fact", read_nested(text))
        except (ValueError, RecursionError):
            return text
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text


def _unusable(path: Path, problem: str) -> TemplateUnusable:
    return TemplateUnusable(
        name=str(path),
        problem=problem,
        remedy=_("docs/openbeken-config.md lists the settings and what they take."),
    )
