"""Every sentence of the page comes from the catalogue, and longer ones break nothing."""

from __future__ import annotations

import json
import re

import pytest
from test_browser_journey import STEPS
from test_browser_looks import PAGES

from plugsmith.messages import LOCALE_DIR
from plugsmith.po_file import read_po

WIDTHS = (360, 768, 1280)
#: what is ours to say: heads, labels, hints; not names of files and modules, nor what a job said
OURS = "h1, h2, h3, .lead, .box-word, label, summary, th, .hint, .step-foot .button, .nav a, legend"
_NOT_WORDS = re.compile(
    r"^[\W\d]*$|^Plugsmith|^SHA-256|^P\d+$|^OpenBeken [\d.]+$|^MQTT$|^CEN$|^Wi-Fi$"
)


def _longer(text: str) -> str:
    """The text marked, and a third longer: what a translation may do to it."""
    return f"«{text}{' ąęśż' * max(1, round(len(text) * 0.3 / 5))}»"


@pytest.fixture
def pseudo(open_tab):
    """A tab that speaks a language whose every sentence is a third longer, and marked."""
    template = (LOCALE_DIR / "plugsmith.pot").read_text(encoding="utf-8")
    texts = {key: _longer(key) for key in read_po(template.replace('msgstr ""', 'msgstr "x"'))}
    assert len(texts) > 1000
    tab = open_tab()
    tab.context.add_init_script("localStorage.setItem('plugsmith.language', 'xx')")
    tab.page.route("**/api/texts*", lambda route: route.fulfill(json=texts))
    tab.page.route("**/api/about", _with_language)
    return tab


def _with_language(route):
    answer = route.fetch()
    body = answer.json()
    route.fulfill(response=answer, body=json.dumps(body | {"languages": ["en", "xx"]}))


def _check(tab, where: str) -> None:
    tab.page.wait_for_timeout(100)
    said = tab.page.locator(OURS).filter(visible=True).all_inner_texts()
    bare = [text for text in said if "«" not in text and not _NOT_WORDS.match(text.strip())]
    assert not bare, (where, bare)
    for width in WIDTHS:
        tab.page.set_viewport_size({"width": width, "height": 800})
        tab.no_side_scroll(f"{where} {width}")
        cut = tab.page.evaluate(
            "() => [...document.querySelectorAll('main *, header *')]"
            ".filter(one => one.checkVisibility()"
            " && !one.closest('.hidden-text, .name, svg, select')"
            " && (one.matches('.button, .chip, h1, td')"
            " || getComputedStyle(one).overflowX === 'hidden')"
            " && one.scrollWidth > one.clientWidth + 1)"
            ".map(one => one.className + ' ' + one.innerText.slice(0, 60))"
        )
        assert not cut, (where, width, cut)
    tab.page.set_viewport_size({"width": 1280, "height": 900})


def test_every_page_speaks_the_chosen_language_and_holds_longer_texts(pseudo):
    tab = pseudo
    tab.open()
    tab.see("«Start")
    for page in PAGES:
        tab.page.evaluate("name => { location.hash = '#/' + name }", page)
        tab.page.locator("h1").filter(has_text="«").wait_for()
        _check(tab, page or "start")


def test_every_step_speaks_the_chosen_language_and_holds_longer_texts(pseudo):
    tab = pseudo
    tab.begin_practice()
    _check(tab, "wiring")
    for step in STEPS:
        getattr(tab, step)()
        _check(tab, step)
    tab.page.get_by_text("«Make the readings right").click()
    tab.page.wait_for_selector(".chart canvas")
    _check(tab, "calibrate")
