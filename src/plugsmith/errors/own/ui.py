"""Errors of the page's server (`plugsmith ui`); the page shows them as it shows all others."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.installed import how_to_add
from plugsmith.messages import N_


class UiError(PlugsmithError):
    """The server of the page cannot do what it was asked."""

    exit_code = ExitCode.USAGE


class UiMissing(UiError):
    """The extra `ui` is not installed."""

    code = "PS-UI-MISSING"
    what = N_("The page needs the extra `ui`, which is not installed.")
    next_step = N_("To add it: {install}\nAll commands work without it.")

    def __init__(self) -> None:
        super().__init__(install=how_to_add("ui"))


class UiCannotListen(UiError):
    """The address to listen on is not understood, or taken."""

    code = "PS-UI-ADDRESS"
    what = N_("The page cannot be served at {address}: {problem}.")
    next_step = N_("Give --listen HOST:PORT with a free port of this computer; port 0 takes any.")


class UiNotLoopback(UiError):
    """The address can be reached by other computers, which nobody allowed."""

    code = "PS-UI-NOT-LOOPBACK"
    exit_code = ExitCode.REFUSED
    what = N_("{address} can be reached from other computers.")
    why = N_(
        "Whoever has the link could read your backups and write to your chips, and the page is "
        "not encrypted on its way."
    )
    next_step = N_(
        "Leave --listen out to serve this computer only, or add --allow lan if you mean it."
    )


class UiForeign(UiError):
    """A request that did not come from the page itself."""

    code = "PS-UI-FOREIGN"
    exit_code = ExitCode.REFUSED
    what = N_("This request does not come from the page: its {header} is not this server's.")
    next_step = N_("Open the link that `plugsmith ui` shows.")


class UiToken(UiError):
    """The token is missing, wrong, or of an earlier run of the server."""

    code = "PS-UI-TOKEN"
    exit_code = ExitCode.REFUSED
    what = N_("This page does not know the key of the running server.")
    why = N_("Each run of `plugsmith ui` makes a new one.")
    next_step = N_("Open the link that `plugsmith ui` shows.")


class UiUnknown(UiError):
    """There is nothing under that address or name."""

    code = "PS-UI-UNKNOWN"
    exit_code = ExitCode.NOTHING_FOUND
    what = N_("The server does not know {what}.")
    next_step = N_("Reload the page: the server may have been started anew since it was opened.")


class UiRequest(UiError):
    """The request is not what the server understands."""

    code = "PS-UI-REQUEST"
    what = N_("The server cannot understand the request: {problem}.")
    next_step = N_("Reload the page; if it happens again, please report it.")


class UiFileName(UiError):
    """Neither a handle of the page's files nor a plain name for a new one."""

    code = "PS-UI-FILE-NAME"
    exit_code = ExitCode.REFUSED
    what = N_("{name} is not one of the page's files.")
    why = N_("The page works on files that you gave it, that it made, and on your library.")
    next_step = N_("Drop the file onto the page first, or choose one of your backups.")


class UiTooLarge(UiError):
    """More bytes than the server takes."""

    code = "PS-UI-TOO-LARGE"
    exit_code = ExitCode.BAD_INPUT
    what = N_("{name} is larger than the {limit} bytes that the page takes.")
    next_step = N_("Flash dumps and firmware files are smaller; check that it is the right file.")


class UiFull(UiError):
    """The page's folder holds as much as it may, or the disk is full."""

    code = "PS-UI-FULL"
    exit_code = ExitCode.BAD_INPUT
    what = N_("There is no room for another file: {problem}.")
    next_step = N_("Stop `plugsmith ui` and start it again: that clears the page's own files.")


class UiNoLibrary(UiError):
    """A file that should be a whole library is none; nothing of it was taken."""

    code = "PS-UI-NO-LIBRARY"
    exit_code = ExitCode.BAD_INPUT
    what = N_("This file is no saved library: {problem}.")
    next_step = N_("Choose the file that the page saved as the whole library.")


class UiPortBusy(UiError):
    """Another job of the page uses the port."""

    code = "PS-UI-PORT-BUSY"
    exit_code = ExitCode.PORT
    what = N_("The port {port} is in use by another job of this page: {verb}.")
    next_step = N_("Wait until it is done, or stop it.")


class UiAnswered(UiError):
    """The question was answered already, or its job has ended."""

    code = "PS-UI-ANSWERED"
    what = N_("This question is no longer open.")
    next_step = N_("Nothing is to be done: it was answered in another window, or the job ended.")


class UiAnswer(UiError):
    """An answer that does not fit the question."""

    code = "PS-UI-ANSWER"
    what = N_("That is no answer to this question: {problem}.")
    next_step = N_("Choose one of the answers that are shown.")


class UiLine(UiError):
    """A line that a job cannot be sent."""

    code = "PS-UI-LINE"
    what = N_("This line was not sent: {problem}.")
    next_step = N_("Start the console, then type one command at a time.")


class UiTooMany(UiError):
    """More at once than the server carries."""

    code = "PS-UI-TOO-MANY"
    what = N_("The server is busy: {problem}.")
    next_step = N_("Close windows of the page that you do not need, and try again.")


class UiNotForPage(UiError):
    """A verb that only makes sense in a terminal."""

    code = "PS-UI-VERB"
    what = N_("{verb} cannot be run from the page.")
    next_step = N_("Run `plugsmith {verb}` in a terminal.")


class UiNotInBrowser(UiError):
    """A page without a server cannot reach the network, start a process or run firmware."""

    code = "PS-UI-NOT-IN-BROWSER"
    what = N_("{verb} cannot be done in the browser alone: {problem}.")
    next_step = N_("{remedy}")
