"""A boot loader that is gone comes back over SPI, and nothing else changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from flows_rig import Rig, openbeken
from spi_rig import LOADER, SpiRig, factory
from test_spi_flows import CS1, context

from plugsmith.boot.linking import LinkPolicy
from plugsmith.errors import Cancelled, PlugsmithError, UsageError
from plugsmith.errors.link import NoAnswer, NoBootCode
from plugsmith.errors.port import PortBusy, PortDenied, PortLost, PortNotFound
from plugsmith.errors.safety import ChipMismatch, UnknownFlashPart
from plugsmith.flows.spi.boot_loader import doubts_of, faults_of
from plugsmith.flows.spi.uart_look import Uart
from plugsmith.flows.spi.unbrick import unbrick
from plugsmith.flows.wire.backup import backup
from plugsmith.flows.wire.info import info
from plugsmith.forge.firmware import find_boot_code
from plugsmith.forge.flash import forge_flash
from plugsmith.image.crc import build_lines
from plugsmith.image.physical import physical_len, strip_lines
from plugsmith.image.rbl import TRAILER_LEN, header_for
from plugsmith.image.scramble import TUYA_KEY, scramble
from plugsmith.library.jobs.store import Job
from plugsmith.sim.faults import FaultPlan
from plugsmith.sim.ports.adapter import Adapter, adapter_model
from plugsmith.sim.ports.port import SimPort

REST = slice(LOADER.end, None)


def dead(kind="erased", chip="BK7231T"):
    whole = bytearray(factory(chip))
    if kind == "erased":
        whole[: LOADER.end] = b"\xff" * LOADER.end
    elif kind == "half":
        whole[0x8000 : LOADER.end] = b"\xff" * (LOADER.end - 0x8000)
    elif kind == "first-sector":
        whole[:0x1000] = b"\xff" * 0x1000
    elif kind == "one-bit":
        whole[0x4321] ^= 0x10
    return bytes(whole)


def image(tmp_path, content=None):
    path = tmp_path / "given.bin"
    path.write_bytes(factory() if content is None else content)
    return path


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", ["erased", "half", "first-sector", "one-bit"])
def test_the_loader_is_back_the_rest_untouched_and_the_uart_answers(kind, tmp_path):
    rig = SpiRig(dead(kind), manners=CS1, status=0x7C)
    done = unbrick(context(rig, tmp_path), image=image(tmp_path), uart=uart(rig.uart))
    assert done.broken
    assert done.verified
    assert done.answers
    assert rig.content == factory()
    assert rig.chip.nor.status == 0x7C
    assert Path(done.backup).read_bytes() == rig.before
    changed = {item.addr for item in rig.chip.nor.operations if item.kind in ("erase", "prog")}
    assert all(addr < LOADER.end for addr in changed)


def uart(port):
    return Uart(name="sim://rig", open_port=port)


def test_before_it_the_same_chip_is_silent_on_its_uart(tmp_path):
    rig = SpiRig(dead())
    with pytest.raises(NoAnswer):
        info(replace(context(rig, tmp_path), port_name="sim://rig", open_port=rig.uart))


def test_another_board_on_the_uart_is_no_answer(tmp_path):
    rig = SpiRig(dead(), manners=CS1)
    other = Rig(
        tmp_path,
        "BK7231T",
        forge_flash(chip="BK7231T", mac=bytes.fromhex("c8478c000099")),
        clock=rig.clock,
    )
    done = unbrick(context(rig, tmp_path), image=image(tmp_path), uart=uart(other.port))
    assert (done.verified, done.answers, done.exit_status) == (True, False, 7)
    assert "PS-LINK-OTHER-DEVICE" in [item.code for item in rig.log if item.kind == "warning"]


def test_the_devices_own_backup_is_taken_first(tmp_path):
    backup(Rig(tmp_path, "BK7231T", factory()).ctx())
    rig = SpiRig(dead(), manners=CS1)
    done = unbrick(context(rig, tmp_path))
    assert "bk7231t" in done.source
    assert rig.content == factory()


def test_the_qio_image_of_openbeken_has_one_too(tmp_path):
    rig = SpiRig(dead(), manners=CS1)
    unbrick(context(rig, tmp_path), image=image(tmp_path, openbeken("BK7231T")))
    assert rig.content[REST] == rig.before[REST]
    assert rig.content[: LOADER.end] == openbeken("BK7231T")[: LOADER.end]


@cache
def without_key():
    """A sound loader that no chip of the catalogue has: a T's, plain, as a file for no key is."""
    code = find_boot_code("BK7231T 1.0.5")
    lines = strip_lines(factory()[: physical_len(code.rbl_raw_size)])
    stored = scramble(lines[: code.rbl_raw_size], TUYA_KEY, start=0)
    loader = bytearray(build_lines(stored).ljust(LOADER.end, b"\xff"))
    header = header_for(stored, partition="bootloader", version=code.rbl_version, time=1)
    at = code.rbl_offset or LOADER.end - TRAILER_LEN
    loader[at : at + TRAILER_LEN] = header.trailer()
    return bytes(loader)


