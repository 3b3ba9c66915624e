"""Each check before a write says what it found, with its names and numbers; limits are exact."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import pytest
from test_checklist import about, identity, image, qio, stock, u_or_7252

from plugsmith.boot.identity import SizeProof
from plugsmith.chips.catalog import chip, flash_parts
from plugsmith.chips.model import APP_START, KeyClass
from plugsmith.errors.flows import PreflightRefused
from plugsmith.events import EventLog
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write.checks import device_checks, image_checks
from plugsmith.flows.write.checks.checklist import Stage, judged
from plugsmith.flows.write.checks.image_checks import LoaderThere, judge_loader
from plugsmith.flows.write.checks.preflight import (
    PreflightOutcome,
    allowed_anyway,
    doubtful,
    doubts,
    needs,
    passed,
    refused,
    require,
)
from plugsmith.image.model import CheckVerdict, ImageKind

REFUSE, DOUBT = PreflightOutcome.REFUSE, PreflightOutcome.DOUBT
NEEDS, PASS = PreflightOutcome.NEEDS_PERMISSION, PreflightOutcome.PASS
NONE = Permissions()


def granted(*items):
    return Permissions(granted=frozenset(items))


# what a check is, and what follows from several


def test_a_check_is_told_as_data_with_the_permission_that_opens_it():
    assert passed("chip", "Text.").as_data() == {
        "name": "chip", "verdict": "pass", "text": "Text.", "permission": None
    }  # fmt: skip
    opened = needs("key", Permission.KEY_MISMATCH, "Text.", "Do it.")
    assert opened.as_data()["permission"] == Permission.KEY_MISMATCH.value
    assert opened.as_data()["verdict"] == "needs-permission"


def test_what_stands_in_the_way_is_told_together_and_each_remedy_once():
    checks = [
        passed("chip", "The chip is right."),
        refused("a", "First.", "Do one thing."),
        refused("b", "Second.", "Do one thing."),
        doubtful("c", "A doubt.", "Look at it."),
        needs("d", Permission.NO_BACKUP, "Third.", ""),
        needs("e", Permission.RF, "Fourth.", "Do another."),
    ]
    with pytest.raises(PreflightRefused) as caught:
        require(checks, granted(Permission.RF))
    assert "First. Second. Third." in caught.value.message
    assert "Fourth." not in caught.value.message
    assert "A doubt." not in caught.value.message
    assert caught.value.hint == ("Do one thing. To do it all the same, add --allow no-backup.")
    assert [item["name"] for item in caught.value.facts["checks"]] == ["chip", *"abcde"]


def test_only_what_a_permission_opened_is_told_as_allowed():
    opened = needs("key", Permission.KEY_MISMATCH, "Text.", "")
    checks = [passed("chip", "x"), refused("a", "x", "y"), doubtful("b", "x"), opened]
    assert allowed_anyway(checks, granted(Permission.KEY_MISMATCH)) == [opened]
    assert allowed_anyway(checks, granted(Permission.RF)) == []
    assert [item.name for item in doubts(checks)] == ["b"]


def test_what_a_manifest_knows_counts_before_what_the_file_says(tmp_path):
    file = qio("BK7231N", tmp_path)
    known = image(name="known.bin")
    assert about(source=file).image == file.facts
    assert about(source=file, facts=known).image is known
    assert about().image is None


def test_what_a_verb_does_not_say_of_itself_is_not_asked():
    unsaid = about(identity("BK7231T"), now=stock("CB2S"), held=b"x", sink=EventLog())
    assert device_checks.check_module(unsaid) is None
    assert judged(unsaid, Stage.PLANNED) == []
    assert device_checks.check_backup(unsaid).verdict is NEEDS


def test_the_content_of_a_device_is_never_shown():
    subject = about(now=b"words of mine", held=b"words of mine", facts=image())
    assert subject.image is not None
    assert "words of mine" not in repr(subject)


# the device


def test_the_chip_is_named():
    assert "The chip is a BK7231N." in device_checks.check_support(about()).text
    assert "A BK7236 is backed up" in device_checks.check_support(about(identity("BK7236"))).text


def test_the_flash_part_is_named_and_an_unknown_one_by_its_id():
    known = device_checks.check_part(about())
    assert (known.verdict, known.text) == (PASS, f"The flash part is {flash_parts()[0].name}.")
    unknown = device_checks.check_part(about(identity(jedec=b"\xeb\x60\x15", known=False)))
    assert "The flash id eb 60 15 is not in the table" in unknown.text
    assert unknown.permission is Permission.UNKNOWN_PART


@pytest.mark.parametrize(("name", "verdict"), [("BK7231T", PASS), ("BK7231N", REFUSE)])
def test_only_a_chip_that_cannot_report_its_flash_part_is_tried_on_the_first_sector(name, verdict):
    check = device_checks.check_part(about(identity(name, jedec=None, known=False)))
    assert check.verdict is verdict
    if verdict is PASS:
        assert "tried on the first sector" in check.text
    told = device_checks.check_part(about(identity("BK7231T", known=False)))
    assert told.verdict is NEEDS


def test_the_size_is_told_with_its_number():
    assert "The flash has 2097152 bytes." in device_checks.check_size(about()).text
    wrong = device_checks.check_size(about(identity(proof=SizeProof.CONTRADICTED)))
    assert "The flash id says 2097152 bytes" in wrong.text
    assert "could not be proven" in (
        device_checks.check_size(about(identity(proof=SizeProof.ASSUMED))).text
    )


def test_the_backup_is_named_also_in_a_dry_run():
    for dry_run in (False, True):
        check = device_checks.check_backup(about(backup="b.bin", dry_run=dry_run))
        assert (check.verdict, "device: b.bin." in check.text) == (PASS, True)
    missing = device_checks.check_backup(about())
    assert (missing.verdict, missing.permission) == (NEEDS, Permission.NO_BACKUP)


def test_the_module_is_asked_for_only_where_pins_are_set():
    def check(device=None, **facts):
        facts = {"now": stock("WB2S"), "sets_pins": True} | facts
        return device_checks.check_module(about(device or identity("BK7231T"), **facts))

    right = check()
    assert (right.verdict, right.text) == (PASS, "The module WB2S carries a BK7231T.")
    assert check(sets_pins=False) is None
    assert check(now=None) is None
    other = check(identity("BK7231N"))
    assert other.verdict is DOUBT
    assert "the module WB2S, which carries a BK7231T, but the chip that answers is a BK7231N" in (
        other.text
    )
    twin = dataclasses.replace(identity("BK7231N"), twins=("BK7231T",))
    assert check(twin).verdict is PASS


# the file


def test_a_verb_without_a_file_is_asked_nothing_about_it():
    for check in (
        image_checks.check_kind, image_checks.check_chip, image_checks.check_key,
        image_checks.check_fit, image_checks.check_problems, image_checks.check_crc16,
        image_checks.check_vectors, image_checks.check_header, image_checks.check_loader,
    ):  # fmt: skip
        assert check(about()) is None
    known = about(facts=image(problems=("a hole",)))
    assert image_checks.check_problems(known) is None  # a manifest proved what the file holds


def test_the_kind_of_the_file_is_told(tmp_path):
    check = image_checks.check_kind(about(source=qio("BK7231N", tmp_path)))
    assert check.text == "BK7231N.bin is a full image: boot loader and application."


def with_kind(file, kind):
    return dataclasses.replace(file, image=dataclasses.replace(file.image, kind=kind))


def test_a_kind_that_is_not_written_is_told_with_what_helps(tmp_path):
    file = with_kind(qio("BK7231N", tmp_path), ImageKind.UNKNOWN)
    check = image_checks.check_kind(about(source=file))
    assert (check.verdict, check.remedy) == (REFUSE, "Use a QIO file of the release.")
    assert f"of the kind {ImageKind.UNKNOWN.value}" in check.text
    own = image_checks.check_kind(about(source=file, remedy="Use a backup."))
    assert own.remedy == "Use a backup."


def chip_check(device, **facts):
    return image_checks.check_chip(about(device, facts=image(**facts)))


def test_the_chips_of_a_file_are_named():
    assert chip_check(identity("BK7231N")).verdict is PASS
    assert chip_check(identity("BK7231N"), chips=("BK7231M", "BK7231N")).verdict is PASS
    other = chip_check(identity("BK7231T"), chips=("BK7231N", "BK7231M"))
    assert other.verdict is REFUSE
    assert "a.bin is for BK7231N or BK7231M, but the connected chip is a BK7231T" in other.text
    assert other.remedy == "Use the file OpenBK7231T_QIO_<version>.bin."
    nobody = chip_check(identity("BK7231T"), chips=())
    assert (nobody.verdict, "BK7231T" in nobody.remedy) == (REFUSE, True)
    twin = chip_check(u_or_7252(), chips=("BK7252",))
    assert twin.verdict is DOUBT
    assert "a.bin is for BK7252, which cannot be told from a BK7231U" in twin.text


def test_a_chip_without_builds_of_its_own_is_named_instead_of_a_file():
    bare = dataclasses.replace(chip("BK7231T"), openbeken_prefix=None)
    device = dataclasses.replace(identity("BK7231T"), chip=bare)
    assert chip_check(device).remedy == "Use an image for BK7231T."


@pytest.mark.parametrize(
    ("theirs", "ours", "verdict"),
    [
        (KeyClass.TUYA, KeyClass.TUYA, PASS),
        (KeyClass.TUYA, KeyClass.NONE, NEEDS),
        (KeyClass.NONE, KeyClass.TUYA, NEEDS),
        (KeyClass.OTHER, KeyClass.TUYA, NEEDS),
        (KeyClass.UNKNOWN, KeyClass.TUYA, PASS),
        (KeyClass.TUYA, KeyClass.HIDDEN, PASS),
        (KeyClass.TUYA, KeyClass.UNKNOWN, PASS),
    ],
)
def test_code_for_another_key_needs_a_permission(theirs, ours, verdict):
    check = image_checks.check_key(about(identity(key=ours), facts=image(key=theirs)))
    assert check.verdict is verdict
    if verdict is NEEDS:
        words = {
            KeyClass.TUYA: "scrambled with Tuya's key",
            KeyClass.NONE: "not scrambled",
            KeyClass.OTHER: "scrambled with a key of its own",
        }
        assert f"in the file is {words[theirs]}, but" in check.text
        assert f"code that is {words[ours]}:" in check.text
        assert check.permission is Permission.KEY_MISMATCH
        assert check.remedy == "Use the file OpenBK7231N_QIO_<version>.bin."


@pytest.mark.parametrize(("end", "verdict"), [(0x20_0000, PASS), (0x20_0001, REFUSE)])
def test_a_file_may_end_with_the_flash(end, verdict):
    check = image_checks.check_fit(about(facts=image(end=end)))
    assert check.verdict is verdict
    if verdict is REFUSE:
        assert "a.bin ends at 0x200001, behind the end of the flash at 0x200000." in check.text


def with_checks(file, *texts, **checks):
    findings = [SimpleNamespace(text=text) for text in texts]
    made = SimpleNamespace(
        kind=file.image.kind, checks=checks, problems=findings,
        loader=file.image.loader, app=file.image.app,
    )  # fmt: skip
    return SimpleNamespace(image=made, name=file.name, pieces=file.pieces)


CONTENT = {
    "crc16": (image_checks.check_crc16, "a checksum of its code is wrong (CRC16)"),
    "vectors": (image_checks.check_vectors, "its program does not begin as programs"),
    "header": (image_checks.check_header, "describes something else"),
}


@pytest.mark.parametrize("name", CONTENT)
@pytest.mark.parametrize("prefix", ["", "loader-"])
def test_the_content_is_wrong_in_boot_loader_or_application(tmp_path, name, prefix):
    judge, words = CONTENT[name]
    file = with_checks(qio("BK7231N", tmp_path), "One hole.", "And a second.")
    file.image.checks = {prefix + name: CheckVerdict.FAILED}
    check = judge(about(source=file))
    assert (check.name, check.verdict) == (f"image-{name}", REFUSE)
    assert words in check.text
    assert check.text.endswith("One hole. And a second.")
    assert check.remedy == "Download the file again."
    file.image.checks = {prefix + name: CheckVerdict.OK}
    assert judge(about(source=file)).verdict is PASS
    file.image.checks = {}
    assert judge(about(source=file)).verdict is PASS


def test_lines_of_code_are_counted_in_both_parts(tmp_path):
    file = qio("BK7231N", tmp_path)
    both = file.image.loader.section.lines + file.image.app.section.lines
    assert f"All {both} lines" in image_checks.check_crc16(about(source=file)).text
    alone = dataclasses.replace(file, image=dataclasses.replace(file.image, loader=None))
    lines = file.image.app.section.lines
    assert f"All {lines} lines" in image_checks.check_crc16(about(source=alone)).text


def test_a_missing_label_is_told_and_is_no_fault(tmp_path):
    file = with_checks(qio("BK7231N", tmp_path), header=CheckVerdict.OK)
    assert "describes what is there" in image_checks.check_header(about(source=file)).text
    file.image.checks = {}
    assert "has no label (RBL header)" in image_checks.check_header(about(source=file)).text


def test_what_is_damaged_is_told_in_full():
    file = SimpleNamespace(facts=image(problems=("a hole", "a wrong sum")))
    check = image_checks.check_problems(about(source=file))
    assert (check.verdict, check.text) == (REFUSE, "a.bin is damaged: a hole; a wrong sum")
    assert check.remedy == "Download the file again."


# the boot loader


def there(name="BK7231N", *, head=b"\0" * 16, boots=(), size=0x20_0000):
    return LoaderThere(chip=chip(name), flash_size=size, head=head, boots=boots)


def piece(start, end):
    return SimpleNamespace(span=SimpleNamespace(start=start, end=end))


def loads(*spans, boots=()):
    loader = SimpleNamespace(boot_codes=boots) if boots is not None else None
    pieces = tuple(piece(*span) for span in spans)
    return SimpleNamespace(pieces=pieces, image=SimpleNamespace(loader=loader))


APP = (APP_START, 0x4_0000)


@pytest.mark.parametrize(
    ("head", "boots", "verdict"),
    [
        (b"\xff" * 16, (), REFUSE),
        (b"", (), REFUSE),
        (b"\xff" * 7 + b"\0" * 9, (), PASS),
        (b"\xff" * 8 + b"\0" * 8, (), REFUSE),
        (b"\xff" * 16, ("known",), PASS),
        (b"\0" * 16, (), PASS),
    ],
)
def test_an_application_alone_needs_a_boot_loader_on_the_chip(head, boots, verdict):
    assert judge_loader(there(head=head, boots=boots), loads(APP)).verdict is verdict


def test_a_boot_loader_that_answers_the_wire_stays_whatever_the_file_brings():
    blank = there("BK7231T", head=b"\xff" * 16)
    check = judge_loader(blank, loads((0, APP_START), APP, boots=("theirs",)))
    assert check.verdict is PASS
    assert "a loader in the file is left out" in check.text
    assert "stays as it is." in judge_loader(there(), loads(APP)).text


@pytest.mark.parametrize(
    ("start", "brought"), [(0, True), (APP_START - 1, True), (APP_START, False)]
)
def test_a_file_brings_a_boot_loader_if_it_has_bytes_below_the_application(start, brought):
    check = judge_loader(there(boots=("ours",)), loads((start, 0x4_0000), boots=("theirs",)))
    assert ("changes from ours to theirs" in check.text) is brought


def test_a_boot_loader_is_told_by_its_names():
    both = loads((0, 0x4_0000), boots=("one", "other"))
    assert "the one on the chip (other)" in judge_loader(there(boots=("old", "other")), both).text
    assert "from old / new to one / other" in judge_loader(there(boots=("old", "new")), both).text
    unknown = judge_loader(there(), loads((0, 0x4_0000), boots=None)).text
    assert "from an unknown one to an unknown one" in unknown


def test_the_boot_code_of_the_device_is_the_one_that_is_compared(tmp_path):
    file = qio("BK7231N", tmp_path)
    (name, *_others) = file.image.loader.boot_codes
    known = dataclasses.replace(identity(), boot=SimpleNamespace(name=name))
    assert (
        f"the one on the chip ({name})" in image_checks.check_loader(about(known, source=file)).text
    )
    assert "from an unknown one" in image_checks.check_loader(about(source=file)).text


LIMIT = 0x12_9F70  # of the application on a BK7231N, by the loader's partitions


@pytest.mark.parametrize(
    ("spans", "size", "verdict"),
    [
        ([(APP_START, LIMIT)], 0x20_0000, PASS),
        ([(APP_START, LIMIT + 1)], 0x20_0000, REFUSE),
        ([(APP_START, 0x20_0000 - 1)], 0x20_0000, REFUSE),
        ([(APP_START, 0x20_0000)], 0x20_0000, PASS),  # a dump to the end of the flash
        ([(APP_START, 0x4_0000), (0x1D_0000, 0x1E_0000)], 0x20_0000, PASS),
        ([(APP_START + 1, LIMIT + 1)], 0x20_0000, PASS),  # that is no application
        ([], 0x20_0000, PASS),
    ],
)
def test_an_application_must_end_before_the_loaders_own_update_area(spans, size, verdict):
    check = judge_loader(there(size=size), loads(*spans))
    assert check.verdict is verdict
    if verdict is REFUSE:
        end = max(end for _start, end in spans)
        assert f"ends at 0x{end:06X}, behind its place on this chip (0x129F70)" in check.text


def test_where_no_place_of_the_application_is_known_none_is_too_long():
    assert judge_loader(there("BK7236"), loads((APP_START, 0x1F_0000))).verdict is PASS
