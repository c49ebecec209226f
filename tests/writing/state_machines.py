"""Runner for random sequences of steps, each in a separate school."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test


def run_state_machines(
    make: Callable[[], RuleBasedStateMachine], *, examples: int, steps: int
) -> None:
    """Run ``examples`` machines with at most ``steps`` steps each."""
    run_state_machine_as_test(
        # The parameter's type is a class, but Hypothesis only calls it.
        cast(Any, make),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            # Report a failure immediately. `Phase.shrink` would find the shortest sequence, but takes minutes.
            phases=[Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
