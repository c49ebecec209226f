"""Writers are processes of their own, so they need a database that other processes can open."""

from tests.concurrency.conftest import database_url, shared_database

__all__ = ["database_url", "shared_database"]
