"""Requests that arrive late, or never."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, Route


@contextmanager
def held_back(page: Page, operation: str, *, is_lost: bool = False) -> Iterator[None]:
    """Let requests for an operation such as ``mutation UpdateCell`` wait until the block ends. Then they are sent, or lost.

    The block sends at least one.
    """
    held: list[Route] = []

    def hold(route: Route) -> None:
        if f"{operation}(" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.fallback()

    page.route("**/graphql", hold)
    yield
    while not held:
        page.wait_for_timeout(10)
    for route in held:
        if is_lost:
            route.abort()
        else:
            route.continue_()
    page.unroute("**/graphql", hold)
