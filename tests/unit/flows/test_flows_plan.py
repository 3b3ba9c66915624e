"""FlashPlan, goals, survey: what is kept, what is written, and what is refused."""

from __future__ import annotations

import random
import zlib
from types import SimpleNamespace

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.errors.flows import PermissionNeeded
from plugsmith.errors.safety import OutsideFlash, ProtectedRange
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write.flash_map import draw_plan
from plugsmith.flows.write.plan import (
    Action,
    FlashPlan,
    PlanStep,
    app_end,
    make_plan,
    region_name,
    start_sectors,
)
from plugsmith.flows.write.sector_survey import survey_device, survey_known
from plugsmith.flows.write.target_image import (
    BLANK_SECTOR,
    FlashState,
    Kept,
    Segment,
    TargetImage,
    image_target,
    loader_body,
    mac_in_rf,
    merge_rf,
    rf_sectors,
    sectors_of,
)
from plugsmith.memory import SECTOR_LEN, AddressRange

T, N = chip("BK7231T"), chip("BK7231N")
SIZE = 0x20_0000
NONE = Permissions()


def allow(*names: Permission) -> Permissions:
    return Permissions(granted=frozenset(names))


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def rf_sector(mac: bytes, fill: int) -> bytes:
    head = b"TLV\0" + bytes(24) + bytes.fromhex("0211111106000000") + mac
    return head + bytes([fill]) * (SECTOR_LEN - len(head))


def image_plan(device, length, permissions=NONE, equal=frozenset(), **state):
    target = image_target(
        [Segment(start=0, data=noise(length))],
        FlashState(chip=device, flash_size=SIZE, **state),
        permissions,
    )
    return make_plan(target, chip=device, flash_size=SIZE, equal=equal, permissions=permissions)


def assert_tiles(plan) -> None:
    at = 0
    for step in plan.steps:
        assert step.span.start == at
        at = step.span.end
    assert at == plan.flash_size


def test_a_full_image_on_a_loader_chip_leaves_the_loader_alone():
    plan = image_plan(T, 0x10_0000)
    assert plan.changes == [AddressRange(0x1_1000, 0x10_0000)]
    assert plan.steps[0].action is Action.KEEP
    assert plan.steps[0].why
    assert plan.recoverable
    assert_tiles(plan)


def test_no_permission_opens_the_loader_of_a_loader_chip():
    plan = image_plan(T, 0x10_0000, allow(*Permission))
    assert plan.changes[0].start == 0x1_1000


def test_a_rom_chip_keeps_an_equal_loader_and_says_when_it_writes_another():
    assert image_plan(N, 0x10_0000, loader_equal=True).changes[0].start == 0x1_1000
    other = image_plan(N, 0x10_0000, loader_equal=False)
    assert other.changes[0].start == 0
    assert any("boot loader" in note for note in other.notes)
    assert other.recoverable
    forced = image_plan(N, 0x10_0000, allow(Permission.BOOTLOADER), loader_equal=True)
    assert forced.changes[0].start == 0


def test_the_loader_body_is_everything_but_its_label():
    assert loader_body(AddressRange(0x1_0F9A, 0x1_1000)) == [AddressRange(0, 0x1_0F9A)]
    assert loader_body(AddressRange(0xFE9A, 0xFF00)) == [
        AddressRange(0, 0xFE9A),
        AddressRange(0xFF00, 0x1_1000),
    ]
    assert loader_body(None) == [AddressRange(0, 0x1_1000)]


def test_the_end_of_an_image_is_padded_with_ff_and_blank_sectors_are_only_erased():
    data = noise(SECTOR_LEN) + BLANK_SECTOR + noise(100)
    target = image_target(
        [Segment(start=0x1_1000, data=data)], FlashState(chip=T, flash_size=SIZE), NONE
    )
    assert target.wanted[0x1_3000] == data[-100:] + b"\xff" * (SECTOR_LEN - 100)
    plan = make_plan(target, chip=T, flash_size=SIZE, equal=frozenset(), permissions=NONE)
    actions = {step.span.start: step.action for step in plan.steps}
    assert actions[0x1_1000] is Action.WRITE
    assert actions[0x1_2000] is Action.ERASE
    assert_tiles(plan)


def test_raw_pieces_keep_their_neighbours_in_the_sector():
    under = noise(SECTOR_LEN, 7)
    got = sectors_of([Segment(start=0x1_2010, data=b"abc")], under=lambda _addr: under)
    assert got == {0x1_2000: under[:0x10] + b"abc" + under[0x13:]}


