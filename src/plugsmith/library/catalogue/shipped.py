"""The user's catalogue with the entries that come with Plugsmith.

Those entries were written for this project from devices that are known in full; their licence is
the project's own. Lists of others are imported only when the user asks.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from plugsmith.errors.catalogue import CatalogueUnusable
from plugsmith.library.catalogue.templates import ListOrigin, TemplateCatalogue
from plugsmith.library.home import home
from plugsmith.openbeken.device_list import read_list

NAME = "plugsmith"
LICENCE = "MIT, like Plugsmith itself"
_DATA = Path(__file__).parent / "data" / "devices.json"
FILE = "catalogue.sqlite"


def catalogue_file(root: Path | None = None) -> Path:
    """Where the user's catalogue lies; it may not exist."""
    return (root or home()) / FILE


def open_catalogue(root: Path | None = None, *, in_memory: bool = False) -> TemplateCatalogue:
    """The user's catalogue with the shipped entries in it, made if need be.

    `in_memory` gives the shipped entries alone and leaves the disk untouched.
    """
    catalogue = TemplateCatalogue(None if in_memory else catalogue_file(root))
    try:
        _bring_shipped(catalogue)
    except BaseException:
        catalogue.database.close()
        raise
    return catalogue


def open_to_read(root: Path | None = None) -> TemplateCatalogue:
    """The user's catalogue; the shipped entries alone where no file can be made of it.

    Raises CatalogueUnusable for a file that is there and cannot be used.
    """
    try:
        return open_catalogue(root)
    except CatalogueUnusable:
        if _is_there(catalogue_file(root)):
            raise
        return open_catalogue(in_memory=True)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return False


def open_quickly(root: Path | None = None) -> TemplateCatalogue:
    """For a remark in passing: the user's catalogue if there is one, else the shipped entries."""
    if catalogue_file(root).is_file():
        return TemplateCatalogue(catalogue_file(root))
    return open_catalogue(in_memory=True)


def _bring_shipped(catalogue: TemplateCatalogue) -> None:
    data = _DATA.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    held = catalogue.source(NAME)
    if held is not None and held.sha256 == digest:
        return
    listed = read_list(data.decode())
    source = ListOrigin(
        name=NAME,
        kind="shipped",
        location="comes with Plugsmith",
        licence=LICENCE,
        fetched="",
        version=listed.version,
        sha256=digest,
    )
    catalogue.import_entries(source, listed.entries)
