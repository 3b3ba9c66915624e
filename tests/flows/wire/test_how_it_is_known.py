"""What an identity rests on is told in the language of who asks, and kept in English."""

from __future__ import annotations

import pytest
from flows_rig import Rig

from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.info import info
from plugsmith.messages import LOCALE_DIR, speaking
from plugsmith.po_file import read_po

CHIPS = ("bk7231t", "bk7231u", "bk7231n", "bk7231m", "bk7238")


def told(tmp_path, chip, language):
    with speaking(language):
        found = info(Rig(tmp_path / language, chip).ctx(timeout=30.0)).result()
    return (*found.evidence, found.key.evidence)


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", CHIPS)
def test_each_reason_is_said_in_the_language_of_the_run(tmp_path, chip):
    english = told(tmp_path, chip, "en")
    for language in ("pl", "de"):
        said = told(tmp_path, chip, language)
        assert len(said) == len(english) >= 2
        assert not set(said) & set(english)


def test_a_passport_holds_the_english_reason_whoever_made_it(tmp_path):
    rig = Rig(tmp_path, "bk7231n")
    with speaking("pl"):
        backup(rig.ctx(timeout=30.0))
    kept = "".join(path.read_text("utf-8") for path in (tmp_path / "library").rglob("*.json"))
    catalogue = read_po((LOCALE_DIR / "pl" / "LC_MESSAGES" / "plugsmith.po").read_text("utf-8"))
    english = [each for each in catalogue if each.startswith(("eFuse: ", "inferred from "))]
    assert any(each in kept for each in english)
    assert not any(catalogue[each] in kept for each in english)
