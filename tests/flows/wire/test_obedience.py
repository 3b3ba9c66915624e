"""Ctrl-C ends every verb within two seconds, whatever the far end does (in virtual time)."""

from __future__ import annotations

import pytest
from campaign import image, old_flash
from campaign_size import sampled
from flows_rig import Rig

from plugsmith.errors import Cancelled
from plugsmith.errors.link import NoAnswer
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.doctor import doctor
from plugsmith.flows.wire.flash import flash
from plugsmith.flows.wire.info import info
from plugsmith.sim.ports.adapter import Adapter, adapter_model
from plugsmith.sim.timing import WaitTimes

OBEY_S = 2.0
FAR_ENDS = {
    "a healthy chip": (),
    "a chip that dies in the work": ("dark:0.7",),
    "nobody": ("deaf",),
    "noise": ("noise:0:1e-2",),
    "another voice": ("talk:9600:55aa00000000ff:1", "dark:0"),
    "a port that vanishes": ("gone:1.5",),
    "a far network": ("far:0.3",),
    "a slow adapter": ("most:115200",),
}


@pytest.mark.parametrize("at_s", sampled([0.3, 1.0, 2.6], 1))
@pytest.mark.parametrize("verb", ["doctor", "info", "backup", "flash"])
@pytest.mark.parametrize("far_end", FAR_ENDS)
def test_ctrl_c_ends_every_verb_within_two_seconds(tmp_path, far_end, verb, at_s):
    chip = ("BK7231T", "BK7231N")[len(far_end + verb) % 2]
    adapter = Adapter(adapter_model(FAR_ENDS[far_end]), user_s=4.0, seed=1)
    rig = Rig(
        tmp_path, chip, old_flash(chip), adapter=adapter, paced=True, latency_s=0.001,
        patience=WaitTimes(idle_reset_s=2.0),
    )  # fmt: skip
    rig.lines = "none"
    (tmp_path / "image.bin").write_bytes(image(chip))
    pressed = []
    sleep = rig.clock.sleep

    def sleep_and_press(seconds):
        if not pressed and rig.clock.monotonic() >= at_s:
            pressed.append(rig.clock.monotonic())
            rig.cancel.cancel()
        sleep(seconds)

    rig.clock.sleep = sleep_and_press
    ctx = rig.ctx("no-backup", timeout=None)
    try:
        if verb == "flash":
            flash(ctx, tmp_path / "image.bin")
        else:
            {"doctor": doctor, "info": info, "backup": backup}[verb](ctx)
    except Cancelled:
        assert pressed
    assert not pressed or rig.clock.monotonic() - pressed[0] <= OBEY_S


@pytest.mark.parametrize("limit_s", [1.0, 3.0])
@pytest.mark.parametrize("far_end", ["nobody", "noise", "another voice", "a far network"])
def test_the_link_timeout_ends_the_search_within_two_seconds(tmp_path, far_end, limit_s):
    adapter = Adapter(adapter_model((*FAR_ENDS[far_end], "dark:0")))
    rig = Rig(tmp_path, "BK7231T", adapter=adapter, paced=True, latency_s=0.001)
    rig.lines = "none"
    with pytest.raises(NoAnswer):
        info(rig.ctx(timeout=limit_s))
    assert limit_s <= rig.clock.monotonic() <= limit_s + OBEY_S


@pytest.mark.sample(2)
@pytest.mark.parametrize("limit_s", [8.4, 11.4, 12.8, 15.4])
def test_a_voice_that_comes_seldom_does_not_hold_the_link_timeout_up(tmp_path, limit_s):
    adapter = Adapter(adapter_model(("talk:115200:8091f3e09cff81:3.3", "dark:0")))
    rig = Rig(tmp_path, "BK7231T", adapter=adapter, paced=True, latency_s=0.001)
    rig.lines = "none"
    with pytest.raises(NoAnswer):
        info(rig.ctx(timeout=limit_s))
    assert limit_s <= rig.clock.monotonic() <= limit_s + OBEY_S
