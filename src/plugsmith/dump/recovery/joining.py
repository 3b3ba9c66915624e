"""One text out of several damaged copies: the clean 16-byte blocks of all, single bits turned back.

All copies of a text are byte-identical, so a block that is clean in any of them fills the hole in
the others. Every result is tested with the CRC-7 and, where an index page gives it, the value sum;
it counts only if no other combination passes as well (tuya-storage.md section 7.1, step 7).
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

from plugsmith.dump.recovery.copies import (
    TextCopy,
    find_end,
    is_clean,
    looks_like_text,
    sum_ok,
    text_of,
)
from plugsmith.dump.recovery.outcome import (
    AgreeingCheck,
    SourceKind,
    Standing,
    TextPart,
    TextSource,
)
from plugsmith.dump.store.bits import flipped_blocks
from plugsmith.errors import Malformed
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.records import frozen
from plugsmith.tuya.kv import PAGE_LEN
from plugsmith.tuya.user_param import crc_ok, parse_pin_text, stated_crc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MAX_COMBINATIONS = 2048
_MAX_WITHOUT_SUM = 2  # a CRC-7 alone passes one wrong combination in 128
_MAX_COPIES = 24
_MAX_HOLES = 8  # blocks that no copy holds; each costs 128 decryptions a copy
_MAX_LENGTHS = 6
_MAX_RUNS = 8
_SAME_TEXT = 0.7  # share of equal blocks from which on two copies may be of one text
_UNLIKE = 8  # copies that disagree somewhere count as if so many more ways had been tried


@frozen
class _Variant:
    """A possible content of a block, and the copy that it comes from."""

    body: bytes
    copy: TextCopy
    repaired: bool = False


def join_copies(copies: Sequence[TextCopy], data: bytes) -> list[TextSource]:
    """Texts that only joining or repairing gives; each passes the CRC-7 and is the only one.

    One without a crc pair counts where its own index page agrees with it.

    A copy is mended by itself where that is possible, then with copies that agree with it wherever
    both are clean, and only then with copies that agree for the most part. The result's `checks`
    never hold more than CRC-7 and value sum.
    """
    found: dict[bytes, TextSource] = {}
    pool = sorted(copies, key=lambda copy: copy.standing is not Standing.LIVE)[:_MAX_COPIES]
    for seed in pool:
        for source in _mended(seed, pool, data):
            held = found.get(source.text)
            if held is None or _better(source, held):
                found[source.text] = source
    return list(found.values())


def _better(source: TextSource, held: TextSource) -> bool:
    order = list(Standing)
    mine, other = order.index(source.standing), order.index(held.standing)
    return (mine, source.loose, -len(source.checks)) < (other, held.loose, -len(held.checks))


def _mended(seed: TextCopy, pool: Sequence[TextCopy], data: bytes) -> list[TextSource]:
    """What the smallest group of copies gives that gives anything, for each likely length."""
    for share in (2.0, 1.0, _SAME_TEXT):
        group = [copy for copy in pool if copy is seed or _same_text(seed, copy, share=share)]
        sources = (
            _join(group, length=length, data=data, ways=1 if share >= 1 else _UNLIKE)
            for length in _lengths(seed, group)
        )
        found = [source for source in sources if source is not None]
        if found:
            return found
    return []


def _lengths(seed: TextCopy, group: Iterable[TextCopy]) -> list[int]:
    """Lengths of the text that some copy of the group knows, the seed's own first."""
    lengths = [seed.length] if seed.length is not None else []
    lengths += [copy.length for copy in group if copy.length is not None]
    lengths += [end for copy in group if (end := _visible_end(copy.data)) is not None]
    likely = [length for length in dict.fromkeys(lengths) if length > BLOCK_LEN]
    return likely[:_MAX_LENGTHS]


def _visible_end(data: bytes) -> int | None:
    """Where the first crc pair stands, whether or not anything agrees with it."""
    at = data.find(b"crc:")
    if at < 0:
        return None
    brace = data.find(b"}", at, at + 9)
    return brace + 1 if brace >= 0 else None