def blank(loader=b""):
    return loader.ljust(0x20_0000, b"\xff")


def test_a_loader_that_is_sound_but_proven_for_no_chip_is_never_written(tmp_path):
    assert faults_of(without_key(), b"", chip="BK7231T") == []
    assert "known ones" in doubts_of(without_key(), chip="BK7231T")[0]
    assert "the key of a BK7231U" in doubts_of(factory()[: LOADER.end], chip="BK7231U")[0]
    assert doubts_of(factory()[: LOADER.end], chip="BK7231T") == []
    rig = SpiRig(blank(), manners=CS1)
    with pytest.raises(NoBootCode):
        unbrick(context(rig, tmp_path, chip="BK7231T"), image=image(tmp_path, without_key()))
    assert rig.content == rig.before


def test_where_such_a_loader_stands_already_a_named_image_replaces_it(tmp_path):
    rig = SpiRig(blank(without_key()), manners=CS1)
    ctx = context(rig, tmp_path, chip="BK7231T")
    assert unbrick(ctx, image=None).written == ()
    assert unbrick(ctx, image=image(tmp_path)).verified
    assert rig.content == blank(factory()[: LOADER.end])


def test_a_t_with_the_image_of_an_n_is_brought_back_when_it_is_named(tmp_path):
    rig = SpiRig(factory("BK7231N"), manners=CS1)
    with pytest.raises(UsageError):
        unbrick(context(rig, tmp_path), image=image(tmp_path))
    done = unbrick(context(rig, tmp_path, chip="BK7231T"), image=image(tmp_path))
    assert (done.chip, done.verified) == ("BK7231T", True)
    assert rig.content == factory()[: LOADER.end] + rig.before[REST]


def test_an_image_of_an_n_without_a_name_is_a_doubt_with_its_way(tmp_path):
    rig = SpiRig(factory("BK7231N"), manners=CS1)
    with pytest.raises(UsageError) as caught:
        unbrick(context(rig, tmp_path), image=image(tmp_path))
    assert "--chip bk7231t" in caught.value.message
    info(context(rig, tmp_path))
    assert any("looks the same over SPI" in item.message for item in rig.log if item.kind == "log")


@pytest.mark.parametrize(("content", "named"), [("BK7231T", "BK7231U"), ("BK7231T", "BK7231N")])
def test_a_chip_named_against_a_loader_that_says_otherwise_is_refused(content, named, tmp_path):
    rig = SpiRig(factory(content), manners=CS1)
    with pytest.raises(ChipMismatch) as caught:
        unbrick(context(rig, tmp_path, chip=named), image=image(tmp_path, factory("BK7231U")))
    assert "asked" not in caught.value.message  # over SPI nothing asks the chip
    assert rig.content == rig.before


PAIRS = [("BK7231U", "BK7231T"), ("BK7231T", "BK7231U"), ("BK7231Q", "BK7231T")]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("chip", "other"), PAIRS)
def test_the_whole_image_of_another_chip_is_mended_where_the_uart_is_silent(chip, other, tmp_path):
    rig = SpiRig(factory(other), chip=chip, manners=CS1)
    ctx, good = context(rig, tmp_path, chip=chip), image(tmp_path, factory(chip))
    with pytest.raises(ChipMismatch):
        unbrick(ctx, image=good)
    assert rig.content == rig.before
    done = unbrick(ctx, image=good, uart=uart(rig.uart))
    assert (done.verified, done.answers) == (True, True)
    assert rig.content == factory(chip)[: LOADER.end] + factory(other)[LOADER.end :]


def test_a_wrong_name_for_a_chip_that_answers_on_its_uart_is_refused(tmp_path):
    rig = SpiRig(factory(), manners=CS1)
    ctx = context(rig, tmp_path, chip="BK7231U")
    with pytest.raises(ChipMismatch):
        unbrick(ctx, image=image(tmp_path, factory("BK7231U")), uart=uart(rig.uart))
    assert rig.content == rig.before


