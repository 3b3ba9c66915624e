"""Passwords, keys and names of networks beside pins: they never become part of a configuration.

People paste whole stores, or lists that they typed; what is read out of these is printed, kept in
templates and shown to others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from plugsmith.dump.survey.credentials import FIELD_KINDS
from plugsmith.messages import N_
from plugsmith.secrets import MASK, redact, secret_spans

PRIVATE = N_("names of networks, passwords and keys were left out")

UNSURE = N_("long values of unknown keys were left out: one of them may be a password")

# A password of a Wi-Fi has at least so many letters; few words in a list of pins have
_PASSWORD_LEN = 8
_SMALL = 4  # digits of a pin, a level, a time
_LONGEST = 2000  # no value of a configuration is as long
# Keys whose values are words of the vendor's or of the board's maker.
_WORDED_KEYS = "module chip category pd_category Jsonver jsonver jv wfcfg fac_pin customcode model"
_WORDED = frozenset(_WORDED_KEYS.split())
_PRODUCT = "fac_pin"  # the same in all devices of a product, and as long as a key
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+")
# Parts of names, also as people type them who write German, Polish or another language.
_PART_WORDS = (
    "pass passwd password passphrase passcode pswd pwd pw psk pmk wpa wep secret token key "
    "ssid essid bssid uuid cred creds credential credentials mac email login username "
    "passwort kennwort kenncode schluessel schl\u00fcssel netzwerkname wlanname "
    "haslo has\u0142o klucz siec sie\u0107 heslo parol senha contrasena contrase\u00f1a "
    "clave mdp wachtwoord lozinka jelszo jelsz\u00f3 adgangskode l\u00f6senord passord "
    "\u043f\u0430\u0440\u043e\u043b\u044c"
)
_WHOLE_WORDS = "wifi wi-fi wlan net network networks networkname netzwerk router user hid devid"
_PARTS, _NAMES = frozenset(_PART_WORDS.split()), frozenset(_WHOLE_WORDS.split())
_NAMING = ("name", "key", "id", "code", "field", "label")


@lru_cache(maxsize=4096)
def is_private(key: str) -> bool:
    """Whether the value of such a key is nobody else's business.

    Letters of a damaged text may stand in front of the word; no known key of pins holds one.
    """
    return _is_telling(key, in_noise=True)


def _is_telling(key: str, *, in_noise: bool) -> bool:
    return any(secret_spans(f'"{key[:80]}":"aaaaaaaa1"', in_noise=in_noise))


def without_private(config: Mapping[str, object]) -> dict[str, object]:
    """`config` without what is private, at any depth (readers bound the depth)."""
    return {
        key: value if key == _PRODUCT and isinstance(value, str) else _inside(value)
        for key, value in config.items()
        if not is_private_pair(str(key), value)
    }


def without_unsure(config: Mapping[str, object]) -> dict[str, object]:
    """`config` without long words under keys that nobody knows: `ssd`, `Home`.

    For what no checksum holds together: there a letter may be lost in the name of a secret.
    """
    return {key: value for key, value in config.items() if not _is_unsure(str(key), value)}


def _is_unsure(key: str, value: object) -> bool:
    word = value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
    return len(word) >= _PASSWORD_LEN and key not in _WORDED


def is_private_pair(key: str, value: object) -> bool:
    """Whether a whole pair is left out."""
    return is_private(key) or (_sounds_private(key) and not _is_small(value))


@lru_cache(maxsize=4096)
def _sounds_private(key: str) -> bool:
    """Whether its value is private unless it is a small number (`pin`, `key_lv` may be one)."""
    name = key[:80]
    parts = {part.lower() for part in _WORD.findall(name)}
    return name.lower() in _NAMES or name in FIELD_KINDS or not _PARTS.isdisjoint(parts)


def _is_small(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _SMALL and (not value or value.isdecimal())
    return value is None or (isinstance(value, (int, float)) and abs(value) < 10**_SMALL)


def _inside(value: object) -> object:
    if isinstance(value, Mapping):
        return {} if _is_named_secret(value) else without_private(value)
    if isinstance(value, str):
        return _told(value)
    if not isinstance(value, list):
        return value
    pairs = zip([None, *value], value, strict=False)
    return [_inside(item) for before, item in pairs if not _names_secret(before)]


def _told(text: str) -> str:
    """A text without what gives a secret away: telling words, the shape of a key.

    Of a damaged text, what follows may be in it, glued to it.
    """
    if len(text) > _LONGEST:
        return MASK
    start = min((start for start, _end in secret_spans(text, in_noise=True)), default=None)
    return redact(text) if start is None else text[:start] + MASK


def _is_named_secret(pair: Mapping[str, object]) -> bool:
    """A record of a list: `{"name": "password", "value": ...}`."""
    return any(_names_secret(value) for key, value in pair.items() if str(key).lower() in _NAMING)


def _names_secret(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return _is_telling(value, in_noise=False) or _sounds_private(value)
