"""Random documents over a small schema with attributes that contain invalid values."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.schema.execution.both_ways import assert_same, both_ways
from tests.schema.execution.hostile_schema import BEHAVIOURS
from tests.schema.execution.recipes import Made, roots
from tests.schema.execution.selections import ROOTS, Selected, selected_documents

# A long run: EXECUTION_EXAMPLES=5000.
EXAMPLES = int(os.environ.get("EXECUTION_EXAMPLES", "150"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    print_blob=True,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    selected=selected_documents(),
    data=st.data(),
    behaviour=st.sampled_from(BEHAVIOURS[:2] * 3 + BEHAVIOURS),
)
def test_whatever_attributes_hold_the_answer_is_that_of_graphql_core(
    selected: Selected, data: st.DataObject, behaviour: str
) -> None:
    made = Made()
    root_type = next(each for each in ROOTS if selected.text.startswith(each.name.lower()))
    root = data.draw(roots(root_type, selected.fields, made))
    try:
        compiled, core = both_ways(selected.text, root, selected.variables, behaviour=behaviour)
    finally:
        made.close()
    assert_same(compiled, core, concurrent=selected.is_async or made.awaitables > 0)
