"""What counts as a secret in which record, and how it is blanked without changing its length.

Field lists: tuya-storage.md section 5.1, plus the field names of all records of the corpus. A field
or record that is on no list is blanked: what nobody knows is not published.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from plugsmith.tuya.files import PIN_FILES
from plugsmith.tuya.records import PIN_RECORD, SERIAL_RECORDS

if TYPE_CHECKING:
    from collections.abc import Iterator


class SecretKind(StrEnum):
    """What was removed, as reports name it."""

    WIFI_NAME = "wifi-name"
    WIFI_PASSWORD = "wifi-password"  # noqa: S105 - a name, not a password
    WIFI_KEY = "wifi-key"
    WIFI_CACHE = "wifi-cache"
    ACCESS_POINT = "access-point"
    CLOUD_TOKEN = "cloud-token"  # noqa: S105 - a name, not a token
    CLOUD_KEY = "cloud-key"
    DEVICE_ID = "device-id"
    PAIRING_PIN = "pairing-pin"
    MAC = "mac"
    REGION = "region"
    UNKNOWN_FIELD = "unknown-field"
    UNKNOWN_RECORD = "unknown-record"
    OLD_PAGES = "old-pages"
    LEFTOVER = "leftover"
    LOG = "log"
    SETTINGS = "openbeken-setting"
    FILES = "openbeken-files"
    UNREADABLE = "unreadable-sector"
    COPY = "copy"


WIFI_KINDS = frozenset(
    {
        SecretKind.WIFI_NAME,
        SecretKind.WIFI_PASSWORD,
        SecretKind.WIFI_KEY,
        SecretKind.WIFI_CACHE,
        SecretKind.ACCESS_POINT,
    }
)
CLOUD_KINDS = frozenset(
    {
        SecretKind.CLOUD_TOKEN,
        SecretKind.CLOUD_KEY,
        SecretKind.DEVICE_ID,
        SecretKind.PAIRING_PIN,
    }
)

FIELD_KINDS: dict[str, SecretKind] = {
    "ssid": SecretKind.WIFI_NAME,
    "passwd": SecretKind.WIFI_PASSWORD,
    "pwsd": SecretKind.WIFI_PASSWORD,
    "pwd": SecretKind.WIFI_PASSWORD,
    "password": SecretKind.WIFI_PASSWORD,
    "bssid": SecretKind.ACCESS_POINT,
    "token": SecretKind.CLOUD_TOKEN,
    "reg_key": SecretKind.CLOUD_KEY,
    "auth_key": SecretKind.CLOUD_KEY,
    "psk_key": SecretKind.CLOUD_KEY,
    "psk30_key": SecretKind.CLOUD_KEY,
    "psk21_key": SecretKind.CLOUD_KEY,
    "lckey": SecretKind.CLOUD_KEY,
    "local_key": SecretKind.CLOUD_KEY,
    "uuid": SecretKind.DEVICE_ID,
    "wx_uuid": SecretKind.DEVICE_ID,
    "wx_app_id": SecretKind.DEVICE_ID,
    "dminfo_sn": SecretKind.DEVICE_ID,
    "devid": SecretKind.DEVICE_ID,
    "dev_id": SecretKind.DEVICE_ID,
    "pin": SecretKind.PAIRING_PIN,
    "bt_mac": SecretKind.MAC,
    "bt_hid": SecretKind.MAC,
    "mac": SecretKind.MAC,
    "ap_ssid": SecretKind.DEVICE_ID,
    "ap_passwd": SecretKind.WIFI_PASSWORD,
}

# Names too common to mean a secret outside of their record.
_RECORD_FIELDS: dict[str, dict[str, SecretKind]] = {
    "gw_di": {"id": SecretKind.DEVICE_ID},
    "gw_ai": {"key": SecretKind.CLOUD_KEY},
}

_HARMLESS_FIELDS: dict[str, frozenset[str]] = {
    "gw_wsm": frozenset({"region"}),
    "gw_bi": frozenset({"country_code", "fac_pin"}),
    "gw_di": frozenset(
        {"swv", "dev_swv", "bv", "pv", "lpv", "cadv", "cdv", "pk", "firmk", "s_id"}
        | {f"mst_{what}_{number}" for what in ("ver", "md5") for number in range(10)}
        | {"dminfo_name", "dminfo_code", "dminfo_report_code"}
    ),
    "gw_ai": frozenset(
        {f"{host}_{what}" for host in ("h", "hs", "lp", "mq", "mqs") for what in ("url", "ip")}
        | {"ai_sp", "ai_sp_ip", "hs_psk", "hs_psk_ip", "mq_psk", "mq_psk_ip"}
        | {"time_z", "s_time_z"}
    ),
}

_HARMLESS_RECORDS = frozenset(
    {
        PIN_RECORD,
        *SERIAL_RECORDS,
        "em_sys_env",
        "mf_test_close",
        "tls_ca_cnt",
        "is_stride",
        "wf_start_md",
        "kv.meta.report",
        "save_off_stat",
        "timer_arr",
        "fsw_cnt_key",
        "bt_encrpt_v2",
        "voice_ctrl_enc",
        "tyDevDataIndex",
        "tyDevDataOffset",
        "localkey.meta.syn",
        "mcast.meta.syn",
        "moniter_time_save",
        "trace_time_save",
    }
)
_REGION_RECORDS = re.compile(r"rcs\.active|kv\.ccode\..*|last_reset_info_new")
_BINARY_RECORDS = {
    "ap_info_v2": SecretKind.WIFI_CACHE,
    "tuya_seed": SecretKind.CLOUD_KEY,
    "ble_beaconkey": SecretKind.CLOUD_KEY,
}

# A schema is a list of data points; nothing in it is about one device (tuya-storage.md 6.4).
_SCHEMA = re.compile(rb'\[\{[^\[\]]{0,80}"(?:mode|type|property|id)":')
_STRING_FIELD = re.compile(rb'"([A-Za-z0-9_.]{1,32})"\s*:\s*"((?:[^"\\]|\\.){1,4096})"')
_PLAIN_FIELDS = re.compile(
    rb'"('
    + b"|".join(name.encode() for name in FIELD_KINDS)
    + rb')"\s*:\s*"((?:[^"\\\x00-\x1f\x7f-\xff]|\\.){1,4096})'  # it may be cut off: no end quote
)

HARMLESS_FILES = frozenset(
    {
        *PIN_FILES,
        "gamma_cfg",
        "measure_coe",
        "measure_rslt",
        "RLY_STAT",
        "temp_energy",
        "day_energy",
        "pwr_cnt",
        "fsw_cnt_key",
        "WAKE_PIN",
        "ty_data_file",
        "log_seq_stat",
        *(str(number) for number in range(32)),
    }
)
LOG_FILES = re.compile(r"netcfg_log|logseq\d*")
_PIN_FILE = re.compile(rb"\{[^{}\x00-\x1f\x7f-\xff]*(?:\{[^{}]*\}[^{}]*)*\}[\0\xff]*")
_NUMBER_NAMES = re.compile(
    rb'"(?:max|last|first|ts|dt|tp|fsw_cnt_key)":|gamma_[a-z]{1,8}\[[a-z]{1,4}\]'
)
_WORD = re.compile(rb"[!-~]{6,}")
_LETTER = re.compile(rb"[g-zG-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret value and where it stands in the bytes that were looked at."""

    kind: SecretKind
    start: int
    value: bytes

    @property
    def end(self) -> int:
        """Position behind the value."""
        return self.start + len(self.value)

    def __repr__(self) -> str:
        return f"Secret(kind={self.kind.value!r}, start={self.start}, length={len(self.value)})"


