"""The catalogue's SQLite file: opening, migrating, text search with or without FTS5.

Only this package imports sqlite3. Every migration is a script that runs once, in order, inside one
transaction; `user_version` of the file says how far it has come.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from plugsmith.errors.catalogue import CatalogueTooNew, CatalogueUnusable
from plugsmith.messages import N_, _
from plugsmith.private_files import make_private_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MEMORY = ":memory:"
_WAIT_S = 10.0

_FIRST = (
    """CREATE TABLE sources (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        location TEXT NOT NULL, licence TEXT NOT NULL, fetched TEXT NOT NULL,
        version TEXT NOT NULL, sha256 TEXT NOT NULL)""",
    """CREATE TABLE entries (
        id INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES sources(id) ON DELETE CASCADE,
        key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, kind TEXT NOT NULL, vendor TEXT NOT NULL,
        name TEXT NOT NULL, model TEXT NOT NULL, chip TEXT NOT NULL, board TEXT NOT NULL,
        meter TEXT NOT NULL, relays INTEGER NOT NULL, rejected TEXT NOT NULL, words TEXT NOT NULL,
        body TEXT NOT NULL)""",
    "CREATE INDEX entries_source ON entries(source)",
    """CREATE TABLE pins (
        entry INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
        gpio INTEGER NOT NULL, role TEXT NOT NULL, beken INTEGER NOT NULL)""",
    "CREATE INDEX pins_use ON pins(gpio, role, entry)",
    "CREATE INDEX pins_entry ON pins(entry)",
    """CREATE TABLE keys (
        entry INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE, product TEXT NOT NULL)""",
    "CREATE INDEX keys_product ON keys(product)",
    "CREATE INDEX keys_entry ON keys(entry)",
    """CREATE TABLE corrections (
        entry INTEGER NOT NULL REFERENCES entries(id) ON DELETE CASCADE,
        rule TEXT NOT NULL, text TEXT NOT NULL)""",
    "CREATE INDEX corrections_entry ON corrections(entry)",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)
_TEXT_INDEX = "CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5(words, tokenize='trigram')"


class Database:
    """One open catalogue file. Close it, or use it in `with`."""

    def __init__(self, path: Path | None, *, text_index: bool = True) -> None:
        """Open `path`, made if need be; None keeps everything in memory."""
        try:
            if path is not None:
                make_private_folder(path.parent)
            self.connection = sqlite3.connect(
                MEMORY if path is None else path, timeout=_WAIT_S, isolation_level=None
            )
        except (sqlite3.Error, OSError) as problem:
            raise CatalogueUnusable(name=str(path), problem=_words(problem)) from problem
        self._name = MEMORY if path is None else str(path)
        try:
            self._migrate()
            self.has_text_index = text_index and self._make_text_index()
        except BaseException:
            self.connection.close()
            raise

    def close(self) -> None:
        """Give the file back."""
        self.connection.close()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: everything inside happens, or nothing does."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection; a file that turns out broken becomes CatalogueUnusable."""
        try:
            yield self.connection
        except sqlite3.Error as problem:
            raise CatalogueUnusable(name=self._name, problem=_words(problem)) from problem

    def _migrate(self) -> None:
        with self.reading() as connection:
            connection.execute("PRAGMA foreign_keys = ON")
            with closing(connection.execute("PRAGMA user_version")) as cursor:
                version = int(cursor.fetchone()[0])
        if version > len(MIGRATIONS):
            raise CatalogueTooNew(name=self._name, found=version, known=len(MIGRATIONS))
        if version == len(MIGRATIONS):
            return
        with self.changing() as connection:
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            for script in MIGRATIONS[version:]:
                for statement in script:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    def _make_text_index(self) -> bool:
        """Whether there is a text index; without one, searching compares all texts."""
        try:
            self.connection.execute(_TEXT_INDEX)
        except sqlite3.OperationalError:
            return False
        self._mend_text_index()
        return True

    def _mend_text_index(self) -> None:
        """Fill an index that a Python without FTS5 could not keep up to date."""
        with self.reading() as connection:
            (indexed,) = connection.execute("SELECT count(*) FROM texts_docsize").fetchone()
            (usable,) = connection.execute(
                "SELECT count(*) FROM entries WHERE rejected = ''"
            ).fetchone()
        if indexed == usable:
            return
        with self.changing() as connection:
            connection.execute("DELETE FROM texts")
            connection.execute(
                "INSERT INTO texts (rowid, words) SELECT id, words FROM entries WHERE rejected = ''"
            )


def _words(problem: Exception) -> str:
    if isinstance(problem, OSError):
        from plugsmith.system_words import system_words  # noqa: PLC0415 - only where it fails

        return system_words(problem)
    return _(str(problem)[:120])


#: what SQLite says of files that broke, are not ours or cannot be written; in English alone
_SAID_BY_SQLITE: Final = (
    N_("file is not a database"),
    N_("database disk image is malformed"),
    N_("database is locked"),
    N_("database or disk is full"),
    N_("disk I/O error"),
    N_("unable to open database file"),
    N_("attempt to write a readonly database"),
)
