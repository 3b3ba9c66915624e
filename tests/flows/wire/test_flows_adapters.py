"""Every verb over every adapter: right bytes, few resets, and the second run without detours."""

from __future__ import annotations

import pytest
from adapter_cases import CHIPS, COMBINED, DESKS, VERBS, run_twice
from campaign import old_flash
from campaign_size import CAMPAIGN, sampled
from flows_rig import Rig

from plugsmith.boot.linking import link
from plugsmith.errors import ExitCode
from plugsmith.errors.flash import IdentityUnstable
from plugsmith.errors.port import PortUnsupported
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.connected import connected
from plugsmith.flows.wire.info import info
from plugsmith.sim.ports.adapter import Adapter, adapter_model

SAMPLE = [
    ("most-115200", "BK7231N", "flash"),
    ("most-230400", "BK7231T", "info"),
    ("most-460800", "BK7231T", "backup"),
    ("mapped", "BK7231N", "info"),
    ("noise-1e-1-above-230400", "BK7231T", "info"),
    ("noise-1e-2-above-115200", "BK7231N", "backup"),
    ("noise-1e-3-above-230400", "BK7231T", "restore"),
    ("noise-1e-4-at-any-speed", "BK7231T", "backup"),
    ("refuses-above-460800", "BK7231N", "info"),
    ("late-300", "BK7231T", "backup"),
    ("reopen-100", "BK7231T", "backup"),
    ("reopen-350", "BK7231N", "info"),
    ("reopen-0-resets", "BK7231T", "info"),
    ("buffer-1024", "BK7231T", "flash"),
    ("buffer-256", "BK7231N", "restore"),
    ("packets-at-16-ms", "BK7231N", "backup"),
    ("rts-is-cen-inverted", "BK7231T", "info"),
]
OPENINGS = (0, 0.05, 0.1, 0.2, 0.35) if CAMPAIGN else (0, 0.1, 0.35)
ALL = [(name, chip, verb) for name in DESKS for chip in CHIPS for verb in VERBS]


@pytest.mark.parametrize(("name", "chip", "verb"), sampled(SAMPLE, 2))
def test_a_verb_ends_well_on_adapters_as_they_are_sold(tmp_path, name, chip, verb):
    run_twice(DESKS[name], chip, verb, tmp_path)


@pytest.mark.campaign
@pytest.mark.parametrize(("name", "chip", "verb"), ALL)
def test_all_verbs_end_well_on_all_adapters(tmp_path, name, chip, verb):
    run_twice(DESKS[name], chip, verb, tmp_path)


@pytest.mark.parametrize(
    ("name", "chip"), sampled([(name, chip) for name in COMBINED for chip in CHIPS], 1)
)
def test_a_flash_ends_well_where_several_troubles_come_together(tmp_path, name, chip):
    run_twice(COMBINED[name], chip, "flash", tmp_path)


def messages(rig):
    return [event.message for event in rig.log if event.kind == "log"]


def rig_with(tmp_path, chip, *words, **more):
    adapter = Adapter(adapter_model(words), user_s=4.0, seed=3)
    rig = Rig(tmp_path, chip, old_flash(chip), adapter=adapter, paced=True, latency_s=0.001, **more)
    rig.lines = "none"
    return rig


@pytest.mark.parametrize("chip", CHIPS)
def test_the_user_is_told_in_one_sentence_what_the_adapter_carries(tmp_path, chip):
    rig = rig_with(tmp_path, chip, "most:460800")
    info(rig.ctx(timeout=30.0))
    said = [text for text in messages(rig) if "carries" in text]
    assert said == ["This adapter carries 460800 baud, not 921600. Plugsmith remembers that."]
    assert rig.library.adapters.facts("sim:adapter").bad == (921_600,)
    assert rig.library.adapters.facts("sim:adapter").good[0] == 460_800


def test_after_some_good_sessions_a_higher_rung_is_tried_again_and_kept_if_it_works(tmp_path):
    rig = rig_with(tmp_path, "BK7231T", "most:115200")
    info(rig.ctx(timeout=30.0))
    rig.adapter.model = adapter_model(())  # a better cable
    used = []
    for _session in range(8):
        rig.clock.sleep(2.0)
        rig.chip.hold()
        backup(rig.ctx(timeout=30.0))
        used.append(rig.library.adapters.facts("sim:adapter").good[0])
    assert used[0] == 115_200
    assert used == sorted(used)
    assert used[-1] > 115_200
    assert rig.adapter.user_resets == 0


