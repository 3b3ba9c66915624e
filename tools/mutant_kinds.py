"""The changes that `tools/mutants.py` knows: one place of a module's syntax tree, one change."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass

_SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change: the node's number in the walk over the module, its line, and what is done.

    `inside`: in the body of a function, so that code alone has to be exchanged.
    """

    node: int
    line: int
    last: int
    what: str
    inside: bool


def mutants(tree: ast.Module) -> list[Mutant]:
    """Every change that is known for this module; texts for people and types are left alone.

    So is what no run can show: imports for the type checker, how a class of records is made.
    """
    bodies, unseen = _bodies(tree), _unseen(tree)
    found = []
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in unseen:
            continue
        line = getattr(node, "lineno", 0)

        place = node.test if isinstance(node, (ast.If, ast.IfExp)) else node
        last = getattr(place, "end_lineno", line)

        match node:
            case ast.Compare(ops=[op]) if type(op) in _SWAPS:
                what = "comparison"
            case ast.BoolOp():
                what = "and/or"
            case ast.UnaryOp(op=ast.Not()):
                what = "not left out"
            case ast.Constant(value=bool()):
                what = "true/false"
            case ast.Constant(value=int()):
                what = "number + 1"
            case ast.BinOp(op=ast.Add() | ast.Sub()):
                what = "plus/minus"
            case ast.Expr(value=ast.Call()) | ast.AugAssign() | ast.Raise():
                what = "statement left out"
            case ast.If() | ast.IfExp():
                what = "condition turned"
            case _:
                continue
        inside = id(node) in bodies
        found.append(Mutant(node=number, line=line, last=last, what=what, inside=inside))
    return found


def _bodies(tree: ast.Module) -> set[int]:
    """The nodes in bodies of functions; decorators and defaults are worked out at the import."""
    return {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for statement in function.body
        for node in ast.walk(statement)
    }


def _unseen(tree: ast.Module) -> set[int]:
    """The nodes in decorators of classes and in `if TYPE_CHECKING`."""
    roots = [
        place
        for node in ast.walk(tree)
        for place in (node.decorator_list if isinstance(node, ast.ClassDef) else [node])
        if isinstance(node, ast.ClassDef) or _for_types(node)
    ]
    return {id(node) for root in roots for node in ast.walk(root)}


def _for_types(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


def mutated(tree: ast.Module, mutant: Mutant) -> ast.Module:
    """The module with the change; each line keeps its number."""
    tree = copy.deepcopy(tree)
    node = list(ast.walk(tree))[mutant.node]
    match node:
        case ast.Compare(ops=[op]):
            node.ops = [_SWAPS[type(op)]()]
        case ast.BoolOp(op=op):
            node.op = ast.Or() if isinstance(op, ast.And) else ast.And()
        case ast.Constant(value=bool(value)):
            node.value = not value
        case ast.Constant(value=int(value)):
            node.value = value + 1
        case ast.BinOp(op=op):
            node.op = ast.Sub() if isinstance(op, ast.Add) else ast.Add()
        case ast.If() | ast.IfExp():
            node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)
        case _:
            _Replaced(node).visit(tree)
    return ast.fix_missing_locations(tree)


class _Replaced(ast.NodeTransformer):
    """Leaves one statement out, or the `not` of an expression."""

    def __init__(self, target: ast.AST) -> None:
        self._target = target

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self._target:
            return self.generic_visit(node)
        return node.operand if isinstance(node, ast.UnaryOp) else ast.Pass()
