"""Finds the private names of libraries that the product uses.

A private name starts with one underscore. The product uses one if it

- imports it, or imports from a module with such a name;
- reads or sets it on something other than ``self``, and its module does not define it; or
- overrides, reads or sets it in a class with a base class from a library that has it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PRODUCT = ("primepath", "schema", "loaders")

# Documented by Django and by Python.
DOCUMENTED = frozenset(
    {"_meta", "_state", "_default_manager", "_base_manager", "_replace", "_fields", "_asdict"}
)


class Use(NamedTuple):
    """A private name and the file that uses it."""

    name: str
    file: str


def private_names() -> set[Use]:
    """Return all uses in the product."""
    files = [
        path
        for package in PRODUCT
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    trees = {path: ast.parse(path.read_text()) for path in files}
    found = set()
    for path, tree in trees.items():
        names = {*_imported(tree), *_read_of_others(tree), *_of_library_bases(path, tree)}
        file = path.relative_to(ROOT).as_posix()
        found |= {Use(name, file) for name in names - DOCUMENTED}
    return found


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name != "_"


def _defined_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case ast.Attribute(value=ast.Name(id="self" | "cls"), ctx=ast.Store()):
                yield node.attr


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                paths = [alias.name for alias in node.names]
            case ast.ImportFrom() if node.module != "__future__":
                paths = [f"{node.module}.{alias.name}" for alias in node.names]
            case _:
                continue
        for path in paths:
            if path.split(".")[0] not in PRODUCT:
                yield from filter(is_private, path.split("."))


def _read_of_others(tree: ast.AST) -> Iterator[str]:
    defined = set(_defined_names(tree))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not is_private(node.attr):
            continue
        is_own = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        if not is_own and node.attr not in defined:
            yield node.attr


def _of_library_bases(path: Path, tree: ast.Module) -> Iterator[str]:
    module = importlib.import_module(
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    )
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        class_ = getattr(module, node.name)
        bases = [base for base in class_.__mro__ if base.__module__.split(".")[0] not in PRODUCT]
        of_bases = {name for base in bases for name in _names_of(base)}
        yield from filter(is_private, of_bases & _names_in(node))


def _names_in(class_: ast.ClassDef) -> set[str]:
    return {
        *_defined_names(class_),
        *(
            node.attr
            for node in ast.walk(class_)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in {"self", "cls"}
        ),
    }


@cache
def _names_of(base: type) -> frozenset[str]:
    """Return the names that a class of a library defines, or sets on its instances."""
    names = set(vars(base))
    if base.__module__ != "builtins" and base.__module__ in sys.modules:
        # Classes that are written in C have no source.
        with suppress(OSError, TypeError):
            names |= set(re.findall(r"\bself\.(\w+)", inspect.getsource(base)))
    return frozenset(names)
