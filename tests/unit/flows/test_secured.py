"""Which backup secures a write: found, brought up to date, made, waived; and what is rescued."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from plugsmith.errors.flows import NotABackup, PreflightRefused
from plugsmith.flows.permissions import Permission, Permissions
from plugsmith.flows.write import proven
from plugsmith.flows.write.proven import Safety, secure, up_to_date
from plugsmith.memory import SECTOR_LEN

BLANK = b"\xff" * SECTOR_LEN
BEFORE = b"".join(bytes([at]) * SECTOR_LEN for at in range(8))


class File:
    """A backup in the library."""

    def __init__(self, name="latest.bin", content=BEFORE):
        self.file = Path(name)
        self._content = content

    def read(self):
        return self._content


class Unfinished:
    """An interrupted write that left `left` in its sectors; `backup` is the one it named."""

    def __init__(self, backup=None, left=()):
        self.state = SimpleNamespace(header=SimpleNamespace(backup=backup))
        self.sectors = SimpleNamespace(wanted={}, before={})
        self._left = dict(left)

    def left(self, addr, now):
        return self._left.get(addr) == now


class World:
    """A device that holds `now`, and a library; `made` are the backups that were made."""

    def __init__(self, monkeypatch, *, found=None, half=(), now=BEFORE, allow=(), unreadable=()):
        self.now, self.said, self.warned, self.rescued = now, [], [], []
        self.made, self.refuses, self.learnt, self.claims = [], None, [], 0
        self.key = SimpleNamespace(certain=True)
        backups = SimpleNamespace(find=lambda _key: found, to_compare=lambda _key: self.other)
        self.other = None
        rescued = SimpleNamespace(keep=self._keep)
        jobs = SimpleNamespace(unreadable=lambda: list(unreadable))
        self.ctx = SimpleNamespace(
            permissions=Permissions(granted=frozenset(Permission(item) for item in allow)),
            library=SimpleNamespace(backups=backups, jobs=jobs, rescued=rescued),
            say=self.said.append,
            warn=lambda code, _text, **more: self.warned.append((code, more)),
        )
        self.device = SimpleNamespace(
            ctx=self.ctx,
            claim=self._claim,
            unfinished=lambda: list(half),
            key=lambda: self.key,
            known=SimpleNamespace(learn=self.learnt.append),
        )
        monkeypatch.setattr(proven, "make_backup", self._make)
        monkeypatch.setattr(
            proven, "changed_blocks", lambda _device, base: [] if base == self.now else [0]
        )
        monkeypatch.setattr(proven, "content_now", lambda *_known: self.now)

    def _claim(self):
        self.claims += 1

    def _keep(self, _key, start, piece):
        self.rescued.append((start, piece))
        return Path("rescued.bin")

    def _make(self, _ctx, _device, *, known=None):
        if self.refuses is not None:
            raise self.refuses
        self.made.append(known)
        return SimpleNamespace(backup=File("made.bin", self.now))

    def secured(self, **how):
        return secure(self.ctx, self.device, **how)

    def up_to_date(self, safety, *changed):
        return up_to_date(self.ctx, self.device, safety, SimpleNamespace(changed_sectors=changed))


def changed(*addrs, base=BEFORE, data=b"stored by the firmware  "):
    whole = bytearray(base)
    for addr in addrs:
        whole[addr : addr + len(data)] = data
    return bytes(whole)


def test_a_device_without_a_backup_gets_one(monkeypatch):
    world = World(monkeypatch)
    safety = world.secured()
    assert safety.backup.file.name == "made.bin"
    assert safety.made_now
    assert safety.exact
    assert safety.content == BEFORE
    assert world.learnt == [BEFORE]
    assert world.claims == 1


def test_the_content_of_a_device_is_never_shown(monkeypatch):
    safety = World(monkeypatch, now=b"words of mine").secured()
    assert safety.content == b"words of mine"
    assert "words of mine" not in repr(safety)


def test_a_dry_run_makes_none(monkeypatch):
    world = World(monkeypatch)
    assert world.secured(may_read=False) == Safety(backup=None)
    assert world.made == []


def test_a_backup_that_is_waived_is_not_made_and_that_is_told(monkeypatch):
    world = World(monkeypatch, allow=("no-backup",))
    assert world.secured().backup is None
    assert world.made == []
    assert [code for code, _more in world.warned] == ["PS-NOTE-NO-BACKUP"]


def test_where_none_can_be_made_the_permission_is_named(monkeypatch):
    world = World(monkeypatch)
    world.refuses = NotABackup(reason="noise", remedy="read it")
    with pytest.raises(PreflightRefused) as refused:
        world.secured()
    assert "no-backup" in f"{refused.value.message} {refused.value.hint}"


def test_a_backup_that_the_device_still_holds_is_enough(monkeypatch):
    found = File()
    world = World(monkeypatch, found=found)
    safety = world.secured()
    assert (safety.backup, safety.exact, safety.made_now) == (found, True, False)
    assert "latest.bin" in world.said[0]
    assert world.learnt == [BEFORE]


def test_the_backup_that_was_named_counts_where_the_library_has_none(monkeypatch):
    given, found = File("given.bin"), File()
    assert World(monkeypatch).secured(given=given).backup is given
    assert World(monkeypatch, found=found).secured(given=given).backup is found


def test_a_backup_of_what_may_be_this_device_is_compared(monkeypatch):
    world = World(monkeypatch)
    world.other = File("other.bin")
    assert world.secured().backup is world.other


def test_a_device_that_changed_is_read_as_it_is(monkeypatch):
    world = World(monkeypatch, found=File(), now=changed(0x2000))
    safety = world.secured()
    assert not safety.exact
    assert not safety.of_half_written
    assert not safety.made_now
    assert safety.content == world.now
    assert world.learnt == [world.now]
    assert world.made == []  # not before the plan says what it destroys


def test_a_device_that_changed_is_not_read_where_backups_are_waived(monkeypatch):
    world = World(monkeypatch, found=File(), now=changed(0x2000), allow=("no-backup",))
    assert world.secured() == Safety(backup=None)
    assert [code for code, _more in world.warned] == ["PS-NOTE-NO-BACKUP"]


def test_a_waiver_does_not_hide_a_backup_that_holds(monkeypatch):
    found = File()
    assert World(monkeypatch, found=found, allow=("no-backup",)).secured().backup is found


def test_a_dry_run_looks_at_what_is_there(monkeypatch):
    world = World(monkeypatch, found=File(), now=changed(0x2000))
    safety = world.secured(may_read=False)
    assert safety.content == world.now
    assert "latest.bin" in world.said[0]


@pytest.mark.parametrize("allow", [(), ("no-backup",)])
def test_a_half_written_device_is_secured_by_the_backup_from_before(monkeypatch, allow):
    before = File("before.bin")
    monkeypatch.setattr(
        proven, "try_open", lambda path: before if path.name == "before.bin" else None
    )
    half = [Unfinished(), Unfinished("lost.bin"), Unfinished("before.bin")]
    world = World(monkeypatch, found=File(), half=half, now=changed(0x1000), allow=allow)
    safety = world.secured()
    assert safety.backup is before
    assert safety.of_half_written
    assert safety.content == world.now
    assert not safety.exact


def test_a_half_written_device_without_it_is_secured_by_the_latest(monkeypatch):
    found = File()
    monkeypatch.setattr(proven, "try_open", lambda _path: None)
    world = World(monkeypatch, found=found, half=[Unfinished("lost.bin")])
    safety = world.secured()
    assert safety.backup is found
    assert safety.exact  # it holds what the device holds; the job stays open all the same
    assert safety.of_half_written


@pytest.mark.parametrize("allow", [(), ("no-backup",)])
def test_a_journal_that_cannot_be_read_makes_nothing_exact_unseen(monkeypatch, allow):
    world = World(
        monkeypatch, found=File(), now=changed(0x2000), unreadable=[Path("x")], allow=allow
    )
    safety = world.secured()
    assert safety.content == world.now
    assert not safety.of_half_written
    assert world.warned == []


@pytest.mark.parametrize(
    ("safety", "sectors"),
    [
        (Safety(backup=None, content=BEFORE), (0x1000,)),
        (Safety(backup=File(), content=None), (0x1000,)),
        (Safety(backup=File(), content=BEFORE, exact=True), (0x1000,)),
        (Safety(backup=File(), content=changed(0x1000)), ()),
    ],
)
def test_nothing_is_made_or_rescued_where_nothing_can_be_lost(monkeypatch, safety, sectors):
    world = World(monkeypatch)
    assert world.up_to_date(safety, *sectors) is safety
    assert (world.made, world.rescued, world.said) == ([], [], [])


def test_what_changed_since_the_backup_is_in_a_new_one_before_a_plan_replaces_it(monkeypatch):
    now = changed(0x2000)
    world = World(monkeypatch, now=now)
    safety = world.up_to_date(Safety(backup=File(), content=now), 0x1000)
    assert world.made == [now]
    assert ["has changed since its last backup" in text for text in world.said] == [True]
    assert safety.made_now
    assert safety.exact
    assert safety.backup.read() == now
    assert world.rescued == []


def test_a_half_written_device_makes_no_backup_but_what_is_nowhere_is_rescued(monkeypatch):
    now = changed(0x1000, 0x2000, 0x4000, 0x6000)
    now = now[:0x3000] + BLANK + now[0x4000:]
    left = Unfinished(left={0x6000: now[0x6000:0x7000]})
    world = World(monkeypatch, now=now, half=[Unfinished(), left])
    before = Safety(backup=File(), content=now, of_half_written=True)
    assert world.up_to_date(before, *range(0, 0x8000, 0x1000)) is before
    assert world.made == []
    assert world.rescued == [(0x1000, now[0x1000:0x3000]), (0x4000, now[0x4000:0x5000])]
    (first, second) = [more["data"] for _code, more in world.warned]
    assert (first["start"], first["length"]) == (0x1000, 0x2000)
    assert (second["start"], second["length"]) == (0x4000, 0x1000)


def test_only_what_the_plan_replaces_is_rescued(monkeypatch):
    now = changed(0x1000, 0x2000)
    world = World(monkeypatch, now=now)
    world.up_to_date(Safety(backup=File(), content=now, of_half_written=True), 0x2000)
    assert [start for start, _piece in world.rescued] == [0x2000]


def test_what_makes_no_backup_is_rescued_where_the_device_is_certain(monkeypatch):
    now = changed(0x2000)
    world = World(monkeypatch, now=now)
    world.refuses = NotABackup(reason="noise", remedy="read it")
    before = Safety(backup=File(), content=now)
    assert world.up_to_date(before, 0x2000) is before
    assert [start for start, _piece in world.rescued] == [0x2000]


@pytest.mark.parametrize("allow", [(), ("no-backup",)])
def test_what_makes_no_backup_of_a_device_that_may_be_another_needs_a_permission(
    monkeypatch, allow
):
    now = changed(0x2000)
    world = World(monkeypatch, now=now, allow=allow)
    world.key.certain = False
    world.refuses = NotABackup(reason="noise", remedy="read it")
    if not allow:
        with pytest.raises(PreflightRefused):
            world.up_to_date(Safety(backup=File(), content=now), 0x2000)
        return
    world.up_to_date(Safety(backup=File(), content=now), 0x2000)
    assert [start for start, _piece in world.rescued] == [0x2000]
