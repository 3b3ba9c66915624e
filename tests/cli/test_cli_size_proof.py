"""`info` has words for every way in which the size of a flash is known."""

from __future__ import annotations

import pytest

from plugsmith.boot.identity import SizeProof
from plugsmith.cli.wire.text import _flash
from plugsmith.flows.wire.results import FlashRow


@pytest.mark.parametrize("proof", SizeProof)
def test_every_proof_of_a_size_has_words(proof):
    row = FlashRow(
        jedec="C8 40 16",
        part=None,
        vendor=None,
        size=0x40_0000,
        size_proof=proof,
        protected=None,
    )
    assert _flash(row).startswith("4096 KiB (")
