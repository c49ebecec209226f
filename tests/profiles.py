"""Length of random tests: ``quick`` by default. ``THOROUGH=1`` runs 4 times as many examples, ``THOROUGH=50`` 200 times.

Timing never fails a test, so no profile has a deadline.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_THOROUGH = 100
_QUICK = _THOROUGH // 4


def load_profile() -> None:
    """Register both profiles, and load the one that the environment asks for."""
    factor = int(os.environ.get("THOROUGH") or 0)
    # In CI, Hypothesis would run the same examples every time.
    common = settings(
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile("quick", common, max_examples=_QUICK)
    settings.register_profile("thorough", common, max_examples=_THOROUGH * max(factor, 1))
    settings.load_profile("thorough" if factor else "quick")


def examples(thorough: int) -> int:
    """Return the number of examples for a test that runs ``thorough`` examples with ``THOROUGH=1``."""
    return max(1, thorough * settings().max_examples // _THOROUGH)
