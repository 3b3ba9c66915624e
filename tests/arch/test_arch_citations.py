"""Every cited fact ships with the project: paper and section are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CITATION = re.compile(
    r"(?<!\.)\b([a-z][a-z-]+\.(?:md|csv))"
    r"(?:,? sections?)?((?:(?: |, | and | to )\d+(?:\.\d+)*)*)(?![\w%])"
)
#: pages that a tool writes: into the built site, or with what its long runs found
MADE_ELSEWHERE = {"api.md", "wiring.md", "mutants.md"}
NUMBER = re.compile(r"\d+(?:\.\d+)*")
HEADING = re.compile(r"^#+ (\d+(?:\.\d+)*)\b", re.MULTILINE)


def _sources() -> list[Path]:
    return sorted(
        path
        for folder in ("src", "tests", "tools", "bench")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".toml"} and path != Path(__file__).resolve()
    )


def _papers(name: str) -> list[Path]:
    places = (ROOT / "docs" / "facts" / name, ROOT / "docs" / name, ROOT / name)
    return [path for path in places if path.is_file()]


def _unwrapped(text: str) -> str:
    """Docstrings and comments with a citation that runs over a line end on one line."""
    return re.sub(
        r"(\.(?:md|csv)(?:,? sections?)?),?\s*\n\s*(?:#:? )?(?=\d|sections? \d)", r"\1 ", text
    )


def unresolved(text: str) -> list[str]:
    """The citations in `text` whose paper or section is missing."""
    bad = []
    for found in CITATION.finditer(_unwrapped(text)):
        name, numbers = found[1], NUMBER.findall(found[2])
        papers = _papers(name)
        sections = {
            number
            for paper in papers
            if paper.parent.name == "facts"
            for number in HEADING.findall(paper.read_text(encoding="utf-8"))
        }
        if not papers and name not in MADE_ELSEWHERE:
            bad.append(name)
        bad += [f"{name} {number}" for number in numbers if number not in sections]
    return bad


def test_every_cited_paper_and_section_is_in_the_project():
    bad = {
        str(path.relative_to(ROOT)): missing
        for path in _sources()
        if (missing := unresolved(path.read_text(encoding="utf-8")))
    }
    assert not bad


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("nothing.md", ["nothing.md"]),
        ("tuya-storage.md sections 3.5 and 77", ["tuya-storage.md 77"]),
        ("uart-protocol.md section\n    2.5, 2.6", []),
        ("keys.csv", ["keys.csv"]),
    ],
)
def test_the_check_itself_finds_what_is_missing(text, missing):
    assert unresolved(text) == missing


def test_every_fact_that_stands_in_a_paper_has_a_number_of_its_own():
    for paper in (ROOT / "docs" / "facts").glob("*.md"):
        numbers = HEADING.findall(paper.read_text(encoding="utf-8"))
        assert len(numbers) == len(set(numbers)), paper.name


def test_every_module_that_the_architecture_page_names_exists():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)+(?:\.py|\.toml|\.json)?)`", page)
    places = (ROOT / "src" / "plugsmith", ROOT, ROOT / "tests")
    assert named
    missing = [
        name
        for name in named
        if not any((place / name).exists() for place in places)
        and not any((place / f"{name}.py").exists() for place in places)
    ]
    assert not missing


def test_every_function_that_the_architecture_page_names_is_defined_in_that_module():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    pairs = re.findall(r"`([a-z_]+(?:/[a-z_]+)+\.(?:py|ts))` \(((?:`[\w.]+`(?:, )?)+)\)", page)
    assert len(pairs) > 20
    missing = []
    for module, names in pairs:
        tops = (ROOT / "src" / "plugsmith", ROOT, ROOT / "tests")
        text = next(top / module for top in tops if (top / module).exists()).read_text("utf-8")
        for name in re.findall(r"`([\w.]+)`", names):
            last = name.rpartition(".")[2]
            if not re.search(
                rf"\b(?:def|class|function) {last}\b|^ *{last}\b *[:=]", text, re.MULTILINE
            ):
                missing.append(f"{module} ({name})")
    assert not missing
