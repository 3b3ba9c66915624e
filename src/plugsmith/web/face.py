"""What the worker's JavaScript calls: the calls of the page's server, without a server.

Every call takes and gives text (JSON) or bytes, and never raises: a refusal is the `error` line.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any, NoReturn

from plugsmith.api.session import Session
from plugsmith.errors import Defect, PlugsmithError
from plugsmith.errors.flows import NoSpaceLeft
from plugsmith.errors.own.ui import UiNotInBrowser, UiRequest
from plugsmith.events import ErrorEvent
from plugsmith.image.aes import use_engine
from plugsmith.library.durable import on_write
from plugsmith.library.library import Library
from plugsmith.link.port_list import use_lister
from plugsmith.link.ports import register_scheme
from plugsmith.messages import _, language, languages, speaking
from plugsmith.nested_json import read_nested
from plugsmith.system_words import system_words
from plugsmith.ui.files import Files
from plugsmith.ui.jobs import asked
from plugsmith.ui.jobs.job_list import Jobs
from plugsmith.visible import json_text
from plugsmith.web.bundle import Taken, drop, pack_library, take_library
from plugsmith.web.cipher import HostCipher
from plugsmith.web.desk import NoDesk
from plugsmith.web.limits import check_possible
from plugsmith.web.port import SCHEME, list_host_ports, open_host_port
from plugsmith.web.waiting import HostClock, HostRunner

if TYPE_CHECKING:
    from pathlib import Path

    from plugsmith.web.host import Host, Wait
    from plugsmith.web.waiting import Ways

_MOST_LINES = 200


class Face:
    """One page; `serial`: the browser has Web Serial.

    `patient` false: nothing can wait here, so that no job may ask or use a port.
    """

    def __init__(
        self,
        host: Host,
        *,
        wait: Wait,
        ways: Ways,
        library: Path,
        serial: bool,
        patient: bool = True,
    ) -> None:
        self._host = host
        self._wait = wait
        self._serial = serial
        self._patient = patient
        if not patient:
            wait = _cannot_wait
        os.environ["PLUGSMITH_HOME"] = str(library)  # some flows ask for the user's own
        clock = HostClock(host, wait)
        use_engine(HostCipher(host))
        on_write(self._keep)
        use_lister(lambda: list_host_ports(host) if serial and patient else [])
        register_scheme(SCHEME, lambda name, _clock: open_host_port(name, clock, host, wait))
        self._library = library
        self._taken = Taken()
        self._files = Files(library)
        self._jobs = Jobs(
            self._files,
            Library(library),
            NoDesk(),
            runner=HostRunner(host, wait, ways),
        )

    def _keep(self) -> None:
        """The library into the browser's storage, before a write counts as done."""
        kept = self._host.keep()
        problem = self._wait(kept) if self._patient else ""
        if problem:
            raise OSError(errno.ENOSPC, str(problem))

    def call(self, name: str, text: str) -> str:
        """Do what `name` says; {"ok": ...} or {"error": the error line}."""
        try:
            given = read_nested(text)
            if not isinstance(given, dict):
                raise UiRequest(problem=_("its body is not a JSON object"))
            asked_for = given.get("language")
            with speaking(asked_for if asked_for in languages() else None):
                body: dict[str, Any] = {"ok": getattr(self, f"_do_{name}")(given)}
        except PlugsmithError as error:
            body = {"error": ErrorEvent.of(error).as_json()}
        except Exception as bug:  # noqa: BLE001 - the outermost layer
            defect = Defect(kind=type(bug).__name__, where=name)
            body = {"error": ErrorEvent.of(defect).as_json()}
        return json_text(body)

    def put(self, name: str, data: bytes) -> str:
        """A file of the page; as `call`."""
        try:
            found = self._files.put(name, data)
        except PlugsmithError as error:
            return json_text({"error": ErrorEvent.of(error).as_json()})
        ok = {"file": found.file, "size": found.size, "sha256": found.sha256}
        return json_text({"ok": ok})

    def pack(self) -> bytes:
        """The whole library as one file."""
        return pack_library(self._library)

    def take(self, data: bytes) -> str:
        """Put a packed library back; as `call`. `keep_back` follows where it cannot last."""
        self._taken = Taken()
        try:
            self._taken = take_library(self._library, data)
        except PlugsmithError as error:
            return json_text({"error": ErrorEvent.of(error).as_json()})
        except OSError as problem:
            return self.keep_back(system_words(problem))
        taken = self._taken
        ok = {"added": len(taken.added), "same": taken.same, "differs": taken.differs}
        return json_text({"ok": ok})

    def keep_back(self, problem: str) -> str:
        """What was just taken cannot be kept: it goes again, and the error says why."""
        drop(self._taken)
        error = NoSpaceLeft(folder=str(self._library), free=0, needed=None, shortage=problem)
        return json_text({"error": ErrorEvent.of(error).as_json()})

    def get(self, handle: str) -> bytes | None:
        """The bytes behind a handle; None where there is nothing."""
        try:
            return self._files.path(handle).read_bytes()
        except (PlugsmithError, OSError):
            return None

    def _do_about(self, _given: dict[str, Any]) -> object:
        return asked.about(
            {"emu": False, "lan": False, "serial": self._serial, "browser": True}, language()
        )

    def _do_texts(self, given: dict[str, Any]) -> object:
        return asked.texts(str(given.get("lang", "")))

    def _do_handbook(self, _given: dict[str, Any]) -> object:
        return {"pages": asked.handbook()}

    def _do_page(self, given: dict[str, Any]) -> object:
        return {"text": asked.handbook_page(str(given.get("name", "")))}

    def _do_ports(self, _given: dict[str, Any]) -> object:
        return asked.port_rows(Session(), [], self._jobs.holder)

    def _do_start(self, given: dict[str, Any]) -> object:
        verb = asked.verb_named(str(given.get("verb", "")))
        fields = given.get("request") or {}
        if not isinstance(fields, dict):
            raise UiRequest(problem=_("the field {name} is missing or wrong", name="request"))
        check_possible(verb, fields, serial=self._serial)
        words = asked.secret_words(given.get("secrets"))
        job = self._jobs.start(verb, fields, words)
        job.replay.watch(lambda: self._host.news(job.id))
        return {"id": job.id}

    def _do_jobs(self, _given: dict[str, Any]) -> object:
        return {"jobs": self._jobs.rows()}

    def _do_lines(self, given: dict[str, Any]) -> object:
        """The lines behind number `after`, and whether nothing comes any more."""
        job = self._jobs.find(str(given.get("job", "")))
        found = job.replay.after(int(given.get("after", 0)), most=_MOST_LINES)
        last = found[-1].number if found else int(given.get("after", 0))
        lines = [[item.number, item.line] for item in found]
        return {"lines": lines, "done": job.replay.done(last)}

    def _do_answer(self, given: dict[str, Any]) -> object:
        job = self._jobs.find(str(given.get("job", "")))
        job.answer(str(given.get("id", "")), given.get("answer"))
        return {}

    def _do_type(self, given: dict[str, Any]) -> object:
        self._jobs.find(str(given.get("job", ""))).type(given.get("line"))
        return {}

    def _do_cancel(self, given: dict[str, Any]) -> object:
        self._jobs.find(str(given.get("job", ""))).cancel()
        return {}


def _cannot_wait(_promise: object) -> NoReturn:
    raise UiNotInBrowser(
        verb=_("This step"),
        problem=_("it has to wait, which this browser does not let it"),
        remedy=_("Open this page in a current Chrome, Edge or Firefox."),
    )
