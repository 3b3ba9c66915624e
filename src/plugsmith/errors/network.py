"""Errors about servers on the network (exit 10), and downloads that are not what they claim."""

from __future__ import annotations

from plugsmith.errors.base import ExitCode, PlugsmithError
from plugsmith.errors.content import NothingFound
from plugsmith.errors.flash import VerifyError
from plugsmith.messages import N_


class NetworkError(PlugsmithError):
    """A server did not answer, or refused."""

    exit_code = ExitCode.NETWORK


class ServerUnreachable(NetworkError):
    """No connection, or no answer in time."""

    code = "PS-NET-UNREACHABLE"
    what = N_("{host} does not answer: {problem}.")
    next_step = N_(
        "Check the network. Without one, files that were fetched before can be used: "
        "`plugsmith image fetch --offline` lists them."
    )


class ServerRefused(NetworkError):
    """The server answered with an error."""

    code = "PS-NET-REFUSED"
    what = N_("{host} answered {status} for {what_was_asked}.")
    next_step = N_("Check the name of the repository, release or file; try again later.")


class RateLimited(NetworkError):
    """The server counts requests and has had enough of them."""

    code = "PS-NET-RATE-LIMITED"
    what = N_("{host} accepts no more requests from your network {until}.")
    next_step = N_("Wait until then, or download the file with a browser and name it.")


class AnswerUnusable(NetworkError):
    """The answer is not what the service promises."""

    code = "PS-NET-ANSWER"
    what = N_("The answer of {host} cannot be used: {problem}.")
    next_step = N_("Try again later; if it stays so, download the file with a browser and name it.")


class DownloadCutOff(NetworkError):
    """The download ended before its end."""

    code = "PS-NET-CUT-OFF"
    what = N_("The download of {name} ended after {received} of {size} bytes.")
    next_step = N_("Run the command again.")


class DownloadTooSlow(NetworkError):
    """The server sends, but so slowly that it would not end."""

    code = "PS-NET-TOO-SLOW"
    what = N_("The download of {name} is too slow: {received} of {size} bytes in {seconds} s.")
    next_step = N_("Run the command again later.")


class ReleaseNotFound(NothingFound):
    """The releases or the cache are understood, and the wanted file is not among them."""

    code = "PS-RELEASE-NOT-FOUND"
    what = N_("{what} is not in {name}.")
    next_step = N_("Run `plugsmith image fetch` (with a network) to see what there is.")


class DigestDiffers(VerifyError):
    """The downloaded bytes are not those that the release names."""

    code = "PS-NET-DIGEST"
    what = N_("{name} was downloaded whole, but it is not the file that the release describes.")
    why = N_("Its SHA-256 is {found}, the release says {wanted}. The file was thrown away.")
    next_step = N_("Run the command again; if it stays so, do not use this release.")
