"""Takes secrets out of text that people will read or share: logs of devices above all.

What a device prints is not ours to trust: a boot log holds the Wi-Fi name, its password and keys.
`redact` masks values after telling words, long hexadecimal runs, and values that the caller knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"

_WORDS = (
    r"ssid\d?|pass(?:w(?:or)?d|phrase)?\d?|pwsd|psk\w*|pmk|bssid|token|uuid|auth_?key|local_?key|"
    r"lckey|sec_?key|key|secret|mac(?:addr(?:ess)?)?|devid|dev_id|gw_?id|login|user(?:name)?"
)
# `word [value]`, `word: value`, `word=value`, `"word":"value"`
_NAMED = re.compile(
    rf"""(?ix) \b (?P<word>{_WORDS}) (?P<link> ["']? \s* (?:[:=]\s*)? )
         (?: \[ (?P<boxed>[^\]\r\n]*) \] | (?P<quoted>"[^"\r\n]*"|'[^'\r\n]*')
           | (?<=[:=\s]) (?P<bare>[^\s,;\]\[}})"']+) )"""
)
_WORDS_IN_PROSE = {"is", "not", "the", "in", "found", "error", "failed", "ok", "get", "null"}
_HEX_RUN = re.compile(
    r"(?i)(?<![0-9a-z])(?:[0-9a-f]{16,}|(?:(?:0x)?[0-9a-f]{1,2}[\s:,-]){5,}(?:0x)?[0-9a-f]{1,2})(?![0-9a-z])"
)


# OpenBeken's default names end in the last four MAC bytes.
_MAC_NAME = re.compile(r"\b(obk|OpenB[KLWXRTN]\w*_)[0-9A-F]{8}\b")


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that looks like a secret, and every `known` value, masked."""
    for value in sorted({item for item in known if len(item) >= 4}, key=len, reverse=True):
        text = text.replace(value, MASK)
    text = _MAC_NAME.sub(rf"\g<1>{MASK}", text)
    return _HEX_RUN.sub(MASK, _NAMED.sub(_mask_value, text))


def _mask_value(match: re.Match[str]) -> str:
    head = match["word"] + match["link"]
    if match["boxed"] is not None:
        return f"{head}[{MASK}]" if match["boxed"] else match[0]
    if match["quoted"] is not None:
        mark = match["quoted"][0]
        return f"{head}{mark}{MASK}{mark}" if len(match["quoted"]) > 2 else match[0]
    plain_prose = ":" not in match["link"] and "=" not in match["link"]
    if plain_prose or match["bare"].lower() in _WORDS_IN_PROSE:
        return match[0]
    return head + MASK