def test_equal_sectors_are_skipped():
    plan = image_plan(T, 0x2_0000, equal=frozenset({0x1_2000, 0x1_3000}))
    assert plan.spans(Action.SKIP_EQUAL) == [AddressRange(0x1_2000, 0x1_4000)]
    assert 0x1_2000 not in plan.changed_sectors
    assert_tiles(plan)


@pytest.mark.parametrize("device", [T, N], ids=lambda item: item.name)
def test_calibration_and_address_stay_without_permission(device):
    where = rf_sectors(device, SIZE)[0]
    now = rf_sector(b"\xc8\x47\x8c\x01\x02\x03", 0x11)
    plan = image_plan(device, SIZE, loader_equal=True, rf_now={where: now})
    assert AddressRange(where, where + SECTOR_LEN) in plan.spans(Action.KEEP)


def test_each_permission_takes_only_its_own_part_of_the_rf_sector():
    now = rf_sector(b"\xc8\x47\x8c\x01\x02\x03", 0x11)
    new = rf_sector(b"\xc8\x47\x8c\xaa\xbb\xcc", 0x22)
    only_rf = merge_rf(now, new, allow(Permission.RF))
    only_mac = merge_rf(now, new, allow(Permission.MAC))
    assert only_rf is not None
    assert only_mac is not None
    assert (mac_in_rf(only_rf), only_rf[100]) == ("c8:47:8c:01:02:03", 0x22)
    assert (mac_in_rf(only_mac), only_mac[100]) == ("c8:47:8c:aa:bb:cc", 0x11)
    assert merge_rf(now, new, allow(Permission.RF, Permission.MAC)) == new
    assert merge_rf(now, new, NONE) is None
    assert merge_rf(BLANK_SECTOR, new, allow(Permission.MAC)) is None
    assert merge_rf(BLANK_SECTOR, new, allow(Permission.RF)) == new


def test_plan_refuses_what_reaches_the_loader_the_end_or_the_calibration():
    def plan(start: int, device=T, permissions=NONE):
        return make_plan(
            TargetImage(wanted={start: noise(SECTOR_LEN)}),
            chip=device,
            flash_size=SIZE,
            equal=frozenset(),
            permissions=permissions,
        )

    with pytest.raises(ProtectedRange):
        plan(0x1_0000, permissions=allow(*Permission))
    with pytest.raises(OutsideFlash):
        plan(SIZE)  # wraps to the loader
    with pytest.raises(OutsideFlash):
        plan(SIZE, device=N)
    with pytest.raises(PermissionNeeded):
        plan(0x1E_0000)
    assert plan(0x1E_0000, permissions=allow(Permission.RF)).changed_sectors == [0x1E_0000]
    assert plan(0x1_1000).changed_sectors == [0x1_1000]
    assert plan(SIZE - SECTOR_LEN).changed_sectors == [SIZE - SECTOR_LEN]


def test_an_image_behind_the_end_is_refused():
    with pytest.raises(OutsideFlash):
        image_target(
            [Segment(start=0x1_1000, data=bytes(SIZE))], FlashState(chip=T, flash_size=SIZE), NONE
        )


@pytest.mark.parametrize("seed", range(4))
def test_device_survey_and_known_survey_agree(seed):
    dice = random.Random(seed)
    flash = bytearray(dice.randbytes(0x8_0000))
    wanted = {
        addr: (
            bytes(flash[addr : addr + SECTOR_LEN]) if dice.random() < 0.5 else dice.randbytes(4096)
        )
        for addr in range(0x1_1000, 0x5_3000, SECTOR_LEN)
    }

    def crc_many(spans):
        return [zlib.crc32(flash[span.start : span.end]) for span in spans]

    known = survey_known(wanted, bytes(flash))
    asked = survey_device(wanted, len(flash), crc_many)
    assert asked == known
    changed = [a for a in wanted if a not in known.equal]
    covered = sum(len(item.span) for item in known.baseline)
    assert covered == len(flash) - SECTOR_LEN * len(changed)


def test_the_map_shows_every_action_and_says_whether_it_can_be_repaired():
    plan = image_plan(T, 0x10_0000, equal=frozenset(range(0x4_0000, 0x8_0000, SECTOR_LEN)))
    text = draw_plan(plan, baud=921_600)
    assert "#" in text.splitlines()[1]
    assert "=" in text
    assert "0x000000..0x011000" in text
    assert "repaired over the same wires" in text


