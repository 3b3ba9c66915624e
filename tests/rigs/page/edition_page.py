"""The static edition in Debian's Chromium, as a program drives it."""

from __future__ import annotations

import base64
import os
import shutil
from contextlib import contextmanager

CHROMIUM = os.environ.get("PLUGSMITH_CHROMIUM") or shutil.which("chromium")
RUN = """async ([verb, request, secrets, answer, cancelAt]) => {
  const job = await plugsmith.start(verb, request, secrets);
  const lines = [];
  const hear = (line) => {
    lines.push(line);
    if (line.type === "ask") plugsmith.answer(job, line.id, answer);
    if (cancelAt && line.type === "progress" && line.done >= cancelAt) plugsmith.cancel(job);
  };
  await plugsmith.events(job, 0, hear, new AbortController().signal);
  return lines;
}"""
PUT = """([name, text]) => plugsmith.put(
  name, new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]))"""
GET = """async (file) => {
  const bytes = new Uint8Array(await (await plugsmith.get(file)).arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}"""


@contextmanager
def launched(*options):
    """A browser without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--headless=new", *options]
        )
        yield found
        found.close()


class Page:
    """The page as a program drives it."""

    def __init__(self, context, server):
        self.context = context
        self.server = server
        self.tab = context.new_page()
        self.errors = []
        self.tab.on("pageerror", lambda problem: self.errors.append(str(problem)))
        self.downloads = []
        self.tab.on("download", self._saved)
        self.tab.set_default_timeout(120_000)
        self.open()

    def _saved(self, found):
        self.downloads.append(found)

    def open(self):
        self.tab.goto(self.server.url)
        self.about = self.tab.evaluate("plugsmith.about()")

    def run(self, verb, *, answer=True, cancel_at=None, secrets=None, **request):
        """The last line of a job; all of them are in `lines`."""
        if request.get("port"):
            request.setdefault("link_timeout", 30)
        self.lines = self.tab.evaluate(RUN, [verb, request, secrets, answer, cancel_at])
        return self.lines[-1]

    def put(self, name, data):
        text = base64.b64encode(data).decode()
        return self.tab.evaluate(PUT, [name, text])["file"]

    def get(self, file):
        return base64.b64decode(self.tab.evaluate(GET, file))
