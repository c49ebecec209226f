"""The settings of databases and caches, and the messages about invalid ones."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from primepath.database import caches, database, databases
from primepath.environment import Environment

pytestmark = pytest.mark.one_database
PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        (f"mysql://a:{PASSWORD}@host/name", "must be the address of a PostgreSQL or SQLite"),
        (PASSWORD, "must be the address"),
        (f"postgresql://a:{PASSWORD}@host:port/name", "must be the address"),
        (f"postgresql://a:{PASSWORD}@host:99999/name", "must be the address"),
        (f"postgresql://a:{PASSWORD}@host", "must name a database"),
        (f"postgresql://a:{PASSWORD}@host/name?ssl=1", "has an option that PostgreSQL does not"),
        (f"postgresql://a:{PASSWORD}@host/name?pool=1", "has an option that PostgreSQL does not"),
        (f"postgresql://a:{PASSWORD}@host,/name", "must be the address"),
        (f"postgresql://a:{PASSWORD}@host,second:port/name", "must be the address"),
        (f"postgresql://a:{PASSWORD}@host,second/", "must name a database"),
        (
            f"postgresql://a:{PASSWORD}@host,second/name?target_session_attrs=writable",
            "has an option that is not valid: target_session_attrs must be one of any, prefer-",
        ),
        ("sqlite://:memory:", "must name a file"),
        ("sqlite://", "must name a file"),
        ("sqlite:////tmp/school.sqlite3?cache=shared", "has options that SQLite does not have: c"),
        ("sqlite:////dev/null/school.sqlite3", "names a file that cannot be created: "),
    ],
)
def test_an_invalid_database_is_named_without_its_password(
    url: str, problem: str, tmp_path: Path
) -> None:
    env = Environment({"DATABASE_URL": url})
    database(env, tmp_path / "default.sqlite3", 1)
    message = env.problems["DATABASE_URL"]
    assert message.startswith(f"DATABASE_URL {problem}")
    assert PASSWORD not in message
    assert not (tmp_path / "default.sqlite3").exists()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@host/name",
        "postgres://host:5433/name?sslmode=require&connect_timeout=3",
        "postgresql:///?service=school",
        "postgresql://a:b@first,second/name",
        "sqlite:///{folder}/school.sqlite3?timeout=5",
        "",
    ],
)
def test_a_valid_database_is_accepted(url: str, tmp_path: Path) -> None:
    env = Environment({"DATABASE_URL": url.format(folder=tmp_path)})
    config = database(env, tmp_path / "default.sqlite3", 1)
    assert env.problems == {}
    assert config["ENGINE"] != "django.db.backends.dummy"


def test_a_new_file_is_private_and_an_old_one_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "school.sqlite3"
    for mode in 0o600, 0o640:
        database(Environment({}), file, 1)
        assert stat.S_IMODE(file.stat().st_mode) == mode
        file.chmod(0o640)


@pytest.mark.parametrize("size", ["0", "-1", "many", "1001"])
def test_an_invalid_size_of_the_pool_is_named_for_every_database(size: str, tmp_path: Path) -> None:
    env = Environment({"DATABASE_POOL_SIZE": size})
    database(env, tmp_path / "default.sqlite3", 1)
    assert list(env.problems) == ["DATABASE_POOL_SIZE"]


def test_an_invalid_address_of_redis_is_named_without_its_password() -> None:
    env = Environment({"REDIS_URL": f":{PASSWORD}@localhost:6379"})
    assert {each["BACKEND"] for each in caches(env).values()} == {
        "django.core.cache.backends.locmem.LocMemCache"
    }
    assert env.problems["REDIS_URL"].startswith("REDIS_URL must be an address such as redis://")
    assert PASSWORD not in env.problems["REDIS_URL"]


@pytest.mark.parametrize(
    ("url", "hosts", "ports", "target"),
    [
        ("postgresql://a:b@first,second/school", "first,second", "5432,5432", "read-write"),
        ("postgres://a:b@first:1,second:2/school", "first,second", "1,2", "read-write"),
        ("postgresql://a:b@[::1]:1,second/school", "::1,second", "1,5432", "read-write"),
        ("postgresql://a:b@f,s/school?target_session_attrs=any", "f,s", "5432,5432", "any"),
        ("postgresql://a:b@first/school?target_session_attrs=primary", "first", "", "primary"),
    ],
)
def test_several_hosts_are_passed_on_to_libpq(
    url: str, hosts: str, ports: str, target: str, tmp_path: Path
) -> None:
    config = database(Environment({"DATABASE_URL": url}), tmp_path / "default.sqlite3", 1)
    assert (config["HOST"], config["PORT"]) == (hosts, ports)
    assert (config["USER"], config["PASSWORD"], config["NAME"]) == ("a", "b", "school")
    options = config["OPTIONS"]
    assert options["target_session_attrs"] == target
    assert options["pool"]["needs_writable"] is (target != "any")


def test_options_of_the_address_replace_the_usual_ones(tmp_path: Path) -> None:
    url = "postgresql://a:b@host/name?connect_timeout=7"
    config = database(Environment({"DATABASE_URL": url}), tmp_path / "default.sqlite3", 1)
    assert config["OPTIONS"]["connect_timeout"] == 7
    assert config["OPTIONS"]["tcp_user_timeout"] == 30_000


@pytest.mark.parametrize(
    ("primary", "replicas", "problem"),
    [
        ("", f"postgresql://a:{PASSWORD}@b/name", "needs PostgreSQL in DATABASE_URL."),
        ("postgresql://host/name", f"mysql://a:{PASSWORD}@b/name", "must list addresses"),
        ("postgresql://host/name", f"postgresql://a:{PASSWORD}@b", "must list addresses"),
        ("postgresql://host/name", f"postgresql://a:x,{PASSWORD}@b/name", "must list addresses"),
        (
            "postgresql://host/name",
            f"postgresql://a:{PASSWORD}@b/name?ssl=1",
            "has an option that PostgreSQL does not have",
        ),
    ],
)
def test_an_invalid_replica_is_named_without_its_password(
    primary: str, replicas: str, problem: str, tmp_path: Path
) -> None:
    env = Environment({"DATABASE_URL": primary, "DATABASE_REPLICA_URLS": replicas})
    databases(env, tmp_path / "default.sqlite3", 1)
    (message,) = env.problems.values()
    assert message.startswith(f"DATABASE_REPLICA_URLS {problem}")
    assert PASSWORD not in message


def test_each_replica_has_a_pool_of_its_own_with_the_size_of_the_primary(tmp_path: Path) -> None:
    env = Environment(
        {
            "DATABASE_URL": "postgresql://a:b@one/name",
            "DATABASE_REPLICA_URLS": "postgresql://a:b@two/name, postgresql://a:b%2Cc@three:5433/name?sslmode=require,",
            "DATABASE_POOL_SIZE": "7",
        }
    )
    found = databases(env, tmp_path / "unused", 1)
    assert env.problems == {}
    assert list(found) == ["default", "replica_1", "replica_2"]
    assert [each["HOST"] for each in found.values()] == ["one", "two", "three"]
    assert [each["OPTIONS"]["pool"]["max_size"] for each in found.values()] == [7, 7, 7]
    assert found["replica_2"]["PASSWORD"] == "b,c"
    assert found["replica_2"]["OPTIONS"]["sslmode"] == "require"
    assert not (tmp_path / "unused").exists()


def test_without_replicas_there_is_one_database(tmp_path: Path) -> None:
    env = Environment({"DATABASE_URL": "postgresql://a:b@one/name"})
    assert list(databases(env, tmp_path / "unused", 1)) == ["default"]
