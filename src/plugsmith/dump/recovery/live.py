"""Recovery from a chip on the wire: a few sectors if they settle the answer, else all of them.

The firmware looks for its store at one address. A proven live record there, with nothing live
beside it, is the answer whatever else the flash holds; then some 30 sectors are enough. In every
other case the whole flash is read, so that chip and file always give the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from plugsmith.dump.recovery.outcome import Confidence, Recovery
from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.store.keyring import key_block_traces
from plugsmith.dump.store.maps import anchor_addrs, key_addrs
from plugsmith.errors.content import InputError
from plugsmith.memory import SECTOR_LEN, AddressRange, merge_ranges, subtract_ranges
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

_STORE_LEN = 21 * SECTOR_LEN  # a key block and the most sectors that can belong to it


class SpanReader(Protocol):
    """What can be read piece by piece: a chip, or a file in tests."""

    @property
    def size(self) -> int:
        """Bytes in the flash."""

    def read(self, span: AddressRange) -> bytes:
        """The bytes of `span`."""


@dataclass(slots=True)
class _Partial:
    """A flash image of which only some sectors were read; the others look erased."""

    reader: SpanReader
    image: bytearray
    known: list[AddressRange]

    def need(self, spans: Iterable[AddressRange]) -> None:
        """Read what is not known yet of `spans`, in whole sectors."""
        whole = AddressRange(0, len(self.image))
        wanted = [part for span in spans if (part := span.aligned(SECTOR_LEN).intersection(whole))]
        for span in subtract_ranges(wanted, self.known):
            self.image[span.start : span.end] = self.reader.read(span)
        self.known = merge_ranges([*self.known, *wanted])

    def answer(self, name: str) -> Recovery | None:
        """What the sectors known so far give; None if they give nothing to go on."""
        try:
            return recover(bytes(self.image), name=name)
        except InputError:
            return None


def recover_from(reader: SpanReader, *, name: str = "the chip") -> Recovery:
    """The answer for a flash that is read through `reader`; errors of the reader pass through."""
    size = reader.size
    partial = _Partial(reader=reader, image=bytearray(b"\xff" * size), known=[])
    # A store ends where the next key block may lie, so every place of one is looked at.
    places = [*key_addrs(size), *(at + part for at in anchor_addrs(size) for part in (0, 0x1000))]
    partial.need(AddressRange.sized(at, SECTOR_LEN) for at in places)
    traces = key_block_traces(bytes(partial.image))
    partial.need(AddressRange.sized(trace.offset, _STORE_LEN) for trace in traces)
    answer = partial.answer(name) if traces else None
    if answer is None or not _settled(answer):
        partial.need([AddressRange(0, size)])
        return recover(bytes(partial.image), name=name)
    unread = _(
        "Only the vendor's store was read, because it settles the answer. Other texts in this "
        "flash are not listed."
    )
    return replace(answer, notes=(*answer.notes, unread))


def _settled(answer: Recovery) -> bool:
    """Whether nothing that was not read could change the answer."""
    return answer.at_home and answer.confidence is Confidence.PROVEN