def test_what_is_kept_says_why_and_only_where_that_is_so():
    for device in (T, N):
        plan = image_plan(device, 0x2_0000)
        why = {step.span.start: step.why for step in plan.steps if step.action is Action.KEEP}
        (rf,) = [at for at in why if at in rf_sectors(device, SIZE) and why[at]]
        assert why[rf] == "unique for each device"
        told = {at for at, text in why.items() if text} - {rf}
        assert told == ({0} if device is T else set())


@pytest.mark.parametrize(("fill", "told"), [(2, True), (1, False)])
def test_calibration_of_a_file_that_is_not_permitted_is_told_also_where_the_address_is_equal(
    fill, told
):
    mac = bytes.fromhex("c8478c010203")
    now = rf_sector(mac, 1)
    target = image_target(
        [Segment(start=0x1E_0000, data=rf_sector(mac, fill))],
        FlashState(chip=T, flash_size=SIZE, rf_now={0x1E_0000: now}),
        allow(Permission.MAC),
    )
    assert target.wanted == {0x1E_0000: now}
    assert any("0x1E0000" in note for note in target.notes) is told


def goal(*addrs: int, copied=(), fill=None) -> TargetImage:
    wanted = {addr: noise(SECTOR_LEN, addr + 1) if fill is None else fill for addr in addrs}
    return TargetImage(wanted=wanted, copied=copied)


def planned(target, device=T, *, equal=(), permissions=NONE):
    return make_plan(
        target, chip=device, flash_size=SIZE, equal=frozenset(equal), permissions=permissions
    )


@pytest.mark.parametrize(
    ("device", "wanted", "equal", "changed"),
    [
        (T, (0x1_1000, 0x1_2000), (0x1_1000,), [0x1_1000, 0x1_2000]),
        (T, (0x1_1000, 0x1_2000), (0x1_1000, 0x1_2000), []),
        (T, (0x1_1000, 0x15_0000), (0x1_1000,), [0x15_0000]),
        (T, (0x1_2000,), (), [0x1_2000]),
        (N, (0, 0x1000, 0x1_1000, 0x1_2000), (0, 0x1_1000, 0x1_2000), [0, 0x1000]),
        (N, (0, 0x1000, 0x1_1000, 0x1_2000), (0, 0x1000, 0x1_1000), [0x1_1000, 0x1_2000]),
        (N, (0, 0x1_1000, 0x1_2000), (0, 0x1_1000, 0x1_2000), []),
    ],
)
def test_the_start_of_a_program_that_changes_is_written_though_it_is_equal(
    device, wanted, equal, changed
):
    plan = planned(goal(*wanted), device, equal=equal)
    assert plan.changed_sectors == changed
    assert_tiles(plan)


@pytest.mark.parametrize(
    ("device", "wanted", "starts"),
    [
        (T, (0x1_1000,), []),
        (T, (0x1_2000,), [0x1_1000]),
        (T, (0x1000,), []),
        (N, (0,), []),
        (N, (0x1000,), [0]),
        (N, (0x1_0000, 0x1_2000), [0x1_1000, 0]),
        (N, (0x1F_F000,), []),
    ],
)
def test_what_starts_a_program_is_its_first_sector(device, wanted, starts):
    assert start_sectors(goal(*wanted), device) == starts


@pytest.mark.parametrize("device", [T, N], ids=lambda item: item.name)
def test_the_application_ends_where_its_region_does(device):
    end = app_end(device)
    assert start_sectors(goal(end - SECTOR_LEN), device) == [0x1_1000]
    assert start_sectors(goal(end), device) == []
    assert planned(goal(0x1_1000, end), device, equal=(0x1_1000,)).changed_sectors == [end]


def test_a_change_behind_the_end_of_the_flash_says_where_that_is():
    with pytest.raises(OutsideFlash) as refused:
        planned(goal(SIZE))
    assert refused.value.facts == {"span": "0x200000..0x201000", "limit": "0x200000"}
    with pytest.raises(ProtectedRange) as refused:
        planned(goal(0x1_0000))
    assert refused.value.facts == {"span": "0x010000..0x011000", "limit": "0x011000"}


