"""One policy for files that verbs make: what is there stays unless the user agrees."""

from __future__ import annotations

import pytest
from dump_rig import forged

from plugsmith.api.options import parameters
from plugsmith.api.session import Session
from plugsmith.api.table import VERBS
from plugsmith.errors import PlugsmithError
from plugsmith.library.library import Library

# Verbs whose flow decides: it refuses (folders, many files), or asks before it replaces.
REFUSES = {"rf save", "backups export", "obk config build", "template export"}
ASKS = {"dump extract", "dump repair", "dump sanitize", "dump forge"}


def test_every_output_of_every_verb_is_under_the_policy():
    found = {
        verb.name
        for verb in VERBS
        for item in parameters(verb.request_type)
        if item.name in {"output", "trace"} and item.words.judge != "new-file"
    }
    assert found == REFUSES | ASKS


@pytest.mark.parametrize("name", ["dump repair", "dump sanitize"])
@pytest.mark.parametrize("agreed", [False, True])
def test_what_is_there_stays_without_consent_and_the_input_always(tmp_path, name, agreed):
    source, taken = tmp_path / "plug.bin", tmp_path / "taken.bin"
    source.write_bytes(forged("BK7231T").data)
    taken.write_bytes(b"precious")
    verb = next(item for item in VERBS if item.name == name)
    session = Session(assume_yes=agreed, library=Library(tmp_path / "home"))
    if agreed:
        verb.run(session, verb.request_type(file=str(source), output=taken))
        assert taken.read_bytes() != b"precious"
    else:
        with pytest.raises(PlugsmithError):
            verb.run(session, verb.request_type(file=str(source), output=taken))
        assert taken.read_bytes() == b"precious"
    before = source.read_bytes()
    (tmp_path / "link.bin").symlink_to(source)
    for same in (source, tmp_path / "link.bin"):
        with pytest.raises(PlugsmithError):
            verb.run(session, verb.request_type(file=str(source), output=same))
    assert source.read_bytes() == before
