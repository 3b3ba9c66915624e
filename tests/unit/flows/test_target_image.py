"""What a write aims at: which sectors of a file count, what is kept, what is said about it."""

from __future__ import annotations

import random

import pytest

from plugsmith.chips.catalog import chip
from plugsmith.errors.flows import PermissionNeeded
from plugsmith.errors.radio import RfContentUnfit
from plugsmith.errors.safety import OutsideFlash
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write.plan import make_plan
from plugsmith.flows.write.target_image import (
    BLANK_SECTOR,
    FlashState,
    Segment,
    TargetImage,
    image_target,
    mac_in_rf,
    merge_rf,
    rf_sectors,
    sectors_of,
    with_address,
    within_permissions,
)
from plugsmith.memory import SECTOR_LEN, AddressRange

T, N, T1 = chip("BK7231T"), chip("BK7231N"), chip("BK7238")
SIZE = 0x20_0000
OURS, THEIRS = bytes.fromhex("c8478c010203"), bytes.fromhex("c8478caabbcc")
TUYAS, OPENBEKENS = 0x1E_3000, 0x1E_0000  # where they look for calibration on a BK7238


def allow(*names: str) -> Permissions:
    return Permissions(granted=frozenset(Permission(name) for name in names))


def noise(length: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(length)


def rf(mac: bytes, fill: int = 1) -> bytes:
    head = b"TLV\0" + bytes(24) + bytes.fromhex("0211111106000000") + mac
    return head + bytes([fill]) * (SECTOR_LEN - len(head))


def aim(*pieces: tuple[int, bytes], device=T, allowed=(), **state) -> TargetImage:
    segments = [Segment(start=start, data=data) for start, data in pieces]
    return image_target(
        segments, FlashState(chip=device, flash_size=SIZE, **state), allow(*allowed)
    )


def kept(target: TargetImage) -> list[tuple[str, int, int]]:
    return [(item.name, item.span.start, item.span.end) for item in target.kept]


def test_only_sectors_that_no_piece_fills_are_asked_for_what_is_under_them():
    asked = []

    def under(addr: int) -> bytes:
        asked.append(addr)
        return b"u" * SECTOR_LEN

    data = noise(2 * SECTOR_LEN + 4)
    got = sectors_of([Segment(start=0x2_0FFE, data=data)], under=under)
    assert asked == [0x2_0000, 0x2_3000]
    assert list(got) == [0x2_0000, 0x2_1000, 0x2_2000, 0x2_3000]
    whole = b"u" * 0xFFE + data + b"u" * 0xFFE
    assert b"".join(got.values()) == whole


def test_pieces_that_share_a_sector_are_put_together():
    got = sectors_of(
        [Segment(start=0x2_0800, data=b"late"), Segment(start=0x2_0010, data=b"early")],
        under=lambda _addr: bytes(SECTOR_LEN),
    )
    assert got[0x2_0000][0x800:0x804] == b"late"
    assert got[0x2_0000][0x10:0x15] == b"early"
    assert sum(map(bool, got[0x2_0000])) == 9


def test_calibration_is_looked_for_where_any_map_of_the_chip_has_it_and_the_flash_reaches():
    assert rf_sectors(T1, SIZE) == [OPENBEKENS, TUYAS]
    assert rf_sectors(T1, TUYAS + SECTOR_LEN) == [OPENBEKENS, TUYAS]
    assert rf_sectors(T1, TUYAS) == [OPENBEKENS]
    assert rf_sectors(T1, OPENBEKENS) == []


@pytest.mark.parametrize(
    ("sector", "mac"),
    [
        (rf(OURS), "c8:47:8c:01:02:03"),
        (rf(OURS)[:42], "c8:47:8c:01:02:03"),  # as far as the address
        (rf(OURS)[:41], None),
        (b"XLV" + rf(OURS)[3:], None),
        (rf(OURS)[:28] + b"\x03" + rf(OURS)[29:], None),
        (rf(OURS)[:35] + b"\x01" + rf(OURS)[36:], None),
        (rf(b"\xff" * 6), None),
        (rf(bytes(6)), None),
        (rf(b"\xff" * 5 + b"\0"), "ff:ff:ff:ff:ff:00"),
        (BLANK_SECTOR, None),
    ],
)
def test_an_address_is_one_only_where_its_record_says_so(sector, mac):
    assert mac_in_rf(sector) == mac


def test_the_address_of_another_sector_is_taken_alone():
    mixed = with_address(rf(OURS, 1), rf(THEIRS, 2))
    assert mixed == rf(THEIRS, 1)


@pytest.mark.parametrize(("more", "fits"), [(0, True), (1, False)])
def test_a_file_reaches_as_far_as_the_flash(more, fits):
    piece = (SIZE - SECTOR_LEN, bytes(SECTOR_LEN + more))
    if fits:
        assert list(aim(piece).wanted) == [SIZE - SECTOR_LEN]
    else:
        with pytest.raises(OutsideFlash):
            aim(piece)


def test_on_a_loader_chip_the_loader_of_a_file_is_kept_whole_and_alone():
    target = aim((0x1000, noise(0x1_2000)), allowed=[item.value for item in Permission])
    assert kept(target) == [("bootloader", 0x1000, 0x1_1000)]
    assert "never touched" in target.kept[0].why
    assert list(target.wanted) == [0x1_1000, 0x1_2000]
    assert target.notes == ()


@pytest.mark.parametrize(
    ("equal", "allowed", "written"),
    [
        (True, (), False),
        (True, ("bootloader",), True),
        (False, (), True),
        (False, ("bootloader",), True),
        (None, (), True),
    ],
)
def test_on_a_rom_chip_another_loader_is_written_and_an_equal_one_where_it_is_asked_for(
    equal, allowed, written
):
    target = aim((0, noise(0x1_2000)), device=N, allowed=allowed, loader_equal=equal)
    if written:
        assert next(iter(target.wanted)) == 0
        assert target.kept == ()
        assert ["0x000000..0x011000" in note for note in target.notes] == [True]
    else:
        assert list(target.wanted) == [0x1_1000]
        assert kept(target) == [("bootloader", 0, 0x1_1000)]
        assert "same program" in target.kept[0].why
        assert target.notes == ()


def test_a_file_without_a_loader_says_nothing_about_one():
    target = aim((0x1_1000, noise(0x2000)), device=N)
    assert (target.kept, target.notes) == ((), ())


@pytest.mark.parametrize(("same", "why"), [(True, "the same bytes"), (False, "--allow rf, mac")])
def test_calibration_of_a_file_is_kept_with_the_reason(same, why):
    now = rf(OURS)
    target = aim((0x1E_0000, now if same else rf(THEIRS)), rf_now={0x1E_0000: now})
    assert target.wanted == {}
    assert kept(target) == [("rf", 0x1E_0000, 0x1E_1000)]
    assert why in target.kept[0].why
    assert target.notes == ()


@pytest.mark.parametrize(
    ("allowed", "new", "wanted", "said"),
    [
        (("rf", "mac"), rf(THEIRS, 2), rf(THEIRS, 2), ["changed, as you allowed"]),
        (("rf",), rf(THEIRS, 2), rf(OURS, 2), ["changed, as you allowed"]),
        (("mac",), rf(THEIRS, 2), rf(THEIRS, 1), ["changed, as you allowed"]),
        (("rf",), rf(THEIRS, 1), rf(OURS, 1), ["only what you allowed"]),
        (("rf",), rf(OURS, 1), rf(OURS, 1), []),
        (("rf", "mac"), rf(OURS, 1), rf(OURS, 1), []),
    ],
)
def test_what_is_allowed_of_a_files_calibration_is_wanted_and_told(allowed, new, wanted, said):
    target = aim((0x1E_0000, new), allowed=allowed, rf_now={0x1E_0000: rf(OURS, 1)})
    assert target.wanted == {0x1E_0000: wanted}
    assert target.kept == ()
    assert len(target.notes) == len(said)
    assert all(words in note for words, note in zip(said, target.notes, strict=True))


FIRMWARE = (0x1_1000, noise(0x1000))


@pytest.mark.parametrize("first", [0x1_1000, 0x1_F000])
def test_new_firmware_finds_the_devices_own_calibration_where_it_looks_for_it(first):
    held = {TUYAS: rf(OURS), OPENBEKENS: BLANK_SECTOR}
    target = aim((first, noise(0x1000)), device=T1, rf_now=held)
    assert target.wanted[OPENBEKENS] == rf(OURS)
    assert target.copied == (OPENBEKENS,)
    assert ["0x1E3000 to 0x1E0000" in note for note in target.notes] == [True]


@pytest.mark.parametrize(
    ("pieces", "rf_now"),
    [
        ([FIRMWARE], {TUYAS: rf(OURS), OPENBEKENS: rf(THEIRS)}),  # something is there
        ([FIRMWARE], {TUYAS: rf(OURS)}),  # nobody knows
        ([FIRMWARE], {TUYAS: BLANK_SECTOR, OPENBEKENS: BLANK_SECTOR}),  # nothing to bring
        ([FIRMWARE], {OPENBEKENS: BLANK_SECTOR}),
        ([FIRMWARE, (OPENBEKENS, rf(THEIRS))], {TUYAS: rf(OURS), OPENBEKENS: BLANK_SECTOR}),
        ([(0x2_0000, noise(0x1000))], {TUYAS: rf(OURS), OPENBEKENS: BLANK_SECTOR}),
        ([(0x15_0000, noise(0x1000))], {TUYAS: rf(OURS), OPENBEKENS: BLANK_SECTOR}),
    ],
)
def test_nothing_that_exists_is_changed_by_bringing_calibration(pieces, rf_now):
    target = aim(*pieces, device=T1, rf_now=rf_now)
    assert target.copied == ()
    assert OPENBEKENS not in target.wanted
    assert not any("copied" in note for note in target.notes)


def test_where_both_firmwares_look_at_one_place_nothing_is_brought():
    target = aim(FIRMWARE, device=T, rf_now={0x1E_0000: BLANK_SECTOR})
    assert target.copied == ()


def test_a_copy_of_calibration_goes_where_the_original_stays():
    blank = (OPENBEKENS, BLANK_SECTOR)
    target = aim(blank, device=T1, rf_now={TUYAS: rf(OURS), OPENBEKENS: rf(OURS)})
    assert target.copied == (OPENBEKENS,)
    assert target.wanted == {OPENBEKENS: BLANK_SECTOR}
    assert target.kept == ()


@pytest.mark.parametrize(
    ("pieces", "rf_now"),
    [
        ([(OPENBEKENS, BLANK_SECTOR)], {TUYAS: rf(THEIRS), OPENBEKENS: rf(OURS)}),
        ([(OPENBEKENS, BLANK_SECTOR)], {OPENBEKENS: rf(OURS)}),
        ([(OPENBEKENS, BLANK_SECTOR)], {TUYAS: BLANK_SECTOR, OPENBEKENS: BLANK_SECTOR}),
        (
            [(OPENBEKENS, BLANK_SECTOR), (TUYAS, BLANK_SECTOR)],
            {TUYAS: rf(OURS), OPENBEKENS: rf(OURS)},
        ),
        ([(OPENBEKENS, rf(THEIRS))], {TUYAS: rf(OURS), OPENBEKENS: rf(OURS)}),
    ],
)
def test_the_last_copy_of_calibration_never_goes(pieces, rf_now):
    target = aim(*pieces, device=T1, rf_now=rf_now)
    assert target.copied == ()
    assert OPENBEKENS not in target.wanted
    assert TUYAS not in target.wanted


@pytest.mark.parametrize(
    ("now", "new", "allowed", "merged"),
    [
        (rf(OURS, 1), rf(THEIRS, 2), (), None),
        (rf(OURS, 1), rf(THEIRS, 2), ("rf",), rf(OURS, 2)),
        (rf(OURS, 1), rf(THEIRS, 2), ("mac",), rf(THEIRS, 1)),
        (rf(OURS, 1), rf(THEIRS, 2), ("rf", "mac"), rf(THEIRS, 2)),
        (None, rf(THEIRS, 2), ("rf", "mac"), rf(THEIRS, 2)),
        (None, rf(THEIRS, 2), ("rf",), None),
        (None, rf(THEIRS, 2), ("mac",), None),
        (rf(OURS, 1), BLANK_SECTOR, ("mac",), None),
        (rf(OURS, 1), BLANK_SECTOR, ("rf",), None),
        (BLANK_SECTOR, rf(THEIRS, 2), ("mac",), None),
        (BLANK_SECTOR, rf(THEIRS, 2), ("rf",), rf(THEIRS, 2)),
        (b"TLV" + bytes(0xFFD), rf(THEIRS, 2), ("mac",), None),
        (rf(OURS, 1), b"XLV" + rf(THEIRS, 2)[3:], ("mac",), None),
    ],
)
def test_a_permission_takes_its_own_part_or_nothing(now, new, allowed, merged):
    assert merge_rf(now, new, allow(*allowed)) == merged


PLACE = 0x1E_0000


def within(new: bytes, now: bytes, *allowed: str, copied=()) -> TargetImage:
    target = TargetImage(wanted={PLACE: new, 0x2_0000: b"x"}, notes=("first",), copied=copied)
    return within_permissions(target, {PLACE: now}, allow(*allowed))


@pytest.mark.parametrize(
    ("new", "now", "allowed", "missing"),
    [
        (rf(THEIRS, 2), rf(OURS, 1), (), "rf"),
        (BLANK_SECTOR, rf(OURS, 1), ("rf",), "mac"),
        (BLANK_SECTOR, rf(OURS, 1), ("mac",), "rf"),
    ],
)
def test_the_permission_that_is_missing_is_named(new, now, allowed, missing):
    with pytest.raises(PermissionNeeded) as refused:
        within(new, now, *allowed)
    assert f"--allow {missing}" in refused.value.hint
    assert "0x1E0000..0x1E1000" in refused.value.message


def test_what_is_as_it_is_or_a_copy_or_not_wanted_needs_no_permission():
    assert within(rf(OURS), rf(OURS)).wanted[PLACE] == rf(OURS)
    assert within(rf(OURS), BLANK_SECTOR, copied=(PLACE,)).wanted[PLACE] == rf(OURS)
    other = TargetImage(wanted={0x2_0000: b"x"}, notes=("first",))
    assert within_permissions(other, {PLACE: rf(OURS)}, allow()) == other


def test_what_is_not_named_is_put_back_into_what_is_wanted_and_told():
    part = within(rf(THEIRS, 2), rf(OURS, 1), "rf")
    assert part.wanted == {PLACE: rf(OURS, 2), 0x2_0000: b"x"}
    assert part.notes[0] == "first"
    assert "only what you allowed" in part.notes[1]
    whole = within(rf(THEIRS, 2), rf(OURS, 1), "rf", "mac")
    assert whole.wanted[PLACE] == rf(THEIRS, 2)
    assert whole.notes == ("first",)


@pytest.mark.parametrize(
    ("new", "now", "fits"),
    [
        (b"code" * 1024, rf(OURS), False),
        (b"code" * 1024, BLANK_SECTOR, False),
        (b"code" * 1024, b"text" * 1024, True),
        (rf(THEIRS), b"text" * 1024, True),
        (rf(THEIRS), BLANK_SECTOR, True),
        (BLANK_SECTOR, rf(OURS), True),
        (BLANK_SECTOR, b"text" * 1024, True),
    ],
)
def test_what_is_no_calibration_does_not_take_its_place(new, now, fits):
    if fits:
        assert within(new, now, "rf", "mac").wanted[PLACE] == new
    else:
        with pytest.raises(RfContentUnfit) as refused:
            within(new, now, "rf", "mac")
        assert "0x1E0000..0x1E1000" in refused.value.message


def test_the_ranges_of_a_target_are_its_sectors_put_together():
    target = TargetImage(wanted={0x3000: b"", 0x1000: b"", 0x2000: b"", 0x8000: b""})
    assert target.spans == [AddressRange(0x1000, 0x4000), AddressRange(0x8000, 0x9000)]


def test_what_is_shown_of_a_target_or_plan_holds_no_content_of_the_flash():
    """Flash content holds passwords, and a trace or a report must not."""
    data = b"Sesame-77".ljust(SECTOR_LEN, b".")
    segment = Segment(start=0x2_0000, data=data)
    state = FlashState(chip=T, flash_size=SIZE, rf_now={0x1E_0000: data})
    target = image_target([segment], state, allow())
    plan = make_plan(target, chip=T, flash_size=SIZE, equal=frozenset(), permissions=allow())
    for item in (segment, target, plan):
        assert "Sesame" not in repr(item)