def named_u_on_a_t(tmp_path, port_beside, **options):
    """unbrick for a U, on a flash with the sound loader of a T, with a UART made for the rig."""
    rig = SpiRig(factory(), manners=CS1)
    ctx = replace(context(rig, tmp_path, chip="BK7231U"), policy=LinkPolicy(timeout_s=3.0))
    given = image(tmp_path, factory("BK7231U"))
    with pytest.raises(PlugsmithError) as seen:
        unbrick(ctx, image=given, uart=uart(port_beside(rig)), **options)
    assert rig.content == rig.before
    assert rig.chip.nor.operations == []
    return seen.value, [item.message for item in rig.log if item.kind == "log"]


@pytest.mark.parametrize(
    "failure",
    [PortBusy(port="u", holder="minicom (process 7)"), PortNotFound(port="u", listed=""),
     PortDenied(port="u", remedy="sudo")],
)  # fmt: skip
def test_a_uart_that_cannot_be_listened_to_proves_no_silence(failure, tmp_path):
    def refused():
        raise failure

    assert named_u_on_a_t(tmp_path, lambda _rig: refused)[0] is failure


TALK = {
    "console": b"Info:MAIN:Time 12, free 79208, MQTT 0(1)\r\n".hex() + ":1",
    "mcu": "55aa00000000ff55aa0001000000:1",
    "text": b"this is the log of some other firmware, once a second\r\n".hex() + ":1",
    "a few bytes": "a55a:1",
}


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", TALK)
def test_a_uart_on_which_somebody_talks_is_not_silent(kind, tmp_path):
    words = f"talk:115200:{TALK[kind]}"
    error, said = named_u_on_a_t(tmp_path, lambda rig: silent(rig, tmp_path, words).port)
    assert isinstance(error, ChipMismatch)
    assert any("not silent" in text for text in said)


@pytest.mark.parametrize("late_s", [0.02, 0.1, 0.5])
def test_a_chip_is_reset_while_its_uart_is_listened_to_however_late_that_opens(late_s, tmp_path):
    def beside(rig):
        def late():
            rig.clock.sleep(late_s)
            return SimPort(rig.chip, rig.clock, name="sim://rig", lines="none")

        return late

    assert isinstance(named_u_on_a_t(tmp_path, beside)[0], ChipMismatch)


def by_hand(tmp_path, content, hand):
    """unbrick for a U where somebody taps CEN; `hand` is told when the UART is opened."""
    rig = SpiRig(content, chip="BK7231U")
    ctx = context(rig, tmp_path, chip="BK7231U", cen="hand")

    def port():
        hand(rig)
        return SimPort(rig.chip, rig.clock, name="sim://rig", lines="none")

    try:
        given = image(tmp_path, factory("BK7231U"))
        unbrick(ctx, image=given, uart=Uart(name="sim://rig", open_port=port))
    except ChipMismatch:
        assert rig.content == rig.before
        return [item.message for item in rig.log if item.kind == "log"]
    return rig.content


def test_a_chip_that_nobody_took_out_of_flash_mode_is_not_proven_silent(tmp_path):
    said = by_hand(tmp_path, factory("BK7231T"), lambda _rig: None)
    assert any("still in flash mode" in text for text in said)


def test_a_brick_that_somebody_resets_by_hand_meanwhile_is_mended(tmp_path):
    def tap(rig):
        rig.face.set_cen(low=True, now=rig.clock.monotonic())
        rig.clock.sleep(0.2)
        rig.face.set_cen(low=False, now=rig.clock.monotonic())

    content = by_hand(tmp_path, factory("BK7231T"), tap)
    assert content == factory("BK7231U")[: LOADER.end] + factory("BK7231T")[LOADER.end :]


@pytest.mark.parametrize("content", ["BK7231T", "BK7231U"])
def test_cen_on_a_line_of_the_uart_itself_is_let_go_for_the_look(content, tmp_path, monkeypatch):
    rig = SpiRig(factory("BK7231T"), chip=content)
    users = []

    class Port(SimPort):
        def close(self):
            if self in users:
                users.remove(self)

        def set_lines(self, *, rts=None, dtr=None):
            if self not in users:
                raise PortLost(port="sim://rig")
            if rts is not None:
                rig.face.set_cen(low=rts, now=rig.clock.monotonic())

    def port(*_name, **_options):
        if users:
            raise PortBusy(port="sim://rig", holder="ourselves")
        users.append(Port(rig.chip, rig.clock, name="sim://rig"))
        return users[0]

    monkeypatch.setattr("plugsmith.flows.spi.device.open_port", port)
    ctx = context(rig, tmp_path, chip="BK7231U", cen="rts@sim://rig")
    given = image(tmp_path, factory("BK7231U"))
    look = Uart(name="sim://rig", open_port=port)
    if content == "BK7231T":
        with pytest.raises(ChipMismatch):
            unbrick(ctx, image=given, uart=look)
    else:
        assert unbrick(ctx, image=given, uart=look).answers
    assert users == []


