"""Every kind of field with every value that it should not have, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import strawberry
from graphql import Undefined, get_named_type, is_leaf_type, is_list_type

from schema.execution.batch import BatchContext, batched
from tests.schema.execution.any_value_schema import (
    BEHAVIOURS,
    CORE_SCHEMA,
    LeafSource,
    SchemaContext,
    Source,
)
from tests.schema.execution.both_executors import assert_same, prepared, run, run_on_both
from tests.schema.execution.random_values import (
    UNEXPECTED,
    VALID,
    Awaitables,
    CustomError,
    LateValue,
)

pytestmark = pytest.mark.one_database

_LEAF: Any = CORE_SCHEMA.type_map["Leaf"]
_BRANCH: Any = CORE_SCHEMA.type_map["Branch"]
_PLAIN = sorted(
    name
    for name, each in _LEAF.fields.items()
    if is_leaf_type(get_named_type(each.type)) and name not in ("shout", "tags", "label")
)
_COMPOSITE = [
    *("leaf", "maybeLeaf", "leaves", "maybeLeaves", "grid", "bud", "buds"),
    *("named", "allNamed", "thing", "things", "best", "bestLeaves"),
]


def _python_name(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _valid_value(type_: Any) -> Any:
    """Return a valid value, for lists of any depth."""
    of_type = getattr(type_, "of_type", None)
    if of_type is not None:
        return [_valid_value(of_type)] if is_list_type(type_) else _valid_value(of_type)
    return VALID[type_.name][0] if type_.name in VALID else None


def _nested(type_: Any, value: Any) -> list[Any]:
    """Return ``value`` alone, and instead of an item of a list, at each depth."""
    of_type = getattr(type_, "of_type", None)
    if of_type is None:
        return [value]
    inner = _nested(of_type, value)
    return (
        [value, *([_valid_value(of_type), each] for each in inner)]
        if is_list_type(type_)
        else inner
    )


def _sources(kind: str, attribute: str, values: list[Any]) -> list[Source]:
    class_ = LeafSource if kind == "Leaf" else Source
    return [class_(kind, {attribute: partial(_give, value)}) for value in values]


def _give(value: Any) -> Any:
    return value() if isinstance(value, Computed) else value


class Computed:
    """A value that is created again when it is read."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    def __call__(self) -> Any:
        return self._make()


def _root(**attributes: Any) -> Source:
    return Source("Query", {name: partial(_give, value) for name, value in attributes.items()})


def _raise(error: Exception) -> Any:
    raise error


@pytest.mark.parametrize("name", _PLAIN)
def test_leaf_field_with_unexpected_value(name: str) -> None:
    type_ = _LEAF.fields[name].type
    for unexpected in UNEXPECTED:
        for value in _nested(type_, unexpected):
            leaves = _sources("Leaf", _python_name(name), [_valid_value(type_), value])
            answers = run_on_both(f"{{ leaves {{ {name} __typename }} }}", _root(leaves=leaves))
            assert_same(*answers, concurrent=False)


@pytest.mark.parametrize("name", _PLAIN)
def test_leaf_field_with_awaitable(name: str) -> None:
    type_ = _LEAF.fields[name].type
    awaitables = Awaitables()
    right = partial(_valid_value, type_)
    for make in (
        lambda: LateValue(right),
        lambda: LateValue(partial(_raise, CustomError("late"))),
        partial(awaitables.coroutine, right),
        partial(awaitables.generator_coroutine, right),
        partial(awaitables.coroutine, partial(_raise, CustomError("late"))),
    ):
        leaves = _sources("Leaf", _python_name(name), [_valid_value(type_), Computed(make)])
        answers = run_on_both(f"{{ leaves {{ {name} }} }}", _root(leaves=leaves))
        assert_same(*answers, concurrent=False)
    awaitables.close()


@pytest.mark.parametrize("name", _PLAIN)
@pytest.mark.parametrize("error", [CustomError("read"), StopIteration(3), AttributeError("none")])
def test_attribute_that_raises(name: str, error: Exception) -> None:
    right = _valid_value(_LEAF.fields[name].type)
    failing = Computed(partial(_raise, error))
    for values in ([failing], [right, failing], [failing, right]):
        leaves = _sources("Leaf", _python_name(name), values)
        answers = run_on_both(f"{{ leaves {{ {name} }} }}", _root(leaves=leaves))
        assert_same(*answers, concurrent=False)