def _same_text(left: TextCopy, right: TextCopy, *, share: float) -> bool:
    """Whether that share of the blocks that are clean in both copies is equal in both.

    Index pages that give the same length and sum count as agreement.
    """
    if share > 1:
        return False
    if left.total is not None and (left.total, left.length) == (right.total, right.length):
        return True
    both = equal = 0
    limit = min(len(left.value), len(right.value))
    for number in range(limit // BLOCK_LEN):
        one = left.block(number, length=limit)
        other = right.block(number, length=limit)
        if is_clean(one) and is_clean(other):
            both += 1
            equal += one == other
    return both > 0 and equal >= share * both


def _join(group: Sequence[TextCopy], *, length: int, data: bytes, ways: int) -> TextSource | None:
    """The only text of `length` bytes that the group allows, or None."""
    choices = _choices(group, length=length, data=data)
    if choices is None:
        return None
    passing: dict[bytes, tuple[_Variant, ...]] = {}
    for combination in product(*choices):
        text = text_of(b"".join(variant.body for variant in combination))
        if crc_ok(text) or _is_old_text(text, group):
            passing.setdefault(text, combination)
    judged = [copy for copy in group if copy.total is not None and copy.length is not None]
    proven = [text for text in passing if any(sum_ok(copy, text) for copy in judged)]
    texts = proven or list(passing)
    combinations = math.prod(len(variants) for variants in choices)
    if len(texts) != 1 or (judged and not proven):
        return None
    if not proven and combinations > _MAX_WITHOUT_SUM:
        return None
    return _source(texts[0], passing[texts[0]], group, ways=ways * combinations)


def _is_old_text(text: bytes, group: Sequence[TextCopy]) -> bool:
    """Whether a text of old firmware, without a crc pair, is the one of a single copy.

    Its length and sum agree, and it reads as a text: a wrong block is neither.
    """
    if len(group) != 1 or stated_crc(text) is not None or not text.endswith(b"}"):
        return False
    return sum_ok(group[0], text) and _parses(text)


def _choices(group: Sequence[TextCopy], *, length: int, data: bytes) -> list[list[_Variant]] | None:
    """For each block the clean contents; None if a block has none or there are too many."""
    blocks = range(-(-length // BLOCK_LEN))
    choices = [_clean(group, number, length=length) for number in blocks]
    holes = [number for number in blocks if not choices[number]]
    if len(holes) > _MAX_HOLES:
        return None
    for number in holes:
        choices[number] = list(_repaired(group, number, length=length, data=data))
        if not choices[number]:
            return None
    if math.prod(len(variants) for variants in choices) > _MAX_COMBINATIONS:
        return None
    return choices


def _clean(group: Iterable[TextCopy], number: int, *, length: int) -> list[_Variant]:
    wanted = min(BLOCK_LEN, length - number * BLOCK_LEN)
    found: dict[bytes, _Variant] = {}
    for copy in group:
        body = copy.block(number, length=length)
        if len(body) == wanted and _fits(body, last=(number + 1) * BLOCK_LEN >= length):
            found.setdefault(body, _Variant(body=body, copy=copy))
    return list(found.values())


def _fits(body: bytes, *, last: bool) -> bool:
    return is_clean(text_of(body) if last else body)


def _repaired(
    group: Iterable[TextCopy], number: int, *, length: int, data: bytes
) -> Iterator[_Variant]:
    """Contents that one wrong bit in an encrypted copy explains."""
    last = (number + 1) * BLOCK_LEN >= length
    wanted = min(BLOCK_LEN, length - number * BLOCK_LEN)
    seen: set[bytes] = set()
    for copy in group:
        offset = copy.block_offset(number)
        if copy.key is None or offset is None or offset < 0:
            continue
        stored = data[offset : offset + BLOCK_LEN]
        if len(stored) < BLOCK_LEN:
            continue
        for plain in flipped_blocks(stored, key=copy.key):
            body = plain[:wanted]
            if body not in seen and _fits(body, last=last):
                seen.add(body)
                yield _Variant(body=body, copy=copy, repaired=True)


def _source(
    text: bytes, combination: Sequence[_Variant], group: Sequence[TextCopy], *, ways: int
) -> TextSource:
    repairs = sum(variant.repaired for variant in combination)
    used = dict.fromkeys(id(variant.copy) for variant in combination)
    main = max(group, key=lambda copy: sum(variant.copy is copy for variant in combination))
    checks = [AgreeingCheck.CRC7] if crc_ok(text) else []
    fitting = [copy for copy in group if sum_ok(copy, text)]
    if fitting:
        checks.append(AgreeingCheck.VALUE_SUM)
    alone = len(used) == 1
    order = list(Standing)
    standings = [copy.standing for copy in fitting or ([main] if alone else [])]
    return TextSource(
        text=text,
        kind=main.kind if alone else SourceKind.JOINED,
        offset=main.offset,
        checks=tuple(checks),
        pieces=tuple(_pieces(combination)),
        key=main.found_key,
        repairs=repairs,
        standing=min(standings, key=order.index, default=Standing.BESIDE),
        loose=main.loose if alone else True,
        ways=ways,
    )


def _pieces(combination: Sequence[_Variant]) -> Iterator[TextPart]:
    """Where each block lies; neighbouring blocks of one copy become one piece."""
    run: TextPart | None = None
    for number, variant in enumerate(combination):
        offset = variant.copy.block_offset(number)
        if offset is None:
            continue
        at, size = number * BLOCK_LEN, len(variant.body)
        if run is not None and (run.at + run.length, run.offset + run.length) == (at, offset):
            run = replace(run, length=run.length + size)
            continue
        if run is not None:
            yield run
        run = TextPart(at=at, length=size, offset=offset, kind=variant.copy.kind)
    if run is not None:
        yield run


def join_pages(runs: Sequence[TextCopy]) -> list[TextSource]:
    """Texts of page runs that lost their index page, with pages between that are not theirs.

    A run begins with a text; where its pages stop being clean text, whole pages are left out until
    the crc pair agrees. Kept only if the rest parses, no page that was left out looks like damaged
    pin text, and no other way gives an agreeing text.
    """
    found: dict[bytes, TextSource] = {}
    for run in list(runs)[:_MAX_RUNS]:
        texts = list(_skips(run))
        if len({source.text for source in texts}) == 1:
            found.setdefault(texts[0].text, texts[0])
    return list(found.values())


def _skips(run: TextCopy) -> Iterator[TextSource]:
    pages = [run.data[at : at + PAGE_LEN] for at in range(0, len(run.data), PAGE_LEN)]
    for first in range(1, len(pages)):
        if not is_clean(pages[first - 1]):
            return
        for gap in range(1, len(pages) - first):
            body = b"".join(pages[:first] + pages[first + gap :])
            end = find_end(body)
            if end is None or end <= first * PAGE_LEN or not is_clean(body[:end]):
                continue
            left_out = pages[first : first + gap]
            if any(map(looks_like_text, left_out)) or not _parses(body[:end]):
                continue
            offset = run.offset
            yield TextSource(
                text=body[:end],
                kind=SourceKind.JOINED,
                offset=offset,
                checks=(AgreeingCheck.CRC7,),
                pieces=(
                    TextPart(at=0, length=first * PAGE_LEN, offset=offset),
                    TextPart(
                        at=first * PAGE_LEN,
                        length=end - first * PAGE_LEN,
                        offset=offset + (first + gap) * PAGE_LEN,
                    ),
                ),
                key=run.found_key,
                standing=run.standing,
                loose=True,
            )


def _parses(text: bytes) -> bool:
    try:
        parse_pin_text(text.decode("ascii", "replace"))
    except Malformed:
        return False
    return True
