"""All real dumps in Debian's Chromium answer as on a computer. CI runs a sample of them."""

from __future__ import annotations

import pytest
from edition_page import CHROMIUM, Page, launched
from real_dumps import DUMPS, natively, placeless
from web_bench import EDITION, EditionServer

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium: apt-get install chromium"),
    pytest.mark.skipif(not (EDITION / "build.json").exists(), reason="make web was not run"),
    pytest.mark.skipif(not DUMPS, reason="the corpus is not there (PLUGSMITH_CORPUS)"),
]


def test_every_real_dump_gives_the_same_answer_in_a_browser():
    server = EditionServer()
    differ = []
    with launched() as browser:
        page = Page(browser.new_context(), server)
        for dump in DUMPS:
            inside = page.run("dump config", files=[page.put(dump.name, dump.read_bytes())])
            outside = natively("dump config", {"files": (str(dump),)})
            if placeless(inside.get("data"), dump.name) != placeless(outside, dump.name):
                differ.append(dump.name)
        assert page.errors == []
    server.close()
    assert differ == []
    assert len(DUMPS) >= 30
