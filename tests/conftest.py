"""Fixtures for all tests, and how a run of them is set up."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.conf import settings
from django.core.cache import caches
from pytest_django import DjangoDbBlocker

from primepath.services.documents.find import forget_documents
from primepath.services.passwords.hashers import Argon2Hasher, PBKDF2Hasher
from tests.databases import drop_demo_template
from tests.last_use import ignoring_uses
from tests.markers import starts_processes
from tests.migrated import migrating_once
from tests.profiles import load_profile
from tests.run_folder import new_run_folder, run_folder
from tests.serial import SerialTests
from tests.server import Server, running_server
from tests.stored_once import StoreOnce, stored_once
from tests.times import Times

# A worker of pytest-xdist takes a whole file at a time, and ends soonest after the others if the longest files come first.
_LONGEST = ("tests/writing/", "tests/clients/", "tests/browser/", "tests/concurrency/")

load_profile()


def pytest_configure(config: pytest.Config) -> None:
    run = ExitStack()
    run.enter_context(new_run_folder())
    if not hasattr(config, "workerinput"):
        run.callback(drop_demo_template)
    config.add_cleanup(run.close)
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "primepath.db.sqlite3":
        # Otherwise pytest-django uses a file for each worker: it does not recognise this backend.
        database.setdefault("TEST", {})["NAME"] = ":memory:"
    # A password is hashed as in production, but not for as long.
    Argon2Hasher.time_cost, Argon2Hasher.memory_cost = 1, 8
    PBKDF2Hasher.iterations = 1_000
    # Each client of httpx would read all certificates of the machine, which takes 25 ms. No test uses TLS.
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(run_folder())
    if database["ENGINE"] == "primepath.db.postgresql":
        config.pluginmanager.register(SerialTests())
    if os.environ.get("TIMES"):
        config.pluginmanager.register(Times(config.rootpath / "var"))


def pytest_itemcollected(item: pytest.Item) -> None:
    if starts_processes(item):
        item.add_marker("slow")


def pytest_collection_finish() -> None:
    # As in `primepath.asgi`: modules and tests stay until the end, and the garbage collector need not look at them.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> Iterator[None]:
    with migrating_once():
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    _empty()
    yield
    _empty()


def _empty() -> None:
    for alias in settings.CACHES:
        caches[alias].clear()
    forget_documents()


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A real server with demo data, for all tests that change nothing."""
    with running_server(tmp_path_factory.mktemp("demo")) as server:
        yield server


@pytest.fixture(scope="module")
def store_once(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[StoreOnce]:
    with stored_once(django_db_blocker) as store:
        yield store


@pytest.fixture(autouse=True)
def _ignore_uses() -> Iterator[None]:
    """Do not note uses of tokens, except in tests about them."""
    with ignoring_uses():
        yield
