"""The two installations of the trial."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.isolated import default_environment
from benchmarks.trial.school import School, fill_school
from benchmarks.trial.servers.nginx import Nginx
from benchmarks.trial.servers.pgbouncer import PgBouncer
from benchmarks.trial.servers.postgres import PostgresServer
from benchmarks.trial.servers.product import Product
from benchmarks.trial.servers.redis import RedisServer


class Stack(ABC):
    """A running installation: its school, its server processes, and the port for its clients."""

    title: str
    school: School
    product: Product
    environment: Mapping[str, str]
    folder: Path

    @property
    def port(self) -> int:
        """The port that clients connect to."""
        return self.product.port

    @property
    @abstractmethod
    def database_url(self) -> str:
        """The database itself, without PgBouncer."""

    @contextmanager
    def another_product(self, *, processes: int = 1, **settings: str) -> Iterator[Product]:
        """Run a second server on the same database."""
        folder = self.folder / f"product-{len(list(self.folder.glob('product-*')))}"
        folder.mkdir()
        environment = {**self.environment, "PRIMEPATH_VAR_DIR": str(folder), **settings}
        product = Product(folder, environment, processes=processes)
        try:
            yield product
        finally:
            product.stop()


class SecondStack(Stack):
    """A second server of an installation with another database. Its clients reach it directly."""

    def __init__(self, first: Stack, product: Product, database_url: str) -> None:
        self.title = first.title
        self.school, self.environment, self.folder = first.school, first.environment, first.folder
        self.product = product
        self._database_url = database_url

    @property
    def database_url(self) -> str:
        return self._database_url


class SqliteStack(Stack):
    """SQLite and one process. Its clients reach it directly."""

    title = "SQLite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "school.sqlite3"
        self.environment = _environment(folder, self.database_url)
        self.school = fill_school(self.environment, folder / "school.json")
        self.product = Product(folder, self.environment, processes=1)

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.file}"


class PostgresqlStack(Stack):
    """PostgreSQL with a replica behind PgBouncer, Redis, and two processes behind nginx."""

    title = "PostgreSQL"

    def __init__(self, folder: Path, closing: ExitStack) -> None:
        self.folder = folder
        self.primary = PostgresServer.new(folder / "primary")
        closing.callback(lambda: self.primary.stop())
        filling = _environment(folder, self.primary.url())
        self.school = fill_school(filling, folder / "school.json")
        self.replica = self.primary.replica(folder / "replica")
        closing.callback(lambda: self.replica.stop())
        self.pgbouncer = PgBouncer(folder / "pgbouncer", self.primary)
        closing.callback(self.pgbouncer.stop)
        self.redis = RedisServer(folder)
        closing.callback(self.redis.stop)
        self.environment = _environment(
            folder,
            self.pgbouncer.url,
            REDIS_URL=self.redis.url,
            DATABASE_REPLICA_URLS=self.replica.url(),
        )
        self.product = Product(folder, self.environment, processes=2)
        closing.callback(lambda: self.product.stop())
        self.nginx = Nginx(folder / "nginx", self.product.ports)
        closing.callback(self.nginx.stop)

    @property
    def port(self) -> int:
        return self.nginx.port

    @property
    def database_url(self) -> str:
        return self.primary.url()


def _environment(folder: Path, database_url: str, **settings: str) -> dict[str, str]:
    return {
        **default_environment(),
        "DATABASE_URL": database_url,
        "PRIMEPATH_VAR_DIR": str(folder),
        # All servers of an installation need the same.
        "SECRET_KEY": "the-trial-needs-no-secret-but-a-long-key",
        **settings,
    }


@contextmanager
def running_stack(kind: type[Stack], folder: Path) -> Iterator[Stack]:
    """Start an installation with its files in ``folder``, and stop it afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as closing:
        if kind is PostgresqlStack:
            yield PostgresqlStack(folder, closing)
        else:
            stack = SqliteStack(folder)
            closing.callback(lambda: stack.product.stop())
            yield stack