@pytest.mark.parametrize("chip", ["BK7231N", "BK7238", "BK7231U"])
def test_whatever_boot_code_answers_there_the_mismatch_stands(chip, tmp_path):
    def other(rig):
        return Rig(tmp_path, chip, factory(chip), clock=rig.clock).port

    assert isinstance(named_u_on_a_t(tmp_path, other)[0], ChipMismatch)


def test_a_refusal_keeps_what_was_read(tmp_path):
    out = tmp_path / "whole.bin"
    named_u_on_a_t(tmp_path, lambda rig: rig.uart, out=out)
    assert out.read_bytes() == factory()
    assert [path.read_bytes() for path in (tmp_path / "library/rescued").glob("*.bin")] == [
        factory()
    ]


def test_an_output_is_written_once_where_the_uart_is_looked_at_in_between(tmp_path):
    rig, out = SpiRig(factory("BK7231T"), chip="BK7231U", manners=CS1), tmp_path / "whole.bin"
    good = image(tmp_path, factory("BK7231U"))
    ctx = context(rig, tmp_path, chip="BK7231U")
    done = unbrick(ctx, image=good, out=out, uart=uart(rig.uart))
    assert (done.backup, out.read_bytes()) == (str(out), rig.before)
    assert len(list((tmp_path / "library/rescued").glob("*.bin"))) == 1


def test_a_mismatch_that_no_uart_resolves_does_not_wait_for_it(tmp_path):
    rig = SpiRig(factory(), manners=CS1)

    def never():
        raise AssertionError("there is nothing to find out")

    with pytest.raises(ChipMismatch):
        unbrick(context(rig, tmp_path, chip="BK7231N"), image=image(tmp_path), uart=uart(never))
    assert rig.content == rig.before


@pytest.mark.parametrize(("chip", "other"), PAIRS[:2])
def test_a_loader_of_another_chip_before_an_application_of_this_one_is_mended(
    chip, other, tmp_path
):
    mixed = factory(other)[: LOADER.end] + factory(chip)[LOADER.end :]
    rig = SpiRig(mixed, chip=chip, manners=CS1)
    good = image(tmp_path, factory(chip))
    with pytest.raises(UsageError) as caught:
        unbrick(context(rig, tmp_path), image=good)
    assert "--chip" in caught.value.message
    assert rig.content == rig.before
    done = unbrick(context(rig, tmp_path, chip=chip), image=good, uart=uart(rig.uart))
    assert (done.verified, done.answers) == (True, True)
    assert rig.content == factory(chip)


def test_an_spi_address_is_no_uart(tmp_path):
    rig = SpiRig(dead(), manners=CS1)
    other = Uart(name="serprog://rig:1?cen=cs1", open_port=rig.port)
    with pytest.raises(UsageError):
        unbrick(context(rig, tmp_path), image=image(tmp_path), uart=other)
    assert rig.content == rig.before


@pytest.mark.parametrize(
    ("content", "state"),
    [(dead(), "All was written and verified."), (factory(), "Nothing was changed on the device.")],
)
def test_ctrl_c_while_the_uart_is_looked_at_says_what_is_done(content, state, tmp_path):
    rig = SpiRig(content, manners=CS1)

    def stopped():
        rig.cancel.cancel()
        return silent(rig, tmp_path).port()

    with pytest.raises(Cancelled) as seen:
        unbrick(context(rig, tmp_path), image=image(tmp_path), uart=uart(stopped))
    assert int(seen.value.exit_code) == 130
    assert seen.value.facts["state"] == f"{state} The UART was not looked at."
    assert rig.content == factory()


@pytest.mark.sample(2)
@pytest.mark.parametrize("kind", ["erased", "half", "one-bit", "short", "other-chip"])
def test_a_loader_that_is_not_sound_or_not_for_this_chip_is_never_written(kind, tmp_path):
    given = {"short": factory()[:0x8000], "other-chip": factory("BK7231U")}.get(kind)
    rig = SpiRig(dead(), manners=CS1)
    with pytest.raises(NoBootCode):
        unbrick(context(rig, tmp_path), image=image(tmp_path, given or dead(kind)))
    assert rig.content == rig.before


def test_a_sound_loader_is_left_alone(tmp_path):
    rig = SpiRig(manners=CS1)
    done = unbrick(context(rig, tmp_path), image=image(tmp_path))
    assert (done.broken, done.written) == ((), ())
    assert rig.content == rig.before
    assert rig.chip.nor.operations == []


