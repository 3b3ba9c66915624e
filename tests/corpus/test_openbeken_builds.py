"""The table of drivers that builds lack is what the images themselves say."""

from __future__ import annotations

import pytest

from plugsmith.image.kinds import recognise
from plugsmith.openbeken.builds.variants import EXAMINED, MISSING


@pytest.mark.corpus
def test_a_driver_is_missing_exactly_where_the_table_says(corpus):
    seen = {}
    for path in sorted((corpus / "openbeken").glob("OpenBK*_QIO_1.18.300.bin")):
        image = recognise(path.read_bytes())
        seen[image.chip] = image.app.section.code
    assert set(seen) == set(EXAMINED)
    for item in MISSING:
        lacking = {chip for chip, code in seen.items() if item.mark not in code}
        assert lacking == set(item.chips), item.driver
