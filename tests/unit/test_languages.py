"""Languages: one file each, words that count, and who decides which language is spoken."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith import messages
from plugsmith.dump.health import judge_backup
from plugsmith.messages import _, language, languages, speaking
from plugsmith.plurals import filled, forms_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from texts import faults, file_of, sentences, texts_of  # noqa: E402 - tools is no package

OTHERS = [name for name in languages() if name != "en"]


def test_polish_and_german_are_there():
    assert {"pl", "de"} <= set(OTHERS)


def test_a_verdict_that_was_given_before_is_told_again_in_the_language_of_who_asks_now():
    told = {}
    for name in ("en", "pl", "de"):
        with speaking(name):
            told[name] = judge_backup(b"\0" * 0x1000).because[0].text
    assert len(set(told.values())) == 3


@pytest.mark.parametrize("name", OTHERS)
def test_every_text_has_the_form_of_its_english_sentence(name):
    texts = texts_of(file_of(name))
    found = {each: faults(each, text, name) for each, text in texts.items() if text}
    assert {each: told for each, told in found.items() if told} == {}


def test_the_check_of_a_text_finds_what_is_wrong():
    sentence = "{count} files in {folder}: --all "
    assert faults(sentence, "{count} {count:plik|pliki|plików} w {folder}: --all ", "pl") == []
    for text in (
        "{count} {count:plik|pliki} w {folder}: --all ",
        "{count} plików w {folder}: --all",
        "{count} plików: --all ",
        "{count} plików w {folder}: ",
        "{count:03d} plików w {folder}: --all ",
        "{count plików w {folder}: --all ",
    ):
        assert faults(sentence, text, "pl"), text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 plików"), (1, "1 plik"), (2, "2 pliki"), (4, "4 pliki"), (5, "5 plików"),
        (11, "11 plików"), (12, "12 plików"), (14, "14 plików"), (21, "21 plików"),
        (22, "22 pliki"), (25, "25 plików"), (101, "101 plików"), (102, "102 pliki"),
        (112, "112 plików"), (1234, "1234 pliki"), ("7", "7 plików"), ("1,5", "1,5 plików"),
    ],
)  # fmt: skip
def test_polish_counts_as_people_do(count, said):
    assert filled("{n} {n:plik|pliki|plików}", "pl", {"n": count}) == said


def test_english_has_two_forms_and_a_sentence_may_count_several_things():
    text = "{a} {a:file|files} in {b} {b:folder|folders}, {c:.1f} s"
    said = filled(text, "en", {"a": 1, "b": 3, "c": 2.25})
    assert said == "1 file in 3 folders, 2.2 s"
    assert forms_of("en") == 2
    assert forms_of("pl") == 3


@given(st.integers(), st.sampled_from(["en", "pl", "xx"]))
def test_every_number_has_a_form(count, name):
    words = [f"w{at}" for at in range(forms_of(name))]
    said = filled("{n:" + "|".join(words) + "}", name, {"n": count})
    assert said in words


def test_a_run_speaks_its_own_language(monkeypatch):
    monkeypatch.setenv("PLUGSMITH_LANG", "pl")
    assert _("yes") == "tak"
    with speaking("en"):
        assert (language(), _("yes")) == ("en", "yes")
        with speaking(None):
            assert _("yes") == "yes"
    assert _("yes") == "tak"


def test_two_threads_speak_two_languages():
    heard: dict[str, str] = {}

    def run(name: str) -> None:
        with speaking(name):
            heard[name] = _("{count} files: {sums}", count=5, sums="-")

    threads = [threading.Thread(target=run, args=(name,)) for name in ("en", "pl")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert heard == {"en": "5 files: -", "pl": "5 plików: -"}


def test_the_system_s_language_is_the_default(monkeypatch):
    monkeypatch.delenv("PLUGSMITH_LANG", raising=False)
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "pl_PL.UTF-8")
    messages._catalogue.cache_clear()
    try:
        assert (language(), _("yes")) == ("pl", "tak")
        monkeypatch.setenv("LANG", "xx_XX.UTF-8")
        messages._catalogue.cache_clear()
        assert (language(), _("yes")) == ("en", "yes")
    finally:
        messages._catalogue.cache_clear()


@pytest.mark.parametrize("name", OTHERS)
def test_every_language_is_complete(name):
    """A new sentence brings its texts: `tools/texts.py missing pl` lists what has none."""
    texts = texts_of(file_of(name))
    assert [each for each in sentences() if not texts.get(each)] == []


@pytest.mark.parametrize("name", ["en", *OTHERS])
def test_a_brace_that_is_meant_is_shown_once_with_and_without_fields(name):
    twice = {"A template without pins has an empty `pins`: {{}}."}
    twice |= {text for text in texts_of(file_of("pl")) if "{{" in text}
    assert len(twice) > 1
    with speaking(name):
        assert not [text for text in twice if "{{" in _(text) or "}}" in _(text)]
        assert _("{what} in {{}}", what=7) == "7 in {}"
