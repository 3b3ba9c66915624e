"""Each reader is spoken to in their language, and the documentation is there to be read."""

from __future__ import annotations

import pytest

from plugsmith import messages
from plugsmith.messages import _

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\n"

msgid "The server does not know {what}."
msgstr "Nie ma: {what}."

msgid "before the work"
msgstr "przed pracą"
"""


@pytest.fixture
def polish(tmp_path, monkeypatch):
    """A catalogue of three sentences in the place of the shipped ones."""
    folder = tmp_path / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "plugsmith.po").write_text(CATALOGUE, encoding="utf-8")
    monkeypatch.setattr(messages, "LOCALE_DIR", tmp_path / "locale")
    messages._catalogue.cache_clear()
    yield
    messages._catalogue.cache_clear()


@pytest.mark.usefixtures("polish")
def test_two_readers_of_one_server_each_get_their_language(page, make_verb):
    make_verb(lambda session, _request: session.say(_("before the work")) or "done")
    said = {}
    for language in ("pl", "en", "pl-PL,pl;q=0.9", "xx", "../../etc", "p" * 5000):
        body = {"verb": "made up", "request": {}}
        head = {"Accept-Language": language}
        job = page.call("POST", "/api/jobs", body, headers=head).json["id"]
        said[language] = page.events(job)[0]["message"]
    assert said.pop("pl") == said.pop("pl-PL,pl;q=0.9") == "przed pracą"
    assert set(said.values()) == {"before the work"}


@pytest.mark.usefixtures("polish")
def test_a_refusal_speaks_the_language_of_its_reader(page):
    answer = page.call("GET", "/api/jobs/none/events", headers={"Accept-Language": "pl"})
    assert answer.status == 404
    english = page.call("GET", "/api/jobs/none/events", headers={"Accept-Language": "en"})
    assert english.json["message"] != answer.json["message"]
    assert english.json["code"] == answer.json["code"]
    assert answer.json["message"].startswith("Nie ma:")


def test_the_documentation_is_listed_by_title_and_read(page):
    pages = page.call("GET", "/api/handbook").json["pages"]
    titles = {row["name"]: row["title"] for row in pages}
    assert titles["linking"] == "The chip does not answer?"
    assert all(title and not title.startswith("<") for title in titles.values())
    text = page.call("GET", "/api/handbook/linking").json["text"]
    assert text.startswith("# The chip does not answer?")


@pytest.mark.parametrize(
    "name", ["no-such-page", "..%2Fpyproject", "facts%2Flinking", "linking.md.md"]
)
def test_a_page_that_is_none_is_refused(page, name):
    assert page.call("GET", f"/api/handbook/{name}").status == 404