@pytest.mark.parametrize("name", _COMPOSITE)
@pytest.mark.parametrize(
    "selection", ["{ __typename }", "{ ... on Leaf { name } ... on Bud { name } }"]
)
def test_object_field_with_unexpected_value(name: str, selection: str) -> None:
    type_ = _BRANCH.fields[name].type
    awaitables = Awaitables()
    unexpected = [
        *UNEXPECTED,
        *_sources("Leaf", "name", ["a", None, CustomError("name")]),
        *_sources("Bud", "name", ["a", None]),
        *_sources("Other", "name", ["a"]),
        LateValue(lambda: None),
        Computed(partial(awaitables.generator_coroutine, lambda: None)),
    ]
    concurrent = name.startswith("best")
    if get_named_type(type_).name in ("Leaf", "Bud") and "..." in selection:
        selection = "{ name }"
    for each in unexpected:
        for value in _nested(type_, each):
            branch = _sources("Branch", _python_name(name), [value])[0]
            trunk = Source("Trunk", {"branches": partial(_give, [branch, branch])})
            answers = run_on_both(
                f"{{ maybeTrunk {{ branches {{ {name} {selection} }} }} }}",
                _root(maybe_trunk=trunk),
            )
            assert_same(*answers, concurrent=concurrent)
    awaitables.close()


def test_type_is_checked_for_each_object_of_a_class() -> None:
    good, other = _sources("Bud", "number", [1])[0], _sources("Twig", "number", [2])[0]
    for buds in ([good, other], [other, good], [good, other, good, None]):
        branch = Source("Branch", {"buds": partial(_give, buds)})
        trunk = Source("Trunk", {"branch": partial(_give, branch)})
        answers = run_on_both(
            "{ maybeTrunk { branch { buds { number } } } }",
            _root(maybe_trunk=trunk),
        )
        assert_same(*answers, concurrent=False)
        messages = [each["message"] for each in answers[0].errors]
        assert messages == ["Expected value of type 'Bud' but got: <Source instance>."]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("selection", ["label", 'label short: label(prefix: "") __typename'])
def test_resolver_is_used_if_a_batch_function_fails(behaviour: str, selection: str) -> None:
    for values in (["a", "b"], ["a", None], ["a", CustomError("label")], ["a", Undefined], ["a"]):
        root = _root(leaves=_sources("Leaf", "label", values))
        answers = run_on_both(f"{{ leaves {{ {selection} }} }}", root, behaviour=behaviour)
        assert_same(*answers, concurrent=True)


def test_batch_function_is_called_once_for_all_objects_of_a_list() -> None:
    document = prepared('{ leaves { label other: label(prefix: "+") } }')
    context = SchemaContext("later")
    root = _root(leaves=_sources("Leaf", "label", ["a", "b", "c"]))
    answer = run(document.node, root, context=context, plans=document.plans.plans_for)
    assert answer.errors == []
    assert answer.data["leaves"][2] == {"label": "-c", "other": "+c"}
    assert context.batches == [("label", 3), ("label", 3)]


class Forbidden(strawberry.BasePermission):
    message = "Permission denied."

    def has_permission(self, source: Any, info: Any, **_: Any) -> bool:
        return False


def _read_text(root: strawberry.Parent[Any]) -> str | None:
    return root.text  # type: ignore[no-any-return]


def _read_texts(_: BatchContext, sources: Sequence[Any]) -> list[Any]:
    return [source.text for source in sources]


@strawberry.type
class Secret:
    text: str | None = strawberry.field(permission_classes=[Forbidden])
    batch: str | None = strawberry.field(
        resolver=_read_text, permission_classes=[Forbidden], metadata=batched(_read_texts)
    )
    open: str


@strawberry.type
class SecretQuery:
    secrets: list[Secret]


@pytest.mark.parametrize("name", ["text", "batch"])
def test_permission_is_checked_for_attributes_and_batches(name: str) -> None:
    schema = strawberry.Schema(query=SecretQuery)._schema
    secret = Source("Secret", {"text": lambda: "secret", "open": lambda: "door"})
    text = f"{{ secrets {{ open {name} }} }}"
    answers = run_on_both(text, _root(secrets=[secret]), schema=schema)
    assert_same(*answers, concurrent=False)
    assert answers[0].data == {"secrets": [{"open": "door", name: None}]}
