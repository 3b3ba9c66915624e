"""Errors about the user's library: passports, backups, files that must not be overwritten."""

from __future__ import annotations

from plugsmith.errors.base import UsageError
from plugsmith.errors.content import InputError
from plugsmith.errors.safety import SafetyRefusal
from plugsmith.messages import N_


class PassportUnreadable(InputError):
    """A passport file is missing, damaged, or not a passport at all."""

    code = "PS-PASSPORT-UNREADABLE"
    what = N_("The passport {name} cannot be used: {problem}.")
    next_step = N_(
        "Restore with the .bin file alone: Plugsmith then checks what it can establish by itself."
    )


class PassportTooNew(InputError):
    """A passport of a later Plugsmith."""

    code = "PS-PASSPORT-TOO-NEW"
    what = N_("The passport {name} has the format {found}; this Plugsmith knows {known}.")
    next_step = N_("Update Plugsmith, or restore with the .bin file alone.")


class BackupChanged(InputError):
    """The bytes of a backup are not those that its passport describes."""

    code = "PS-BACKUP-CHANGED"
    what = N_("The backup {name} is not what its passport describes: {difference}.")
    why = N_("The file was changed, cut short or exchanged after it was proven.")
    next_step = N_("Use another backup of this device, or read the device again.")


class OutputIsInput(SafetyRefusal):
    """The result would replace the very file that it is made of."""

    code = "PS-OUTPUT-IS-INPUT"
    what = N_("{name} is the file that is read: it is never replaced by its own result.")
    why = N_("It may be the only copy of what is in it.")
    next_step = N_("Name another file with -o.")


class OutputExists(UsageError):
    """The file that a result shall go to is there already; Plugsmith overwrites nothing."""

    code = "PS-OUTPUT-EXISTS"
    what = N_("The file {name} exists already and is not overwritten.")
    next_step = N_("Name another file, or move the old one away.")


class BackupUnknown(InputError):
    """The library holds no backup of that name."""

    code = "PS-BACKUP-UNKNOWN"
    what = N_("The library holds no backup called {name}.")
    why = N_("A backup is named by its file, its label, or the MAC of its device.")
    next_step = N_("plugsmith backups list shows what there is.")


class SeveralBackups(UsageError):
    """A label or a MAC that more than one backup has."""

    code = "PS-BACKUP-SEVERAL"
    what = N_("{count} backups are meant by {name}: {names}.")
    next_step = N_("Use the name of one of them.")


class JobLost(InputError):
    """There is nothing to resume, or what there is cannot be read."""

    code = "PS-JOB-LOST"
    what = N_("There is no interrupted {kind} to go on with: {problem}.")
    next_step = N_("Run the command without --resume to start from the beginning.")


class JobUnreadable(SafetyRefusal):
    """A journal of a write is damaged: which device is half-written cannot be told."""

    code = "PS-JOB-UNREADABLE"
    what = N_("The journal {name} is damaged: it may tell that this device is half-written.")
    why = N_("A backup of a half-written device would bring back a mixture.")
    next_step = N_(
        "Finish the interrupted write with the command that began it. If no device is "
        "half-written, move the file away."
    )


class DeviceInUse(SafetyRefusal):
    """Another process of ours works on the same port or device."""

    code = "PS-LIBRARY-IN-USE"
    what = N_("Another Plugsmith works on {name} now.")
    next_step = N_("Wait until it is done, or stop it; then run the command again.")


class CacheUnusable(InputError):
    """A file of the release cache is broken."""

    code = "PS-CACHE-UNUSABLE"
    what = N_("The file {name} in the cache of releases is broken.")
    next_step = N_("Delete it and run `plugsmith image fetch` again.")
