"""The page's server: events a second through server-sent events, and memory over a long backup.

Budget of the issue: 200 events/s must be rendered; the server has to carry many times that for
several tabs, and must not grow while it does.
"""

from __future__ import annotations

import http.client
import json
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import plugsmith
from plugsmith.api.options import option, request
from plugsmith.events import Progress
from plugsmith.library.library import Library
from plugsmith.records import Record, Result, record

WANTED_PER_S = 2000.0  # ten tabs at the rate
MOST_GROWTH_MIB = 48.0
_EVENTS = 20_000


@request
class Talk(Record):
    events: int = option(default=_EVENTS, help="How many.")


@record
class _Said(Result):
    events: int


class Talker:
    """A verb that says `events` things as fast as it can: a mixture as a backup gives."""

    name, summary, needs, asks, group = "talk", "Talks.", (), False, ""
    types = False
    request_type = Talk

    def run(self, session: Any, asked: Any) -> _Said:
        for at in range(asked.events):
            session.sink.emit(Progress(task="read", done=at, total=asked.events, rate=1.0))
            if at % 20 == 0:
                session.say(f"sector {at} is the same in both reads")
        return self.said(asked)

    def said(self, asked: Talk) -> _Said:
        """The result."""
        return _Said(events=asked.events)


def main(*, full: bool = False) -> bool:
    """Print the figures; False when a budget is broken."""
    try:
        from plugsmith.ui.server import PageServer
    except ImportError:
        print("page: the extra `ui` is not installed")
        return True
    real = plugsmith.verb
    plugsmith.verb = lambda name: Talker() if name == "talk" else real(name)  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        server = PageServer(Library(Path(folder)), host="127.0.0.1", port=0)
        server.start()
        try:
            held = [_rate(server, listeners) for listeners in (1, 10)]
            held.append(_growth(server, rounds=20 if full else 5))
        finally:
            server.stop()
            plugsmith.verb = real
    return all(held)


def _rate(server: Any, listeners: int) -> bool:
    """Events a second that reach every one of `listeners`; each is asked to keep up."""
    job = call(server, "POST", "/api/jobs", {"verb": "talk"})["id"]
    began = time.perf_counter()
    counts = [0] * listeners
    threads = [
        threading.Thread(target=_listen, args=(server, job, counts, at)) for at in range(listeners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    last = call(server, "GET", "/api/jobs")["jobs"][-1]["last"]
    rate = last / seconds
    print(
        f"page: {last} events to {listeners} listeners in {seconds:.2f} s: {rate:.0f} events/s "
        f"made, {sum(counts) / seconds:.0f} lines/s delivered (progress is thinned for the late)"
    )
    return rate >= WANTED_PER_S


def _listen(server: Any, job: str, counts: list[int], at: int) -> None:
    link = _connect(server)
    link.request("GET", f"/api/jobs/{job}/events", headers=_key(server))
    with link.getresponse() as answer:
        counts[at] = sum(line.startswith(b"id:") for line in answer)
    link.close()


def _growth(server: Any, *, rounds: int) -> bool:
    """Peak memory of this process before and after `rounds` long jobs."""
    before = _peak_mib()
    for _round in range(rounds):
        job = call(server, "POST", "/api/jobs", {"verb": "talk"})["id"]
        _listen(server, job, [0], 0)
    grown = _peak_mib() - before
    print(f"page: {rounds} jobs of {_EVENTS} events: peak memory grew by {grown:.1f} MiB")
    return grown <= MOST_GROWTH_MIB


def _peak_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / (1 << 20)


def _connect(server: Any) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.door.port, timeout=120)


def _key(server: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.door.token}", "Content-Type": "application/json"}


def call(server: Any, method: str, path: str, body: object = None) -> Any:
    link = _connect(server)
    try:
        link.request(method, path, json.dumps(body) if body else None, _key(server))
        return json.loads(link.getresponse().read())
    finally:
        link.close()


if __name__ == "__main__":
    sys.exit(not main(full="--full" in sys.argv[1:]))
