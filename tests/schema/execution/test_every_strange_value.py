"""Every kind of field with every value that it should not have, one at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
import strawberry
from graphql import Undefined, get_named_type, is_leaf_type, is_list_type

from schema.execution.batch import BatchContext, batched
from tests.schema.execution.both_ways import assert_same, both_ways, prepared, run
from tests.schema.execution.hostile_schema import (
    BEHAVIOURS,
    CORE_SCHEMA,
    HostileContext,
    LeafSource,
    Source,
)
from tests.schema.execution.recipes import GOOD, STRANGE, Later, Made, OurError

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


def _good(type_: Any) -> Any:
    """Return a valid value, for lists of any depth."""
    of_type = getattr(type_, "of_type", None)
    if of_type is not None:
        return [_good(of_type)] if is_list_type(type_) else _good(of_type)
    return GOOD[type_.name][0] if type_.name in GOOD else None


def _nested(type_: Any, value: Any) -> list[Any]:
    """Return ``value`` alone, and instead of an item of a list, at each depth."""
    of_type = getattr(type_, "of_type", None)
    if of_type is None:
        return [value]
    inner = _nested(of_type, value)
    return [value, *([_good(of_type), each] for each in inner)] if is_list_type(type_) else inner


def _sources(kind: str, attribute: str, values: list[Any]) -> list[Source]:
    class_ = LeafSource if kind == "Leaf" else Source
    return [class_(kind, {attribute: partial(_give, value)}) for value in values]


def _give(value: Any) -> Any:
    return value() if isinstance(value, Making) else value


class Making:
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
def test_a_leaf_field_with_any_value(name: str) -> None:
    type_ = _LEAF.fields[name].type
    for strange in STRANGE:
        for value in _nested(type_, strange):
            leaves = _sources("Leaf", _python_name(name), [_good(type_), value])
            answers = both_ways(f"{{ leaves {{ {name} __typename }} }}", _root(leaves=leaves))
            assert_same(*answers, concurrent=False)


@pytest.mark.parametrize("name", _PLAIN)
def test_a_leaf_field_with_something_to_wait_for(name: str) -> None:
    type_ = _LEAF.fields[name].type
    made = Made()
    right = partial(_good, type_)
    for make in (
        lambda: Later(right),
        lambda: Later(partial(_raise, OurError("late"))),
        partial(made.coroutine, right),
        partial(made.generator_coroutine, right),
        partial(made.coroutine, partial(_raise, OurError("late"))),
    ):
        leaves = _sources("Leaf", _python_name(name), [_good(type_), Making(make)])
        answers = both_ways(f"{{ leaves {{ {name} }} }}", _root(leaves=leaves))
        assert_same(*answers, concurrent=False)
    made.close()


@pytest.mark.parametrize("name", _PLAIN)
@pytest.mark.parametrize("error", [OurError("read"), StopIteration(3), AttributeError("none")])
def test_an_attribute_that_raises(name: str, error: Exception) -> None:
    right = _good(_LEAF.fields[name].type)
    failing = Making(partial(_raise, error))
    for values in ([failing], [right, failing], [failing, right]):
        leaves = _sources("Leaf", _python_name(name), values)
        answers = both_ways(f"{{ leaves {{ {name} }} }}", _root(leaves=leaves))
        assert_same(*answers, concurrent=False)


@pytest.mark.parametrize("name", _COMPOSITE)
@pytest.mark.parametrize(
    "selection", ["{ __typename }", "{ ... on Leaf { name } ... on Bud { name } }"]
)
def test_a_field_of_objects_with_any_value(name: str, selection: str) -> None:
    type_ = _BRANCH.fields[name].type
    made = Made()
    strange = [
        *STRANGE,
        *_sources("Leaf", "name", ["a", None, OurError("name")]),
        *_sources("Bud", "name", ["a", None]),
        *_sources("Other", "name", ["a"]),
        Later(lambda: None),
        Making(partial(made.generator_coroutine, lambda: None)),
    ]
    concurrent = name.startswith("best")
    if get_named_type(type_).name in ("Leaf", "Bud") and "..." in selection:
        selection = "{ name }"
    for each in strange:
        for value in _nested(type_, each):
            branch = _sources("Branch", _python_name(name), [value])[0]
            trunk = Source("Trunk", {"branches": partial(_give, [branch, branch])})
            answers = both_ways(
                f"{{ maybeTrunk {{ branches {{ {name} {selection} }} }} }}",
                _root(maybe_trunk=trunk),
            )
            assert_same(*answers, concurrent=concurrent)
    made.close()


def test_objects_of_one_class_are_each_asked_for_their_type() -> None:
    good, other = _sources("Bud", "number", [1])[0], _sources("Twig", "number", [2])[0]
    for buds in ([good, other], [other, good], [good, other, good, None]):
        branch = Source("Branch", {"buds": partial(_give, buds)})
        trunk = Source("Trunk", {"branch": partial(_give, branch)})
        answers = both_ways(
            "{ maybeTrunk { branch { buds { number } } } }",
            _root(maybe_trunk=trunk),
        )
        assert_same(*answers, concurrent=False)
        messages = [each["message"] for each in answers[0].errors]
        assert messages == ["Expected value of type 'Bud' but got: <Source instance>."]


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
@pytest.mark.parametrize("selection", ["label", 'label short: label(prefix: "") __typename'])
def test_whatever_a_batch_function_does_the_resolver_has_the_last_word(
    behaviour: str, selection: str
) -> None:
    for values in (["a", "b"], ["a", None], ["a", OurError("label")], ["a", Undefined], ["a"]):
        root = _root(leaves=_sources("Leaf", "label", values))
        answers = both_ways(f"{{ leaves {{ {selection} }} }}", root, behaviour=behaviour)
        assert_same(*answers, concurrent=True)


def test_a_batch_is_asked_once_for_all_objects_of_a_list() -> None:
    document = prepared('{ leaves { label other: label(prefix: "+") } }')
    context = HostileContext("later")
    root = _root(leaves=_sources("Leaf", "label", ["a", "b", "c"]))
    answer = run(document.node, root, context=context, plans=document.plans.plans_for)
    assert answer.errors == []
    assert answer.data["leaves"][2] == {"label": "-c", "other": "+c"}
    assert context.batches == [("label", 3), ("label", 3)]


class Forbidding(strawberry.BasePermission):
    message = "You may not."

    def has_permission(self, source: Any, info: Any, **_: Any) -> bool:
        return False


def _tell(root: strawberry.Parent[Any]) -> str | None:
    return root.text  # type: ignore[no-any-return]


def _tell_all(_: BatchContext, sources: Sequence[Any]) -> list[Any]:
    return [source.text for source in sources]


@strawberry.type
class Secret:
    text: str | None = strawberry.field(permission_classes=[Forbidding])
    batch: str | None = strawberry.field(
        resolver=_tell, permission_classes=[Forbidding], metadata=batched(_tell_all)
    )
    open: str


@strawberry.type
class SecretQuery:
    secrets: list[Secret]


@pytest.mark.parametrize("name", ["text", "batch"])
def test_a_permission_is_asked_for_an_attribute_and_for_a_batch(name: str) -> None:
    schema = strawberry.Schema(query=SecretQuery)._schema
    secret = Source("Secret", {"text": lambda: "told", "open": lambda: "door"})
    text = f"{{ secrets {{ open {name} }} }}"
    answers = both_ways(text, _root(secrets=[secret]), schema=schema)
    assert_same(*answers, concurrent=False)
    assert answers[0].data == {"secrets": [{"open": "door", name: None}]}
