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
from plugsmith.secrets import (
    KNOWN,
    MASK,
    KnownSecrets,
    SecretsOfRun,
    mask_known,
    note_passwords,
    redact,
    sure_until,
)

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


@pytest.mark.sample(46)
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


@pytest.mark.sample(46)
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


def test_a_word_that_one_run_was_given_is_masked_there_and_where_nobody_knows_whose_it_is():
    known, one, two = KnownSecrets(), SecretsOfRun(), SecretsOfRun()
    with known.run(one):
        known.note("lamp")
        assert known.mask("a lamp") == f"a {MASK}"
        assert known.begun("a lam") == 3
        with known.run(two):
            assert known.mask("a lamp") == "a lamp"
            assert known.begun("a lam") == 0
            known.note("desk")
        assert known.mask("lamp, desk") == f"{MASK}, desk"
    assert known.mask("lamp, desk") == "lamp, desk"


def test_a_run_that_has_ended_leaves_those_of_others_and_no_trace_of_itself():
    known, one = KnownSecrets(), SecretsOfRun()
    one.forms = ("lamp",)
    known._runs = (one,)  # as of another thread
    assert known.mask("a lamp") == f"a {MASK}"
    assert known.begun("a lam") == 3
    with known.run(SecretsOfRun()):
        assert known.mask("a lamp") == "a lamp"
    assert known.mask("a lamp") == f"a {MASK}"
    known.note("desk")  # of no run: for everybody
    with known.run(SecretsOfRun()):
        assert known.mask("a desk") == f"a {MASK}"


@pytest.mark.parametrize(("word", "stays"), [("1234567", False), ("12345678", True)])
def test_from_eight_characters_on_a_secret_of_a_run_outlives_it(word, stays):
    known = KnownSecrets()
    with known.run(SecretsOfRun()):
        known.note(word)
        assert known.mask(word) == MASK
    assert (known.mask(word) == MASK) is stays


@pytest.mark.parametrize(("word", "shown"), [("abc", "an abc"), ("abcd", f"an {MASK}")])
def test_what_is_shorter_than_four_characters_is_in_every_sentence(word, shown):
    KNOWN.note(word)
    assert KNOWN.mask(f"an {word}") == shown


def test_of_two_that_begin_alike_the_longer_one_goes_first():
    KNOWN.note("open", "open sesame")
    assert KNOWN.mask("open sesame!") == f"{MASK}!"


def test_every_begun_letter_of_a_secret_is_counted_and_none_of_a_whole_one():
    KNOWN.note("Sesame-77")
    heads = ["Sesame-77"[:size] for size in range(9)]
    assert [KNOWN.begun(f"x {head}") for head in heads] == list(range(9))
    assert [KNOWN.begun(head) for head in heads] == list(range(9))
    assert KNOWN.begun("x Sesame-77") == 0
    KNOWN.forget()
    assert KNOWN.begun("x Se") == 0


def test_the_head_of_a_known_secret_at_the_end_is_not_sure():
    KNOWN.note("Sesame-77")
    assert sure_until("it is Sesa", "it is Sesa") == 6
    assert sure_until("it is not", redact("it is not")) == 9


@pytest.mark.parametrize(
    "spelled",
    [
        "a%20b%26%C3%A9%2277",
        "a+b%26%C3%A9%2277",
        'a b&é\\"77',
        'a b&\\u00e9"77',
        "61206226c3a9223737",
    ],
)
def test_a_secret_is_known_as_addresses_json_and_numbers_write_it(spelled):
    KNOWN.note('a b&é"77')
    assert KNOWN.mask(f"x {spelled} y") == f"x {MASK} y"


def test_a_fact_of_a_result_is_masked_in_its_depth():
    KNOWN.note("Sesame-77")
    fact = {"Sesame-77": ["is Sesame-77", 77, {"a": "Sesame-77", "b": None}]}
    masked = {"Sesame-77": [f"is {MASK}", 77, {"a": MASK, "b": None}]}
    assert mask_known(fact) == masked


def test_only_texts_and_numbers_are_passwords():
    note_passwords({"a": ["Sesame-77"], "b": None, "c": "hunter2x"}, ["a", "b", "c", "d"])
    shown = KNOWN.mask("Sesame-77 hunter2x None")
    assert shown == f"Sesame-77 {MASK} None"
