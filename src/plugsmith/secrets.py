"""Takes secrets out of text that people will read or share: logs of devices above all.

What a device prints is not ours to trust: a boot log holds the Wi-Fi name, its password and keys.
`redact` masks values after telling words, long hexadecimal runs, and values that the caller knows.
"""

from __future__ import annotations

import binascii
import re
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plugsmith.errors.base import Fact

MASK = "***"
_SHORTEST = 4
_NO_WORD = 8  # no password of a Wi-Fi is shorter, and few words of a sentence are as long
_URL_LETTERS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~")
_ENDS = ("]", "@", "</", "0" * 16)  # what may complete the shape of a secret
_LONGEST_HEAD = 1024  # no shape has a longer value before its end
_ELSEWHERE = ("env:", "file:", "keyring:")

# What may stand in front of such a word: `wifi_password`, `MqttPassword`, `ap-ssid`, `api.key`.
# Every repetition has a bound: a log of a hostile device must not take longer than it is long.
_BEFORE = (
    r"(?:[A-Za-z0-9_.-]{0,40}?[_.-])?"
    r"(?:wi-?fi|wlan|mqtts?|web|https?|api|access|set|net|admin|sta|ap|user|cloud|home|router){0,2}"
)
_PASSWORDS = r"pass(?:w(?:or)?d|phrase|wrd)?\d?|pwsd|pwd\d?|psk\w*|pmk|secret"
_NAMES = r"ssid\d?|login|user(?:name)?"
_WORDS = (
    rf"{_PASSWORDS}|{_NAMES}|bssid|pw|wep_?key\d?|token|uuid|au(?:th|z)_?key|local_?key|lckey|sec_?key|key|"
    r"mac(?:addr(?:ess)?)?|devid|dev_id|gw_?id|authorization|bearer|cookie"
)
_TEXT = (  # in marks: escapes inside of it belong to it; marks may be escaped themselves
    r"""\\{1,8}"(?:(?!\\{1,8}").){0,999}\\{0,8}"|\\{1,8}'(?:(?!\\{1,8}').){0,999}\\{0,8}'"""
    r"""|"(?:[^"\\\r\n]|\\.){0,999}"?|'(?:[^'\\\r\n]|\\.){0,999}'?"""
)
_LINK = r"""\\{0,8}(?:["']|%22)?\s{0,9}(?:[:=]{1,40}(?:>|(?![>:=]))|->|%3[ad])\s{0,9}"""
# With what may stand before a telling word; a letter of another script or an escape hides it not.
_START = rf"(?:(?<![A-Za-z0-9_.-])|(?<=%2[0-9a-f])|(?<=%7b)) (?P<word>{_BEFORE}"
_HEADER = r"""(?ix) (?P<word>\b(?:authorization|(?:set-)?cookie)) (?P<link>\s{0,9}:\s{0,9})
         (?P<bare>[^\s"'](?:[^\r\n"']|(?<=\w[=:\s])["'][^\r\n"']{0,999}["']?)*(?<![\s,]))"""
# `word [value]`, `word: value`, `word=value`, `"word":"value"`
_NAMED = rf"""(?ix) {_START}(?:{_WORDS}))
         (?: (?P<boxlink>\s{{0,9}} (?:[:=]\s{{0,9}})?) \[ (?P<boxed>[^\]\r\n]{{0,999}}) \]
           | (?P<link>{_LINK}) (?: (?P<quoted>{_TEXT}) | (?P<bare>[^\s,;\]\[}})"']\S*) ) )"""
# A password may hold blanks and commas, and nothing says where it ends but the line.
_LONG = rf"""(?ix) {_START}(?:{_PASSWORDS}))
         (?P<link>{_LINK}) (?P<bare>[^\s"'\[\\;{{}}&][^\r\n;&"'{{}}]*)"""
_SETTINGS = rf"""{_PASSWORDS}|{_NAMES}|lckey
           | (?:au(?:th|z)|local|sec|wep|(?<=wifi)|(?<=wlan))_?key\d?"""
# Commands of OpenBeken and Tasmota: `MqttPassword x`, `Password1 x`, `SSID1 "my net"`, also as an
# address of HTTP writes them: `/cm?cmnd=Password1%20x`.
_COMMAND = rf"""(?ix) {_START}(?:{_SETTINGS}))
         (?P<link>[ \t]+is:?[ \t]+ | (?:[ \t]|%20)+ | (?<=\d)\+ | (?<=[a-z]password)\+)
         (?: (?P<quoted>{_TEXT}) | (?P<bare>[^\s"'\[:=;][^\r\n;"']*) )"""
