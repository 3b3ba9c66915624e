"""A catalogue as translators write it: one file is a language, for the terminal and the page."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plugsmith import messages
from plugsmith.po_file import read_po

PO = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

#. a remark
#: file.py:3
msgid "Stopped at your request."
msgstr "Zatrzymano na życzenie."

msgid ""
"a long "
"sentence"
msgstr ""
"długie "
"\\"zdanie\\"\\n"

#, fuzzy
msgid "Doubtful"
msgstr "Może"

msgid "Not yet"
msgstr ""

#~ msgid "Obsolete"
#~ msgstr "Stare"
"""


def test_sentences_are_read_and_doubtful_or_missing_ones_are_left_out():
    assert read_po(PO) == {
        "Stopped at your request.": "Zatrzymano na życzenie.",
        "a long sentence": 'długie "zdanie"\n',
    }
    assert read_po(PO.replace("\n", "\r\n")) == read_po(PO)


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=5))
def test_what_babel_writes_is_read_back(pairs):
    import io

    from babel.messages.catalog import Catalog
    from babel.messages.pofile import write_po

    pairs = {key: value for key, value in pairs.items() if _plain(key) and _plain(value)}
    catalog = Catalog(charset="utf-8")
    for text, said in pairs.items():
        catalog.add(text, said)
    held = io.BytesIO()
    write_po(held, catalog)
    assert read_po(held.getvalue().decode()) == pairs


def _plain(text: str) -> bool:
    return text.isprintable() and text.strip() != ""


def test_an_escape_that_is_none_is_taken_as_written():
    assert read_po('msgid "a"\nmsgstr "\\x"') == {"a": "\\x"}


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    found = read_po(text)  # a torn file must not stop the program
    assert all(isinstance(word, str) for pair in found.items() for word in pair)


def test_one_file_is_a_language_of_the_terminal_and_of_the_page(tmp_path, monkeypatch):
    folder = tmp_path / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "plugsmith.po").write_text(PO, encoding="utf-8")
    monkeypatch.setattr(messages, "LOCALE_DIR", tmp_path)
    monkeypatch.setenv("PLUGSMITH_LANG", "pl")
    messages._catalogue.cache_clear()
    try:
        assert messages._("Stopped at your request.") == "Zatrzymano na życzenie."
        assert messages._("Not yet") == "Not yet"
        assert messages.languages() == ("en", "pl")
        assert messages.language() == "pl"
        assert messages.sentences("pl")["a long sentence"] == 'długie "zdanie"\n'
        assert messages.sentences("en") == {}
    finally:
        messages._catalogue.cache_clear()
