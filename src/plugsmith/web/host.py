"""What the worker's JavaScript does for us, as a type. Page sources: `page/src/backend/worker/`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    Wait = Callable[[Any], Any]  # lets a promise come to its end; other work goes on meanwhile


class Bytes(Protocol):
    """A Uint8Array."""

    def to_bytes(self) -> bytes:
        """Its bytes, copied."""


class SerialWire(Protocol):
    """An open port. Calls that give a promise are waited for; the others never block.

    `take` gives None where nothing has come. `lost`: the adapter is gone.
    """

    lost: bool
    reopen_ms: float  # how long the last change of the rate took, in milliseconds

    def take(self, limit: int) -> Bytes | None:
        """What has come, at most `limit` bytes."""

    def arrived(self, most_ms: float) -> Any:  # noqa: ANN401 - a promise
        """Until something has come or the port is lost, at most `most_ms`."""

    def send(self, data: object) -> None:
        """Queue bytes."""

    def drain(self) -> Any:  # noqa: ANN401
        """Until all that was queued has left; true if it has."""

    def discard(self) -> None:
        """Forget what has come."""

    def change_rate(self, baud: int) -> Any:  # noqa: ANN401
        """Close and open at another rate; true if it could be opened."""

    def lines(self, rts: bool | None, dtr: bool | None) -> Any:  # noqa: ANN401, FBT001
        """Set modem lines."""

    def come_back(self, most_ms: float) -> Any:  # noqa: ANN401
        """Until the same adapter is there again and open; true if it is."""

    def close(self) -> Any:  # noqa: ANN401
        """Release it."""


class Host(Protocol):
    """The worker."""

    def encrypt(self, data: object, key: object, iv: object) -> Bytes:
        """AES over whole blocks, at once; `iv` None for ECB."""

    def decrypt(self, data: object, key: object, iv: object) -> Bytes:
        """Undo `encrypt`."""

    def to_js(self, data: bytes) -> object:
        """A Uint8Array of those bytes."""

    def sleep(self, ms: float) -> Any:  # noqa: ANN401 - a promise
        """Let time pass."""

    def port_list(self) -> str:
        """The ports that the user has chosen, as last seen: a JSON list of {name, vid, pid}."""

    def open_port(self, name: str) -> Any:  # noqa: ANN401
        """A `SerialWire`, or a text that says why not: gone, busy, denied, or the browser's."""

    def keep(self) -> Any:  # noqa: ANN401
        """Until the library lies in the browser's storage; an error text, or an empty one."""

    def news(self, job: str) -> None:
        """A job has said something."""
