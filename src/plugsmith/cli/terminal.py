"""Events for people, on stderr: a progress bar on a terminal, plain sentences elsewhere."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from plugsmith.cli.layout import fitted, width_of
from plugsmith.cli.paint import STYLES, Mark
from plugsmith.cli.writer import say, write_text
from plugsmith.code_words import told_if_known
from plugsmith.events import Event, Item, Log, Progress, Ready, TaskBegin, TaskEnd, Warning_
from plugsmith.messages import _
from plugsmith.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from plugsmith.errors import Fact


def wants_bars() -> bool:
    """Whether stderr is a terminal that can redraw a line and the user did not ask for plain."""
    return sys.stderr.isatty() and not (
        os.environ.get("PLUGSMITH_PLAIN") or os.environ.get("TERM") == "dumb"
    )


class TerminalSink:
    """Renders the event stream; bars only where they can be drawn, sentences always.

    `loudness`: 1 tells details too, -1 only warnings and what was asked for.
    """

    def __init__(self, *, loudness: int = 0) -> None:
        self._loudness = loudness
        self._bars: Bars | None = None
        self._ids: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}
        self._units: dict[str, str] = {}
        self._lock = threading.Lock()

    def emit(self, event: Event) -> None:
        """Render one event; a stderr that takes no more never stops the work."""
        with self._lock, suppress(OSError):
            match event:
                case TaskBegin() | Progress() | TaskEnd() if self._loudness < 0:
                    pass
                case TaskBegin():
                    self._begin(event)
                case Progress():
                    self._progress(event)
                case TaskEnd():
                    self._end(event)
                case Warning_():
                    self._say(event.message, lead=_("Note:") + " ", mark=Mark.WARNING)
                    if event.hint:
                        self._say("      " + event.hint)
                case Log():
                    self._log(event)
                case Item():
                    self._item(event)
                case Ready():
                    self._say(_ready_text(event))
                case _:
                    pass

    def close(self) -> None:
        """Take the bars down so that the last words stand below them."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    def _item(self, event: Item) -> None:
        """How one of several ended; what to do about an error stands below it."""
        state = str(event.error["message"]) if event.error else _ended(event.data or {})
        self._say(f"{event.name}: {state}")
        if event.error and event.error.get("hint"):
            self._say("      " + str(event.error["hint"]))

    def _log(self, event: Log) -> None:
        if event.level == "device":  # what was asked for: it can be piped into a file
            write_text(sys.stdout, event.message + "\n", as_is=True)
        elif (
            self._loudness > 0
            or os.environ.get("PLUGSMITH_DEBUG")
            or (event.level == "info" and self._loudness == 0)
        ):
            self._say(event.message)

    def _say(self, text: str, *, lead: str = "", mark: Mark = Mark.DONE) -> None:
        """A line; beside a live bar it goes above it, broken at words there too."""
        if self._bars is None:
            say(text, lead=lead, mark=mark)
            return
        from rich.text import Text

        shown = Text(fitted(visible(lead + text), width_of(sys.stderr)))
        if lead:
            shown.stylize(STYLES[mark], 0, len(lead))
        self._bars.console.print(shown, soft_wrap=True)

    def _begin(self, event: TaskBegin) -> None:
        self._units[event.task] = event.unit
        if not wants_bars():
            self._tenths[event.task] = 0
            self._say(_("{title} ...", title=event.title))
            return
        if self._bars is None:
            self._bars = _make_bars()
            self._bars.start()
        self._ids[event.task] = self._bars.add_task(
            visible(event.title), total=event.total, rate="", left="", percent=_percent(event)
        )

    def _progress(self, event: Progress) -> None:
        in_bytes = self._units.get(event.task) == "bytes"
        rate, left = _rate_text(event.rate) if in_bytes else "", _left_text(event.left_s)
        if event.data is not None:
            self._now(event)
            return
        if self._bars is not None and event.task in self._ids:
            self._bars.update(
                self._ids[event.task],
                completed=event.done,
                total=event.total,
                rate=rate,
                left=left,
                percent=_percent(event),
            )
            return
        tenth = 10 * event.done // event.total if event.total else 0
        if tenth > self._tenths.get(event.task, 0):
            self._tenths[event.task] = tenth
            self._say("  " + "  ".join(part for part in (f"{10 * tenth} %", rate, left) if part))

    def _now(self, event: Progress) -> None:
        """What is seen at the moment: in the bar's line, or once each where there is no bar."""
        if self._bars is not None and event.task in self._ids and event.data is not None:
            words = visible(str(event.data.get("text", "")))
            self._bars.update(self._ids[event.task], rate=words, left="", percent="")

    def _end(self, event: TaskEnd) -> None:
        bar = self._ids.pop(event.task, None)
        if self._bars is not None and bar is not None:
            self._bars.remove_task(bar)
        if event.summary:
            self._say(event.summary)


def _ready_text(event: Ready) -> str:
    if event.url is not None:
        return _("Open this link, it works until you press Ctrl-C here: {url}", url=event.url)
    if event.port.startswith("http://"):
        use = f"plugsmith device info {event.port.removeprefix('http://')}"
    else:
        use = f"plugsmith info --port {event.port}"
    return _(
        "Ready on {port}. Use it from another window, for example:\n{use}\nCtrl-C switches it off.",
        port=event.port,
        use=use,
    )


def _ended(data: Mapping[str, Fact]) -> str:
    """How it ended with one of several, in the tense of what was done."""
    if data.get("skipped"):
        return _("skipped: {reason}", reason=data["skipped"])
    if data.get("state") in {"came", "went"}:  # a port, while they are watched
        words = " ".join(str(data[key]) for key in ("maker", "product") if data.get(key))
        return f"{told_if_known(str(data['state']))}  {words}".strip()
    if "heard" in data:  # an adapter that was asked
        return str(data["text"])
    changes = data.get("applied") or data.get("updated") or data.get("update")
    if changes or not {"applied", "updated"} & data.keys() or data.get("files") == "restored":
        return _("done")
    if data.get("dry_run") and data.get("planned"):
        return _("would be changed")
    return _("nothing to do")


def _make_bars() -> Bars:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    return Bars(
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[percent]}"),
        TextColumn("{task.fields[rate]}"),
        TextColumn("{task.fields[left]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )


def _percent(event: TaskBegin | Progress) -> str:
    """A share only where there is a whole: nothing else looks frozen at 0 %."""
    done = event.done if isinstance(event, Progress) else 0
    return f"{100 * done // event.total:>3} %" if event.total else ""


def _rate_text(rate: float | None) -> str:
    return _("{rate:.1f} kB/s", rate=rate / 1000) if rate else ""


def _left_text(left_s: float | None) -> str:
    return _("{seconds:.0f} s left", seconds=left_s) if left_s is not None else ""
