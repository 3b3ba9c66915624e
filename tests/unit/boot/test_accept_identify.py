"""A loader that says another version than its fingerprint: the one that answers counts."""

from __future__ import annotations

from boot_rig import Rig, forged

from plugsmith.boot.identify import identify
from plugsmith.cli.wire.text import _words


def test_the_loader_that_answers_is_believed() -> None:
    rig = Rig.of("t-1.0.4", forged("BK7231T", "BK7231T 1.0.5"))
    found = identify(rig.link(), sink=rig.log)
    assert found.boot is not None
    assert found.boot.name == "BK7231T 1.0.4"  # whose checksum command blocks writes
    assert "BK7231S_1.0.4" in " ".join(found.evidence)


def test_facts_are_not_said_twice() -> None:
    assert _words("BK7231N 1.0.1", "1.0.1") == "BK7231N 1.0.1"
    assert _words("eb6015", "TH25Q16HB", "TH") == "eb6015 TH25Q16HB"
    assert _words("BK7231T 1.0.5", "BK7231S_1.0.5") == "BK7231T 1.0.5 BK7231S_1.0.5"
    assert _words(None, None) == ""
