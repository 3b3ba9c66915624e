"""The line about a known device that another one looks like; said in passing, at little cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.errors import PlugsmithError
from plugsmith.interpret.catalogue.similarity import CLOSE
from plugsmith.interpret.catalogue.traits import traits_of
from plugsmith.library.catalogue.candidates import candidates
from plugsmith.library.catalogue.shipped import open_quickly
from plugsmith.messages import _
from plugsmith.openbeken.template import read_template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plugsmith.errors import Fact
    from plugsmith.interpret.config_result import ConfigResult
    from plugsmith.library.catalogue.templates import StoredEntry

_IN_PASSING = 40  # entries compared for a remark that nobody asked for


def title_of(entry: StoredEntry) -> str:
    """What people call the device of an entry."""
    board = entry.entry.template.board
    title = entry.entry.title
    return f"{title} ({board})" if board and board.casefold() not in title.casefold() else title


def looks_like(
    template: Mapping[str, Fact] | None,
    *,
    product_keys: tuple[str, ...] = (),
    root: Path | None = None,
) -> str | None:
    """One line about a device from its OpenBeken template; None if nothing fits.

    Never raises: a broken catalogue must not spoil the answer about the device.
    """
    if not template or not template.get("pins"):
        return None
    try:
        asked = traits_of(read_template(template).template, product_keys=product_keys)
        with open_quickly(root) as catalogue:
            found = candidates(catalogue, asked, limit=1, closely=_IN_PASSING)
    except PlugsmithError:
        return None
    if not found or found[0].likeness.score < CLOSE:
        return None
    return _("Your device looks like {name}.", name=title_of(found[0].entry))


def recovered_looks_like(found: ConfigResult, *, root: Path | None = None) -> str | None:
    """The same line about a recovered configuration. Never raises."""
    return looks_like(found.template, product_keys=found.device.keys, root=root)


def backup_looks_like(file: Path) -> str | None:
    """The same line from a backup file; None as well if no pins are in it. Never raises."""
    from plugsmith.flows.dump.config import recover_file  # noqa: PLC0415 - only this reads a file

    try:
        return recovered_looks_like(recover_file(file))
    except PlugsmithError:
        return None
