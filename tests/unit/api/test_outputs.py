"""One policy for files that verbs make: what is there stays, whatever the user agrees to."""

from __future__ import annotations

import pytest
from dump_rig import forged

from plugsmith.api.options import parameters
from plugsmith.api.session import Session
from plugsmith.api.table import VERBS
from plugsmith.errors import PlugsmithError
from plugsmith.errors.library import OutputExists
from plugsmith.library.library import Library

# Verbs whose flow looks at the place itself: a folder, or a file that must not be the input.
IN_THE_FLOW = {
    "rf save", "backups export", "obk config build", "template export",
    "dump extract", "dump repair", "dump sanitize", "dump forge",
}  # fmt: skip


def test_every_output_of_every_verb_is_under_the_policy():
    found = {
        verb.name
        for verb in VERBS
        for item in parameters(verb.request_type)
        if item.name in {"output", "trace"} and item.words.judge != "new-file"
    }
    assert found == IN_THE_FLOW


@pytest.mark.parametrize("several", [False, True], ids=["one", "several"])
@pytest.mark.parametrize("agreed", [False, True], ids=["no", "yes"])
@pytest.mark.parametrize("name", ["dump extract", "dump repair", "dump sanitize", "dump forge"])
def test_what_is_there_stays_whatever_was_agreed_to(tmp_path, name, agreed, several):
    source, taken = tmp_path / "plug.bin", tmp_path / "taken"
    source.write_bytes(forged("BK7231T").data)
    precious = taken
    if several or name == "dump extract":
        taken.mkdir()
        precious = taken / "plug.bin"
    precious.write_bytes(b"precious")
    verb = next(item for item in VERBS if item.name == name)
    session = Session(assume_yes=agreed, library=Library(tmp_path / "home"))
    words = {"output": taken}
    if name != "dump forge":
        words["file"] = str(source)
        if several:
            words["more"] = (str(tmp_path / "other"),)
            (tmp_path / "other").mkdir()
    with pytest.raises(OutputExists):
        verb.run(session, verb.request_type(**words))
    assert precious.read_bytes() == b"precious"
    assert [item.name for item in tmp_path.rglob("*.bin*")].count("plug.bin") == 1 + (
        precious.name == "plug.bin"
    )


@pytest.mark.parametrize("name", ["dump repair", "dump sanitize"])
def test_the_input_is_never_the_output(tmp_path, name):
    source = tmp_path / "plug.bin"
    source.write_bytes(forged("BK7231T").data)
    verb = next(item for item in VERBS if item.name == name)
    session = Session(assume_yes=True, library=Library(tmp_path / "home"))
    before = source.read_bytes()
    (tmp_path / "link.bin").symlink_to(source)
    for same in (source, tmp_path / "link.bin"):
        with pytest.raises(PlugsmithError):
            verb.run(session, verb.request_type(file=str(source), output=same))
    assert source.read_bytes() == before
