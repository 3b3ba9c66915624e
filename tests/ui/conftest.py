"""A server of the page for a test, and one that all tests of a module share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from page_rig import MadeUp, Page, served

import plugsmith
from plugsmith.api.options import option, request
from plugsmith.records import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def page(tmp_path) -> Iterator[Page]:
    with served(tmp_path) as found:
        yield found


@request
class MadeUpRequest(Record):
    """Some of everything."""

    port: str | None = option(default=None, help="A port.")
    words: str = option(default="", help="Anything.")


@pytest.fixture
def make_verb(monkeypatch) -> Callable[..., MadeUp]:
    """Give the page a verb `made up` that does what a function of the test does."""
    real = plugsmith.verb

    def make(work, **more) -> MadeUp:
        made = MadeUp(work, more.pop("request_type", MadeUpRequest), **more)
        monkeypatch.setattr(
            plugsmith, "verb", lambda name: made if name == made.name else real(name)
        )
        return made

    return make