# One that is typed, alone or in a list: no prose, and only the list ends at a semicolon.
_TYPED = rf"(?ix) (?:^|;|\bbacklog\b) \s* {_START}(?:{_SETTINGS})) \s+ (?P<value>"
_TYPED_ALONE = rf"{_TYPED}\S.*)"
_TYPED_IN_LIST = rf"""{_TYPED}(?: (?P<mark>\\{{0,8}}["'])(?:(?!(?P=mark))(?:\\.|[^\\]))*(?P=mark)
           | (?<=\s)\\{{0,8}}["'].* | \\. | [^;] )+)"""
# XML: `<password>x</password>`, `<item name="password">x</item>` or with `value="x"`, and the pairs
# of property lists: `<key>password</key><string>x</string>`, whose `key` is only a name.
_ELEMENT = rf"""(?isx) (?<=[<:]) {_START}(?:{_WORDS}))
         (?P<link>(?:\s[^<>]{{0,200}})?(?<!/)>\s{{0,40}}) (?P<element>(?:(?!</).){{1,999}})
         (?=\Z | </(?:[\w.-]{{1,40}}:)?(?P=word)\s?>(?!\s{{0,80}}<(?:string|integer|real|data)>))"""
_ATTRIBUTE = r"""\s{1,9}(?!value\b)[\w:.-]{1,40}\s?=\s?["'][^"'<>]{0,99}["']"""
_ITEM = rf"""(?isx) (?<=[>"']) {_START}(?:{_WORDS}))
         (?: (?P<link>["'](?:{_ATTRIBUTE}){{0,4}}\s?>\s{{0,40}}
                    | \s?</\w{{1,40}}>\s{{0,80}}<\w{{1,40}}>\s{{0,40}})
             (?P<element>[^<]{{1,999}} | <!\[CDATA\[.{{0,999}}?\]\]>) (?=</)
           | (?P<valuelink>["'](?:{_ATTRIBUTE}){{0,4}}\s{{1,9}}value\s?=\s?) (?P<value>{_TEXT}) )"""
_SHAPES = (_ITEM, _ELEMENT, _HEADER, _LONG, _NAMED, _COMMAND)
_WORDS_IN_PROSE = {
    *("is", "not", "the", "in", "found", "error", "failed", "ok", "get", "null", "none", "true"),
    *("and", "or", "of", "for", "to", "was", "has", "are", "with", "from", "wrong", "set", "at"),
    *("file", "name", "done", "changed", "missing", "length", "here", "as", "on", "by", "false"),
}
_COMMAND_WORD = r"[A-Za-z]+[a-z][A-Z]\w*|[A-Za-z]+\d"  # MqttPassword, Password1
_PLAIN_WORDS = {"mac", "key", "user", "login", "bearer"}
_ADDRESS = r"""(?i)([a-z][a-z0-9+.-]{0,20}://)[^\s"']{0,400}@"""
_HEX_RUN = (
    r"(?i)(?<![0-9a-z])"
    r"(?:[0-9a-f]{16,}|(?:(?:0x)?[0-9a-f]{1,2}[\s:,-]){5,}(?:0x)?[0-9a-f]{1,2})(?![0-9a-z])"
)


# OpenBeken's default names end in the last four MAC bytes.
_MAC_NAME = r"\b(obk|OpenB[KLWXRTN]\w*_)[0-9A-F]{8}\b"


class SecretsOfRun:
    """The short passwords that one run was given; they mean nothing to the others."""

    def __init__(self) -> None:
        self.forms: tuple[str, ...] = ()


_run: ContextVar[SecretsOfRun | None] = ContextVar("run", default=None)


