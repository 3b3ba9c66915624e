"""A verb as a value: what it is called, what it takes and gives, what it needs."""

from __future__ import annotations

from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from plugsmith.records import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    from plugsmith.api.session import Session
    from plugsmith.errors import Fact
    from plugsmith.records import Record, Result


class Need(StrEnum):
    """What has to be there before a verb can do its work."""

    PORT = "port"  # a chip on a serial line
    LIBRARY = "library"  # the user's files below PLUGSMITH_HOME
    NETWORK = "network"
    EMULATOR = "emulator"  # the extra `emu`


@frozen
class Verb:
    """One verb.

    `home` is the module of its request and of its runner, imported when either is asked for;
    `request` and `runner` are their names in it. `results` are places ("module:Name") of the types
    that the runner returns; a test holds them against its annotation.
    `asks`: the verb may put questions to the user (consent, a choice, a secret). `types`: it takes
    lines while it runs (`Session.typed`).
    """

    name: str
    summary: str
    home: str
    request: str
    runner: str
    results: tuple[str, ...]
    needs: tuple[Need, ...] = ()
    asks: bool = False
    types: bool = False

    @property
    def group(self) -> str:
        """The words before the last one of the name; empty for a verb that stands alone."""
        return self.name.rpartition(" ")[0]

    @property
    def request_type(self) -> type[Record]:
        """The frozen record with everything that the verb can be told."""
        kind: type[Record] = getattr(import_module(self.home), self.request)
        return kind

    @property
    def result_types(self) -> tuple[type[Result], ...]:
        """The record that the verb gives; several where it depends on the request."""
        found: list[type[Result]] = []
        for place in self.results:
            module, _colon, name = place.partition(":")
            found.append(getattr(import_module(module), name))
        return tuple(found)

    @property
    def _function(self) -> Callable[[Session, Any], Result]:
        function: Callable[[Session, Any], Result] = getattr(import_module(self.home), self.runner)
        return function

    def run(self, session: Session, request: Record) -> Result:
        """Do it. Raises the errors of the tree; says what happens through the session's sink."""
        if not isinstance(request, self.request_type):
            raise TypeError(f"{self.name} takes a {self.request}")
        from plugsmith.api.judges import judge_request

        judge_request(request)
        try:
            return self._function(session, request)
        finally:
            session.tell_set_aside()


def told(request: Record, result: Result) -> Fact:
    """The result as it may leave the program: without passwords that this run was given.

    Where the user asked to see secrets they stay.
    """
    from plugsmith.secrets import mask_known

    data: Fact = result.as_data()
    return data if getattr(request, "show_secrets", False) else mask_known(data)
