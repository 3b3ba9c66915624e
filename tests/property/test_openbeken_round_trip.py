"""Templates and startup commands: what is written is read back; junk gives a value or a refusal."""

from __future__ import annotations

import json

from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import PlugsmithError
from plugsmith.openbeken.roles import roles
from plugsmith.openbeken.script import Script, ScriptCommand, print_startup, read_startup
from plugsmith.openbeken.template import (
    PinRole,
    Template,
    parse_template,
    read_template,
    template_text,
    write_template,
)

ROLE_NAMES = [item.name for item in roles() if item.index]
CHANNELS = st.integers(0, 255)

PINS = st.lists(
    st.builds(
        PinRole,
        gpio=st.integers(0, 63),
        role=st.sampled_from(ROLE_NAMES),
        channel=CHANNELS,
        channel2=st.none() | CHANNELS,
    ),
    unique_by=lambda pin: pin.gpio,
    max_size=12,
).map(lambda pins: tuple(sorted(pins, key=lambda pin: pin.gpio)))
EXTRAS = st.dictionaries(
    st.sampled_from(["image", "wiki", "bDetailed", "note", "tags"]),
    st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3) | st.integers(),
)
TEMPLATES = st.builds(
    Template,
    vendor=st.text(max_size=20),
    name=st.text(max_size=20),
    model=st.text(max_size=20),
    chip=st.sampled_from(["", "BK7231T", "BK7231N", "odd"]),
    board=st.text(max_size=10),
    keywords=st.lists(st.text(max_size=8), max_size=3).map(tuple),
    pins=PINS,
    flags=st.none() | st.integers(0, 2**64 - 1),
    command=st.text(max_size=60),
    extras=EXTRAS,
)
WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='";'), min_size=1
)


@given(TEMPLATES)
def test_a_written_template_reads_back_equal(template: Template) -> None:
    reading = parse_template(template_text(template))
    assert reading.template == template
    assert reading.corrected == ()
    assert reading.left_out == ()


@given(TEMPLATES)
def test_writing_is_stable(template: Template) -> None:
    body = write_template(template)
    assert write_template(read_template(body).template) == body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["pins", "flags", "name", "6", "command", "keywords", "x"])
            | st.text(max_size=5),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_gives_a_template_or_a_refusal(body: object) -> None:
    try:
        reading = parse_template(json.dumps(body))
    except PlugsmithError:
        assert not isinstance(body, dict)
    else:
        assert isinstance(reading.template, Template)


@given(st.text(max_size=200) | st.sampled_from(["[" * 100_000, '{"a":' * 50_000, "1" * 6000]))
def test_any_text_gives_a_template_or_a_refusal(text: str) -> None:
    reading = value_or_refusal(parse_template, text)
    assert isinstance(reading, PlugsmithError) or isinstance(reading.template, Template)


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=3)), min_size=1, max_size=5))
def test_startup_commands_read_back(parts: list[tuple[str, list[str]]]) -> None:
    commands = [
        ScriptCommand(name, " ".join(words))
        for name, words in parts
        if not name.startswith("//") and name.lower() != "backlog"
    ]
    script = Script(tuple(commands))
    assert read_startup(print_startup(script)) == script


@given(st.text(max_size=200))
def test_any_startup_text_is_read(text: str) -> None:
    script = read_startup(text)
    assert read_startup(print_startup(script)) == script or "backlog" in text.lower()