def test_a_dry_run_changes_nothing_and_says_what_it_would_change(tmp_path):
    rig = SpiRig(dead(), manners=CS1)
    done = unbrick(context(rig, tmp_path), image=image(tmp_path), dry_run=True)
    assert sum(span.length for span in done.written) <= LOADER.end
    assert done.written
    assert rig.content == rig.before


@pytest.mark.parametrize("dry_run", [False, True])
def test_an_unknown_part_is_kept_as_a_file_and_not_written(dry_run, tmp_path):
    rig = SpiRig(dead(), manners=CS1, jedec="AB4015")
    with pytest.raises(UnknownFlashPart):
        unbrick(context(rig, tmp_path), image=image(tmp_path), dry_run=dry_run)
    assert not list((tmp_path / "library/jobs").glob("*.journal"))
    assert rig.content == rig.before
    assert [path.read_bytes() for path in (tmp_path / "library/rescued").glob("*.bin")] == [
        rig.before
    ]


def test_over_the_uart_there_is_no_unbrick(tmp_path):
    with pytest.raises(UsageError):
        unbrick(Rig(tmp_path, "BK7231T", factory()).ctx())


def silent(rig, tmp_path, *words):
    """A chip that never answers, on an adapter of which `words` tell."""
    faults = FaultPlan.named(["silent"], 1)
    adapter = Adapter(adapter_model(words), seed=3) if words else None
    paced = {"adapter": adapter, "paced": True, "latency_s": 0.001} if words else {}
    return Rig(tmp_path, "BK7231T", factory(), faults=faults, clock=rig.clock, **paced)


def test_a_silent_uart_afterwards_is_exit_7(tmp_path):
    rig = SpiRig(dead(), manners=CS1)
    other = silent(rig, tmp_path)
    forever = replace(context(rig, tmp_path), policy=LinkPolicy(timeout_s=None))
    done = unbrick(forever, image=image(tmp_path), uart=uart(other.port))
    assert done.verified
    assert done.exit_status == 7


class Killed(BaseException):
    """The process is gone."""


CUTS = [(0x01, 1), (0x01, 2), (0x20, 1), (0x20, 5), (0x02, 1), (0x02, 99)]


@pytest.mark.sample(1)
@pytest.mark.parametrize(("opcode", "nth"), CUTS)
def test_cut_anywhere_and_run_again_ends_well(opcode, nth, tmp_path, monkeypatch):
    cut_and_again(
        SpiRig(dead("half"), manners=CS1, status=0x7C), opcode, nth, tmp_path, monkeypatch
    )


def test_cut_on_a_chip_that_has_lost_its_mac_too_the_protection_is_put_back(tmp_path, monkeypatch):
    rig = SpiRig(blank(), manners=CS1, status=0x7C)
    cut_and_again(rig, 0x20, 5, tmp_path, monkeypatch, chip="BK7231T")


def cut_and_again(rig, opcode, nth, tmp_path, monkeypatch, **options):
    """Nothing runs any more from some operation of the flash on; the chip keeps what it has."""
    seen = Counter()
    real = rig.face.exchange

    def cut(out, read, now):
        seen[out[:1]] += 1
        if seen[bytes((opcode,))] >= nth:
            raise Killed
        return real(out, read, now=now)

    rig.face.exchange = cut
    given = image(tmp_path)
    with monkeypatch.context() as dying:
        dying.setattr(Job, "close", lambda _job: None)
        with pytest.raises(Killed):
            unbrick(context(rig, tmp_path, **options), image=given)
    rig.face.exchange = real
    assert unbrick(context(rig, tmp_path, **options), image=given).verified
    assert rig.content == factory()[: LOADER.end] + rig.before[REST]
    assert rig.chip.nor.status == 0x7C
    assert not list((tmp_path / "library/jobs").glob("*.journal"))


@pytest.mark.parametrize("seed", range(2))
def test_under_random_faults_it_ends_well(seed, tmp_path):
    faulty(seed, tmp_path)


@pytest.mark.campaign
@pytest.mark.parametrize("seed", range(100, 150))
def test_under_many_random_faults_it_ends_well(seed, tmp_path):
    faulty(seed, tmp_path)


def faulty(seed, tmp_path):
    rig = SpiRig(dead(), manners=CS1, faults=FaultPlan.random(seed, traffic=4_000_000, sectors=17))
    given = image(tmp_path)
    for _run in range(4):
        try:
            assert unbrick(context(rig, tmp_path), image=given).verified
            break
        except PlugsmithError:
            continue
    else:
        pytest.fail("four runs did not help")
    assert rig.content == factory()
