"""The pin text: where its tokens stand, what they mean, what is refused and at which offset."""

from __future__ import annotations

import pytest

from plugsmith.errors.content import Malformed
from plugsmith.tuya.user_param import (
    MAX_DEPTH,
    MAX_TEXT_LEN,
    crc_ok,
    format_pin_text,
    format_token,
    parse_pin_text,
    parse_token,
    split_outside,
    stated_crc,
    text_crc,
)


def refused(text: str, *, read=parse_pin_text) -> tuple[str, int]:
    with pytest.raises(Malformed) as caught:
        read(text)
    return str(caught.value.facts["problem"]), int(str(caught.value.facts["offset"]))


def nested(depth: int) -> str:
    return "[" * depth + "]" * depth


def test_each_pair_knows_where_it_stands():
    text = "{rl1_pin:26,b:[1,2],c:,}"
    pairs = parse_pin_text(text).pairs
    assert [text[pair.start : pair.end] for pair in pairs] == ["rl1_pin:26", "b:[1,2]", "c:"]
    assert [pair.value for pair in pairs] == [26, [1, 2], ""]


@pytest.mark.parametrize("text", ["{}", "{a:1}", "{a:1,}", "{a:1,b:[x,{c:2}],}"])
def test_a_text_is_written_as_it_was_read(text):
    parsed = parse_pin_text(text)
    assert parsed.write() == text
    assert parsed.closing_comma is text.endswith(",}")
    assert not parsed.quoted


@pytest.mark.parametrize("text", ['{"a": 1}', '{ "a": 1}', '{"a": 1,}', '{"a": 1, }'])
def test_quoted_texts_are_json_with_or_without_a_closing_comma(text):
    parsed = parse_pin_text(text)
    assert parsed.config == {"a": 1}
    assert parsed.quoted
    assert parsed.pairs == ()
    assert not parsed.closing_comma


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("a:1}", 0),
        ("{a:1", 0),
        ("{a:1,b}", 5),
        ("{a:1,:2}", 5),
        ("{a:1,b[]:2}", 5),
        ("{a:1,,b:2}", 5),
        ("{a:1]}", 4),
        ("{a:1,b:[2}", 9),
        ("{a:1,b:[[2],}", 11),
        ("{a:[1}}", 0),
        ("{a:[2)]x}", 0),
        ("{a:{b}}", 0),
        ('{"a": tru}', 6),
        ('{"a"}', 4),
    ],
)
def test_what_is_no_pin_text_is_refused_at_its_place(text, offset):
    assert refused(text)[1] == offset


def test_the_reason_of_a_refusal_fits():
    assert refused("x")[0] == "it is not in braces"
    assert refused("{a}")[0] == "a pair has no key"
    assert refused("{a:{b}}")[0] == "a pair has no key"
    assert refused("{a:[}")[0] == "its brackets do not match"
    assert refused('{"a":}')[0] == "it is not valid JSON"


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_text_has_a_longest_length(more, fits):
    text = "{a:" + "x" * (MAX_TEXT_LEN - 4 + more) + "}"
    assert MAX_TEXT_LEN == 0x4000
    if fits:
        assert parse_pin_text(text).config == {"a": text[3:-1]}
    else:
        assert refused(text) == ("it is too long", MAX_TEXT_LEN)


@pytest.mark.parametrize(("depth", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_brackets_go_as_deep_as_any_real_text_and_further_no_more(depth, fits):
    assert MAX_DEPTH == 12
    quoted = '{"a":' + nested(depth - 1) + "}"
    if fits:
        assert parse_pin_text("{a:" + nested(depth) + "}").pairs[0].token == nested(depth)
        assert parse_token(nested(depth)) != nested(depth)
        assert parse_pin_text(quoted).quoted
    else:
        assert refused("{a:" + nested(depth) + "}")[1] == 3 + MAX_DEPTH
        assert refused(nested(depth), read=parse_token)[0] == "its brackets do not match"
        assert refused(quoted) == ("its brackets do not match", 0)


def test_many_brackets_beside_each_other_are_not_deep():
    text = "{" + ",".join(f"k{number}:[1]" for number in range(30)) + "}"
    assert len(parse_pin_text(text).pairs) == 30
    assert parse_pin_text('{"a":[' + ",".join(["[1]"] * 30) + "]}").quoted


def test_pieces_are_told_with_their_places():
    assert split_outside("a,[b,c],d", ",") == [(0, "a"), (2, "[b,c]"), (8, "d")]
    assert split_outside("a,b", ",", base=7) == [(7, "a"), (9, "b")]
    assert split_outside("", ",") == [(0, "")]


@pytest.mark.parametrize(
    ("token", "value"),
    [
        ('"x"', "x"),
        ('"', '"'),
        ('""', ""),
        ('"x', '"x'),
        ('x"', 'x"'),
        ("[]", []),
        ("{}", {}),
        ("[,]", ["", ""]),
        ("{a:1,}", {"a": 1}),
        ('{"a":1}', {"a": 1}),
        ("{a:{b:[1]}}", {"a": {"b": [1]}}),
        ("x[1]", "x[1]"),
        ("[1", None),
        ("[", None),
        ("{", None),
        ("[1}", None),
    ],
)
def test_a_token_means_what_is_written_and_half_of_one_nothing(token, value):
    if value is None:
        assert refused(token, read=parse_token) == ("its brackets do not match", 0)
    else:
        assert parse_token(token) == value


@pytest.mark.parametrize("text", [b"{a:1}", b"{a:1,crc:1234}", b"{crc:40,a:1}", b""])
def test_without_a_checksum_at_the_end_there_is_none(text):
    assert stated_crc(text) is None
    assert text_crc(text) is None
    assert not crc_ok(text)


@pytest.mark.parametrize(
    ("config", "body"),
    [
        ({}, "{"),
        ({"a": 1, "crc": 5}, "{a:1,"),
        (
            {"a": [1, "02", [True, None]], "b": {"c": False, "d": {}}},
            "{a:[1,02,[true,null]],b:{c:false,d:{}},",
        ),
        ({"a": 1.5, "b": "", "c": []}, "{a:1.5,b:,c:[],"),
    ],
)
def test_what_is_written_carries_its_checksum(config, body):
    text = format_pin_text(config)
    assert text.startswith(body + "crc:")
    assert text.endswith(",}")
    assert crc_ok(text.encode())


@pytest.mark.parametrize("value", ["a,b", "a]", "{", "a\nb", "\0", ["ok", "a}"], {"k": "a["}])
def test_a_text_that_the_notation_cannot_hold_is_refused(value):
    told = refused(value, read=format_token)
    assert told == ("a value has a character that cannot be written", 0)


@pytest.mark.parametrize("key", ["", "a:b", "a,b", "k" * 65])
def test_a_key_that_the_notation_cannot_hold_is_refused(key):
    told = refused(key, read=lambda key: format_pin_text({"ok": 1, key: 2}))
    assert told == ("a key has a character that cannot be written", 0)
