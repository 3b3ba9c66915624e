"""What a page asks before it starts a job, without the way that the question came."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import plugsmith
from plugsmith.errors.own.ui import UiRequest, UiUnknown
from plugsmith.events import SCHEMA
from plugsmith.handbook import page_file, page_names
from plugsmith.messages import _, languages, sentences
from plugsmith.records import data_of
from plugsmith.ui.fields import NOT_FOR_THE_PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from plugsmith.api.session import Session
    from plugsmith.api.verb import Verb
    from plugsmith.errors import Fact

_SECRETS = ("wifi_password", "mqtt_password", "device_password")
_LONGEST_SECRET = 1024
_SERVER = secrets.token_hex(8)  # of this run: a page sees that the server was started anew


def about(extras: Mapping[str, bool], spoken: str) -> dict[str, Fact]:
    """Version, the language that is `spoken`, extras, verbs."""
    return {
        "version": plugsmith.__version__,
        "schema": SCHEMA,
        "language": spoken,
        "languages": list(languages()),
        "extras": dict(extras),
        "verbs": [
            {
                "name": verb.name,
                "summary": _(verb.summary),
                "needs": [need.value for need in verb.needs],
                "asks": verb.asks,
            }
            for verb in plugsmith.verbs()
            if verb.name not in NOT_FOR_THE_PAGE
        ],
        "server": _SERVER,
    }


def texts(wanted: str) -> dict[str, Fact]:
    """The sentences of a language: English text -> its text; empty for English."""
    return dict(sentences(wanted)) if wanted in languages() else {}


def handbook() -> list[Fact]:
    """The pages of the documentation by name and title."""
    return [{"name": name, "title": _title(handbook_page(name))} for name in page_names()]


def handbook_page(name: str) -> str:
    """One page, as Markdown. UiUnknown."""
    file = page_file(name)
    if file is None:
        raise UiUnknown(what=_("this page"))
    return file.read_text(encoding="utf-8")


def _title(text: str) -> str:
    heads = (line for line in text.splitlines() if line.startswith("# "))
    return next(heads, "").removeprefix("# ").strip()


def port_rows(
    session: Session, practice: list[dict[str, Any]], holder: Callable[[str], str | None]
) -> Fact:
    """The data of `ports`, with practice plugs, and the job that holds each port."""
    verb = plugsmith.verb("ports")
    result: Any = verb.run(session, verb.request_type())
    body: dict[str, Any] = dict(result.as_data())
    rows = [{**row, "practice": False} for row in body["ports"]] + practice
    body["ports"] = [{**row, "job": holder(row["device"])} for row in rows]
    return data_of(body)


def verb_named(name: str) -> Verb:
    """UiUnknown where there is none."""
    try:
        return plugsmith.verb(name)
    except KeyError as problem:
        raise UiUnknown(what=_("this verb")) from problem


def secret_words(given: object) -> dict[str, str]:
    """Passwords for one job alone; they are forgotten when it ends."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise UiRequest(problem=_("the field {name} is missing or wrong", name="secrets"))
    for name, word in given.items():
        fits = isinstance(word, str) and len(word) <= _LONGEST_SECRET and "\0" not in word
        if name not in _SECRETS or not fits:
            raise UiRequest(problem=_("the field {name} is missing or wrong", name="secrets"))
    return dict(given)