def is_blanked(value: bytes) -> bool:
    """Whether nothing is left: only `0` characters, zeros or erased bytes."""
    return not value.strip(b'0"\0') or not value.strip(b"\xff")


def blank_value(value: bytes) -> bytes:
    """The same number of `0` characters."""
    return b"0" * len(value)


def secrets_in_record(name: str, value: bytes) -> list[Secret]:
    """What must go from the record `name`; already blanked values are left out."""
    return [item for item in _record_secrets(name, value) if not is_blanked(item.value)]


def blank_record(name: str, value: bytes) -> bytes:
    """The record without its secrets, of the same length."""
    blanked = bytearray(value)
    for item in secrets_in_record(name, value):
        text = item.value.isascii() and item.value.decode("ascii").isprintable()
        blanked[item.start : item.end] = blank_value(item.value) if text else bytes(len(item.value))
    return bytes(blanked)


def secrets_in_text(data: bytes) -> Iterator[Secret]:
    """Fields that are secret wherever they stand, in any bytes; format strings are no values."""
    for hit in _PLAIN_FIELDS.finditer(data):
        if not is_blanked(hit[2]) and not hit[2].startswith(b"%"):
            kind = FIELD_KINDS[hit[1].decode("ascii")]
            yield Secret(kind=kind, start=hit.start(2), value=hit[2])


