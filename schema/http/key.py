"""The key of a request: everything that its answer depends on, except the database and the time."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from django.http import HttpRequest

from primepath.server.handler import is_received

# No answer depends on these. All other headers belong to the key, so that a new dependency cannot be forgotten.
_UNUSED = frozenset(
    {
        # The key has the body itself.
        b"content-length",
        # The answer is sent in the form that these ask for.
        b"accept-encoding",
        b"if-none-match",
        # About the connection and the client's own cache.
        b"cache-control",
        b"connection",
        b"keep-alive",
        b"pragma",
        b"priority",
        b"user-agent",
        # Proxies add these. The scheme is in the key. No answer contains the client's address.
        b"cdn-loop",
        b"cf-connecting-ip",
        b"cf-ipcountry",
        b"cf-ray",
        b"cf-visitor",
        b"forwarded",
        b"true-client-ip",
        b"via",
        b"x-client-ip",
        b"x-forwarded-for",
        b"x-forwarded-port",
        b"x-forwarded-proto",
        b"x-forwarded-server",
        b"x-real-ip",
        # Ids of requests and traces.
        b"b3",
        b"baggage",
        b"elastic-apm-traceparent",
        b"newrelic",
        b"sentry-trace",
        b"traceparent",
        b"tracestate",
        b"uber-trace-id",
        b"x-amzn-trace-id",
        b"x-apollo-operation-id",
        b"x-b3-flags",
        b"x-b3-parentspanid",
        b"x-b3-sampled",
        b"x-b3-spanid",
        b"x-b3-traceid",
        b"x-cloud-trace-context",
        b"x-correlation-id",
        b"x-datadog-origin",
        b"x-datadog-parent-id",
        b"x-datadog-sampling-priority",
        b"x-datadog-tags",
        b"x-datadog-trace-id",
        b"x-request-id",
        b"x-request-start",
    }
)
_BYTES = 24
_KEY = "primepath.key"


def key_of(scope: Any, body: bytes) -> bytes:
    """Return the key of a request. It is computed once.

    It includes the credentials, the tokens that CSRF checks compare, the origin, the host and the scheme. So a request with
    the same key passes the same checks.
    """
    found: bytes | None = scope.get(_KEY)
    if found is None:
        parts = (
            *(scope["method"], scope["scheme"], scope.get("root_path", ""), scope["path"]),
            *(scope["query_string"], scope.get("server")),
            [(name, value) for name, value in scope["headers"] if name not in _UNUSED],
        )
        found = blake2b(repr(parts).encode() + body, digest_size=_BYTES).digest()
        scope[_KEY] = found
    return found


def request_key(request: HttpRequest) -> bytes | None:
    """Return the key of a request that Django has read. None if no server received it."""
    scope = getattr(request, "scope", None)
    return key_of(scope, request.body) if scope and is_received(scope) else None


def header(scope: Any, name: bytes) -> str:
    """Return the value of a header as Django reads it: several of one name are joined by commas."""
    found = [value for each, value in scope["headers"] if each == name]
    return b",".join(found).decode("latin-1")