def test_a_loader_left_at_a_speed_that_the_adapter_lacks_gets_the_silence_to_reset_itself(tmp_path):
    rig = rig_with(tmp_path, "BK7231T", "most:115200")
    rig.adapter.user_s = None  # nobody is there
    info(rig.ctx(timeout=30.0))
    assert rig.chip.resets >= 3


@pytest.mark.parametrize("chip", CHIPS)
def test_noise_at_every_speed_that_nothing_survives_is_named_as_noise_and_changes_nothing(
    tmp_path, chip
):
    rig = rig_with(tmp_path, chip, "noise:0:1e-3")
    with pytest.raises(IdentityUnstable) as seen:
        backup(rig.ctx(timeout=30.0))
    assert seen.value.exit_code is ExitCode.TRANSFER
    assert "boot loader was read" in f"{seen.value}"
    assert "worn out" not in f"{seen.value}"
    assert "0x800000" not in f"{seen.value}"
    assert rig.content == old_flash(chip)


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("at", ["resets", "resets-late"])
@pytest.mark.parametrize("opening_s", OPENINGS)
def test_a_port_that_resets_the_chip_at_each_change_stays_at_the_start_and_says_so(
    tmp_path, chip, at, opening_s
):
    """A reset before or after the opening: the boot code may be fresh, gone or still to come."""
    rig = rig_with(tmp_path, chip, f"reopen:{opening_s}:{at}")
    info(rig.ctx(timeout=30.0))
    assert any("resets the chip" in text for text in messages(rig))
    assert rig.library.adapters.facts("sim:adapter").good == (115_200,)
    assert rig.adapter.reopenings <= 4


@pytest.mark.sample(2)
@pytest.mark.parametrize("chip", CHIPS)
@pytest.mark.parametrize("opening_s", OPENINGS)
def test_a_port_that_only_opens_slowly_keeps_its_speed(tmp_path, chip, opening_s):
    rig = rig_with(tmp_path, chip, f"reopen:{opening_s}")
    info(rig.ctx(timeout=30.0))
    assert not any("resets the chip" in text for text in messages(rig))
    assert rig.library.adapters.facts("sim:adapter").bad == ()
    assert rig.adapter.reopenings >= 3  # one that is only a look, up, and down again
    assert rig.adapter.user_resets == 0


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    ("chip", "first", "last"),
    [("BK7231T", 1, 2), ("BK7231N", 2, 2), ("BK7231T", 5, 6), ("BK7231N", 2, None)],
)
def test_a_driver_that_refuses_a_change_now_and_then_costs_no_backup(tmp_path, chip, first, last):
    """Also on the way back; one that refuses for good at a raised rate is named as such."""
    rig = rig_with(tmp_path, chip)
    opened, asked = rig.port, []

    def port():
        made = opened()
        real = made.set_baud

        def set_baud(baud):
            asked.append(baud)
            if first <= len(asked) <= (last or 10**6):
                raise PortUnsupported(port=made.info.name, problem=f"no rate of {baud} bit/s")
            real(baud)

        made.set_baud = set_baud
        return made

    rig.port = port
    if last is None:
        with pytest.raises(PortUnsupported, match="115200"):
            backup(rig.ctx(timeout=30.0))
        assert rig.content == old_flash(chip)
    else:
        assert backup(rig.ctx(timeout=30.0)).backup.read() == old_flash(chip)
        assert rig.adapter.user_resets <= 1


def test_a_chip_found_at_a_rate_that_failed_goes_on_at_the_ground(tmp_path):
    rig = rig_with(tmp_path, "BK7231N")
    ctx = rig.ctx(timeout=30.0)
    client = link(rig.port(), policy=ctx.policy, clock=rig.clock, sink=rig.log, cancel=rig.cancel)
    assert client.set_baud(230_400)
    client.close()
    memory = rig.library.adapters
    for rate in (921_600, 460_800, 230_400):
        memory.failed("sim:adapter", rate)
    memory.in_use("sim:adapter", 230_400)
    with connected(ctx) as device:
        assert device.client.baud == 115_200
    assert rig.adapter.user_resets == 0
