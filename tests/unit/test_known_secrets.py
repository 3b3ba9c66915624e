"""Passwords that a run was given leave it in no error, warning, log, result, trace or JSON line."""

from __future__ import annotations

import base64
import json
import urllib.parse
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.api.verb import told
from plugsmith.cli.session import report_error
from plugsmith.errors import PlugsmithError
from plugsmith.errors.base import concrete_errors
from plugsmith.events import (
    Ask,
    AskKind,
    ErrorEvent,
    Item,
    Log,
    Result,
    TaskBegin,
    TaskEnd,
    Warning_,
)
from plugsmith.records import Record, record
from plugsmith.records import Result as ResultRecord
from plugsmith.secrets import KNOWN, MASK, note_passwords

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    lambda tail: f"zQ7{tail}!x"
)  # in no sentence of ours


@pytest.fixture(autouse=True)
def _own_memory():
    KNOWN.forget()
    yield
    KNOWN.forget()


def _made(cls: type[PlugsmithError], value: object) -> PlugsmithError:
    error = cls.__new__(cls)
    text = f"{cls.what} {cls.why} {cls.next_step}"
    fields = [(name, spec) for _text, name, spec, _how in Formatter().parse(text) if name]
    facts = {name: (17 if spec[-1] in "Xxd" else 1.5) if spec else value for name, spec in fields}
    PlugsmithError.__init__(error, **facts, extra=value)
    return error


def _spellings(word: str) -> set[str]:
    coded = base64.b64encode(word.encode()).decode().rstrip("=")
    return {word, urllib.parse.quote(word, safe=""), coded, word.encode().hex()}


@pytest.mark.slow
@settings(max_examples=3, deadline=None)  # of each of 158 classes
@given(word=WORDS)
def test_no_error_class_tells_a_known_secret(word):
    KNOWN.forget()
    KNOWN.note(word)
    for cls in concrete_errors():
        for spelled in _spellings(word):
            for value in (f"x {spelled} y", ["a", {"b": spelled}]):
                error = _made(cls, value)
                shown = [
                    error.message,
                    error.hint,
                    str(error),
                    json.dumps(ErrorEvent.of(error).as_json()),
                ]
                assert not any(spelled in text for text in shown), cls


@pytest.mark.parametrize("cls", concrete_errors(), ids=lambda cls: cls.code)
def test_no_error_class_tells_what_stands_behind_a_telling_name(cls, capsys):
    told_by = (
        'wifi_password="Tr0ub-4dor"',
        "MqttPassword Tr0ub-4dor",
        "http://me:Tr0ub-4dor@host/",
        '{"passwd":"Tr0ub-4dor"}',
        "psk: Tr0ub-4dor",
    )
    for text in told_by:
        error = _made(cls, text)
        for as_json in (True, False):
            report_error(error, as_json=as_json)
    out, err = capsys.readouterr()
    assert "Tr0ub" not in out
    assert "Tr0ub" not in err


@pytest.mark.parametrize("cls", concrete_errors(), ids=lambda cls: cls.code)
def test_what_helps_stays_in_errors(cls):
    """Plain facts are told as they are: masking must not eat the sentence."""
    fact = "BK7231T at 0x1EE000, /home/me/plug.bin"
    assert _made(cls, fact).told["extra"] == fact
    assert MASK not in _made(cls, fact).message


def _events(word: str):
    text = f"about {word}!"
    error = ErrorEvent.of(_made(concrete_errors()[0], text)).as_json()
    yield Warning_(code="PS-X", message=text, hint=text, data={"a": [text, {"b": text}]})
    yield Log(message=text)
    yield TaskBegin(task=text, title=text)
    yield TaskEnd(task=text, ok=True, seconds=0.1, summary=text)
    yield Ask(id="1", form=AskKind.CONFIRM, question=text)
    yield Item(name=text, error=error)


@settings(deadline=None)
@given(word=WORDS)
def test_no_event_tells_a_known_secret(word):
    KNOWN.forget()
    KNOWN.note(word)
    for event in _events(word):
        assert word not in "".join(_texts(event.as_json()))


def _texts(fact: object):
    if isinstance(fact, str):
        yield fact
    elif isinstance(fact, list | tuple):
        for item in fact:
            yield from _texts(item)
    elif isinstance(fact, dict):
        for item in fact.values():
            yield from _texts(item)


@record
class _Shown(ResultRecord):
    text: str
    rows: tuple[str, ...]


@record
class _Asked(Record):
    show_secrets: bool = False


def test_a_result_tells_it_only_where_it_was_asked_for():
    KNOWN.note("hunter2-hunter2")
    result = _Shown(text="is hunter2-hunter2", rows=("hunter2-hunter2",))
    assert told(_Asked(), result) == {"text": f"is {MASK}", "rows": [MASK]}
    asked = told(_Asked(show_secrets=True), result)
    assert asked == {"text": "is hunter2-hunter2", "rows": ["hunter2-hunter2"]}
    assert Result(command="x", data=asked).data == asked


@pytest.mark.parametrize(
    "sentence",
    [
        "it has the Wi-Fi password compiled into its code",
        "a placeholder MAC: its RF calibration is lost",
        "give wifi_password=env:NAME or wifi_password=file:PATH",
    ],
)
def test_prose_about_passwords_stays(sentence):
    assert Warning_(code="PS-X", message=sentence).message == sentence


def test_places_of_passwords_are_no_passwords():
    note_passwords({"wifi_password": "env:HOME_WIFI", "name": "lamp-lamp"}, ["wifi_password"])
    assert KNOWN.mask("env:HOME_WIFI lamp-lamp") == "env:HOME_WIFI lamp-lamp"
    note_passwords({"wifi_password": 12345678}, ["wifi_password"])
    assert KNOWN.mask("got 12345678") == f"got {MASK}"
