"""Attacks on the plans that are cached from one operation to the next."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from functools import partial
from typing import Any

import pytest
from graphql import DocumentNode, parse

from tests.schema.execution.any_value_schema import LeafSource, SchemaContext, Source
from tests.schema.execution.both_executors import Prepared, assert_same, prepared, run, run_on_both
from tests.schema.execution.completion_counts import count_completions

pytestmark = pytest.mark.one_database


def _values(value: Any) -> Any:
    return partial(lambda each: each, value)


def _leaf(**attributes: Any) -> LeafSource:
    return LeafSource("Leaf", {name: _values(value) for name, value in attributes.items()})


def _root(*leaves: LeafSource) -> Source:
    lists = {"leaves": _values(list(leaves)), "length": _values(len(leaves))}
    branch = Source("Branch", {**lists, "named": _values(None)})
    trunk = Source("Trunk", {"branches": _values([branch]), "branch": _values(branch)})
    return Source("Query", {"leaves": _values(list(leaves)), "trunk": _values(trunk)})


def _execute(
    document: Prepared,
    variables: dict[str, Any] | None = None,
    *,
    operation: str | None = None,
    root: Source | None = None,
) -> Any:
    """Return the data with the plans of ``document``, after comparing it with graphql-core's."""
    root = root or _root(_leaf(name="a", text="t", label="l", nick=None))
    ways = [
        run(document.node, root, variables, plans=plans, operation_name=operation)
        for plans in (document.plans.plans_for, document.plans.plans_for, None)
    ]
    assert ways[0].serialized == ways[1].serialized == ways[2].serialized
    return ways[0].data


def test_each_value_of_a_condition_has_separate_plans() -> None:
    document = prepared(
        """
        query ($with: Boolean!, $without: Boolean = false) {
          leaves { name @include(if: $with) ...Text @skip(if: $without) }
        }
        fragment Text on Leaf { text nick @include(if: $with) }
        """
    )
    rows = {
        (True, False): {"name": "a", "text": "t", "nick": None},
        (False, False): {"text": "t"},
        (True, True): {"name": "a"},
        (False, True): {},
    }
    for (with_, without), row in [*rows.items(), *reversed(rows.items())]:
        assert _execute(document, {"with": with_, "without": without}) == {"leaves": [row]}


def test_operations_of_one_document_share_a_fragment_but_not_its_conditions() -> None:
    document = prepared(
        """
        query A($on: Boolean!) { leaves { ...Text } }
        query B($on: Boolean = false) { leaves { ...Text } again: leaves { name } }
        query C($on: Boolean = true) { trunk { branches { leaves { ...Text } } } }
        fragment Text on Leaf { text @include(if: $on) label(prefix: "") }
        """
    )
    short, long = {"label": "l"}, {"text": "t", "label": "l"}
    for _ in range(2):
        assert _execute(document, {"on": True}, operation="A")["leaves"] == [long]
        assert _execute(document, {"on": False}, operation="A")["leaves"] == [short]
        assert _execute(document, {}, operation="B")["leaves"] == [short]
        assert _execute(document, {}, operation="C")["trunk"]["branches"] == [{"leaves": [long]}]


def test_null_condition_fails_like_in_graphql_core() -> None:
    for text in (
        "query ($on: Boolean = true) { leaves { name @include(if: $on) } }",
        "query ($on: Boolean = true) { trunk { branch { leaves { name @include(if: $on) } } } }",
        "query ($on: Boolean = true) { maybeTrunk { maybeBranches { leaf { name @skip(if: $on) } } } }",
    ):
        leaf = _leaf(name="a")
        branch = Source("Branch", {"leaf": _values(leaf), "leaves": _values([leaf])})
        trunk = Source(
            "Trunk", {"branch": _values(branch), "maybe_branches": _values([branch, branch])}
        )
        root = {"leaves": [leaf], "trunk": trunk, "maybe_trunk": trunk}
        source = Source("Query", {name: _values(value) for name, value in root.items()})
        answers = run_on_both(text, source, {"on": None})
        assert_same(*answers, concurrent=False)
        assert answers[0].errors


def test_equally_named_fragments_of_two_documents_are_separate() -> None:
    texts = [
        f"{{ leaves {{ ...Same }} }} fragment Same on Leaf {{ {field} }}"
        for field in ("name", "text", "name: text", 'label(prefix: "")')
    ]
    kept = [prepared(text) for text in texts]
    for _ in range(2):
        rows = [_execute(document)["leaves"] for document in kept]
        assert rows == [[{"name": "a"}], [{"text": "t"}], [{"name": "t"}], [{"label": "l"}]]


def test_all_nodes_of_a_response_key_are_merged() -> None:
    document = prepared(
        """
        {
          trunk { branch { leaves { name } } }
          trunk { branch { length leaves { text } } }
          ...More
          alone: trunk { branch { leaves { nick } } }
        }
        fragment More on Query { trunk { branch { leaves { name label(prefix: "") } } } }
        """
    )
    branch = {"leaves": [{"name": "a", "text": "t", "label": "l"}], "length": 1}
    found = _execute(document)
    assert found == {
        "trunk": {"branch": branch},
        "alone": {"branch": {"leaves": [{"nick": None}]}},
    }
    assert list(found["trunk"]["branch"]) == ["leaves", "length"]


