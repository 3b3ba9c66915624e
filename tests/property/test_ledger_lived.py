"""Code, structure, searched and unread are the whole file, for flashes that have lived."""

from __future__ import annotations

import pytest
from campaign_size import WHOLE
from dump_rig import adds_up, dump_of

from plugsmith.dump.sanitize.ledger import account
from plugsmith.dump.survey.survey import survey
from plugsmith.forge.lived_flash import lived_flash

COUNT = 1000 if WHOLE else 30


@pytest.mark.slow
def test_the_four_kinds_add_up_to_the_file():
    """30 of them; `make campaign-canaries` takes 1000. The second half is cut, shifted or torn."""
    for seed in range(COUNT):
        data = lived_flash(seed).data
        if seed % 2:
            start = seed * 7919 % 0x8000
            data = data[start : len(data) - seed * 104729 % 0x8_0000]
        adds_up(data, account(data, survey(dump_of(data))))
