"""Foreign text made visible: what a terminal, an editor or a reader could obey becomes an escape.

Names of devices, hosts and files, texts out of dumps and images, answers from the network and the
logs of guests are not ours. A control character in them can move the cursor, rename the window or
reverse the order of what is read; a lone surrogate cannot be written at all.
"""

from __future__ import annotations

import json
import re

_HARMFUL = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"  # invisible, and direction overrides
    "\u2028\u2029"  # line ends that no line counter knows
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations and tags
)
_ANYWHERE = re.compile(f"[{_HARMFUL}\ud800-\udfff]")
_IN_A_LINE = re.compile(f"[{_HARMFUL}\t\n\ud800-\udfff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def visible(text: str) -> str:
    """`text` with every harmful character as a visible escape; tabs and line feeds stay."""
    return _ANYWHERE.sub(_escape, text)


def visible_line(text: str) -> str:
    """The same for what must stay on one line: a name, a path, a value in a sentence."""
    return _IN_A_LINE.sub(_escape, text)


def json_safe(line: str) -> str:
    """A serialised JSON document with every harmful character as a JSON escape of the same value.

    A lone surrogate has no value that a reader could use: it becomes U+FFFD.
    """
    return _ANYWHERE.sub(_json_escape, line)


def json_text(
    value: object, *, indent: int | None = None, separators: tuple[str, str] | None = None
) -> str:
    """`value` as a JSON document with letters of every script, and nothing harmful raw in it."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return json_safe(text)


def without_surrogates(text: str) -> str:
    """`text` with each lone surrogate replaced by U+FFFD, so that it can be encoded."""
    return _SURROGATE.sub("\ufffd", text)


def value_without_surrogates(value: object) -> object:
    """The same for every text, and every name, inside of a value as JSON or YAML give it."""
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [value_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {
            value_without_surrogates(name): value_without_surrogates(item)
            for name, item in value.items()
        }
    return value


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return {0x09: r"\t", 0x0A: r"\n", 0x0D: r"\r"}.get(code, f"\\x{code:02x}")
    return f"\\u{code:04x}" if code < 0x1_0000 else f"\\U{code:08x}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xD800 <= code < 0xE000:
        return "\\ufffd"
    if code < 0x1_0000:
        return f"\\u{code:04x}"
    code -= 0x1_0000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
