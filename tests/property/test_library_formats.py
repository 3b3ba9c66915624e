"""Passports, journals and the index under arbitrary damage."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hostile import value_or_refusal
from hypothesis import assume, given
from hypothesis import strategies as st

from plugsmith.boot.flash import Proof
from plugsmith.errors import PlugsmithError
from plugsmith.library.backups.index import BackupIndex
from plugsmith.library.backups.passport import (
    Passport,
    ProvenRange,
    RegionDigest,
    merge_proofs,
    read_passport,
)
from plugsmith.library.jobs.journal import Entry, Journal, encode_line, replay
from plugsmith.library.jobs.state import read_state
from plugsmith.library.via_backups import ViaPassport
from plugsmith.memory import AddressRange, subtract_ranges

SIZE = 0x20_0000

texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
maybe_texts = st.none() | texts
u32 = st.integers(0, 0xFFFF_FFFF)
digests = st.binary(max_size=8).map(lambda data: hashlib.sha256(data).hexdigest())
macs = st.binary(min_size=6, max_size=6).map(lambda raw: raw.hex(":"))
spans = st.tuples(st.integers(0, SIZE - 1), st.integers(1, SIZE)).map(
    lambda pair: AddressRange(pair[0], min(SIZE, pair[0] + pair[1]))
)
proofs = st.builds(ProvenRange, span=spans, proof=st.sampled_from(Proof))
regions = st.builds(
    RegionDigest, name=texts, role=texts, span=spans, sha256=digests, blank=st.booleans()
)
passports = st.builds(
    Passport,
    tool=texts,
    created=texts,
    label=maybe_texts,
    chip=texts,
    family=texts,
    chip_id=st.none() | u32,
    boot=maybe_texts,
    boot_version=maybe_texts,
    loader_crc=st.none() | u32,
    loader_covers=st.integers(0, 257),
    jedec=maybe_texts,
    flash_part=maybe_texts,
    flash_size=st.just(SIZE),
    size_proof=texts,
    key_class=texts,
    key_evidence=texts,
    mac=st.none() | macs,
    rf_start=st.integers(0, SIZE),
    rf_sha256=digests,
    sha256=digests,
    crc32=u32,
    regions=st.lists(regions, max_size=4).map(tuple),
    ranges=st.lists(proofs, max_size=6).map(tuple),
    adapter=maybe_texts,
    port=texts,
    baud=u32,
    notes=st.lists(texts, max_size=3).map(tuple),
)
facts = st.dictionaries(
    st.text(max_size=8),
    st.none() | st.booleans() | st.integers(-(1 << 40), 1 << 40) | st.text(max_size=20),
    max_size=4,
)
entries = st.lists(st.builds(Entry, kind=st.text(max_size=8), data=facts), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(passports)
def test_a_passport_reads_back_as_it_was_written(passport):
    assert read_passport(passport.to_bytes(), name="p.json") == passport


@given(st.binary(max_size=300))
def test_any_bytes_are_a_passport_or_an_error_of_ours(data):
    with pytest.raises(PlugsmithError):
        read_passport(data, name="p.json")


@given(passports, st.data())
def test_a_passport_with_a_foreign_field_is_read_or_refused(passport, data):
    body = json.loads(passport.to_bytes())
    name = data.draw(st.sampled_from(sorted(body)))
    body[name] = data.draw(json_values)
    found = value_or_refusal(read_passport, json.dumps(body).encode(), name="p.json")
    assert isinstance(found, (Passport, PlugsmithError))
    if isinstance(found, Passport):
        assert read_passport(found.to_bytes(), name="p.json").sha256 == found.sha256


@given(passports, st.data())
def test_a_torn_passport_is_refused(passport, data):
    whole = passport.to_bytes()
    cut = data.draw(st.integers(0, len(whole) - 2))
    with pytest.raises(PlugsmithError):
        read_passport(whole[:cut], name="p.json")


def test_deep_nesting_is_refused():
    for data in (b"[" * 200_000, b'{"schema":' * 100_000, b'{"schema": 1' + b"0" * 10_000 + b"}"):
        with pytest.raises(PlugsmithError):
            read_passport(data, name="p.json")


@given(st.lists(proofs, max_size=12))
def test_merged_proofs_cover_the_same_bytes(ranges):
    merged = merge_proofs(ranges)
    for proof in Proof:
        before = [item.span for item in ranges if item.proof is proof]
        after = [item.span for item in merged if item.proof is proof]
        assert subtract_ranges(before, after) == subtract_ranges(after, before) == []
    assert list(merged) == sorted(merged, key=lambda item: item.span)
    assert merge_proofs(merged) == merged


def written(items: list[Entry]) -> bytes:
    return b"".join(encode_line(n, item.kind, item.data) for n, item in enumerate(items))


@given(entries)
def test_a_journal_replays_what_was_appended(items):
    assert replay(written(items)) == items


@given(entries, st.data())
def test_a_journal_torn_at_any_byte_replays_a_prefix(items, data):
    whole = written(items)
    cut = data.draw(st.integers(0, len(whole)))
    sound = replay(whole[:cut])
    assert sound == items[: len(sound)]
    assert len(written(items[: len(sound)])) <= cut
    if len(sound) < len(items):  # no entry is lost that was wholly there
        assert len(written(items[: len(sound) + 1])) > cut


@given(entries, st.data())
def test_a_journal_with_a_changed_byte_replays_a_prefix(items, data):
    whole = bytearray(written(items))
    assume(whole)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    sound = replay(bytes(whole))
    assert sound == items[: len(sound)]


@given(entries, st.binary(max_size=60))
def test_a_journal_is_repaired_and_goes_on(items, rubbish):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.journal"
        path.write_bytes(written(items) + rubbish.replace(b"\n", b" "))
        before = path.read_bytes()
        journal, sound = Journal.reopen(path)
        assert sound == items
        if not items:  # without one sound line it is left as it is, for people to look at
            assert path.read_bytes() == before
            return
        journal.append("next", {"x": 1}, durable=True)
        assert replay(path.read_bytes()) == [*items, Entry(kind="next", data={"x": 1})]


@given(entries)
def test_any_entries_are_a_job_or_nothing(items):
    begin = Entry(kind="begin", data={})
    assert read_state("x", [begin, *items]) is None
    read_state("x", items)


@given(st.binary(max_size=200))
def test_a_damaged_index_is_rebuilt(data):
    with tempfile.TemporaryDirectory() as folder:
        index_file = Path(folder) / "index.json"
        index_file.write_bytes(data)
        assert BackupIndex(Path(folder) / "backups", index_file).refresh() == ()


@given(st.binary(max_size=300) | st.text(max_size=80).map(lambda text: text.encode()))
def test_any_bytes_are_a_passport_of_another_programs_read_or_none(data):
    found = ViaPassport.parse(data)
    assert found is None or ViaPassport.parse(found.as_bytes()) == found


@given(
    st.builds(
        ViaPassport,
        made_by=texts,
        created=texts,
        program=texts,
        chip=maybe_texts,
        mac=maybe_texts,
        size=st.integers(0, SIZE),
        sha256=digests,
    ),
    st.sampled_from(("size", "sha256", "proof", "chip", "format")),
)
def test_a_passport_of_another_programs_read_comes_back_and_a_spoilt_one_does_not(made, field):
    assert ViaPassport.parse(made.as_bytes()) == made
    spoilt = json.loads(made.as_bytes()) | {field: ["x"]}
    assert ViaPassport.parse(json.dumps(spoilt).encode()) is None