class KnownSecrets:
    """The passwords and words that this process was given, to be masked wherever they turn up.

    Safe to use from several threads. A value of less than four characters would mask half of every
    sentence and is left out. One below eight may be a word of another run of the same process: it
    is masked within its own run (`run`) and where nobody can tell whose text it is, and forgotten
    with that run. Longer ones are masked everywhere, for good.
    """

    def __init__(self) -> None:
        self._forms: tuple[str, ...] = ()
        self._runs: tuple[SecretsOfRun, ...] = ()
        self._lock = threading.Lock()

    @contextmanager
    def run(self, own: SecretsOfRun) -> Iterator[None]:
        """What this thread or task learns and says within belongs to the run `own`."""
        before = _run.set(own)
        with self._lock:
            self._runs = (*self._runs, own)
        try:
            yield
        finally:
            _run.reset(before)
            with self._lock:
                self._runs = tuple(each for each in self._runs if each is not own)

    def note(self, *values: str) -> None:
        """Remember values, and how URLs, JSON and HTTP logins write them."""
        own = _run.get()
        with self._lock:
            for value in values:
                if len(value) < _SHORTEST:
                    continue
                if own is not None and len(value) < _NO_WORD:
                    own.forms = _with(own.forms, value)
                else:
                    self._forms = _with(self._forms, value)

    def forget(self) -> None:
        """Start anew."""
        with self._lock:
            self._forms, self._runs = (), ()

    def mask(self, text: str) -> str:
        """`text` without any of them."""
        own = _run.get()
        runs = self._runs if own is None else (own,)
        for forms in (self._forms, *(item.forms for item in runs)):
            for form in forms:
                if form in text:
                    text = text.replace(form, MASK)
        return text

    def begun(self, text: str) -> int:
        """How many letters at the end of `text` are the beginning of one of them."""
        own = _run.get()
        runs = self._runs if own is None else (own,)
        forms = (form for known in (self._forms, *(item.forms for item in runs)) for form in known)
        return max((_overlap(text, form) for form in forms), default=0)

    def __repr__(self) -> str:
        return f"KnownSecrets(count={len(self._forms)})"


def _with(forms: tuple[str, ...], value: str) -> tuple[str, ...]:
    """A new tuple, the longest first: others may be reading the old one."""
    return tuple(sorted(dict.fromkeys([*forms, *_spelled(value)]), key=len, reverse=True))


def _overlap(text: str, form: str) -> int:
    sizes = range(min(len(text), len(form) - 1), 0, -1)
    return next((size for size in sizes if text.endswith(form[:size])), 0)


KNOWN = KnownSecrets()  # of this process: whoever learns a password notes it here


