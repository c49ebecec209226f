"""Running random sequences of steps, each in a school of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_machines(make: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int) -> None:
    """Runs as many machines as there are ``examples``, each for so many ``steps`` at most."""
    run_state_machine_as_test(
        # Its type asks for a class, and all it does is to call it.
        cast(Any, make),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            print_blob=True,
            # A failure is told at once; with `Phase.shrink` it is told in the fewest steps, after minutes.
            phases=[Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
