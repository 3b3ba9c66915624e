"""The key of a WPA network: PBKDF2 of its password over its name, 4096 rounds of HMAC-SHA1."""

from __future__ import annotations

import hashlib
import hmac

_ROUNDS = 4096
_KEY_LEN = 32


def wpa_key(password: bytes, ssid: bytes) -> bytes:
    """The 32 bytes that the vendor's Wi-Fi cache holds."""
    fast = getattr(hashlib, "pbkdf2_hmac", None)  # absent from a Python without OpenSSL
    if fast is not None:
        return bytes(fast("sha1", password, ssid, _ROUNDS, _KEY_LEN))
    return pbkdf2_by_hand(password, ssid)


def pbkdf2_by_hand(password: bytes, ssid: bytes) -> bytes:
    """The same without OpenSSL; a tenth of a second."""
    keyed = hmac.new(password, digestmod="sha1")

    def block(number: int) -> bytes:
        step = _digest(keyed, ssid + number.to_bytes(4, "big"))
        total = int.from_bytes(step, "big")
        for _round in range(_ROUNDS - 1):
            step = _digest(keyed, step)
            total ^= int.from_bytes(step, "big")
        return total.to_bytes(len(step), "big")

    return (block(1) + block(2))[:_KEY_LEN]


def _digest(keyed: hmac.HMAC, data: bytes) -> bytes:
    one = keyed.copy()
    one.update(data)
    return one.digest()
