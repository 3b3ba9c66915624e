"""Any bytes give a value or a typed error, in every dump verb."""

from __future__ import annotations

from dump_rig import dump_of, forged
from hostile import value_or_refusal
from hypothesis import given, settings
from hypothesis import strategies as st

from plugsmith.dump.compare import compare
from plugsmith.dump.extract import extract, safe_name
from plugsmith.dump.health import BackupLevel, judge_backup
from plugsmith.dump.listing import list_records
from plugsmith.dump.repair import repair
from plugsmith.dump.sanitize.sanitize import sanitize
from plugsmith.dump.survey.survey import survey
from plugsmith.errors import Malformed
from plugsmith.openbeken.config_block import MAGIC, read_block
from plugsmith.tuya.kv import StoreKind

VERBS = (survey, repair, sanitize, list_records, extract, lambda dump: compare(dump, dump))


def try_all(data: bytes) -> None:
    assert judge_backup(data).level in BackupLevel
    for verb in VERBS:
        assert value_or_refusal(verb, dump_of(data)) is not None


PIECES = (b"TLV\0", b"CFG", b"RBL\0", b"littlefs", b"EF40KV40", b"FDB0KV00", b"\x21\x43\x76\x98")


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=300)), max_size=12))
def test_small_files(parts):
    try_all(b"".join(parts))


@settings(max_examples=4)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 0x12FFF), st.binary(min_size=1, max_size=64)), max_size=8
    ),
    cut=st.integers(0, 0x13000),
    generation=st.sampled_from(StoreKind),
)
def test_spoilt_storages(edits, cut, generation):
    data = bytearray(forged("BK7231N", generation, paired=True).data[0x1E_D000:])
    for at, piece in edits:
        data[at : at + len(piece)] = piece
    try_all(bytes(data[cut % 0x900 : len(data) - cut % 0x3000]))


@given(st.binary(max_size=64))
def test_any_settings_block(tail):
    block = value_or_refusal(read_block, MAGIC + tail)
    assert isinstance(block, Malformed) or block.version in range(1, 6)


@given(st.text(max_size=80))
def test_any_record_name_makes_a_plain_file_name(name):
    made = safe_name(name)
    assert made
    assert "/" not in made
    assert "\\" not in made
    assert made.strip(". ")
