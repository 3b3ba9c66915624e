"""Get the release list and files of a public repository over HTTP."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

import httpx2

from plugsmith import __version__
from plugsmith.errors import Malformed
from plugsmith.errors.network import (
    AnswerUnusable,
    DigestDiffers,
    DownloadCutOff,
    DownloadTooSlow,
    RateLimited,
    ServerRefused,
    ServerUnreachable,
)
from plugsmith.messages import _
from plugsmith.nested_json import read_nested
from plugsmith.openbeken.builds.releases import Asset, Release, parse_releases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plugsmith.clock import Clock
    from plugsmith.events import CancelToken

DEFAULT_SERVER = "https://api.github.com"
_MAX_LIST_LEN = 0x80_0000
_PER_PAGE = 30
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadTimeouts:
    """How long to wait: for a connection, for the next bytes, and for a rate worth waiting for.

    The rate is a floor over a whole transfer after a grace time: 4 kB/s brings the largest image in
    five minutes; anything slower is a server that only seems to send.
    """

    connect_s: float = 10.0
    read_s: float = 20.0
    grace_s: float = 30.0
    floor_per_s: float = 4000.0


class ReleaseServer:
    """One server that speaks the release API; close it, or use it in `with`."""

    def __init__(
        self,
        *,
        clock: Clock,
        cancel: CancelToken,
        server: str = DEFAULT_SERVER,
        patience: DownloadTimeouts | None = None,
    ) -> None:
        self.server = server.rstrip("/")
        self._clock = clock
        self._cancel = cancel
        self._patience = patience or DownloadTimeouts()
        self._client = httpx2.Client(
            follow_redirects=True,
            max_redirects=5,
            timeout=httpx2.Timeout(self._patience.read_s, connect=self._patience.connect_s),
            headers={"User-Agent": f"plugsmith/{__version__}"},
            event_hooks={"request": [_refuse_plain_http]},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._client.close()

    def list_releases(self, repo: str) -> list[Release]:
        """The newest releases of `repo` (owner/name). Raises the errors of errors/network.py."""
        url = f"{self.server}/repos/{repo}/releases?per_page={_PER_PAGE}"
        body = self.fetch(url, what=f"releases of {repo}", limit=_MAX_LIST_LEN)
        try:
            return parse_releases(read_nested(body))
        except (ValueError, RecursionError, Malformed) as problem:
            text = problem.message if isinstance(problem, Malformed) else _("it is no release list")
            raise AnswerUnusable(host=_host(url), problem=text) from problem

    def fetch(self, url: str, *, what: str, limit: int) -> bytes:
        """The bytes at `url`, at most `limit`; raises the errors of errors/network.py."""
        body = bytearray()
        with self._answer(url, what=what) as response:
            for chunk in _chunks(response):
                self._cancel.check()
                body += chunk
                if len(body) > limit:
                    raise AnswerUnusable(host=_host(url), problem=_("it is too long"))
        return bytes(body)

    def download(self, asset: Asset, *, progress: Callable[[int], None]) -> bytes:
        """The bytes of `asset`, of the promised size and digest; `progress` gets each piece's size.

        Raises DownloadCutOff, DownloadTooSlow or DigestDiffers beside the errors of the connection.
        """
        received = bytearray()
        began_s = self._clock.monotonic()
        with self._answer(asset.url, what=asset.name) as response:
            try:
                for chunk in _chunks(response):
                    self._cancel.check()
                    received += chunk
                    progress(len(chunk))
                    self._check_rate(asset, len(received), self._clock.monotonic() - began_s)
                    if len(received) > asset.size:
                        break
            except ServerUnreachable as problem:
                raise _cut_off(asset, len(received)) from problem
        if len(received) < asset.size:
            raise _cut_off(asset, len(received))
        self._check_content(asset, bytes(received))
        return bytes(received)

    def _check_rate(self, asset: Asset, received: int, seconds: float) -> None:
        patience = self._patience
        if seconds > patience.grace_s and received < seconds * patience.floor_per_s:
            raise DownloadTooSlow(
                name=asset.name, received=received, size=asset.size, seconds=round(seconds)
            )

    @staticmethod
    def _check_content(asset: Asset, data: bytes) -> None:
        found = hashlib.sha256(data).hexdigest()
        if len(data) != asset.size:
            raise AnswerUnusable(
                host=_host(asset.url),
                problem=_("{name} is longer than the release says", name=asset.name),
            )
        if asset.sha256 is not None and found != asset.sha256:
            raise DigestDiffers(name=asset.name, found=found, wanted=asset.sha256)

    @contextmanager
    def _answer(self, url: str, *, what: str) -> Iterator[httpx2.Response]:
        """A successful answer, its body not read yet."""
        host = _host(url)
        with _connection_errors(host), self._client.stream("GET", url) as response:
            if response.status_code in {403, 429} and _is_limited(response):
                raise RateLimited(host=host, until=_until(response))
            if response.status_code != httpx2.codes.OK:
                raise ServerRefused(host=host, status=response.status_code, what_was_asked=what)
            yield response


def _chunks(response: httpx2.Response) -> Iterator[bytes]:
    with _connection_errors(response.url.host):
        yield from response.iter_bytes()


@contextmanager
def _connection_errors(host: str) -> Iterator[None]:
    try:
        yield
    except (httpx2.TransportError, httpx2.TooManyRedirects, httpx2.DecodingError) as problem:
        raise ServerUnreachable(host=host, problem=_problem(problem)) from problem
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as problem:
        raise AnswerUnusable(host=host, problem=_("the address is not usable")) from problem


def _problem(error: Exception) -> str:
    match error:
        case httpx2.TimeoutException():
            return _("no answer in time")
        case httpx2.ConnectError():
            return _("no connection")
        case httpx2.RemoteProtocolError() | httpx2.ReadError():
            return _("the connection broke")
        case _:
            return _("the transfer failed ({kind})", kind=type(error).__name__)


def _refuse_plain_http(request: httpx2.Request) -> None:
    """Firmware comes over TLS, also after a redirect; only this computer may do without."""
    if request.url.scheme != "https" and request.url.host not in _LOCAL_HOSTS:
        raise httpx2.UnsupportedProtocol(f"{request.url.scheme} is not encrypted", request=request)


def _is_limited(response: httpx2.Response) -> bool:
    headers = response.headers
    return (
        response.status_code == httpx2.codes.TOO_MANY_REQUESTS
        or headers.get("x-ratelimit-remaining") == "0"
        or "retry-after" in headers
    )


def _until(response: httpx2.Response) -> str:
    reset = response.headers.get("x-ratelimit-reset", "")
    wait = response.headers.get("retry-after", "")
    if reset.isdecimal() and len(reset) <= 11:
        at = datetime.fromtimestamp(int(reset), UTC)
        return _("until {time} UTC", time=at.strftime("%Y-%m-%d %H:%M"))
    if wait.isdecimal():
        return _("for {seconds} seconds", seconds=wait)
    return _("for the time being")


def _cut_off(asset: Asset, received: int) -> DownloadCutOff:
    return DownloadCutOff(name=asset.name, received=received, size=asset.size)


def _host(url: str) -> str:
    try:
        return httpx2.URL(url).host or url
    except httpx2.InvalidURL:
        return _("the server")
