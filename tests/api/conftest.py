"""Fixtures for how the graph is asked for. Choose:

- `norland`: a client of the service over the small cast of data/norland, shared by the whole run.
- `talks`: the same over the curated article.
- `ordinary`: the same over an empty, ordinary SPARQL store that `BEARER` may write to: choose graphs of your own.
- `running`: the service in a process of its own, shared by the whole run: for sockets and bytes.
- `service`: starts one with settings of its own, ended after the test: for signals and for writing.

Build your own application with `tests.api.services.client_of` where a test needs settings of its own.
"""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.api.services import NORLAND, ORDINARY, ROOT, TALKS, Service, Start, client_of


@pytest.fixture(scope="session")
def norland() -> Iterator[TestClient]:
    """The small cast."""
    with client_of(NORLAND) as client:
        yield client


@pytest.fixture(scope="session")
def talks() -> Iterator[TestClient]:
    """The curated article."""
    with client_of(TALKS) as client:
        yield client


@pytest.fixture(scope="session")
def ordinary() -> Iterator[TestClient]:
    """An empty, ordinary SPARQL store."""
    with client_of("none", **ORDINARY) as client:
        yield client


@contextlib.contextmanager
def starter(folder: Path) -> Iterator[Start]:
    """Starts services, whose logs go to files in the folder, and ends them."""
    started: list[Service] = []

    def start(data: Path | str = NORLAND, **settings: Any) -> Service:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TERTIUS_")}
        environment |= {f"TERTIUS_{name.upper()}": str(value) for name, value in settings.items()}
        environment |= {"TERTIUS_DATA": str(data), "TERTIUS_PORT": "0"}
        log = folder / f"service-{len(started)}.log"
        with log.open("w") as output:
            command = [sys.executable, "-m", "api", "serve"]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=output, text=True)
        found = Service(process, 0, log)
        started.append(found)
        while '"Application startup complete."' not in (text := log.read_text()):
            if process.poll() is not None:
                raise AssertionError(text)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        answers = re.search(r"http://127\.0\.0\.1:(\d+)", text)
        assert answers, text
        found.port = int(answers[1])
        return found

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait(10)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Start]:
    """Starts the real service with settings by name."""
    with starter(tmp_path) as start:
        yield start


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The small cast, served by a process."""
    with starter(tmp_path_factory.mktemp("running")) as start:
        yield start()
