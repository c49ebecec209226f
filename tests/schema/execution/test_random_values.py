"""Random documents over a small schema with attributes that contain invalid values."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.profiles import examples
from tests.schema.execution.any_value_schema import BEHAVIOURS
from tests.schema.execution.both_executors import assert_same, run_on_both
from tests.schema.execution.random_values import Awaitables, roots
from tests.schema.execution.selections import ROOTS, RandomDocument, selected_documents

pytestmark = pytest.mark.one_database


@pytest.mark.slow
@settings(
    max_examples=examples(150),
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    selected=selected_documents(),
    data=st.data(),
    behaviour=st.sampled_from(BEHAVIOURS[:2] * 3 + BEHAVIOURS),
)
def test_random_values_have_the_response_of_graphql_core(
    selected: RandomDocument, data: st.DataObject, behaviour: str
) -> None:
    awaitables = Awaitables()
    root_type = next(each for each in ROOTS if selected.text.startswith(each.name.lower()))
    root = data.draw(roots(root_type, selected.fields, awaitables))
    try:
        compiled, core = run_on_both(selected.text, root, selected.variables, behaviour=behaviour)
    finally:
        awaitables.close()
    assert_same(compiled, core, concurrent=selected.is_async or awaitables.awaitables > 0)
