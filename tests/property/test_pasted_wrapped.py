"""Pin texts whose lines were broken anywhere, by whatever did it: read whole, or refused."""

from __future__ import annotations

import quopri
import textwrap

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from paste_forms import CONFIG, LOG, TEXT, each_line, wrapped

from plugsmith.dump.pasted.pasted import read_pasted
from plugsmith.tuya.user_param import format_pin_text, parse_pin_text

WITHOUT_CRC = TEXT[: TEXT.index("crc:")] + "}"
TITLED = format_pin_text({**CONFIG, "title": "My big plug"})
TEXTS = {"with a crc pair": TEXT, "without": WITHOUT_CRC, "log": LOG}

# Each takes the text with its lines broken, and keeps all of its characters.
FORMS = {
    "plain": lambda lines: lines,
    "carriage returns": lambda lines: lines.replace("\n", "\r\n"),
    "indented": lambda lines: lines.replace("\n", "\n    "),
    "blank lines": lambda lines: lines.replace("\n", "\n\n"),
    "reply": lambda lines: each_line(lines, "> "),
    "reply to a reply": lambda lines: each_line(lines, "> > "),
    "reply without blanks": lambda lines: each_line(lines, ">"),
    "only the later lines are quoted": lambda lines: lines.replace("\n", "\n> "),
    "soft breaks": lambda lines: lines.replace("\n", "=\n"),
    "soft breaks of a mail from Windows": lambda lines: lines.replace("\n", "=\r\n"),
    "soft breaks in a reply": lambda lines: each_line(lines.replace("\n", "=\n"), "> "),
    "lines that a backslash continues": lambda lines: lines.replace("\n", "\\\n"),
    "time stamps": lambda lines: each_line(lines, "12:00:01 "),
    "prose around": lambda lines: f"Hello {{you}},\nmine is:\n\n{lines}\n\nBye, a: b\n",
}


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(TEXTS)),
    st.sampled_from(sorted(FORMS)),
    st.one_of(
        st.integers(3, 100),
        st.lists(st.integers(1, len(WITHOUT_CRC) - 1), min_size=1, max_size=5, unique=True),
    ),
)
@example("with a crc pair", "reply", [97])  # a CRC-7 that agrees by chance, with the `>` inside
@example("with a crc pair", "time stamps", 29)
@example("with a crc pair", "lines that a backslash continues", 13)
def test_a_text_is_read_wherever_its_lines_are_broken(name, form, breaks):
    # the head of a log may be broken too, and is no pin text
    assume(name != "log" or form not in {"time stamps", "blank lines"})
    text = TEXTS[name]
    if isinstance(breaks, int):
        lines = wrapped(text, breaks)
    else:
        lines = text
        for at in sorted(breaks, reverse=True):
            lines = lines[:at] + "\n" + lines[at:]
    pasted = read_pasted(FORMS[form](lines).encode())
    want = WITHOUT_CRC if name == "without" else TEXT
    assert pasted is not None
    assert pasted.best.text == want
    assert dict(pasted.best.config) == parse_pin_text(want).config
    assert pasted.best.crc_ok is (None if name == "without" else True)
    assert len(pasted.found) == 1
    assert FORMS[form](lines) == text or pasted.remarks  # what was tolerated is said


@pytest.mark.parametrize("text", [TEXT, WITHOUT_CRC])
@pytest.mark.parametrize("before", range(3, 70, 7))
def test_a_quoted_printable_mail_breaks_a_long_line_once_or_twice(text, before):
    mail = quopri.encodestring(("x" * before + " " + text).encode())
    assert read_pasted(mail).best.text == text


@settings(max_examples=100, deadline=None)
@given(st.integers(1, len(TITLED) - 1))
def test_blanks_of_a_value_stay_where_the_checksum_holds_with_them_only(at):
    for lines in (TITLED, f"{TITLED[:at]}\n{TITLED[at:]}", f"> {TITLED[:at]}\n> {TITLED[at:]}"):
        best = read_pasted(lines.encode()).best
        if TITLED[at - 1] == " " or TITLED[at] == " ":
            continue  # the break stands beside the blank, which says nothing about it
        assert (best.text, best.crc_ok) == (TITLED, True)


def test_a_line_broken_at_the_blank_of_a_value_gets_it_back():
    for form in (TITLED.replace(" plug", "\nplug"), TITLED.replace(" big", "\n> big")):
        pasted = read_pasted(form.encode())
        assert (pasted.best.text, pasted.best.crc_ok) == (TITLED, True)
        assert any("read as blanks" in remark for remark in pasted.remarks)


@pytest.mark.parametrize(
    "text",
    [
        "{rl1_pin:26\n2\t,rl1_lv:1,}",  # the number of a line, not the end of the pin's
        "{rl1_pin:2\n6,module:My Plug,}",  # a blank where none can be, and nothing that checks it
        "{rl1_pin:2\n6,rl1_lv:1",
        "{rl1_pin:2\n-6,rl1_lv:1,}",
        "{rl1_pin:2\n*6,rl1_lv:1,}",
    ],
)
def test_what_joins_to_no_whole_text_is_refused(text):
    assert read_pasted(text.encode()) is None


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("{rl1_pin:26\nrl1_lv:1\nbt1_pin:7}", {"rl1_pin": 26, "rl1_lv": 1, "bt1_pin": 7}),
        ("{rl1_pin:26, // relay\n bt1_pin:7}", {"rl1_pin": 26, "bt1_pin": 7}),
        ("{rl1_pin:26,x:ab=\n,bt1_pin:7\n}", {"rl1_pin": 26, "x": "ab=", "bt1_pin": 7}),
    ],
)
def test_lines_that_say_something_are_not_joined(text, pins):
    assert dict(read_pasted(text.encode()).best.config) == pins


def test_a_text_folded_at_its_commas_is_read():
    lines = "\n".join(textwrap.wrap(WITHOUT_CRC.replace(",", ", "), 40))
    assert read_pasted(lines.encode()).best.text == WITHOUT_CRC