def is_harmless(name: str) -> bool:
    """Whether the record `name` never holds a secret."""
    return name in _HARMLESS_RECORDS


def is_harmless_file(name: str, content: bytes) -> bool:
    """Whether a vendor file of that name with that content holds nothing private.

    Files of pins hold one pin text; those of counts and states hold numbers, but no words.
    """
    if name in PIN_FILES:
        return _PIN_FILE.fullmatch(content) is not None
    words = _WORD.findall(_NUMBER_NAMES.sub(b"", content))
    return name in HARMLESS_FILES and not any(_LETTER.search(word) for word in words)


def is_schema(value: bytes) -> bool:
    """Whether a record is a data-point schema."""
    return _SCHEMA.match(value) is not None


def _record_secrets(name: str, value: bytes) -> Iterator[Secret]:
    if name in _HARMLESS_RECORDS:
        return
    if name in _HARMLESS_FIELDS:
        yield from _fields(name, value)
    elif name == "ap_info_v2":  # a length, then the fast-connect structure
        yield Secret(kind=SecretKind.WIFI_CACHE, start=4, value=value[4:])
    elif name in _BINARY_RECORDS:
        yield Secret(kind=_BINARY_RECORDS[name], start=0, value=value)
    elif _REGION_RECORDS.fullmatch(name):
        yield from _texts(value, SecretKind.REGION)
    elif name == "wf_pt":
        yield from _fields(name, value)
    elif not is_schema(value):
        yield from _unknown(name, value)


def _fields(record: str, value: bytes) -> Iterator[Secret]:
    """String fields, except those known as harmless in this record."""
    harmless = _HARMLESS_FIELDS.get(record, frozenset())
    own = _RECORD_FIELDS.get(record, {})
    for hit in _STRING_FIELD.finditer(value):
        name = hit[1].decode("ascii")
        if name not in harmless:
            kind = own.get(name) or FIELD_KINDS.get(name, SecretKind.UNKNOWN_FIELD)
            yield Secret(kind=kind, start=hit.start(2), value=hit[2])


def _unknown(name: str, value: bytes) -> Iterator[Secret]:
    """A record that nobody knows: string fields of JSON, every text of anything else."""
    body = value.strip(b"\0 \r\n\t")
    if body[:1] in (b"{", b"[") and body[-1:] in (b"}", b"]"):
        yield from _fields(name, value)
    else:
        yield from _texts(value, SecretKind.UNKNOWN_RECORD)


def _texts(value: bytes, kind: SecretKind) -> Iterator[Secret]:
    """Runs of two and more characters, and longer binary stretches."""
    for hit in re.finditer(rb"[\x21-\x7e]{2,}|[^\x00\xff\x20-\x7e]{4,}", value):
        yield Secret(kind=kind, start=hit.start(), value=hit[0])
