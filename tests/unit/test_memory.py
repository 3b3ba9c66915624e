"""Ranges and sizes: half-open arithmetic checked against sets of addresses."""

from __future__ import annotations

import itertools

import pytest
from hostile import value_or_refusal
from hypothesis import given
from hypothesis import strategies as st

from plugsmith.errors import UsageError
from plugsmith.memory import AddressRange, merge_ranges, parse_size, subtract_ranges

ranges = st.builds(AddressRange.sized, st.integers(min_value=0, max_value=60), st.integers(0, 20))


def addresses(items: list[AddressRange]) -> set[int]:
    return {addr for item in items for addr in range(item.start, item.end)}


@given(st.lists(ranges, max_size=6))
def test_merging_keeps_the_bytes_and_leaves_gaps(items: list[AddressRange]) -> None:
    merged = merge_ranges(items)
    assert addresses(merged) == addresses(items)
    assert all(a.end < b.start for a, b in itertools.pairwise(merged))


@given(st.lists(ranges, max_size=5), st.lists(ranges, max_size=5))
def test_subtraction_is_set_difference(a: list[AddressRange], b: list[AddressRange]) -> None:
    assert addresses(subtract_ranges(a, b)) == addresses(a) - addresses(b)


@given(ranges, st.sampled_from([1, 4, 16]))
def test_split_covers_once_and_respects_the_grid(item: AddressRange, unit: int) -> None:
    pieces = list(item.split(unit))
    assert sum(len(piece) for piece in pieces) == len(item)
    assert addresses(pieces) == addresses([item])
    assert all(piece.start // unit == (piece.end - 1) // unit for piece in pieces)


@given(ranges, ranges)
def test_overlap_and_intersection_agree(a: AddressRange, b: AddressRange) -> None:
    shared = addresses([a]) & addresses([b])
    found = a.intersection(b)
    assert (addresses([found]) if found else set()) == shared
    if a and b:
        assert a.overlaps(b) == bool(shared)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4096", 4096),
        ("0x1000", 4096),
        ("64k", 65536),
        ("2M", 2 << 20),
        ("0x10k", 16384),
        ("ALL", 99),
    ],
)
def test_sizes_are_read_as_the_contract_says(text: str, value: int) -> None:
    assert parse_size(text, whole=99) == value


@given(st.text(max_size=12))
def test_any_text_is_a_size_or_a_usage_error(text: str) -> None:
    size = value_or_refusal(parse_size, text)
    refused = isinstance(size, UsageError)
    assert refused or size >= 0
    assert refused or any(letter.isdigit() for letter in text)


def test_all_needs_to_know_the_whole() -> None:
    with pytest.raises(UsageError):
        parse_size("all")


def test_a_backward_range_is_refused() -> None:
    with pytest.raises(ValueError, match="not a range"):
        AddressRange(5, 4)


def test_a_hundred_thousand_ranges_are_subtracted_in_one_walk():
    """Each hole against each range would take hours."""
    whole = [AddressRange(at * 16, at * 16 + 12) for at in range(100_000)]
    left = subtract_ranges(whole, [AddressRange(at * 16 + 4, at * 16 + 8) for at in range(100_000)])
    assert len(left) == 200_000
    assert left[-1] == AddressRange(whole[-1].start + 8, whole[-1].end)
