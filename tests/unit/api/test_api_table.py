"""The table of verbs: every row resolves, its types agree, and every face has words for it."""

from __future__ import annotations

import dataclasses
import inspect
from importlib import import_module

import pytest

import plugsmith
from plugsmith.api.options import parameters
from plugsmith.api.session import Session
from plugsmith.cli.words import WORDS
from plugsmith.records import Record, Result

VERBS = plugsmith.verbs()
named = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)


def annotation(function, name: str) -> str:
    """The text of an annotation, as the module's author wrote it."""
    signature = inspect.signature(function)
    found = signature.return_annotation if name == "return" else signature.parameters[name]
    return str(getattr(found, "annotation", found))


def test_names_are_unique_and_in_one_list_only():
    names = [verb.name for verb in VERBS]
    assert len(set(names)) == len(names)
    assert plugsmith.verb(names[0]) is VERBS[0]
    with pytest.raises(KeyError):
        plugsmith.verb("no such verb")


@named
def test_the_runner_takes_the_request_and_gives_the_results_of_the_table(verb):
    runner = getattr(import_module(verb.home), verb.runner)
    _session, request = inspect.signature(runner).parameters
    assert annotation(runner, request) == verb.request
    results = {kind.__name__ for kind in verb.result_types}
    assert set(annotation(runner, "return").split(" | ")) == results


@named
def test_requests_and_results_are_frozen_records(verb):
    for kind in (verb.request_type, *verb.result_types):
        assert issubclass(kind, Record)
        assert dataclasses.is_dataclass(kind)
        with pytest.raises(dataclasses.FrozenInstanceError):
            kind.__new__(kind).anything = 1
        assert kind.__doc__
    assert all(issubclass(kind, Result) for kind in verb.result_types)


@named
def test_every_field_of_a_request_is_told_to_people(verb):
    told = {item.name for item in parameters(verb.request_type)}
    assert told == {item.name for item in dataclasses.fields(verb.request_type)}
    flags = [flag for item in parameters(verb.request_type) for flag in item.words.flags]
    assert len(set(flags)) == len(flags)


@named
def test_the_command_line_has_words_for_the_very_result(verb):
    words = WORDS[verb.name]
    render = getattr(import_module(words.home), words.render)
    result, *shown = inspect.signature(render).parameters
    assert [annotation(render, item) for item in shown] == (
        [words.shown_type.__name__] if words.shown else []
    )
    results = {kind.__name__ for kind in verb.result_types}
    assert set(annotation(render, result).split(" | ")) == results


def test_words_belong_to_verbs():
    assert set(WORDS) == {verb.name for verb in VERBS}


def test_a_verb_refuses_the_request_of_another():
    @dataclasses.dataclass(frozen=True)
    class Other(Record):
        pass

    with pytest.raises(TypeError, match="takes a"):
        VERBS[0].run(Session(), Other())
