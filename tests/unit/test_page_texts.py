"""The sentences of the page are found in its sources, for the one catalogue."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from pages.page_texts import SOURCES, page_texts, texts_of  # noqa: E402 - tools is no package


def test_shown_and_marked_sentences_are_found_and_nothing_else():
    source = """
    t("One {name}.", { name: "x" }); n("Two"); t('Three "quoted"'); t(`Four`);
    t("Five \\"quoted\\" \\u2026"); format("no"); that.t("no"); start("no"); t(name); t(`no ${x}`);
    t(
      "Six",
    );
    """
    assert texts_of(source) == [
        "One {name}.",
        "Two",
        'Three "quoted"',
        "Four",
        'Five "quoted" \u2026',
        "Six",
    ]


def test_every_sentence_of_the_page_is_one_that_can_be_found():
    """`t(\\`... ${x}\\`)` or `t("a" + b)` could never be translated."""
    for path in SOURCES.rglob("*.ts*"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.$])[tn]\(\s*`[^`]*\$\{", text), path.name
        assert not re.search(r"""(?<![\w.$])[tn]\(\s*("[^"\n]*"|'[^'\n]*')\s*\+""", text), path.name


def test_the_page_s_sentences_are_in_the_catalogue():
    from babel.messages.pofile import read_po

    template = ROOT / "src" / "plugsmith" / "locale" / "plugsmith.pot"
    with template.open("rb") as file:
        known = {message.id for message in read_po(file)}
    assert set(page_texts()) <= known
