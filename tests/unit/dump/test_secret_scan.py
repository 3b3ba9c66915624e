"""What the scan says of a secret: its kind, its place and its bytes, scanner by scanner."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from dump_rig import dump_of, forged

from plugsmith.dump.finding import Finding, FindingKind
from plugsmith.dump.store.stores import find_stores
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.dump.survey.proven_code import proven_code
from plugsmith.dump.survey.secret_scan import SecretHit, data_spans, scan, scan_summary
from plugsmith.dump.survey.survey import survey
from plugsmith.image.aes import ecb_encrypt
from plugsmith.memory import AddressRange, merge_ranges
from plugsmith.openbeken.config_block import new_block, with_fields
from plugsmith.tuya.fast_connect import FastConnect, StoredForm, encode_fast_connect, mask
from plugsmith.tuya.keys import KEY_MAGIC, MASTER_KEY, data_key
from plugsmith.tuya.kv import StoreKind
from plugsmith.tuya.protected import HEAD_LEN, ProtectedSector, encode_protected
from plugsmith.tuya.store import Record

WORD = b"my-own-words-42"
FIELD = b'{"passwd":"' + WORD + b'"}'
AT_WORD = FIELD.index(WORD)
PASSWORD = SecretKind.WIFI_PASSWORD
KEY = bytes(range(16))
CACHE = FastConnect(
    ssid=b"home", bssid=bytes(6), security=4, channel=6, psk="ab" * 32, password=WORD
)


def placed(at, piece, size=0x4000):
    data = bytearray(b"\xff" * size)
    data[at : at + len(piece)] = piece
    return bytes(data)


def store(**facts):
    """A store of one key without anything that was opened by it."""
    facts = {"device_key": KEY, "data_key": data_key(KEY), "key_block": None} | facts
    facts = {"protected": (), "sectors": (), "phases": frozenset(), "records": tuple} | facts
    return SimpleNamespace(live=dict, **facts)


def hits(data, findings=(), stores=(), **how):
    return scan(data, findings=findings, stores=stores, **how)


def hit(where, offset, value, kind=PASSWORD):
    return SecretHit(kind=kind, where=where, offset=offset, value=value)


def thing(kind, start, length=0x1000, **facts):
    return Finding(kind=kind, span=AddressRange.sized(start, length), facts=facts)


# plain and masked bytes


@pytest.mark.parametrize("at", [0, 1, 0x1235])
def test_a_field_in_plain_bytes_is_named_with_its_own_place(at):
    assert hits(placed(at, FIELD)) == [hit("raw", at + AT_WORD, WORD)]


def test_a_command_in_plain_bytes_is_named_with_its_own_place():
    found = hits(placed(0x100, b"\nMqttHost " + WORD + b"\n"))
    assert found == [hit("raw", 0x10A, WORD, SecretKind.SETTINGS)]


def test_what_stands_in_erased_or_zero_sectors_is_not_searched():
    data = placed(0x1234, FIELD)
    for kind in (FindingKind.ERASED, FindingKind.ZERO):
        assert hits(data, [thing(kind, 0x1000)]) == []
    assert hits(data, [thing(FindingKind.ERASED, 0x2000)]) == [hit("raw", 0x1234 + AT_WORD, WORD)]
    assert hits(data, [thing(FindingKind.LITTLEFS, 0x1000)])


@pytest.mark.parametrize("at", [0x1000, 0x1003, 0x1007])
def test_a_field_under_the_mask_is_named_with_its_own_place(at):
    data = placed(at, mask(FIELD))
    erased = [thing(FindingKind.ERASED, 0, 0x1000)]  # the second span of the file
    assert hits(data, erased) == [hit("masked", at + AT_WORD, WORD)]
    assert hits(data, erased, thorough=False) == []


def test_the_spans_to_search_leave_proven_code_and_fills_out():
    data = forged("BK7231N", StoreKind.TUYAOS3, paired=True).data
    findings = survey(dump_of(data)).findings
    spans = data_spans(data, iter(findings))
    code = proven_code(data, list(findings))
    fills = [item.span for item in findings if item.kind in {FindingKind.ERASED, FindingKind.ZERO}]
    assert code
    assert fills
    for span in (*code, *fills):
        assert not any(span.start < one.end and one.start < span.end for one in spans)
    assert merge_ranges([*spans, *code, *fills]) == [AddressRange(0, len(data))]


def test_the_first_byte_of_a_file_is_searched():
    assert data_spans(b"x" * 10, []) == [AddressRange(0, 10)]
    assert hits(placed(0, FIELD[1:])) == [hit("raw", AT_WORD - 1, WORD)]


# what a store's key decrypts


@pytest.mark.parametrize("at", [0x1000, 0x1005, 0x100F])
def test_a_field_that_a_key_decrypts_is_named_with_its_own_place(at):
    data = placed(at, ecb_encrypt(FIELD.ljust(32, b"\0"), key=data_key(KEY)))
    erased = [thing(FindingKind.ERASED, 0, 0x1000), thing(FindingKind.ERASED, 0x3000)]
    wanted = [hit("decrypted", at + AT_WORD, WORD)]
    assert hits(data, erased, [store()]) == wanted
    own = store(phases=frozenset({at % 16}))
    assert hits(data, erased, [own], thorough=False) == wanted
    other = store(phases=frozenset({(at + 1) % 16}))
    assert hits(data, erased, [other], thorough=False) == []
    unknown = hits(data, erased, [store()], thorough=False)
    assert unknown == (wanted if at % 16 == 0 else [])


@pytest.mark.parametrize("lead", [1, 3, 13])
def test_blocks_are_counted_from_the_start_of_the_file_and_not_of_what_is_searched(lead):
    data = placed(0x1010, ecb_encrypt(FIELD.ljust(32, b"\0"), key=data_key(KEY)))
    code = [thing(FindingKind.ERASED, 0, 0x1000 + lead)]  # as proven code ends anywhere
    found = hits(data, code, [store()], thorough=False)
    assert found == [hit("decrypted", 0x1010 + AT_WORD, WORD)]


@pytest.mark.parametrize("first", [None, 0x1000, 0x1010, 0x1070])
def test_a_value_ends_with_its_page_because_the_next_one_may_be_of_another_record(first):
    base = first or 0
    at = base % 0x80 + 0x1080 + 0x80 - AT_WORD - 5  # five bytes of the value are in the page
    plain = placed(at, FIELD)
    data = ecb_encrypt(plain, key=data_key(KEY))
    sectors = () if first is None else (SimpleNamespace(offset=first),)
    found = hits(data, (), [store(sectors=sectors)], thorough=False)
    assert found == [hit("decrypted", at + AT_WORD, WORD[:5])]


def test_a_value_of_which_its_page_holds_only_blanks_is_none():
    at = 0x1100 - len(b'{"passwd":"') - 4
    plain = placed(at, b'{"passwd":"0000' + WORD + b'"}')
    data = ecb_encrypt(plain, key=data_key(KEY))
    assert hits(data, (), [store()], thorough=False) == []


def test_a_wifi_cache_that_a_key_decrypts_is_taken_whole():
    body = encode_fast_connect(CACHE)
    data = placed(0x1240, ecb_encrypt(body.ljust(0x100, b"\xff"), key=data_key(KEY)))
    erased = [thing(FindingKind.ERASED, 0, 0x1000)]
    assert hits(data, erased, [store()]) == [hit("decrypted", 0x1240, body, SecretKind.WIFI_CACHE)]
    assert WORD in body


@pytest.mark.parametrize("form", list(StoredForm))
def test_a_wifi_cache_is_taken_whole_in_its_longer_form(form):
    rest = bytes(range(1, 0x12))
    made = encode_fast_connect(
        FastConnect(
            ssid=b"home", bssid=bytes(6), security=4, channel=6, psk="ab" * 32, password=WORD,
            form=form, rest=rest,
        )
    )  # fmt: skip
    data = placed(0x1000, made)
    found = hits(data, [thing(FindingKind.FAST_CONNECT, 0x1000, form=form.value)])
    assert found[0] == hit(f"fast-connect-{form.value}", 0x1000, made, SecretKind.WIFI_CACHE)
    assert len(made) == 0xBC


# records, protected sectors, settings


def record(name, value, *, live, sector=0):
    return SimpleNamespace(name=name, value=value, live=live, sector=sector)


def test_a_record_is_named_with_its_sector_and_whether_it_is_live():
    records = (
        record("gw_wsm", FIELD, live=True, sector=1),
        record("gw_wsm", FIELD, live=False),
        record("em_sys_env", FIELD, live=True),  # of which nothing is private
    )
    sectors = (SimpleNamespace(offset=0x2000), SimpleNamespace(offset=0x3000))
    made = store(records=lambda: records, sectors=sectors)
    assert hits(b"\xff" * 0x4000, (), [made]) == [
        hit("kv-live", 0x3000, WORD),
        hit("kv-stale", 0x2000, WORD),
    ]


def protected(**facts):
    facts = {"items": (), "leftover": b""} | facts
    return encode_protected(ProtectedSector(device_key=KEY, writes=1, **facts))


def in_protected(stored, size=0x4000, **how):
    found = hits(placed(0x1000, stored, size), (), [store(protected=(0x1000,))], **how)
    return [item for item in found if item.where.startswith("protected")]


def test_each_record_of_a_protected_sector_is_looked_into():
    items = (Record(name="gw_wsm", value=FIELD), Record(name="em_sys_env", value=b"nothing"))
    assert in_protected(protected(items=items)) == [hit("protected", 0x1000, WORD)]
    assert in_protected(protected(items=items[1:])) == []


def test_what_lies_behind_the_data_of_a_protected_sector_is_one_secret_and_its_fields_are_more():
    rest = FIELD.ljust(0x1000 - HEAD_LEN, b"\xff")
    assert in_protected(protected(leftover=FIELD)) == [
        hit("protected-leftover", 0x1000, WORD),
        hit("protected-leftover", 0x1000, rest, SecretKind.LEFTOVER),
    ]
    assert in_protected(protected()) == []


def test_a_protected_sector_with_a_wrong_sum_is_read_all_the_same():
    head = KEY_MAGIC.to_bytes(4, "little") + bytes(4) + KEY + bytes(8)
    for text in (FIELD, FIELD[:-2]):
        body = ecb_encrypt(text.ljust(64, b"\0"), key=data_key(KEY))
        stored = ecb_encrypt(head.ljust(HEAD_LEN, b"\0") + body, key=MASTER_KEY)
        assert in_protected(stored) == [hit("protected", 0x1000, WORD)]
        cut = in_protected(stored, 0x1000 + len(stored) + 7)  # the file ends in it
        assert cut == [hit("protected", 0x1000, WORD)]
    assert in_protected(b"", 0x1000 + HEAD_LEN) == []
    assert in_protected(b"", 0x1000 + 7) == []


def test_the_private_settings_of_openbeken_are_named_with_the_place_of_the_block():
    block = with_fields(new_block(), {"wifi_password": WORD}).raw
    data = placed(0x1000, block.ljust(0x1000, b"\xff"))
    findings = [thing(FindingKind.OBK_CONFIG, 0x1000)]
    app = thing(
        FindingKind.APPLICATION, 0, 0x10, chip="BK7231T", key="tuya", code_end=0, trailer=None
    )
    settings = [item for item in hits(data, [*findings, app]) if item.where == "openbeken"]
    assert settings == [hit("openbeken", 0x1000, WORD)]
    assert [item for item in hits(data) if item.where == "openbeken"] == []


def test_a_hit_is_never_shown_with_its_value():
    (found,) = hits(placed(0x20, FIELD))
    assert repr(found) == f"Hit(kind='wifi-password', where='raw', offset={0x20 + AT_WORD:#x})"


# which kinds of secrets a file holds


def summary(data=b"\xff" * 0x1000, findings=(), stores=()):
    found = scan_summary(data, findings=findings, stores=stores)
    return (found.wifi, found.cloud, found.device)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b'{"passwd":"words-of-mine"}', (True, False, False)),
        (b'{"token":"words-of-mine"}', (False, True, False)),
        (b'{"bt_mac":"words-of-mine"}', (False, False, True)),
        (b'{"passwd":"words-of-mine","token":"words-of-mine"}', (True, True, False)),
        (b"nothing of that kind", (False, False, False)),
    ],
)
def test_a_summary_says_which_kinds_there_are(text, told):
    assert summary(placed(0x10, text, 0x1000)) == told


@pytest.mark.parametrize(
    ("finding", "told"),
    [
        (thing(FindingKind.LITTLEFS, 0), True),
        (thing(FindingKind.EASYFLASH, 0), False),
        (thing(FindingKind.RF_CALIBRATION, 0, mac="84:E3:42:01:02:03"), True),
        (thing(FindingKind.RF_CALIBRATION, 0, mac="84:E3:42:00:00:00"), False),  # a sanitized one
        (thing(FindingKind.RF_CALIBRATION, 0, mac=None), False),
        (thing(FindingKind.RF_CALIBRATION, 0), False),
    ],
)
def test_files_and_an_address_point_at_the_device(finding, told):
    assert summary(findings=[finding]) == (False, False, told)


def test_a_summary_does_not_look_under_the_mask():
    assert summary(placed(0x10, mask(FIELD), 0x1000)) == (False, False, False)


def test_a_real_store_is_told_with_all_its_kinds():
    data = forged("BK7231T", paired=True).data
    findings = survey(dump_of(data)).findings
    assert summary(data, findings, find_stores(data)) == (True, True, True)
