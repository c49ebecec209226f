"""A server with an invalid setting does not start, and names the setting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from primepath.checks import check_settings
from primepath.domain.academic_year import AcademicYears
from primepath.environment import env
from tests.processes import PATIENCE, ROOT

pytestmark = pytest.mark.one_database
MANAGE = ("manage.py", "check")
SERVER = ("-m", "uvicorn", "primepath.asgi:application", "--port", "0")
SERVE = ("manage.py", "serve", "--port", "0", "--processes", "2")
DEMO = ("manage.py", "demo", "--port", "0")
# Each setting with an invalid value, and what the message about it contains after its name.
INVALID = {
    "ALLOWED_HOSTS": ("https://school.example", "must list, separated by commas, host names"),
    "CALENDAR_HOST": ("https://school.example", "must be a host name"),
    "CORS_ALLOWED_HEADERS": ("X App", "must list, separated by commas, names of HTTP headers"),
    "CORS_ALLOWED_ORIGINS": ("https://a.example/", "must list, separated by commas, origins"),
    "CSRF_TRUSTED_ORIGINS": ("school.example", "must list, separated by commas, origins"),
    "DATABASE_LISTEN_URL": ("mysql://a/b", "must be the address of a PostgreSQL database"),
    "DATABASE_REPLICA_URLS": ("mysql://a/b", "needs PostgreSQL in DATABASE_URL"),
    "DATABASE_URL": ("mysql://a/b", "must be the address of a PostgreSQL or SQLite database"),
    "FORCE_SCRIPT_NAME": ("schedule/", "must be a path such as /schedule"),
    "LOG_FORMAT": ("xml", "must be one of auto, json, text, not 'xml'"),
    "MONITORING_NETWORKS": ("monitor", "must list, separated by commas, addresses"),
    "MONITORING_TOKEN": ("abc", "must be at least 32 letters, digits and signs"),
    "OTEL_TRACES_EXPORTER": ("console", "must be one of otlp, none, not 'console'"),
    **dict.fromkeys(
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"),
        ("collector:4318", "must be an address such as http://collector:4318"),
    ),
    "PRIMEPATH_VARDIR": ("/tmp", "is not a setting of PrimePath. Did you mean PRIMEPATH_VAR_DIR?"),
    "REDIS_URL": ("localhost:6379", "must be an address such as redis://cache:6379/0"),
    "SCHOOL_COUNTRY": ("KOR", "must be a country with two capital letters as in ISO 3166"),
    "SCHOOL_LANGUAGE": ("fr", "must be one of en, ko, not 'fr'"),
    "SCHOOL_NAME": ("a\tb", "must be a name without line breaks"),
    "SCHOOL_TIME_ZONE": ("Seoul", "must be the name of a time zone such as Asia/Seoul"),
    "SECRET_KEY": ("abc", "must be at least 32 random characters"),
    "SECRET_KEY_FALLBACKS": ("abc", "must list, separated by commas, earlier values of SECRET_KEY"),
    "TRUSTED_PROXIES": ("proxy.example", "must list, separated by commas, addresses"),
    **dict.fromkeys(
        ("EXPLORER", "FIELD_SUGGESTIONS", "INTROSPECTION"),
        ("all", "must be one of everyone, signed-in, nobody, not 'all'"),
    ),
    **dict.fromkeys(
        (
            "COMPILED_EXECUTION",
            "DATABASE_PREPARED_STATEMENTS",
            "DEBUG",
            "HTTPS",
            "OTEL_SDK_DISABLED",
            "PERSISTED_QUERIES",
            "READ_AHEAD",
            "TRUSTED_DOCUMENTS_ONLY",
        ),
        ("enabled", "must be 1 or 0 (or yes, no, true, false, on, off), not 'enabled'"),
    ),
}
NUMBERS = {
    name: ("9999999999", "must be a whole number from")
    for name, default in env.declared.items()
    if default.isdecimal() and name not in INVALID
}
LEAST_IS_1 = (
    "DATABASE_POOL_SIZE",
    "REQUEST_THREADS",
    "MAX_PAGE_SIZE",
    "SIGN_IN_FAILURES_PER_ACCOUNT",
)


def run(
    command: tuple[str, ...], folder: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in env.declared}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**inherited, "PRIMEPATH_VAR_DIR": str(folder), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def errors(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    return sorted(line.partition(") ")[2] for line in lines if "(primepath.E" in line)


def test_every_invalid_setting_is_named(tmp_path: Path) -> None:
    invalid = {**INVALID, **NUMBERS}
    done = run(MANAGE, tmp_path, {name: value for name, (value, _) in invalid.items()})
    expected = sorted(f"{name} {problem}" for name, (_, problem) in invalid.items())
    found = errors(done)
    assert len(found) == len(expected)
    for message, beginning in zip(found, expected, strict=True):
        assert message.startswith(beginning)


def test_every_setting_has_an_invalid_value() -> None:
    # Any text names a folder. `test_a_folder_that_cannot_be_used_is_named` has a case.
    assert env.declared.keys() - {"PRIMEPATH_VAR_DIR"} == (
        (INVALID.keys() | NUMBERS.keys()) - {"PRIMEPATH_VARDIR"}
    )


def test_nothing_that_must_be_there_can_be_zero(tmp_path: Path) -> None:
    found = errors(run(MANAGE, tmp_path, dict.fromkeys(LEAST_IS_1, "0")))
    assert [message.partition(" ")[0] for message in found] == sorted(LEAST_IS_1)


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    found = errors(run(MANAGE, Path("/dev/null/folder"), {}))
    assert [message.partition(" ")[0] for message in found] == ["DATABASE_URL", "SECRET_KEY"]
    assert all("/dev/null/folder" in message for message in found)


@pytest.mark.parametrize(
    "command",
    [SERVER, (*SERVER, "--workers", "2"), SERVE, DEMO],
    ids=["uvicorn", "workers", "serve", "demo"],
)
def test_nothing_starts_with_an_invalid_setting(command: tuple[str, ...], tmp_path: Path) -> None:
    done = run(command, tmp_path, {"HTTPS": "enabled", "REDIS_URL": "cache:hunter2"})
    # The parent of several workers ends without an error.
    assert done.returncode == 0 if "--workers" in command else done.returncode in {1, 3}
    assert "HTTPS must be 1 or 0" in done.stderr
    assert "REDIS_URL must be" in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_an_invalid_database_is_not_replaced_by_the_default(tmp_path: Path) -> None:
    """Some commands skip checks."""
    code = "from primepath.models import Exam; Exam.objects.count()"
    done = run(("manage.py", "shell", "-c", code), tmp_path, {"DATABASE_URL": "mysql://a/b"})
    assert done.returncode != 0
    assert "settings.DATABASES is improperly configured" in done.stderr


def test_a_damaged_key_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret-key").touch()
    (message,) = errors(run(MANAGE, tmp_path, {}))
    assert message.endswith(f"the key in {tmp_path}/secret-key is damaged. Delete this file.")


def test_files_with_sessions_and_keys_are_private(tmp_path: Path) -> None:
    # The tables of one app will do: all of them take three seconds more.
    done = run(("manage.py", "migrate", "contenttypes", "--verbosity=0"), tmp_path, {})
    assert (done.returncode, done.stderr) == (0, "")
    # The other files of SQLite exist while a connection is open.
    code = (
        "import os; from django.contrib.contenttypes.models import ContentType; ContentType.objects.count();"
        "print(*(f'{file.name} {file.stat().st_mode & 0o777:o}' for file in os.scandir(os.environ['PRIMEPATH_VAR_DIR'])), sep=',')"
    )
    listed = run(("manage.py", "shell", "--verbosity=0", "-c", code), tmp_path, {}).stdout
    modes = dict(line.split(" ") for line in listed.strip().split(","))
    assert modes.keys() >= {"primepath.sqlite3", "primepath.sqlite3-wal", "secret-key"}
    assert set(modes.values()) == {"600"}


def messages() -> dict[str | None, str]:
    return {message.id: message.msg for message in check_settings(None)}


def test_contradictions_are_named(settings: Settings) -> None:
    settings.ACADEMIC_YEARS = AcademicYears(2030, 2025)
    found = messages()
    assert found["primepath.E002"] == (
        "FIRST_ACADEMIC_YEAR (2030) must not be after LAST_ACADEMIC_YEAR (2025)."
    )


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (
            {"STATEMENT_SECONDS": 11},
            "STATEMENT_SECONDS (11) must not exceed OPERATION_SECONDS (10)",
        ),
        (
            {"OPERATION_SECONDS": 50},
            "OPERATION_SECONDS (50), PAYLOAD_SECONDS (5) and STATEMENT_SECONDS (5) together must be less than "
            "PROXY_SECONDS (60)",
        ),
        ({"PROXY_SECONDS": 20}, "PROXY_SECONDS (20)"),
        ({"HEADER_SECONDS": 31}, "HEADER_SECONDS (31) must not exceed BODY_SECONDS (30)"),
        ({"KEEP_ALIVE_SECONDS": 60}, "KEEP_ALIVE_SECONDS (60) must exceed PROXY_SECONDS (60)"),
    ],
)
def test_time_limits_in_the_wrong_order_are_named(
    settings: Settings, changed: dict[str, int], names: str
) -> None:
    for name, seconds in changed.items():
        setattr(settings, name, seconds)
    (problem,) = [message.msg for message in check_settings(None) if message.id == "primepath.E003"]
    assert names in problem


def test_what_is_probably_not_meant_is_a_warning(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("TRUSTED_PROXIES", raising=False)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setenv("ALLOWED_HOST", "school.example")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example")
    settings.HTTPS = settings.DEBUG = True
    settings.ALLOWED_HOSTS = ["*"]
    settings.TRUSTED_PROXIES = ["0.0.0.0/0"]
    file = tmp_path / "school.sqlite3"
    file.touch(0o644)
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
    monkeypatch.setitem(settings.DATABASES, "default", database)
    found = messages()
    assert list(found) == [f"primepath.W00{number}" for number in (1, 2, 3, 7, 4, 5, 6)]
    assert found["primepath.W001"].startswith("ALLOWED_HOST is not a setting")
    assert found["primepath.W006"].endswith(f"Run: chmod 600 {file}")

    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1")
    for name in "FORWARDED_ALLOW_IPS", "ALLOWED_HOST":
        monkeypatch.delenv(name)
    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["school.example"]
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    file.chmod(0o640)
    assert messages() == {}
