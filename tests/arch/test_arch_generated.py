"""Generated files hold what would be generated now (`make generated` brings them up to date)."""

from __future__ import annotations

import re
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

import generate_docs  # noqa: E402 - tools is not a package of ours
from pages import chip_judges, chips, error_codes, flash_parts, messages  # noqa: E402
from plugsmith.chips import catalog  # noqa: E402
from plugsmith.chips.model import BootNote, Family, Quirk, Support  # noqa: E402
from plugsmith.chips.other_chips import other_chips  # noqa: E402
from plugsmith.errors import ExitCode, concrete_errors  # noqa: E402


def test_generated_files_are_up_to_date():
    assert generate_docs.outdated() == [], "run `make generated`"


def test_sentences_are_compared_and_not_how_a_tool_wraps_them():
    one = 'msgid "a long sentence"\nmsgstr ""\n\nmsgid "b"\nmsgstr ""\n'
    wrapped = '#, fuzzy\nmsgid "b"\nmsgstr ""\n\nmsgid ""\n"a long "\n"sentence"\nmsgstr ""\n'
    assert messages.same(one, wrapped)
    assert not messages.same(one, one.replace("long", "short"))
    assert not messages.same(one, wrapped + '\nmsgid "c"\nmsgstr ""\n')


def test_the_chip_page_names_every_chip_boot_code_and_pad():
    page = chips.page()
    for chip in catalog.chips():
        assert f"**{chip.name}**" in page
    for boot in catalog.boot_codes():
        assert f"| {boot.name} |" in page
        for mark in boot.fingerprints:
            assert f"{mark.crc32:08X} ({mark.covers})" in page
    assert "RX1 = 15, TX1 = 16" in page


def test_every_word_has_a_meaning_in_the_docs():
    assert set(chips.MEANING) == {*Quirk, *BootNote}
    assert set(chips.SUPPORT_MEANING) == set(Support)
    assert set(chips.FAMILY_MEANING) == set(Family)
    assert set(error_codes.EXIT_MEANING) == set(ExitCode)


def test_the_flash_page_has_all_rows():
    page = flash_parts.page()
    assert all(part.jedec_text in page for part in catalog.flash_parts())


def test_the_error_page_has_all_codes():
    page = error_codes.page()
    for cls in concrete_errors():
        assert f"### {cls.code}\n" in page


def test_an_outdated_file_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(generate_docs, "ROOT", tmp_path)
    monkeypatch.setattr(generate_docs, "PAGES", {"docs/x.md": lambda: "new\n"})
    assert generate_docs.outdated() == ["docs/x.md"]
    assert generate_docs.write_all() == ["docs/x.md"]
    assert generate_docs.outdated() == []
    (tmp_path / "docs" / "x.md").write_text("old\n")
    assert generate_docs.outdated() == ["docs/x.md"]


def test_who_judged_a_chip_is_repeated_in_tests_that_are_there():
    for name, judge in chip_judges.JUDGES.items():
        assert catalog.chip(name).name == name
        assert judge.tests
        assert [path for path in judge.tests if not (TOOLS.parent / path).is_file()] == []


def test_no_page_calls_a_chip_supported_that_nobody_but_us_judged():
    """And the page of chips has a row with evidence for each, and promises nothing by the word."""
    judged = {name for chip in chip_judges.JUDGES for name in (chip, *catalog.chip(chip).aliases)}
    names = [name for chip in catalog.chips() for name in (chip.name, *chip.aliases)]
    names += [name for other in other_chips() for name in (other.name, *other.also)]
    said = {
        (page.name, name)
        for page in (TOOLS.parent / "docs").glob("*.md")
        for line in page.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bsupport(?:s|ed)\b", line, re.IGNORECASE)
        for name in names
        if len(name) > 2 and name not in judged and re.search(rf"\b{re.escape(name)}\b", line)
    }
    assert said == set()
    page = (TOOLS.parent / "docs" / "supported-chips.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if "upported" in line]
    assert line.startswith("Plugsmith calls no chip supported:")
    for chip in catalog.chips():
        judge = chip_judges.JUDGES.get(chip.name, chip_judges.NOBODY)
        assert f"| **{chip.name}** | {judge.text} | {'; '.join(chip.evidence)}" in page
    for other in other_chips():
        row = next(line for line in page.splitlines() if line.startswith(f"| **{other.name}** |"))
        assert other.evidence
        assert "; ".join(other.evidence) in page, row
