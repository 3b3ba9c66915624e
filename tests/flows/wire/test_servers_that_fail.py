"""Servers on real sockets that hang, close, talk telnet or delay: every verb ends, and says why."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
import time
from dataclasses import replace

import pytest
from campaign import image, old_flash
from flows_rig import Rig
from link_servers import served

from plugsmith.clock import RealClock
from plugsmith.errors import Cancelled
from plugsmith.errors.link import LinkError
from plugsmith.errors.port import PortError
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.doctor import doctor
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.link.hearing import Heard
from plugsmith.link.ports import open_port
from plugsmith.sim.chip.board import BoardRequest
from plugsmith.sim.ports.tcp_endpoint import TcpEndpoint
from plugsmith.sim.timing import SERVED

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")

LONG_S = 60.0  # what does not obey takes for ever; no test waits so long on the slowest machine
LIMIT_S = 2.0
GREETING = b"\xff\xfd\x2c\xff\xfb\x00"


class Failing(TcpEndpoint):
    """Serves a chip until `trouble` begins, at the `after`th byte from the client."""

    def __init__(self, trouble, after, told=lambda: None):
        self.trouble, self.left, self.told = trouble, after, told
        super().__init__("127.0.0.1", 0)

    def poll(self, *, device_rate):
        if self.left <= 0 and self.trouble == "hangs":
            time.sleep(0.01)
            return []
        acts = super().poll(device_rate=device_rate)
        was, self.left = self.left, self.left - sum(len(act.data) for act in acts)
        if self.left <= 0 < was:
            self.told()
        if self.left <= 0 and self.trouble == "closes":
            self._drop_client()
            return []
        return acts

    def send(self, data):
        if self.left > 0 or self.trouble == "closes":
            super().send(data)


@contextlib.contextmanager
def relay(address, change=bytes, greeting=b""):
    """A second server in front of the one at `address`: `change(bytes)` on the way back."""
    host, port = address.removeprefix("socket://").rsplit(":", 1)
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets = [listener]

    def copy(source, sink, work):
        with contextlib.suppress(OSError):
            while data := source.recv(4096):
                sink.sendall(work(data))

    def run():
        with contextlib.suppress(OSError):
            while True:
                near, _peer = listener.accept()
                near.sendall(greeting)
                far = socket.create_connection((host, int(port)))
                open_sockets.extend((near, far))
                for ends in ((near, far, bytes), (far, near, change)):
                    threading.Thread(target=copy, args=ends, daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        for item in open_sockets:
            item.close()


def run(verb, name, tmp_path, *, limit_s=LIMIT_S, **options):
    """The verb on that port, in real time; `limit_s` for the link."""
    rig = Rig(tmp_path, "BK7231T", clock=RealClock())
    rig.lines, rig.name = "none", name
    if "cancel" in options:
        rig.cancel = options["cancel"]
    ctx = replace(
        rig.ctx("no-backup", timeout=limit_s),
        open_port=lambda: open_port(name, clock=rig.clock, cancel=rig.cancel, connect_s=LIMIT_S),
    )
    (tmp_path / "image.bin").write_bytes(image("BK7231T"))
    if verb == "flash":
        return flash(ctx, tmp_path / "image.bin")
    return {"doctor": doctor, "info": info, "backup": backup}[verb](ctx)


@pytest.fixture
def board(tmp_path):
    path = tmp_path / "served.bin"
    path.write_bytes(old_flash("BK7231T"))
    return BoardRequest(chip="bk7231t", flash=path, patience=SERVED)


CASES = list(
    itertools.product(["hangs", "closes"], ["socket", "rfc2217"], ["doctor", "info", "backup",
                                                                 "flash"])
)  # fmt: skip
FEW = {("hangs", "socket", "backup"), ("hangs", "rfc2217", "flash"), ("closes", "rfc2217", "info"),
       ("closes", "socket", "doctor")}  # fmt: skip


def sampled(cases):
    return [case if case in FEW else pytest.param(*case, marks=pytest.mark.campaign)
            for case in cases]  # fmt: skip


@pytest.mark.parametrize(("trouble", "scheme", "verb"), sampled(CASES))
@pytest.mark.parametrize("after", [150, pytest.param(600, marks=pytest.mark.campaign)])
def test_a_server_that_fails_in_the_work_ends_every_verb(
    board, tmp_path, trouble, scheme, verb, after
):
    began = time.monotonic()
    with served(board, Failing(trouble, after)) as address:
        name = address.replace("socket", scheme)
        if verb == "doctor":
            found = run(verb, name, tmp_path)
            assert not found.answers
            assert found.heard is not Heard.CHIP
        else:
            with pytest.raises((LinkError, PortError)):
                run(verb, name, tmp_path)
    assert time.monotonic() - began < LONG_S


@pytest.mark.parametrize(
    ("scheme", "verb"),
    [("socket", "flash"), ("rfc2217", "backup"),
     *(pytest.param(scheme, verb, marks=pytest.mark.campaign) for scheme in ("socket", "rfc2217")
       for verb in ("doctor", "info", "backup", "flash"))],
)  # fmt: skip
def test_ctrl_c_at_a_server_that_hangs_just_then(board, tmp_path, scheme, verb):
    pressed = []
    rig = Rig(tmp_path / "other", "BK7231T")

    def press():
        pressed.append(time.monotonic())
        rig.cancel.cancel()

    with served(board, Failing("hangs", 600, press)) as address, pytest.raises(Cancelled):
        run(verb, address.replace("socket", scheme), tmp_path, cancel=rig.cancel)
    assert time.monotonic() - pressed[0] < LONG_S


@pytest.mark.parametrize("verb", ["info", pytest.param("flash", marks=pytest.mark.campaign)])
def test_telnet_in_front_of_a_socket_is_named(tmp_path, verb):
    with (
        served(BoardRequest(chip="bk7231t"), TcpEndpoint("127.0.0.1", 0)) as address,
        relay(address, greeting=GREETING) as port,
        pytest.raises(PortError) as seen,
    ):
        run(verb, f"socket://127.0.0.1:{port}", tmp_path, limit_s=LONG_S)
    assert seen.value.code == "PS-PORT-TELNET"


@pytest.mark.parametrize("verb", ["info", pytest.param("backup", marks=pytest.mark.campaign)])
def test_a_server_that_delays_is_called_slow(board, tmp_path, verb):
    def late(data):
        time.sleep(1.5)  # far from what is still quick enough, on the slowest machine too
        return data

    with (
        served(board, TcpEndpoint("127.0.0.1", 0)) as address,
        relay(address, late) as port,
        pytest.raises(LinkError) as seen,
    ):
        run(verb, f"socket://127.0.0.1:{port}", tmp_path, limit_s=LONG_S)
    assert seen.value.code == "PS-LINK-SLOW"
