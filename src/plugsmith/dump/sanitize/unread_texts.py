"""Private things in bytes that no decoder understands, found by telling names and markers.

For copies in which such bytes stay: values after names like `password`, addresses with a password
in them, and settings blocks of OpenBeken whose checksum is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.finding import find_all
from plugsmith.dump.sanitize.views import decrypted_views, masked_views, runs_of
from plugsmith.dump.survey.credentials import SecretKind
from plugsmith.image.aes import BLOCK_LEN
from plugsmith.memory import SECTOR_LEN, AddressRange
from plugsmith.openbeken.config_block import MAGIC
from plugsmith.secrets import secret_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from plugsmith.dump.sanitize.removals import Removals

# Noise must not look like a letter in front of a telling name.
_PLAIN = bytes(min(128, byte) for byte in range(256))


def blank_named(
    buffer: bytearray,
    unread: Iterable[AddressRange],
    removals: Removals,
    *,
    keys: Sequence[bytes] = (),
) -> None:
    """Fill them with FF, inside of `unread` alone; `keys` open pages of the vendor's store."""
    spans = list(unread)
    data = bytes(buffer)
    _, texts = runs_of([*masked_views(data, spans), *decrypted_views(data, spans, keys)])
    hidden = texts.text().translate(_PLAIN).decode("latin-1")
    for start, end in secret_spans(hidden, in_noise=True):
        view, at, length = texts.place(start, end - start)
        found = AddressRange.sized(view.base + at, length)
        if view.name == "decrypted":  # a block is whole or nothing
            blocks = AddressRange(at // BLOCK_LEN, -(-(at + length) // BLOCK_LEN))
            found = AddressRange(
                view.base + blocks.start * BLOCK_LEN, view.base + blocks.end * BLOCK_LEN
            )
        _erase(buffer, AddressRange(found.start, min(found.end, len(buffer))))
        removals.add(SecretKind.UNKNOWN_FIELD, f"unread-{view.name}")
    for span in spans:
        text = data[span.start : span.end].translate(_PLAIN).decode("latin-1")
        for start, end in secret_spans(text, in_noise=True):
            _erase(buffer, AddressRange(span.start + start, span.start + end))
            removals.add(SecretKind.UNKNOWN_FIELD, "unread")
    for at in find_all(data, MAGIC, limit=4096):
        if data[at + 5 : at + 8] != b"\0\0\0" or not any(at in span for span in spans):
            continue
        block = AddressRange.sized(at, SECTOR_LEN)
        for span in spans:
            part = span.intersection(block)
            if part is not None:
                _erase(buffer, part)
        removals.add(SecretKind.SETTINGS, "damaged-block")


def _erase(buffer: bytearray, span: AddressRange) -> None:
    buffer[span.start : span.end] = b"\xff" * len(span)
