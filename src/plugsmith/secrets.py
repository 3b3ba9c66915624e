"""Takes secrets out of text that people will read or share: logs of devices above all.

What a device prints is not ours to trust: a boot log holds the Wi-Fi name, its password and keys.
`redact` masks values after telling words, long hexadecimal runs, and values that the caller knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK = "***"

# What may stand in front of such a word: `wifi_password`, `MqttPassword`, `ap-ssid`, `api.key`.
# Every repetition has a bound: a log of a hostile device must not take longer than it is long.
_BEFORE = (
    r"(?:[\w.-]{0,40}?[_.-])?"
    r"(?:wi-?fi|wlan|mqtts?|web|https?|api|access|set|net|admin|sta|ap|user|cloud|home|router){0,2}"
)
_PASSWORDS = r"pass(?:w(?:or)?d|phrase|wrd)?\d?|pwsd|pwd\d?|psk\w*|pmk|secret"
_NAMES = r"ssid\d?|login|user(?:name)?"
_WORDS = (
    rf"{_PASSWORDS}|{_NAMES}|bssid|token|uuid|auth_?key|local_?key|lckey|sec_?key|key|"
    r"mac(?:addr(?:ess)?)?|devid|dev_id|gw_?id|authorization|bearer|cookie"
)
_TEXT = (  # in marks: escapes inside of it belong to it; marks may be escaped themselves
    r"""\\{1,8}"(?:(?!\\{1,8}").){0,999}\\{0,8}"|\\{1,8}'(?:(?!\\{1,8}').){0,999}\\{0,8}'"""
    r"""|"(?:[^"\\\r\n]|\\.){0,999}"?|'(?:[^'\\\r\n]|\\.){0,999}'?"""
)
_LINK = r"""\\{0,8}["']?\s{0,9}[:=]{1,3}>?\s{0,9}"""
# `word [value]`, `word: value`, `word=value`, `"word":"value"`
_NAMED = re.compile(
    rf"""(?ix) (?<![\w.-]) (?P<word>{_BEFORE}(?:{_WORDS}))
         (?: (?P<boxlink>\s{{0,9}} (?:[:=]\s{{0,9}})?) \[ (?P<boxed>[^\]\r\n]{{0,999}}) \]
           | (?P<link>{_LINK}) (?: (?P<quoted>{_TEXT}) | (?P<bare>[^\s,;\]\[}})"']\S*) ) )"""
)
# A password may hold blanks and commas, and nothing says where it ends but the line.
_LONG = re.compile(
    rf"""(?ix) (?<![\w.-]) (?P<word>{_BEFORE}(?:{_PASSWORDS}))
         (?P<link>{_LINK}) (?P<bare>[^\s"'\[\\;{{}}&][^\r\n;&"'{{}}]*)"""
)
# Commands of OpenBeken and Tasmota: `MqttPassword x`, `Password1 x`, `SSID1 "my net"`.
_COMMAND = re.compile(
    rf"""(?ix) (?<![\w.-]) (?P<word>{_BEFORE}(?:{_PASSWORDS}|{_NAMES})) (?P<link>[ \t]+)
         (?: (?P<quoted>{_TEXT}) | (?P<bare>[^\s"'\[:=;][^\r\n;"']*) )"""
)
_WORDS_IN_PROSE = {
    *("is", "not", "the", "in", "found", "error", "failed", "ok", "get", "null", "none", "true"),
    *("and", "or", "of", "for", "to", "was", "has", "are", "with", "from", "wrong", "set", "at"),
    *("file", "name", "done", "changed", "missing", "length", "here", "as", "on", "by", "false"),
}
_ADDRESS = re.compile(r"""(?i)\b([a-z][a-z0-9+.-]{0,20}://)[^\s"']{0,400}@""")
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
    text = _ADDRESS.sub(rf"\g<1>{MASK}@", text)
    for shape in (_LONG, _NAMED, _COMMAND):
        text = shape.sub(_mask_value, text)
    return _HEX_RUN.sub(MASK, text)


def secret_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of `text` that `redact` would mask part of."""
    for shape in (_ADDRESS, _LONG, _NAMED, _COMMAND):
        for match in shape.finditer(text):
            if shape is _ADDRESS or _mask_value(match) != match[0]:
                yield match.span()


def _mask_value(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found.get("boxed") is not None:
        return match["word"] + match["boxlink"] + (f"[{MASK}]" if found["boxed"] else "[]")
    head = match["word"] + match["link"]
    if found.get("quoted") is not None:
        mark = match["quoted"][: match["quoted"].find(match["quoted"].lstrip("\\")[0]) + 1]
        inner = match["quoted"][len(mark) :]
        return match[0] if inner in {"", mark} else f"{head}{mark}{MASK}{mark}"
    first = match["bare"].split()[0].strip(".,:!?").lower()
    if first in _WORDS_IN_PROSE or match["bare"].startswith(MASK):
        return match[0]
    return head + MASK
