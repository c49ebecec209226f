"""Find the messages for people in the code, without running it.

A message is the argument of an error class, of `ValidationErrors.add`, or of a function that passes it on to one of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from string import Formatter

ROOT = Path(__file__).parent.parent
GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext"}
# Position of the message in the arguments.
MESSAGE_POSITION = {
    **dict.fromkeys(("BadUserInputError", "LimitExceededError", "ForbiddenError"), 0),
    **dict.fromkeys(("UnauthenticatedError", "TimeLimitExceededError"), 0),
    **dict.fromkeys(("ValidationError", "GraphQLError"), 0),
    **dict.fromkeys(("InputError", "add_error", "error", "success"), 1),
    "HttpError": 2,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Message:
    """An expression that is shown to people, and the names of the values for its placeholders, if they can be seen."""

    module: Module
    call: ast.Call
    expression: ast.expr
    supplied: frozenset[str] | None

    def __str__(self) -> str:
        return f"{self.module.path}:{self.call.lineno}: {ast.unparse(self.expression)}"


@dataclass(frozen=True)
class Module:
    """A Python file of the project."""

    path: str
    tree: ast.Module

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    def function_around(self, node: ast.AST) -> Function | None:
        """Return the innermost function that contains ``node``."""
        return self._around.get(node)

    @cached_property
    def _around(self) -> dict[ast.AST, Function]:
        # Outer functions come first, so inner ones overwrite them.
        return {inner: each for each in self.functions for inner in ast.walk(each)}

    def strings(self) -> Iterator[str]:
        """Return the string literals, without docstrings."""
        alone = {node.value for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in alone:
                yield node.value

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]


@cache
def modules() -> list[Module]:
    files = (
        file
        for folder in ("primepath", "schema", "loaders")
        for file in sorted((ROOT / folder).rglob("*.py"))
        if "migrations" not in file.parts
    )
    return [
        Module(str(file.relative_to(ROOT)), ast.parse(file.read_text("utf-8"))) for file in files
    ]


def name_of(call: ast.Call) -> str:
    """Return the name of the called function or method."""
    match call.func:
        case ast.Attribute(ast.Name("logger")):
            return ""
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def messages(module: Module) -> Iterator[Message]:
    """Yield each message of a module, as it is given to an error class or passed on by a function of the module."""
    positions = dict(MESSAGE_POSITION)
    for call in module.calls:
        position = positions.get(name_of(call))
        argument = None if position is None else _argument(call, position)
        around = module.function_around(call)
        if around and isinstance(argument, ast.Name):
            # If the message is a parameter, the calls of this function contain messages too.
            names = [each.arg for each in around.args.args]
            if argument.id in names:
                positions[around.name] = names.index(argument.id)
    for call in module.calls:
        name = name_of(call)
        if name == "add" and call.args and "UserErrorCode" in ast.unparse(call.args[0]):
            supplied = {keyword.arg for keyword in call.keywords if keyword.arg}
            if len(call.args) > 2:
                supplied.add("field")
            yield Message(module, call, call.args[1], frozenset(supplied))
        elif name in positions and (argument := _argument(call, positions[name])) is not None:
            yield Message(module, call, argument, None)


def values_of(message: Message) -> list[ast.expr]:
    """Return the expressions that the message can be: the variable's last assignment, and both branches of a condition."""
    return list(_resolve(message.expression, message.module, message.call))


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def _argument(call: ast.Call, position: int) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == "message":
            return keyword.value
    return call.args[position] if len(call.args) > position else None


def _resolve(expression: ast.expr, module: Module, at: ast.AST) -> Iterator[ast.expr]:
    match expression:
        case ast.IfExp(body=body, orelse=orelse):
            yield from _resolve(body, module, at)
            yield from _resolve(orelse, module, at)
        case ast.Name(name):
            values = _assigned(name, module, at)
            for value in values:
                yield from _resolve(value, module, value)
            if not values:
                yield expression
        case _:
            yield expression


def _assigned(name: str, module: Module, at: ast.AST) -> list[ast.expr]:
    """Return what was last assigned to a local variable before ``at``, or each item of the loop that sets it."""
    around = module.function_around(at)
    found: list[tuple[int, list[ast.expr]]] = []
    for node in ast.walk(around) if around else ():
        match node:
            case ast.Assign(targets=[ast.Name(target)], value=value) if target == name:
                found.append((node.lineno, [value]))
            case ast.NamedExpr(target=ast.Name(target), value=value) if target == name:
                found.append((node.lineno, [value]))
            case ast.For(target=ast.Tuple(elts=targets), iter=ast.Tuple(elts=rows)):
                names = [ast.unparse(each) for each in targets]
                if name in names:
                    at_name = names.index(name)
                    found.append(
                        (
                            node.lineno,
                            [row.elts[at_name] for row in rows if isinstance(row, ast.Tuple)],
                        )
                    )
    before = [each for each in found if each[0] <= getattr(at, "lineno", 0)]
    return max(before, key=lambda each: each[0], default=(0, []))[1]