def test_field_of_a_fragment_merges_with_fields_at_each_spread() -> None:
    document = prepared(
        """
        {
          bare: trunk { branch { named { name } ...F } }
          more: trunk { branch { named { name } ...F leaves { text } } }
          other: trunk { branch { named { name } ...F leaves { nick } } }
        }
        fragment F on Branch { leaves { name } }
        """
    )
    # An interface cannot be compiled, so the leaves have their own plans.
    leaves = {name: value["branch"]["leaves"] for name, value in _execute(document).items()}
    assert leaves == {
        "bare": [{"name": "a"}],
        "more": [{"name": "a", "text": "t"}],
        "other": [{"name": "a", "nick": None}],
    }


def test_arguments_are_read_in_each_operation() -> None:
    document = prepared("query ($p: String!, $n: Int) { leaves { label(prefix: $p, times: $n) } }")
    with count_completions() as counts:
        for number in range(5):
            rows = _execute(document, {"p": f"{number}:", "n": number + 1})["leaves"]
            assert rows == [{"label": f"{number}:" + "l" * (number + 1)}]
    assert counts["compilations"] == 1


def test_plans_store_nothing_from_an_operation() -> None:
    document = prepared("query ($p: String!) { leaves { name label(prefix: $p) } }")
    context, root = SchemaContext(), _root(_leaf(name="a", label="l"))
    run(document.node, root, {"p": ""}, context=context, plans=document.plans.plans_for)
    kept: list[Any] = [weakref.ref(context), weakref.ref(root)]
    del context, root
    gc.collect()
    assert [each() for each in kept] == [None, None]


def test_document_with_many_conditions_caches_few_plans() -> None:
    names = [f"v{number}" for number in range(12)]
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    fields = " ".join(f"{name}: name @include(if: ${name})" for name in names)
    document = prepared(f"query ({declared}) {{ leaves {{ {fields} }} }}")
    root = _root(_leaf(name="a"))
    for number in range(300):
        variables = {name: bool(number >> bit & 1) for bit, name in enumerate(names)}
        rows = run(document.node, root, variables, plans=document.plans.plans_for).data["leaves"]
        assert rows == [{name: "a" for name in names if variables[name]}]
    assert len(document.plans) <= 16


def _nested(depth: int, inner: str) -> str:
    return "... on Leaf { " * depth + inner + " }" * depth


@pytest.mark.parametrize("depth", [10, 60])
def test_deep_fragments_are_compiled(depth: int) -> None:
    document = prepared(f"{{ leaves {{ {_nested(depth, 'name')} }} }}")
    with count_completions() as counts:
        assert _execute(document) == {"leaves": [{"name": "a"}]}
    assert counts["compiled"] > 0


def test_fragments_too_deep_to_compile_fail_like_in_graphql_core() -> None:
    # Each fragment is shallow and spreads the next, so the parser accepts all.
    count = sys.getrecursionlimit()
    chain = "".join(
        f" fragment F{number} on Leaf {{ ...F{number + 1} }}" for number in range(count)
    )
    text = f"{{ leaves {{ ...F0 }} }} {chain} fragment F{count} on Leaf {{ name }}"
    node: DocumentNode = parse(text)
    kept: dict[Any, Any] = {}
    root = _root(_leaf(name="a"))
    for plans in (lambda _: kept, lambda _: kept, None):
        answer = run(node, root, plans=plans)
        assert answer.data == {"leaves": None}
        assert [each["path"] for each in answer.errors] == [["leaves", 0]]


def test_recursive_types_are_completed_by_graphql_core() -> None:
    leaf: Any = None
    for number in range(40):
        branch = Source("Branch", {"leaf": _values(leaf), "length": _values(number)})
        leaf = _leaf(name=str(number), back=branch)
    depth = 30
    text = "{ leaves { " + "back { length leaf { name " * depth + "}}" * depth + " name } }"
    with count_completions() as counts:
        assert_same(*run_on_both(text, _root(leaf)), concurrent=False)
    assert counts["core"] > depth


def test_two_threads_can_compile_one_document_concurrently() -> None:
    text = "query ($on: Boolean!) { trunk { branches { leaves { name text @include(if: $on) } } } }"
    found: list[Any] = []
    for _ in range(20):
        document = prepared(text)
        node = document.node
        start = threading.Barrier(4)

        def execute(on: bool, document: Any, node: DocumentNode, start: threading.Barrier) -> None:
            root = _root(_leaf(name="a", text="t"))
            start.wait()
            for _ in range(3):
                answer = run(node, root, {"on": on}, plans=document.plans.plans_for)
                found.append((on, answer.serialized))

        threads = [
            threading.Thread(target=execute, args=(number % 2 == 0, document, node, start))
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 20 * 4 * 3
    assert len(set(found)) == 2
