"""One word for one thing in every message, and no code of a result where people read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po

from plugsmith.boot.reading import Proof
from plugsmith.code_words import WORDS
from plugsmith.dump.finding import FindingKind
from plugsmith.dump.recovery.outcome import AbsenceReason, AgreeingCheck
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.messages import LOCALE_DIR

if TYPE_CHECKING:
    from enum import StrEnum

ROOT = Path(__file__).resolve().parents[2]
SOURCE, PAGE = ROOT / "src" / "plugsmith", ROOT / "page" / "src"
# what is not said -> what is said instead; options and code names keep theirs
SYNONYMS = {
    r"\bboot-?loader\b(?!\|)": "boot loader",
    r"\bradio (?:calibration|data)\b": "RF calibration",
    r"\bradio sector\b|\bcalibration of (?:its|the) radio\b": "RF calibration",
    r"\bRF data\b|\bRF partition\b|\bcalibration data\b": "RF calibration",
    r"\bMAC[- ](?:addr|address|id)\b|\bmac address\b": "MAC",
    r"\bSSID\b(?! \d)(?=.*\bWi-Fi name\b)": "Wi-Fi name",
    r"\bwifi\b(?!-)|\bWiFi\b|\bWLAN\b": "Wi-Fi",  # wifi-signal is the name of a part
    r"\bfirm-ware\b|\bfw\b": "firmware",
    r"\bback-up\b": "backup",
    r"\bpass-port\b": "passport",
    r"\bflash memory\b|\bflash ROM\b": "flash",
    r"\bfile-system\b|\bfilesystem\b": "file system",
    r"\bcheck-sum\b": "checksum",
    r"\bkeyvalue\b|\bkey value store\b": "key-value store",
    r"\be\.g\.|\bi\.e\.|\betc\.": "plain words",
}
# plurals by brackets are no plurals
BAD_PLURAL = re.compile(r"\w\(s\)|\w\(es\)")
CODE = re.compile(
    r"(?<![\w`/.-])(?:kv|tuya|storage|key|device|blank|rf|sector|value)-"
    r"(?:live|stale|missing|damaged|lost|crc|sum|storage|key|files)\b"
)


@cache
def of_python() -> tuple[str, ...]:
    """The sentences that Python says; those of the page are in the same catalogue."""
    page = "".join(path.read_text(encoding="utf-8") for path in PAGE.rglob("*.ts*"))
    with (LOCALE_DIR / "plugsmith.pot").open("rb") as file:
        texts = [str(entry.id) for entry in read_po(file) if entry.id]
    return tuple(text for text in texts if text not in page)


@pytest.mark.parametrize(("wrong", "right"), SYNONYMS.items(), ids=lambda item: item[:24])
def test_one_word_for_one_thing(wrong, right):
    shape = re.compile(wrong)
    found = [
        text for text in of_python() if any(not _is_name(text, hit) for hit in shape.finditer(text))
    ]
    assert found == [], f"say: {right}"


def _is_name(text: str, hit: re.Match[str]) -> bool:
    """A name of an option, a file or a command may be spelt as programs spell it."""
    before, after = text[: hit.start()], text[hit.end() :]
    quoted = before.count("`") % 2 or before.count("'") % 2
    joined = before[-1:] in {"-", "_", "/", ".", "="} or after[:1] in {"_", "=", "|", "/"}
    listed = before.endswith(("rf, mac, ", "rf, config, "))  # permissions, regions
    return bool(quoted or joined or listed)


def test_no_plural_in_brackets():
    assert [text for text in of_python() if BAD_PLURAL.search(text)] == []


def test_no_code_of_a_result_in_a_sentence():
    assert [text for text in of_python() if CODE.search(text)] == []


@pytest.mark.parametrize("kinds", [FindingKind, SecretKind, AgreeingCheck, AbsenceReason, Proof])
def test_every_code_that_people_meet_has_words(kinds: type[StrEnum]):
    assert [item.value for item in kinds if "-" in item.value and item.value not in WORDS] == []


def test_nothing_is_cut_with_dots():
    """A text that is too long says how to see the rest; dots alone say that work is going on."""
    cut = re.compile(r"\[:[\w.]+\]\}?\.\.\.|\[:[\w.]+\]\s*\+\s*[\"']\.\.\.|\N{HORIZONTAL ELLIPSIS}")
    found = [
        f"{path.relative_to(SOURCE)}:{at}"
        for path in (SOURCE / "cli").rglob("*.py")
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if cut.search(line)
    ]
    assert found == []
