"""Length of random tests: ``quick`` by default. ``THOROUGH=1`` runs 4 times as many examples, ``THOROUGH=50`` 200 times,
and ``FAST=1`` a third.

Timing never fails a test, so no profile has a deadline.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_THOROUGH = 100
_QUICK = _THOROUGH // 4
_FAST = _THOROUGH // 12


def load_profile() -> None:
    """Register all profiles, and load the one that the environment asks for."""
    factor = int(os.environ.get("THOROUGH") or 0)
    # In CI, Hypothesis would run the same examples every time.
    common = settings(
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.register_profile("fast", common, max_examples=_FAST)
    settings.register_profile("quick", common, max_examples=_QUICK)
    settings.register_profile("thorough", common, max_examples=_THOROUGH * max(factor, 1))
    usual = "fast" if os.environ.get("FAST") else "quick"
    settings.load_profile("thorough" if factor else usual)


def examples(thorough: int) -> int:
    """Return the number of examples for a test that runs ``thorough`` examples with ``THOROUGH=1``."""
    return max(1, thorough * settings().max_examples // _THOROUGH)
