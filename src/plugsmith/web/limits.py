"""What a browser cannot do, and how to get it nevertheless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plugsmith.api.verb import Need
from plugsmith.errors.own.ui import UiNotInBrowser
from plugsmith.messages import _
from plugsmith.web.port import SCHEME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plugsmith.api.verb import Verb

_RELEASES = "https://github.com/openshwprojects/OpenBK7231T_App/releases"
_HOSTS = ("source", "target")  # of verbs that work on a file or on a device


def check_possible(verb: Verb, given: Mapping[str, object], *, serial: bool) -> None:
    """Return if a browser can do it; UiNotInBrowser with the way to get it."""
    if verb.name == "image fetch" or given.get("download"):
        raise UiNotInBrowser(
            verb=verb.name,
            problem=_("GitHub lets no page read its files"),
            remedy=_(
                "Download {file} from {address} and drop it here.",
                file=_image_name(given.get("chip")),
                address=_RELEASES,
            ),
        )
    if verb.name == "demo":
        raise _elsewhere(verb, _("it starts servers of its own"))
    if given.get("via") is not None:
        raise _elsewhere(verb, _("a page cannot start other programs"))
    if Need.EMULATOR in verb.needs:
        raise _elsewhere(verb, _("the emulator is a program of its own"))
    if (Need.NETWORK in verb.needs and not _off_network(verb, given)) or given.get("find"):
        raise _elsewhere(verb, _("a page cannot reach devices in your network"))
    if Need.PORT in verb.needs and not _on_file(verb, given) and given.get("file") is None:
        _check_ports(verb, given, serial=serial)


def _off_network(verb: Verb, given: Mapping[str, object]) -> bool:
    """Whether a verb for devices is given a file, or a chip on the wires, in their place."""
    wired = verb.group == "obk config" and bool(given.get("port"))
    return _on_file(verb, given) or (wired and not any(given.get(name) for name in _HOSTS))


def _on_file(verb: Verb, given: Mapping[str, object]) -> bool:
    """Whether a verb for devices is given a file in their place."""
    places = [given.get(name) for name in _HOSTS if given.get(name) is not None]
    files = all(str(place).startswith(("upload:", "output:", "library:")) for place in places)
    return verb.group == "obk config" and bool(places) and files


def _check_ports(verb: Verb, given: Mapping[str, object], *, serial: bool) -> None:
    named = [str(given[name]) for name in ("port", "log_port") if given.get(name)]
    if any(not name.startswith(f"{SCHEME}://") for name in named):
        raise _elsewhere(verb, _("a page reaches only adapters that you chose for it"))
    if not serial:
        raise UiNotInBrowser(
            verb=verb.name,
            problem=_("this browser has no Web Serial"),
            remedy=_(
                "Open this page in Chrome, Edge or Firefox on a computer, with an address that "
                "begins with https. Files can be examined in every browser."
            ),
        )


def _image_name(chip: object) -> str:
    name = str(chip).upper() if chip else f"<{_('chip')}>"
    return f"Open{name}_QIO_<{_('version')}>.bin"


def _elsewhere(verb: Verb, problem: str) -> UiNotInBrowser:
    return UiNotInBrowser(
        verb=verb.name,
        problem=problem,
        remedy=_(
            "Install Plugsmith on a computer: `pip install 'plugsmith[ui]'`, then `plugsmith ui` "
            "opens this same page with everything."
        ),
    )
