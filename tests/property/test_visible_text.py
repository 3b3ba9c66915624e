"""Foreign text cannot command a terminal and can always be written."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.cli.writer import write_text
from plugsmith.visible import json_safe, visible, visible_line, without_surrogates

ANY = st.text(st.characters())  # lone surrogates too
NASTY = "a\x1b[31m\x07\x9b2J\u202eb\ud800\u200f\x00\r"


def harmful(text: str) -> list[str]:
    """What a second opinion, the Unicode database, calls control, format or surrogate."""
    allowed = {"\t", "\n", "\u00ad"} | {c for c in text if "\u0600" <= c <= "\u06dd"}
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed]


@given(ANY)
def test_nothing_that_a_terminal_obeys_is_left(text):
    assert not harmful(visible(text))
    assert visible(text).encode() == visible(text).encode("utf-8", "surrogatepass")
    assert not set("\t\n") & set(visible_line(text))


@given(ANY)
def test_visible_text_stays_as_it_is(text):
    once = visible(text)
    assert visible(once) == once


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Cn", "Zl", "Zp"])))
def test_plain_text_of_any_script_is_not_touched(text):
    assert visible(text) == text


def test_each_harmful_kind_is_shown_by_its_code():
    assert visible(NASTY) == r"a\x1b[31m\x07\x9b2J\u202eb\ud800\u200f\x00\r"
    assert visible_line("one\ntwo") == r"one\ntwo"
    assert without_surrogates(NASTY).count("\ufffd") == 1


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner)))
def test_json_keeps_its_meaning_and_holds_nothing_raw(value):
    line = json_safe(json.dumps(value, ensure_ascii=False))
    assert not harmful(line)
    assert "\u202e" not in line
    whole = json.dumps(value)
    if not any(0xD800 <= ord(char) < 0xE000 for char in json.dumps(value, ensure_ascii=False)):
        assert json.loads(line) == json.loads(whole)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "iso8859-2", "cp1250"])
@given(text=ANY)
def test_every_text_can_be_written_to_every_terminal(encoding, text):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    write_text(stream, text)
    assert b"\x1b" not in raw.getvalue()
