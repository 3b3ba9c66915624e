"""A request of the page (JSON) as the typed request of a verb, with real paths for handles."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from plugsmith.api.options import parameters
from plugsmith.errors.own.ui import UiFileName, UiRequest
from plugsmith.messages import _
from plugsmith.ui.fields import WORDS, Role, role
from plugsmith.ui.files import plain_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.api.options import Parameter
    from plugsmith.api.verb import Verb
    from plugsmith.records import Record
    from plugsmith.ui.files import Files

_MOST_ENTRIES = 1000


def read_request(verb: Verb, given: Mapping[str, object], *, files: Files, folder: Path) -> Record:
    """The request; what the job makes goes to `folder`. Raises UiRequest, UiFileName."""
    known = {item.name: item for item in parameters(verb.request_type)}
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UiRequest(problem=_("{verb} has no field {name}", verb=verb.name, name=unknown[0]))
    values: dict[str, Any] = {}
    for name, item in known.items():
        if given.get(name) is None:
            if item.required:
                problem = _("{verb} needs the field {name}", verb=verb.name, name=name)
                raise UiRequest(problem=problem)
            continue
        way = role(verb.name, item, given)
        if (verb.name, name, given[name]) in WORDS:
            way = Role.PLAIN
        values[name] = _value(item, given[name], _Place(way, files, folder))
    return verb.request_type(**values)


class _Place:
    """Turns what the page calls a file into where it is."""

    def __init__(self, way: Role, files: Files, folder: Path) -> None:
        self._way = way
        self._files = files
        self._folder = folder

    def of(self, text: str) -> str:
        match self._way:
            case Role.PLAIN:
                return text
            case Role.READ:
                return str(self._files.path(text))
            case Role.MADE:
                return str(self._folder / plain_name(text))
            case Role.NO_LIST:
                return _no_list(text)
            case _:
                return self._file_or_word(text)

    def _file_or_word(self, text: str) -> str:
        if text.startswith(("upload:", "output:", "library:", "practice:")):
            return str(self._files.path(text))
        if self._way is Role.ADDRESS_OR_FILE:
            if not text.startswith(("http://", "https://")):
                raise UiFileName(name=text)
            return text
        plain_name(text)  # no path of this computer
        if self._way is Role.HOST_OR_FILE:
            return text if ":" in text else f"{text}:80"  # a host, even if a file is called so
        if _exists(text):
            raise UiFileName(name=text)
        return text


def _exists(text: str) -> bool:
    try:
        return Path(text).exists()
    except (OSError, ValueError):
        return True


def _no_list(text: str) -> str:
    """`@FILE` among hosts, addresses or keys would read a file of this computer, and so would
    `wifi_password=file:PATH`.
    """
    parts = [part.strip() for part in (*text.split(","), text.partition("=")[2])]
    if any(part.startswith(("@", "file:")) for part in parts):
        raise UiFileName(name=text)
    return text


def _value(item: Parameter, given: object, place: _Place) -> object:
    kind = item.plain_type
    if not item.many:
        return _one(item, kind, given, place)
    if not isinstance(given, list) or len(given) > _MOST_ENTRIES:
        raise _wrong(item, _("a list"))
    return tuple(_one(item, get_args(kind)[0], entry, place) for entry in given)


def _one(item: Parameter, kind: Any, given: object, place: _Place) -> object:  # noqa: ANN401
    if kind is bool:
        if not isinstance(given, bool):
            raise _wrong(item, _("true or false"))
        return given
    if kind in {int, float}:
        return _number(item, kind, given)
    if not isinstance(given, str) or "\0" in given:
        raise _wrong(item, _("text"))
    made = place.of(given)
    return Path(made) if kind is Path else made


def _number(item: Parameter, kind: type, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, (int, float)) or not _finite(given):
        raise _wrong(item, _("a number"))
    if kind is int and given != int(given):
        raise _wrong(item, _("a whole number"))
    number: float = kind(given)
    least, most = item.words.least, item.words.most
    if (least is not None and number < least) or (most is not None and number > most):
        raise _wrong(item, _("a number from {least} to {most}", least=least, most=most))
    return number


def _finite(given: float) -> bool:
    try:
        return math.isfinite(given)
    except OverflowError:  # an integer beyond any float
        return False


def _wrong(item: Parameter, wanted: str) -> UiRequest:
    return UiRequest(problem=_("the field {name} must be {wanted}", name=item.name, wanted=wanted))
