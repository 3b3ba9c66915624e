"""Many devices on loopback: seconds, requests and memory of list, plan, apply and backup.

The devices live in a process of their own, so that only our side is measured. How many devices are
worked on at once is varied: the default of the verbs comes from this table.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from plugsmith.clock import RealClock
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.device.backup import backup
from plugsmith.flows.device.context import LanContext
from plugsmith.flows.device.scan import remember
from plugsmith.flows.house.find import hosts_seen
from plugsmith.flows.house.overview import overview
from plugsmith.flows.house.plan import plan, roll_init
from plugsmith.flows.house.roll_apply import apply_roll
from plugsmith.lan.discover import sweep
from plugsmith.lan.host import parse_host
from plugsmith.lan.http import HttpTimeouts
from plugsmith.library.library import Library
from plugsmith.sim.obk.net.server import make_fleet, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SPEED = 10.0  # device seconds in a second: restarts take half a second instead of five
MOST_AT_ONE_DEVICE = 2  # requests in flight; openbeken.md section 1
PEAK_MB = 200


def _devices(pipe: Connection, count: int) -> None:
    """The process with the devices: tells their addresses, then their requests whenever asked."""
    with serve(*make_fleet(count, speed=SPEED)) as server:
        pipe.send(server.urls)
        while pipe.recv() == "requests":
            pipe.send([len(endpoint.requests) for endpoint in server.endpoints])


def _measure(count: int, at_once: int) -> list[tuple[str, float, float]]:
    """(step, seconds, requests a device) of one run over `count` fresh devices."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_devices, args=(theirs, count), daemon=True)
    process.start()
    hosts = [parse_host(url) for url in ours.recv()]
    rows: list[tuple[str, float, float]] = []
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        ctx = LanContext(
            clock=RealClock(),
            sink=EventLog(),
            cancel=CancelToken(),
            library=Library(root / "library"),
            consent=lambda _question, _step: None,
            patience=HttpTimeouts(settle_s=0.6, poll_s=0.25),
            at_once=at_once,
        )
        roll = root / "roll.toml"

        def step(word: str, work: object) -> None:
            before = _asked(ours)
            began = time.monotonic()
            work()  # type: ignore[operator]
            seconds = time.monotonic() - began
            rows.append((word, seconds, (_asked(ours) - before) / count))

        step("find", lambda: remember(ctx.library, ctx.run(sweep(hosts))))
        step("list --now", lambda: overview(ctx, None, now=True))
        roll_init(ctx, None, roll)
        text = roll.read_text().replace("[defaults]", "[defaults]\nsettings = {flags = 1028}")
        roll.write_text(text)
        step("plan", lambda: plan(ctx, roll, None))
        step("apply --roll", lambda: apply_roll(ctx, roll, None))
        step("plan again", lambda: plan(ctx, roll, None))
        step("backup", lambda: backup(ctx, hosts_seen(ctx), full=False))
        ours.send("end")
        process.join(20)
    return rows


def _asked(pipe: Connection) -> int:
    pipe.send("requests")
    return sum(pipe.recv())


def main(*, full: bool = False) -> bool:
    """Print the table; whether the budget of memory held."""
    plans = [(30, 4), (30, 8), (30, 16), (30, 32), (100, 16)]
    if full:
        plans += [(100, 32), (100, 64)]
    print(f"{'devices':>7} {'at once':>7}  {'step':<14}{'seconds':>8}{'requests each':>15}")
    for count, at_once in plans:
        for word, seconds, requests in _measure(count, at_once):
            print(f"{count:>7} {at_once:>7}  {word:<14}{seconds:>8.1f}{requests:>15.1f}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak_mb:.0f} MB (budget {PEAK_MB})")
    return peak_mb < PEAK_MB


if __name__ == "__main__":
    main(full=True)
