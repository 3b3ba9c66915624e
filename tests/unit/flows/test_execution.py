"""The order of a write, its proof and its ends, on a flash that is a piece of memory."""

from __future__ import annotations

import zlib
from types import SimpleNamespace

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.clock import VirtualClock
from plugsmith.errors import Cancelled
from plugsmith.errors.flash import ExchangeFailed, WriteStopped
from plugsmith.errors.flows import KeptChanged, VerifyFailed
from plugsmith.errors.safety import FlashProtected
from plugsmith.events import CancelToken, EventLog
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.wire.linked.same_device import Known
from plugsmith.flows.write.execute import Execution, execute
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.sector_survey import survey_known
from plugsmith.flows.write.target_image import TargetImage
from plugsmith.memory import SECTOR_LEN, AddressRange

T, N = chip("BK7231T"), chip("BK7231N")
SIZE = 0x20_0000
BLANK = b"\xff" * SECTOR_LEN
OLD = b"".join(bytes([at & 0xFF]) * SECTOR_LEN for at in range(SIZE // SECTOR_LEN))


def new(addr: int) -> bytes:
    return b"new %08x    " % addr * (SECTOR_LEN // 16)


class Flash:
    """Answers as UartFlash does; `steps` are what was done, `before(step)` may raise or damage."""

    def __init__(self):
        self.content = bytearray(OLD)
        self.steps = []
        self.before = lambda _step: None

    def _step(self, *step):
        self.before(step)
        self.steps.append(step)

    def prepare_writes(self, span, *, allow_unknown_part):
        self._step("prepare", span.start, allow_unknown_part)

    def erase(self, span):
        self._step("erase", span.start, span.end)
        self.content[span.start : span.end] = b"\xff" * len(span)

    def program_sectors(self, sectors, *, taken):
        for addr, data in sectors:
            self._step("program", addr)
            held = self.content[addr : addr + SECTOR_LEN]
            self.content[addr : addr + SECTOR_LEN] = bytes(
                a & b for a, b in zip(held, data, strict=True)
            )
            taken(addr)

    def rewrite(self, addr, data):
        self._step("rewrite", addr)
        self.content[addr : addr + SECTOR_LEN] = data

    def peek(self, addr):
        return bytes(self.content[addr : addr + SECTOR_LEN])

    def differing(self, expected, *, mostly_equal=False):
        self._step("compare", len(expected), mostly_equal)
        return [
            span for span, crc in expected if zlib.crc32(self.content[span.start : span.end]) != crc
        ]


class Job:
    def __init__(self):
        self.notes = []

    def in_flight(self, span):
        self.notes.append(("in flight", span.start, span.end))

    def written(self, span, crc):
        self.notes.append(("written", span.start, len(span), crc))


class Desk:
    """A context and a device around one flash."""

    def __init__(self, addrs, *, device=T, allow=(), original=OLD):
        granted = frozenset(Permission(item) for item in allow)
        target = TargetImage(wanted={addr: new(addr) for addr in addrs})
        survey = survey_known(target.wanted, OLD)
        plan = make_plan(
            target,
            chip=device,
            flash_size=SIZE,
            equal=survey.equal,
            permissions=Permissions(granted=granted),
        )
        self.flash, self.job, self.log = Flash(), Job(), EventLog()
        self.told, self.aside, self.hits = [], {}, []
        self.ctx = SimpleNamespace(
            clock=VirtualClock(),
            sink=self.log,
            cancel=CancelToken(),
            again="plugsmith flash image.bin",
            permissions=Permissions(granted=granted),
            say=self.told.append,
            warn=lambda code, text, **more: self.told.append((code, text, more)),
            library=SimpleNamespace(rescued=SimpleNamespace(keep=self._keep)),
        )
        self.device = SimpleNamespace(
            ctx=self.ctx,
            job=self.job,
            flash=self.flash,
            known=Known(),
            key=lambda: "this one",
            suspects=lambda: [AddressRange.sized(addr, 1) for addr in self.hits],
            note_speed=lambda: None,
            differing=self.flash.differing,
            resume_on_relink=lambda work, *, left: work(),
        )
        self.run = Execution(plan, survey, original=original)
        self.wanted = bytearray(OLD)
        for addr in addrs:
            self.wanted[addr : addr + SECTOR_LEN] = new(addr)

    def _keep(self, key, start, data):
        assert key == "this one"
        self.aside[start] = data
        return "aside.bin"

    def execute(self, **how):
        execute(self.ctx, self.device, self.run, **how)
        assert self.flash.content == self.wanted

    def did(self, *kinds):
        return [step[:2] for step in self.flash.steps if step[0] in kinds]

    def when(self, kind, action, *, skip=0):
        """Do `action` before the step of this kind behind the first `skip`."""
        seen = []

        def before(step):
            if step[0] == kind:
                seen.append(step)
                if len(seen) == skip + 1:
                    action()

        self.flash.before = before

    def damage(self, *addrs):
        for addr in addrs:
            self.flash.content[addr + 7] ^= 0x10

    def codes(self):
        return [item[0] for item in self.told if isinstance(item, tuple)]


def fails(error):
    def act():
        raise error

    return act


ROM = (0, 0x1000, 0x2000, 0x1_1000, 0x1_2000, 0x15_0000)


def test_on_a_rom_chip_loader_and_application_start_last_and_are_erased_first():
    desk = Desk(ROM, device=N, allow=("bootloader",))
    assert desk.run.commit == [0x1_1000, 0]
    desk.execute()
    erased, programmed = desk.did("erase"), desk.did("program")
    assert erased[:2] == [("erase", 0x1_1000), ("erase", 0)]
    assert programmed[-2:] == [("program", 0x1_1000), ("program", 0)]
    assert [at for _kind, at in programmed[:-2]] == [0x1000, 0x2000, 0x1_2000, 0x15_0000]


def test_on_a_loader_chip_the_application_starts_last():
    desk = Desk((0x1_1000, 0x1_2000, 0x1E_8000))
    assert desk.run.commit == [0x1_1000]
    desk.execute()
    assert desk.did("prepare") == [("prepare", 0x1_1000)]
    assert desk.did("program") == [
        ("program", 0x1_2000),
        ("program", 0x1E_8000),
        ("program", 0x1_1000),
    ]


def test_what_changes_no_program_begins_with_its_first_sector():
    desk = Desk((0x15_0000, 0x1E_8000), allow=("unknown-part",))
    assert desk.run.commit == []
    desk.execute()
    assert ("prepare", 0x15_0000, True) in desk.flash.steps


def test_neighbours_are_erased_at_once_as_far_as_a_block_reaches():
    desk = Desk((0x14_E000, 0x14_F000, 0x15_0000, 0x15_2000, 0x15_3000))
    desk.execute()
    assert [step[1:] for step in desk.flash.steps if step[0] == "erase"] == [
        (0x14_E000, 0x15_0000),
        (0x15_0000, 0x15_1000),
        (0x15_2000, 0x15_4000),
    ]


def test_what_is_about_to_be_erased_and_what_was_taken_is_in_the_journal():
    desk = Desk((0x15_0000, 0x15_1000))
    desk.when("erase", lambda: desk.job.notes.append("erased"))
    desk.execute()
    taken = [("written", at, SECTOR_LEN, zlib.crc32(new(at))) for at in (0x15_0000, 0x15_1000)]
    assert desk.job.notes == [("in flight", 0x15_0000, 0x15_2000), "erased", *taken]
    assert desk.run.begun


def test_a_write_without_a_job_is_carried_out_too():
    desk = Desk((0x15_0000,))
    desk.device.job = None
    desk.execute()


def test_where_nothing_is_left_nothing_is_done():
    desk = Desk(())
    desk.execute(first=fails(AssertionError))
    assert desk.flash.steps == []


@pytest.mark.parametrize("kind", ["prepare", "erase", "program"])
def test_a_stop_is_told_with_what_is_left_and_how_to_go_on(kind):
    desk = Desk((0x1_1000, 0x1_2000, 0x15_0000))
    desk.when(kind, desk.ctx.cancel.cancel)
    with pytest.raises(Cancelled) as stop:
        desk.execute()
    assert desk.ctx.again in stop.value.hint
    assert len(desk.did("program")) <= 1
    assert str(len(desk.run.left)) in str(stop.value)


def test_a_stop_between_two_places_is_heard_before_the_next_one_is_erased():
    desk = Desk((0x14_0000, 0x15_0000))
    desk.flash.before = lambda step: step[0] == "program" and desk.ctx.cancel.cancel()
    with pytest.raises(Cancelled):
        desk.execute()
    assert [step[1] for step in desk.did("erase")] == [0x14_0000]


def test_a_stop_before_the_first_erase_says_that_nothing_was_changed():
    desk = Desk((0x15_0000,))
    desk.ctx.cancel.cancel()
    with pytest.raises(Cancelled) as stop:
        desk.execute()
    assert "Nothing was changed" in str(stop.value)
    assert desk.flash.steps == []


def test_a_refusal_before_the_first_erase_changed_nothing():
    desk = Desk((0x15_0000,))
    desk.when("prepare", fails(FlashProtected(reason="it says no")))
    with pytest.raises(FlashProtected):
        desk.execute()
    assert desk.run.untouched
    assert desk.codes() == []


def test_a_refusal_after_an_erase_that_did_nothing_is_proven_to_have_changed_nothing():
    desk = Desk((0x15_0000,))
    desk.when("erase", fails(FlashProtected(reason="it says no")))
    with pytest.raises(FlashProtected):
        desk.execute()
    assert desk.run.begun
    assert desk.run.untouched
    assert ("compare", SIZE // 0x1_0000, True) in desk.flash.steps


@pytest.mark.parametrize("original", [OLD, None])
def test_a_refusal_in_the_middle_leaves_a_job_and_says_what_is_left(original):
    desk = Desk((0x15_0000, 0x15_1000), original=original)
    desk.when("program", fails(FlashProtected(reason="it says no")), skip=1)
    with pytest.raises(WriteStopped):
        desk.execute()
    assert not desk.run.untouched
    ((code, text, more),) = [item for item in desk.told if isinstance(item, tuple)]
    assert code == "PS-NOTE-UNFINISHED"
    assert "1 sector" in text
    assert more["data"]["sectors_left"] == 1


def test_a_refusal_of_a_device_that_answers_no_more_is_no_proof_of_anything():
    desk = Desk((0x15_0000,))

    def before(step):
        if step[0] == "erase":
            raise FlashProtected(reason="it says no")
        if step[0] == "compare":
            raise ExchangeFailed(request="crc", attempts=3)

    desk.flash.before = before
    with pytest.raises(WriteStopped):
        desk.execute()
    assert not desk.run.untouched


def test_another_failure_is_told_and_stays_what_it_is():
    desk = Desk((0x15_0000,))
    desk.when("program", fails(ExchangeFailed(request="write", attempts=5)))
    with pytest.raises(ExchangeFailed):
        desk.execute()
    assert desk.codes() == ["PS-NOTE-UNFINISHED"]


@pytest.mark.parametrize(
    "bad",
    [
        (0x15_0000,),
        (0x15_0000, 0x15_2000),
        (0x1E_8000,),  # of what was to be kept
        (0x15_1000, 0x1E_8000, 0x1F_F000),
    ],
)
def test_what_went_wrong_is_put_right_and_nothing_else_is_written(bad):
    desk = Desk((0x15_0000, 0x15_1000, 0x15_2000))
    desk.when("compare", lambda: desk.damage(*bad))
    desk.execute()
    assert [at for _kind, at in desk.did("rewrite")] == sorted(bad)
    assert desk.did("prepare")[1:] == [("prepare", bad[0])]
    assert desk.run.left == []
    assert f"{len(bad)} sectors" in str(desk.told)


@pytest.mark.parametrize("ours", [False, True])
def test_what_nobody_of_us_changed_is_on_the_disk_before_it_is_put_back(ours):
    desk = Desk((0x15_0000,))
    desk.when("compare", lambda: desk.damage(0x15_0000, 0x1E_8000))
    desk.hits = [0x1E_8004] if ours else [0x1E_7FFF]
    desk.execute()
    assert list(desk.aside) == ([] if ours else [0x1E_8000])
    for data in desk.aside.values():
        assert data != OLD[0x1E_8000:0x1E_9000]


def test_what_goes_wrong_again_is_put_right_again_and_the_third_time_is_the_last():
    desk = Desk((0x15_0000, 0x15_1000))
    rounds = []

    def before(step):
        if step[0] == "compare" and step[2]:  # the look at everything
            rounds.append(step)
            if len(rounds) <= 3:
                desk.damage(0x15_1000)

    desk.flash.before = before
    desk.execute()
    assert len(desk.did("rewrite")) == 3


def test_a_sector_that_never_stays_right_is_named_alone():
    desk = Desk((0x15_0000, 0x15_1000, 0x15_2000))
    before = lambda step: step[0] == "compare" and step[2] and desk.damage(0x15_1000)  # noqa: E731
    desk.flash.before = before
    with pytest.raises(VerifyFailed) as failed:
        desk.execute()
    assert "0x151000..0x152000" in failed.value.message
    assert "0x150000" not in failed.value.message
    assert len(desk.did("rewrite")) == 3
    assert desk.codes() == ["PS-NOTE-UNFINISHED"]


@pytest.mark.parametrize(("addr", "loader"), [(0x8000, True), (0x1E_8000, False)])
def test_what_was_kept_and_cannot_be_had_is_told(addr, loader):
    desk = Desk((0x15_0000,), original=OLD if loader else None)
    desk.when("compare", lambda: desk.damage(addr))
    with pytest.raises(KeptChanged) as told:
        desk.execute()
    assert ("boot loader" in told.value.hint) is loader
    assert ("restore" in told.value.hint) is not loader
    assert desk.did("rewrite") == []


def test_the_application_behind_a_loader_in_one_range_is_put_right():
    desk = Desk((0x15_0000,))
    desk.when("compare", lambda: desk.damage(0x1_1000))
    desk.execute()
    assert [at for _kind, at in desk.did("rewrite")] == [0x1_1000]


def test_a_backup_that_is_not_what_was_kept_repairs_nothing():
    desk = Desk((0x15_0000,), original=bytes(SIZE))
    desk.when("compare", lambda: desk.damage(0x1E_8000))
    with pytest.raises(KeptChanged):
        desk.execute()


def test_progress_counts_every_sector_and_all_that_is_verified():
    desk = Desk((0x15_0000, 0x15_1000))
    desk.execute()
    ends = {event.task: event for event in desk.log if event.kind == "task_end"}
    totals = {event.task: event.total for event in desk.log if event.kind == "task_begin"}
    assert totals == {"write": 2 * SECTOR_LEN, "verify": SIZE}
    assert "8 KiB" in ends["write"].summary
    assert "Verified" in ends["verify"].summary
    last = [event for event in desk.log if event.kind == "progress" and event.task == "verify"]
    assert last[-1].done == SIZE
