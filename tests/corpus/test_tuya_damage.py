"""Every variant and seed of the corpus' damage generator over the 21 dumps with stored pins."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest
from campaign_size import sampled

from plugsmith.dump.recovery.outcome import AbsenceReason, Status
from plugsmith.dump.recovery.recover import recover

pytestmark = pytest.mark.corpus

TRUNCATIONS = ("d4a_first1M", "d4b_first1M5")
SURE = ("d1", "d3", "d4c", "d5", "d5b", "d6", "d7", "d8")
# An oracle that knows the undamaged dumps says that here no copy of key or text survives.
LOST = {
    ("bk7231n-smartled-8044-1-gange-smart-switch", "d1_magic_ff", 0),
    ("bk7231n-smartled-8044-1-gange-smart-switch", "d5_keysector_ff", 0),
    ("bk7231t-tuyaconfig-pc44ha", "d5b_data0_ff", 0),
}
# Here the random chunks hit the only copy of the text itself (checked against the originals).
TEXT_LOST = {
    ("bk7231n-qs-wifi-c03-wifi-gate-opener-module", "d2a_chunks1", 2),
    ("bk7231n-smartled-8044-1-gange-smart-switch", "d2b_chunks5", 0),
    ("bk7231n-smartled-8044-1-gange-smart-switch", "d2b_chunks5", 1),
    ("bk7231t-tuyaconfig-pc44ha", "d2b_chunks5", 1),
}
RUNS, WANTED_SHARE = 399, 0.98


def _root() -> Path:
    default = Path(__file__).resolve().parents[3] / "shared" / "corpus"
    return Path(os.environ.get("PLUGSMITH_CORPUS", default))


def _names() -> list[str]:
    truth = _root() / "truth.json"
    if not truth.is_file():
        return []
    entries = json.loads(truth.read_text())
    return [name for name, entry in entries.items() if entry["config_source"] == "storage"]


def _generator(corpus: Path):
    spec = importlib.util.spec_from_file_location("corpus_damage", corpus / "damage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def figure():
    """Counted over the dumps that this process tries, and printed at the end (`pytest -s`)."""
    counted = {"tried": 0, "exact": 0, "wrong": 0}
    yield counted
    told = "{exact} of {tried} damaged dumps gave the exact text, {wrong} a wrong one".format
    sys.stdout.write(f"\n{told(**counted)}\n")


@pytest.mark.parametrize("name", sampled(_names() or ["no-corpus"], 7))
def test_damaged_copies_of(name, corpus, figure):
    damage = _generator(corpus)
    wanted = json.loads((corpus / "truth.json").read_text())[name]
    data = (corpus / "factory" / f"{name}.bin").read_bytes()
    failed: set[tuple[str, str, int]] = set()
    runs = 0
    for variant, (_text, seeds, _make) in damage.VARIANTS.items():
        for seed in range(seeds):
            broken = damage.make(name, data, variant, seed, wanted["storage"]["offset"])
            answer = recover(broken)
            found = answer.best is not None
            exact = found and hashlib.sha256(answer.best.text).hexdigest() == wanted["text_sha256"]
            figure["wrong"] += found and not exact
            assert exact == found, f"a wrong text was given as found: {variant}:{seed}"
            if variant in TRUNCATIONS:
                _check_truncation(answer, data, broken)
                continue
            runs += 1
            figure["tried"] += 1
            figure["exact"] += exact
            if not exact:
                failed.add((name, variant, seed))
                assert answer.status is Status.NONE
                assert answer.reason in {AbsenceReason.STORAGE_DAMAGED, AbsenceReason.KEY_LOST}
    assert runs == RUNS // 21
    sure = {item for item in failed if item[1].split("_")[0] in SURE}
    assert sure <= LOST
    assert failed <= LOST | TEXT_LOST
    assert len(LOST | TEXT_LOST) <= RUNS * (1 - WANTED_SHARE)


def _check_truncation(answer, data: bytes, broken: bytes) -> None:
    if broken == data:  # a storage-only file is shorter than the cut
        assert answer.status is Status.FOUND
    else:
        assert (answer.status, answer.reason) == (Status.NONE, AbsenceReason.STORAGE_MISSING)