def redact(text: str, known: Iterable[str] = ()) -> str:
    """`text` with everything that looks like a secret, and every `known` value, masked."""
    for value in sorted({item for item in known if len(item) >= _SHORTEST}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return re.sub(_HEX_RUN, MASK, redact_named(re.sub(_MAC_NAME, rf"\g<1>{MASK}", text)))


def redact_named(text: str) -> str:
    """`text` without the values of telling names, passwords in addresses, and what is KNOWN."""
    text = re.sub(_ADDRESS, rf"\g<1>{MASK}@", KNOWN.mask(text))
    for shape in _shapes():
        text = shape.sub(_mask_value, text)
    return text


def redact_told(text: str) -> str:
    """The same for a sentence of ours with foreign words in it: prose about passwords stays."""
    text = re.sub(_ADDRESS, rf"\g<1>{MASK}@", KNOWN.mask(text))
    for shape in _shapes():
        text = shape.sub(_mask_told, text)
    return text


def redact_fact(fact: Fact) -> Fact:
    """The same for every text inside of a fact; names of fields stay."""
    if isinstance(fact, str):
        return redact_told(fact)
    if isinstance(fact, list):
        return [redact_fact(item) for item in fact]
    if isinstance(fact, dict):
        return {name: redact_fact(item) for name, item in fact.items()}
    return fact


def note_passwords(settings: Mapping[str, Fact], names: Iterable[str]) -> None:
    """Make those of `settings` that are passwords KNOWN, except places like `env:NAME`."""
    for name in names:
        value = settings.get(name)
        if isinstance(value, (str, int)) and not str(value).startswith(_ELSEWHERE):
            KNOWN.note(str(value))


def mask_known(fact: Fact) -> Fact:
    """A fact of a result, in which only what is KNOWN is masked."""
    if isinstance(fact, str):
        return KNOWN.mask(fact)
    if isinstance(fact, list):
        return [mask_known(item) for item in fact]
    if isinstance(fact, dict):
        return {name: mask_known(item) for name, item in fact.items()}
    return fact


def _spelled(value: str) -> Iterator[str]:
    raw = value.encode("utf-8", "surrogatepass")
    url = "".join(chr(byte) if byte in _URL_LETTERS else f"%{byte:02X}" for byte in raw)
    yield from (value, url, url.replace("%20", "+"))
    yield binascii.b2a_base64(raw, newline=False).decode("ascii").rstrip("=")
    yield raw.hex()
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    yield "".join(letter if letter.isascii() else f"\\u{ord(letter):04x}" for letter in value)


def secret_spans(text: str, *, in_noise: bool = False) -> Iterator[tuple[int, int]]:
    """Start and end of each stretch of `text` that `redact` would mask part of.

    `in_noise`: a telling word counts wherever it stands, because a letter in front of it can be
    noise (`gPassword1 x`).
    """
    yield from (match.span() for match in re.finditer(_ADDRESS, text))
    for shape in _shapes(in_noise=in_noise):
        for match in shape.finditer(text):
            if _mask_value(match) != match[0]:
                yield match.span()


def new_in(told: str, given: str) -> int:
    """Where `told` begins to differ from `given`: what stands there and behind was not given."""
    pairs = enumerate(zip(told, given, strict=False))
    least = min(len(told), len(given))
    return next((at for at, (one, other) in pairs if one != other), least)


def sure_until(text: str, told: str) -> int:
    """How much of `told`, the redacted beginning `text` of a line, stays whatever follows.

    Behind it may stand the head of a secret whose shape is not complete yet.
    """
    sure = len(told)
    begun = KNOWN.begun(text)
    if begun and told.endswith(text[-begun:]):
        sure -= begun
    ends = [text + end for end in _ENDS]
    before, mark, tag = text.rpartition("</")
    if mark and ">" not in tag:  # the end of an element that is not complete yet
        ends.append(before)
    for probe in map(redact, ends):
        same = new_in(told, probe)
        sure = min(sure, len(told) if same == len(probe) else same)
    return sure if len(told) - sure <= _LONGEST_HEAD else len(told)


def redact_typed(line: str) -> tuple[str, tuple[str, ...]]:
    """A typed command without its secrets, and these: the device may say them without a name."""
    listed = re.match(r"(?i)\s*backlog\b", line)
    found = [*re.finditer(_TYPED_IN_LIST if listed else _TYPED_ALONE, line)]
    shown = line
    for match in reversed(found):
        shown = shown[: match.start("value")] + MASK + shown[match.end("value") :]
    values = [match["value"] for match in found]
    if listed:  # the device may end a command at each semicolon, in marks or not
        values += [part for value in values for part in value.split(";")]
        values += [m["value"] for part in line.split(";") for m in re.finditer(_TYPED_ALONE, part)]
    values += [re.sub(r"\\(.)", r"\1", value) for value in values]
    return redact(shown), (*(value.strip("\\\"' \t") for value in values), *_masked_values(line))


def _masked_values(text: str) -> Iterator[str]:
    for shape in _shapes():
        for match in shape.finditer(text):
            if _mask_value(match) == match[0]:
                continue
            found = match.groupdict()
            kinds = ("boxed", "quoted", "bare", "element", "value")
            value = next(found[kind] for kind in kinds if found.get(kind) is not None)
            yield value.strip("\\\"' \t")


@cache
def _shapes(*, in_noise: bool = False) -> tuple[re.Pattern[str], ...]:
    """Compiled when the first text asks for them: a start without one does not pay for it."""
    start = "(?P<word>" if in_noise else _START
    return tuple(re.compile(shape.replace(_START, start)) for shape in _SHAPES)


def _mask_told(match: re.Match[str]) -> str:
    """Mask it unless it is prose: `the password does`, `a placeholder MAC: its RF calibration`."""
    found = match.groupdict()
    if found.get("bare") is not None:
        said = match["link"].strip() in {"", "is", "is:"}
        prose = said and not re.fullmatch(_COMMAND_WORD, match["word"])
        if prose or match["word"].lower().lstrip("-") in _PLAIN_WORDS:
            return match[0]
    return _mask_value(match)


def _mask_value(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found.get("boxed") is not None:
        return match["word"] + match["boxlink"] + (f"[{MASK}]" if found["boxed"] else "[]")
    if found.get("value") is not None:
        return f'{match["word"]}{match["valuelink"]}"{MASK}"'
    if found.get("element") is not None:
        return match["word"] + match["link"] + MASK
    head = match["word"] + match["link"]
    if found.get("quoted") is not None:
        mark = match["quoted"][: match["quoted"].find(match["quoted"].lstrip("\\")[0]) + 1]
        inner = match["quoted"][len(mark) :]
        return match[0] if inner in {"", mark} else f"{head}{mark}{MASK}{mark}"
    first = match["bare"].split()[0].strip(".,:!?").lower()
    if first in _WORDS_IN_PROSE or match["bare"].startswith((MASK, *_ELSEWHERE)):
        return match[0]
    return head + MASK
