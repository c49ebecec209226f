"""System checks of the settings. `manage.py` runs them before most commands, and `primepath.asgi` before it serves.

An error stops both. A warning names something that works but is probably not meant.
"""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as CheckWarning

from primepath.environment import Environment, env
from primepath.server.monitoring.tracing import is_installed
from primepath.server.nested_timeouts import timeout_problems

TAG = "primepath"
_PREFIX = "PRIMEPATH_"
# Two names this alike differ by a letter or an underscore.
_ALIKE = 0.9

# uvicorn and gunicorn restart a worker that ends, except with this status.
_STARTUP_FAILED = 3

logger = logging.getLogger("primepath.checks")


@register(TAG)
def check_settings(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Return an error for each invalid setting, and warnings."""
    return [
        *(Error(problem, id="primepath.E001") for problem in env.problems.values()),
        *_contradictions(),
        *_missing_packages(),
        *_unknown_names(os.environ, env),
        *_warnings(os.environ, env),
    ]


def require_valid_settings() -> None:
    """Log warnings. Exit with a message that names every invalid setting, if there is one."""
    messages = run_checks(tags=[TAG])
    errors = [message.msg for message in messages if message.is_serious()]
    if errors:
        sys.stderr.write("\n".join(["PrimePath does not start.", *errors, ""]))
        raise SystemExit(_STARTUP_FAILED)
    for message in messages:
        logger.warning("%s", message.msg)


def _contradictions() -> Iterator[Error]:
    """Yield errors of settings that are valid alone, but not together."""
    years = settings.ACADEMIC_YEARS
    if years.first > years.last:
        yield Error(
            f"FIRST_ACADEMIC_YEAR ({years.first}) must not be after LAST_ACADEMIC_YEAR ({years.last}).",
            id="primepath.E002",
        )
    yield from (Error(problem, id="primepath.E003") for problem in timeout_problems())


def _missing_packages() -> Iterator[Error]:
    """Yield an error if a setting needs a package that is not installed."""
    if settings.TRACING and not is_installed():
        yield Error(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed. "
            "Run: pip install --require-hashes -r requirements/tracing.txt",
            id="primepath.E020",
        )


def _unknown_names(
    variables: Mapping[str, str], environment: Environment
) -> Iterator[CheckMessage]:
    """Yield an error for each unknown variable of ours, and a warning for each that resembles a setting."""
    declared = list(environment.declared)
    for name in sorted(variables.keys() - environment.declared.keys()):
        similar = get_close_matches(name, declared, n=1, cutoff=_ALIKE)
        hint = f" Did you mean {similar[0]}?" if similar else ""
        if name.startswith(_PREFIX):
            yield Error(f"{name} is not a setting of PrimePath.{hint}", id="primepath.E004")
        elif similar:
            yield CheckWarning(f"{name} is not a setting of PrimePath.{hint}", id="primepath.W001")


def _warnings(variables: Mapping[str, str], environment: Environment) -> Iterator[CheckWarning]:
    if settings.HTTPS and not environment.is_set("TRUSTED_PROXIES"):
        yield CheckWarning(
            "HTTPS is on, but TRUSTED_PROXIES is not set. Only a proxy on this machine is trusted. Requests through any "
            "other proxy count as plain HTTP, and all its users share one address, which sign-in limits "
            "can lock out. Set TRUSTED_PROXIES to the address of your proxy, or to 127.0.0.1.",
            id="primepath.W002",
        )
    if variables.get("FORWARDED_ALLOW_IPS"):
        yield CheckWarning(
            "FORWARDED_ALLOW_IPS is ignored. Set TRUSTED_PROXIES instead.", id="primepath.W003"
        )
    if any(proxy.endswith("/0") for proxy in settings.TRUSTED_PROXIES):
        yield CheckWarning(
            "TRUSTED_PROXIES contains every address, so each client can choose the address that sign-in limits "
            "count. List the networks of your proxies instead.",
            id="primepath.W007",
        )
    if settings.DEBUG and not _is_local(settings.ALLOWED_HOSTS):
        yield CheckWarning(
            "DEBUG is on, and ALLOWED_HOSTS names other hosts than this machine. Error pages show "
            "code and settings to everyone who can reach the server.",
            id="primepath.W004",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield CheckWarning(
            "ALLOWED_HOSTS contains *, so a request can choose the host name in redirects. List the names "
            "of the server instead.",
            id="primepath.W005",
        )
    yield from _readable_files(settings.DATABASES["default"])


def _is_local(hosts: Sequence[str]) -> bool:
    return set(hosts) <= {"localhost", "127.0.0.1", "[::1]"}


def _readable_files(database: Mapping[str, Any]) -> Iterator[CheckWarning]:
    """Yield a warning if every user of this machine can read the files of SQLite."""
    if not database["ENGINE"].endswith(".sqlite3"):
        return
    files = [Path(f"{database['NAME']}{suffix}") for suffix in ("", "-wal", "-shm")]
    readable = [str(file) for file in files if file.exists() and file.stat().st_mode & stat.S_IRWXO]
    if readable:
        yield CheckWarning(
            "Every user of this machine can read the database, which contains sessions. "
            f"Run: chmod 600 {' '.join(readable)}",
            id="primepath.W006",
        )
