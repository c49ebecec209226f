"""A tab of a real browser, and the problems that must not occur in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route, WebError

from primepath.demo.accounts import DEMO_PASSWORD


class Tab:
    """A tab in a separate browser context: its page, and the problems that occurred. ``pictures``: the folder for screenshots, if any."""

    def __init__(self, context: BrowserContext, address: str, pictures: Path | None) -> None:
        self.address = address
        self.pictures = pictures
        self.context = context
        # Statuses that the test expects. Chromium reports every unsuccessful response.
        self.expected_statuses: set[int] = set()
        self.operations: list[dict[str, Any]] = []
        self._problems: list[str] = []
        # Whether requests of the test are lost on purpose. Chromium reports each.
        self.loses_requests = False
        self._is_cut_off = False
        # Only observed: a browser with a route has no cache, and each of its requests waits for this process.
        self._listeners: dict[Any, Any] = {
            "request": self._record_request,
            "console": self._record_message,
            "weberror": self._record_error,
        }
        for event, listener in self._listeners.items():
            context.on(event, listener)
        # The clock of a context cannot be the real one again.
        self.has_fixed_time = False
        self.page = context.new_page()

    def close(self) -> None:
        """Close the pages. Afterwards, another tab can use the context."""
        for page in self.context.pages:
            page.close()
        for event, listener in self._listeners.items():
            self.context.remove_listener(event, listener)

    def fix_time(self, at: str) -> None:
        """Let it always be this time in the tab."""
        self.page.clock.set_fixed_time(at)
        self.has_fixed_time = True

    def _record_error(self, failure: WebError) -> None:
        self._problems.append(str(failure.error))

    def _record_request(self, request: Request) -> None:
        if not request.url.startswith(f"{self.address}/"):
            self._problems.append(f"asked for {request.url}")
        elif self._is_operation(request) and not self._is_cut_off and not self.is_stream(request):
            self.operations.append(request.post_data_json or {})

    def _is_operation(self, request: Request) -> bool:
        return request.method == "POST" and request.url == f"{self.address}/graphql"

    def _record_message(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        if (self._is_cut_off or self.loses_requests) and "net::ERR_FAILED" in message.text:
            return
        expected = [f"with a status of {status} " for status in self.expected_statuses]
        if not any(text in message.text for text in expected):
            self._problems.append(f"said {message.text}")

    @property
    def problems(self) -> list[str]:
        """Requests to other hosts, script errors, and console messages, including violations of the content security policy."""
        return self._problems

    def fail_requests(self, is_cut_off: bool = True) -> None:
        """Let requests to the API fail, as without a connection, or let them succeed again."""
        self._is_cut_off = is_cut_off
        if is_cut_off:
            self.context.route(f"{self.address}/graphql", self._fail)
        else:
            self.context.unroute(f"{self.address}/graphql", self._fail)

    def _fail(self, route: Route, request: Request) -> None:
        if self._is_operation(request):
            route.abort()
        else:
            route.continue_()

    def is_stream(self, request: Request) -> bool:
        """Return whether this opens the stream of live updates."""
        return request.headers.get("accept") == "text/event-stream"

    def open(self, path: str) -> Page:
        self.page.goto(f"{self.address}{path}")
        return self.page

    def sign_in(self, username: str, *, next: str = "/") -> Page:
        """Sign in, and open ``next``.

        The form is sent without its page: to load and fill it takes a third of a second. Tests of that page use `enter_account`.
        """
        form_address = f"{self.address}/sign-in/"
        self.context.request.get(form_address)
        cookies = {each.get("name"): each.get("value", "") for each in self.context.cookies()}
        form: dict[str, str | float | bool] = {
            "username": username,
            "password": DEMO_PASSWORD,
            "csrfmiddlewaretoken": cookies["csrftoken"],
        }
        response = self.context.request.post(form_address, form=form, max_redirects=0)
        assert response.status == 302
        page = self.open(next)
        page.wait_for_url(f"{self.address}{next}")
        return page

    def enter_account(self, username: str) -> None:
        """Fill in and submit the sign-in form."""
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(DEMO_PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()

    @contextmanager
    def one_operation(self) -> Iterator[None]:
        """Check that the block sends exactly one request to the API, and wait for its response."""
        before = len(self.operations)
        address = f"{self.address}/graphql"
        with self.page.expect_response(
            lambda response: response.url == address and not self.is_stream(response.request)
        ) as response:
            yield
        response.value.finished()
        assert len(self.operations) == before + 1

    def take_picture(self, name: str) -> None:
        """Store a screenshot if there is a folder for it. Each takes up to a second."""
        if self.pictures is not None:
            self.page.screenshot(path=self.pictures / f"{name}.png")
