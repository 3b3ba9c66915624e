"""The mapping rules against published templates of the same products."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def evidence():
    spec = importlib.util.spec_from_file_location("evidence", ROOT / "tools" / "evidence.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["evidence"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.corpus
def test_no_rule_that_many_products_contradict_is_left_unexplained(corpus, evidence):
    found = evidence.collect(corpus)
    assert len(found.pairs) >= 20
    assert found.unexplained() == []
    assert sum(found.agreed.values()) > sum(len(item.differing) for item in found.pairs)


@pytest.mark.corpus
def test_the_page_is_up_to_date_and_names_no_product(corpus, evidence):
    text = evidence.page(evidence.collect(corpus))
    assert evidence.PAGE.read_text("utf-8") == text, "run `make evidence`"


def test_a_contradicted_rule_is_found(evidence):
    def pair(number, *, agrees):
        return evidence.Pair(
            config=str(number),
            template="x",
            agreed=Counter({"bt_type": 1}) if agrees else Counter(),
            differing=() if agrees else (("bt_type", "polarity", ""),),
        )

    against = tuple(pair(number, agrees=False) for number in range(3))
    found = evidence.Evidence(configurations=4, templates=4, pairs=against)
    assert found.unexplained() == [("bt_type", "polarity")]
    outvoted = (*against, *(pair(number, agrees=True) for number in range(3)))
    assert evidence.Evidence(configurations=4, templates=4, pairs=outvoted).unexplained() == []
