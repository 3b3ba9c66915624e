"""Every test reaches an assertion: none without one, none where it may be passed by."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from source_trees import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).resolve().parents[1]
RAISING = {"raises", "warns", "fail"}
#: methods of a browser's page or a broker that wait until something is there, or fail
WAITING = {"see", "find", "wait_for", "wait_for_selector", "wait_for_function"}


def called(node: ast.AST) -> str:
    """The name of what is called; empty for anything else."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def own(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is in it, without the bodies of functions that it defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
        return
    yield node
    for inner in ast.iter_child_nodes(node):
        yield from own(inner)


@cache
def calls(node: ast.AST) -> frozenset[str]:
    """The names of all that is called in `own(node)`."""
    return frozenset(map(called, own(node)))


@cache
def leaves(node: ast.AST) -> bool:
    """Whether the function may be left in `own(node)`."""
    return any(isinstance(part, ast.Return) for part in own(node))


class Reached:
    """Whether a list of statements reaches an assertion whatever it meets.

    A loop counts if its body does; what a branch without an `else`, a handler or a block whose
    errors are suppressed holds does not. `helpers`: functions that assert themselves.
    """

    def __init__(self, helpers: set[str]) -> None:
        self._sure = RAISING | WAITING | helpers

    def by(self, body: list[ast.stmt]) -> bool:
        for item in body:
            if self._by_one(item):
                return True
            if leaves(item) and not (isinstance(item, ast.If) and self.by(item.body)):
                return False  # what follows may be passed by
        return False

    def _by_one(self, item: ast.stmt) -> bool:
        match item:
            case ast.Assert() | ast.Raise():
                return True
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                return False
            case ast.If(test=test, body=body, orelse=other):
                return self._in(test) or (self.by(body) and self.by(other))
            case ast.For(iter=test, body=body) | ast.While(test=test, body=body):
                return self._in(test) or self.by(body)
            case ast.Try(body=body, handlers=handlers, orelse=other, finalbody=last):
                handled = all(self.by(handler.body) for handler in handlers)
                return self.by(last) or (handled and (self.by(body) or self.by(other)))
            case ast.With(items=items, body=body) | ast.AsyncWith(items=items, body=body):
                names = {called(part.context_expr) for part in items}
                if "suppress" in names:
                    return False
                return any(self._in(part.context_expr) for part in items) or self.by(body)
        return self._in(item)

    def _in(self, node: ast.AST) -> bool:
        return not self._sure.isdisjoint(calls(node))


@cache
def functions(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def helpers(trees: dict[Path, ast.Module]) -> dict[Path, set[str]]:
    """The functions that reach an assertion, as each file knows them by name.

    A name that the file itself does not define counts if every function of that name asserts.
    """
    named: dict[str, dict[Path, ast.FunctionDef | ast.AsyncFunctionDef]] = defaultdict(dict)
    for path, module in trees.items():
        for item in functions(module):
            if not item.name.startswith("test_"):
                named[item.name][path] = item
    sure: set[tuple[str, Path]] = set()
    while True:
        known = {
            path: {
                name
                for name, places in named.items()
                if all((name, place) in sure for place in ([path] if path in places else places))
            }
            for path in trees
        }
        more = {
            (name, path)
            for name, places in named.items()
            for path, item in places.items()
            if (name, path) not in sure and Reached(known[path]).by(item.body)
        }
        if not more:
            return known
        sure |= more


def without(trees: dict[Path, ast.Module], known: dict[Path, set[str]]) -> list[str]:
    return [
        f"{path.name}:{item.lineno} {item.name}"
        for path, module in trees.items()
        if path.name.startswith("test_")
        for item in functions(module)
        if item.name.startswith("test_") and not Reached(known[path]).by(item.body)
    ]


@pytest.mark.slow
def test_every_test_reaches_an_assertion():
    trees = {path: tree(path) for path in sorted(TESTS.rglob("*.py"))}
    assert without(trees, helpers(trees)) == []


def test_what_may_be_passed_by_is_seen():
    wrong = """
def test_a():
    work()
def test_b():
    with suppress(ValueError):
        assert work()
def test_c():
    if work():
        assert 1
def test_d():
    try:
        work()
    except ValueError:
        assert 1
def test_e():
    if work():
        return
    assert 1
def test_f():
    try:
        assert work()
    except ValueError:
        return
"""
    right = """
def test_g():
    with pytest.raises(ValueError):
        work()
def test_h():
    for item in work():
        assert item
def test_i():
    if work():
        assert 1
    else:
        raise Failed
def test_j():
    judged(work())
"""
    place = Path("test_x.py")
    found = without({place: ast.parse(wrong + right)}, {place: {"judged"}})
    assert [item[-1] for item in found] == ["a", "b", "c", "d", "e", "f"]