def test_a_copy_of_calibration_needs_no_permission_and_calibration_itself_one_of_two():
    with pytest.raises(PermissionNeeded) as refused:
        planned(goal(0x1E_0000))
    assert "0x1E0000..0x1E1000" in refused.value.message
    assert "--allow rf" in refused.value.hint
    assert planned(goal(0x1E_0000, copied=(0x1E_0000,))).changed_sectors == [0x1E_0000]
    for name in (Permission.RF, Permission.MAC):
        assert planned(goal(0x1E_0000), permissions=allow(name)).changed_sectors == [0x1E_0000]


def test_a_plan_can_be_repaired_over_the_wires_unless_it_changes_the_loader_that_answers_there():
    loader = SimpleNamespace(recoverable_over_uart=False, protected_until=0x1_1000)
    for start, repairable in ((0x1_1000, True), (0x1_0000, False)):
        span = AddressRange.sized(start, SECTOR_LEN)
        steps = (PlanStep(span=span, action=Action.WRITE),)
        plan = FlashPlan(chip=loader, flash_size=SIZE, steps=steps, wanted={})
        assert plan.recoverable is repairable
    assert planned(goal(0), N).recoverable


def test_the_time_of_a_plan_is_that_of_its_erases_its_bytes_and_their_programming():
    wanted = goal(0x14_0000, 0x14_1000).wanted | goal(0x15_0000, fill=BLANK_SECTOR).wanted
    plan = planned(TargetImage(wanted=wanted))
    assert plan.written_len == 2 * SECTOR_LEN
    wire = 2 * SECTOR_LEN * 10 / 115_200
    assert plan.seconds(115_200) == pytest.approx(3 * 0.045 + wire + 2 * 128 * 0.00011)
    assert planned(goal(0x14_0000), equal=(0x14_0000,)).seconds(115_200) == 0


def test_neighbours_of_one_kind_and_region_are_one_step():
    wanted = goal(0x14_0000, 0x14_1000, 0x14_3000, 0x14_4000).wanted
    wanted |= goal(0x14_5000, 0x14_6000, fill=BLANK_SECTOR).wanted
    plan = planned(TargetImage(wanted=wanted), equal=(0x14_4000,))
    told = [(step.action, step.span) for step in plan.steps if step.action is not Action.KEEP]
    assert told == [
        (Action.WRITE, AddressRange(0x14_0000, 0x14_2000)),
        (Action.WRITE, AddressRange(0x14_3000, 0x14_4000)),
        (Action.SKIP_EQUAL, AddressRange(0x14_4000, 0x14_5000)),
        (Action.ERASE, AddressRange(0x14_5000, 0x14_7000)),
    ]
    assert {step.name for step in plan.steps if step.action is not Action.KEEP} == {
        region_name(T, 0x14_0000)
    }
    assert_tiles(plan)


@pytest.mark.parametrize("device", [T, N], ids=lambda item: item.name)
def test_what_is_kept_is_told_region_by_region_each_with_its_name(device):
    plan = planned(goal(0x14_0000), device)
    kept = [step for step in plan.steps if step.action is Action.KEEP]
    edges = {
        edge
        for region in device.memory_map.regions
        for edge in (region.span.start, region.span.end)
    }
    cuts = {step.span.start for step in kept} | {step.span.end for step in kept}
    assert {edge for edge in edges if edge <= SIZE} <= cuts
    assert [step.name for step in kept] == [region_name(device, step.span.start) for step in kept]
    reasons = {step.span.start: step.why for step in kept if step.why}
    assert reasons.pop(rf_sectors(device, SIZE)[0]) == "unique for each device"
    assert [at for at in reasons if at >= 0x1_1000] == []
    assert bool(reasons) is (device is T)
    assert region_name(device, 0x1_1000)
    assert region_name(device, SIZE * 8) == ""
    assert_tiles(plan)


def test_what_a_file_has_and_is_kept_all_the_same_is_told_with_its_own_reason():
    reason = Kept(span=AddressRange(0x14_0000, 0x14_2000), name="mine", why="because")
    nothing = Kept(span=AddressRange(0x15_0000, 0x15_0000), name="empty", why="never")
    plan = planned(TargetImage(wanted=goal(0x14_1000).wanted, kept=(reason, nothing)))
    told = [(step.span, step.why) for step in plan.steps if step.name == "mine"]
    assert told == [(AddressRange(0x14_0000, 0x14_1000), "because")]
    assert all(step.span for step in plan.steps)
    assert_tiles(plan)
