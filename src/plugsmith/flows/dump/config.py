"""Recover vendor configurations from files, backups, folders of dumps, and live chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.dump.recovery.recover import recover
from plugsmith.dump.recovery.usable import MAX_LEN
from plugsmith.errors.content import InputUnusable, TextWithoutPins
from plugsmith.flows.file_kind import FLASHES, TEXTS
from plugsmith.flows.judged_file import judged, open_file, worked_on
from plugsmith.flows.many import ManyResult, over_files
from plugsmith.image.foreign.letters import is_plain_text, letters_of
from plugsmith.interpret.recovered import config_result
from plugsmith.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from plugsmith.dump.recovery.live import SpanReader
    from plugsmith.events import CancelToken, EventSink
    from plugsmith.interpret.config_result import ConfigResult


def recover_bytes(data: bytes, *, name: str) -> ConfigResult:
    """The result for the bytes of a dump or of a text, packed or not; else InputError."""
    return recovered(judged(data, name=name).data, name=name)


def recovered(data: bytes, *, name: str) -> ConfigResult:
    """The same for bytes that are packed no more."""
    with worked_on(data, takes=FLASHES | TEXTS):
        if letters_of(data) is not None:
            pasted = _of_text(data, name)
            if pasted is not None:
                return pasted
        return config_result(recover(data, name=name))


def _of_text(data: bytes, name: str) -> ConfigResult | None:
    """The result for a text; None for bytes that only look like one."""
    from plugsmith.dump.pasted.pasted import read_pasted  # noqa: PLC0415 - a dump needs none of it
    from plugsmith.interpret.from_paste import check_usable_text, pasted_result  # noqa: PLC0415 - with the above

    pasted = read_pasted(data)
    if pasted is None and is_plain_text(data):
        raise TextWithoutPins(name=name)
    if pasted is None:
        return None
    if pasted.best.holdings.template:
        check_usable_text(pasted, name=name)
        raise InputUnusable(
            name=name,
            kind=_("an OpenBeken template"),
            reason=_(
                "It names the pins already: `plugsmith template lint` checks it, and `plugsmith "
                "template export` writes it in other forms."
            ),
        )
    return pasted_result(pasted)


def recover_file(path: Path, *, name: str | None = None) -> ConfigResult:
    """The result for a file; InputMissing or InputTooLarge before anything is read."""
    file = open_file(path)
    return recovered(file.data, name=name or file.name)


def recover_chip(reader: SpanReader, *, name: str, chip: str | None = None) -> ConfigResult:
    """The result for a chip, of which only the needed sectors are read."""
    from plugsmith.dump.recovery.live import recover_from  # noqa: PLC0415 - a file needs no reader

    return config_result(recover_from(reader, name=name), chip=chip)


def read_dump(path: Path) -> bytes:
    """The bytes of a dump file, also of one in an archive."""
    return open_file(path).data


def read_stream(stream: BinaryIO) -> bytes:
    """The bytes of a stream, at most one more than the largest flash has."""
    return stream.read(MAX_LEN + 1)


def recover_many(
    paths: Sequence[Path], *, sink: EventSink, cancel: CancelToken, workers: int | None = None
) -> ManyResult:
    """One item for each file, in input order, on all cores; the counts as the result."""
    return over_files(
        paths,
        recover_file,
        word="status",
        brief=("confidence", "module", "chip", "reason"),
        sink=sink,
        cancel=cancel,
        workers=workers,
    )
