"""Records of a paired or unpaired device, as its firmware writes them.

Names and fields: tuya-storage.md section 5.1. All values are canaries or neutral.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from plugsmith.tuya.fast_connect import FastConnect, StoredForm, encode_fast_connect
from plugsmith.tuya.records import PLATFORM_CHIPS, encode_platform
from plugsmith.tuya.store import Record
from plugsmith.tuya.wpa_key import wpa_key

if TYPE_CHECKING:
    from plugsmith.forge.canary import CanaryCage

PRODUCT_KEY = "keyforgedplug001"
SCHEMA_ID = "000000forg"
_NAMED_AS = {"BK7231M": "BK7231N"}  # the same firmware, stored without the key
_SCHEMA = [
    {"mode": "rw", "property": {"type": "bool"}, "id": 1, "type": "obj"},
    {
        "mode": "rw",
        "property": {"min": 0, "max": 86400, "scale": 0, "step": 1, "type": "value"},
        "id": 9,
        "type": "obj",
    },
]


def plain_records(chip: str) -> list[Record]:
    """What every device has after its first start."""
    named = _NAMED_AS.get(chip, chip)
    platform = next(name for name, owner in PLATFORM_CHIPS.items() if owner == named)
    info = {
        "id": None,
        "swv": "1.0.0",
        "bv": "40.00",
        "pv": "2.2",
        "lpv": "3.3",
        "pk": PRODUCT_KEY,
        "firmk": PRODUCT_KEY,
        "cadv": "1.0.2",
        "cdv": "1.0.0",
        "dev_swv": "1.0.0",
        "s_id": SCHEMA_ID,
        "dtp": 0,
        "sync": 0,
        "dminfo_sn": None,
    }
    return [
        Record(name="em_sys_env", value=encode_platform(platform)),
        Record(name="gw_di", value=_json(info)),
        Record(name="mf_test_close", value=b"true\0"),
        Record(name="wf_start_md", value=b"3\0"),
        Record(name="is_stride", value=b"0\0"),
    ]


def paired_records(cage: CanaryCage, place: str, *, long_cache: bool) -> list[Record]:
    """The account and Wi-Fi records of a paired device; all canaries belong to `place`."""
    cache = encode_fast_connect(wifi_cache(cage, f"{place} ap_info_v2", long=long_cache))
    return [
        wifi_record(cage, place),
        identity_record(cage, place),
        Record(name="gw_di", value=_json(_device(cage, place))),
        Record(name="gw_ai", value=_json(_account(cage, place))),
        Record(name="ap_info_v2", value=len(cache).to_bytes(4, "little") + cache),
        Record(name="wf_pt", value=_json(_networks(cage, place))),
        Record(name="tuya_seed", value=cage.raw(place, "seed", 32)),
        Record(name="ble_beaconkey", value=_json(cage.digits(place, "beacon key", 32)) + b"\0"),
        Record(name=SCHEMA_ID, value=_json(_SCHEMA)),
    ]


def wifi_record(cage: CanaryCage, place: str) -> Record:
    """gw_wsm: name, password in base64, token and registration key."""
    word = cage.text(place, "password", 13)
    fields = {
        "nc_tp": 9,
        "ssid": cage.text(place, "ssid", 11),
        "passwd": base64.b64encode(word.encode()).decode("ascii"),
        "wfb64": 1,
        "md": 0,
        "random": 0,
        "stat": 2,
        "token": cage.text(place, "token", 8),
        "region": "EU",
        "reg_key": cage.text(place, "registration key", 4),
        "dns_prio": 0,
    }
    return Record(name="gw_wsm", value=_json(fields))


def identity_record(cage: CanaryCage, place: str) -> Record:
    """gw_bi: what the factory wrote into the device."""
    name = "Forged-" + cage.text(place, "ap name", 6)
    cage.planted(place, "ap full name", name.encode())
    fields = {
        "uuid": cage.digits(place, "uuid", 16),
        "psk_key": cage.text(place, "psk key", 37),
        "auth_key": cage.text(place, "auth key", 32),
        "psk30_key": cage.text(place, "psk30 key", 44),
        "ap_ssid": name,
        "ap_passwd": cage.text(place, "ap password", 10),
        "country_code": "EU",
        "bt_mac": cage.digits(place, "bt mac", 12),
        "bt_hid": cage.text(place, "bt hid", 12),
        "pin": cage.text(place, "pairing pin", 8),
        "prod_test": False,
        "fac_pin": PRODUCT_KEY,
    }
    return Record(name="gw_bi", value=_json(fields))


def wifi_cache(
    cage: CanaryCage, place: str, *, long: bool, form: StoredForm = StoredForm.PLAIN
) -> FastConnect:
    """A cached connection with a key that belongs to its name and password."""
    name = cage.text(place, "ssid", 12).encode()
    word = cage.text(place, "password", 14).encode()
    psk = wpa_key(word, name).hex()
    cage.planted(place, "psk", psk.encode())
    return FastConnect(
        ssid=name,
        bssid=cage.raw(place, "bssid", 6),
        security=5,
        channel=6,
        psk=psk,
        password=word,
        form=form,
        rest=bytes(16) + b"\1" if long else b"",
    )


def _device(cage: CanaryCage, place: str) -> dict[str, object]:
    return {
        "id": cage.digits(place, "device id", 22),
        "swv": "1.0.0",
        "bv": "40.00",
        "pv": "2.2",
        "lpv": "3.3",
        "pk": PRODUCT_KEY,
        "firmk": PRODUCT_KEY,
        "cadv": "1.0.2",
        "cdv": "1.0.0",
        "dev_swv": "1.0.0",
        "s_id": SCHEMA_ID,
        "dtp": 0,
        "sync": 0,
        "dminfo_sn": cage.text(place, "serial number", 14),
    }


def _account(cage: CanaryCage, place: str) -> dict[str, object]:
    return {
        "key": cage.text(place, "account key", 16),
        "lckey": cage.text(place, "local key", 16),
        "psk21_key": cage.text(place, "psk21 key", 18),
        "wx_uuid": cage.digits(place, "wx uuid", 20),
        "h_url": "http://cloud.example/d.json",
        "h_ip": "192.0.2.10",
        "mq_url": "mqtt.example",
        "mq_ip": "192.0.2.11",
        "time_z": "+00:00",
        "cloud_cap": 1,
    }


def _networks(cage: CanaryCage, place: str) -> dict[str, object]:
    return {
        "ap_item": [
            {
                "ssid": cage.text(place, f"network {number} ssid", 9),
                "pwsd": cage.text(place, f"network {number} password", 12),
            }
            for number in (1, 2)
        ]
    }


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
