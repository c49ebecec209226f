"""Writers run in separate processes, so they need a database that other processes can open."""

from tests.concurrency.conftest import database_url, shared_database

__all__ = ["database_url", "shared_database"]
