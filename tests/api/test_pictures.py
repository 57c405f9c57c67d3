"""Pictures over HTTP and from the command line: the same bytes."""

import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app
from graph.networks import Projection
from tests.api.services import NORLAND


@pytest.mark.parametrize(
    ("path", "type", "start"),
    [
        ("/network.svg", "image/svg+xml", b"<?xml"),
        ("/network.png", "image/png", b"\x89PNG"),
        ("/timeline.svg", "image/svg+xml", b"<?xml"),
        ("/timeline.png", "image/png", b"\x89PNG"),
    ],
)
def test_pictures_are_sent_once(norland: TestClient, path: str, type: str, start: bytes) -> None:
    answer = norland.get(path, params={"family": "mediation"})
    assert answer.headers["content-type"] == type
    assert answer.content.startswith(start)
    again = norland.get(path, params={"family": "mediation"}, headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert norland.get(path, params={"family": "mediation"}).content == answer.content


def test_a_picture_tells_its_filter_and_a_filter_that_leaves_nothing_a_picture_that_says_so(
    norland: TestClient,
) -> None:
    drawn = norland.get("/network.svg", params={"involving": "Norland", "until": "1900"})
    assert drawn.status_code == 200
    description = ET.fromstring(drawn.content).find("{http://www.w3.org/2000/svg}desc")  # noqa: S314
    assert description is not None
    assert "involving: Norland; until: 1900" in (description.text or "")
    assert "Nothing to draw" in (description.text or "")


@pytest.mark.parametrize(
    ("query", "status"), [("most=0", 422), ("most=61", 422), ("colour=red", 422), ("involving=Atlantis", 404)]
)
def test_impossible_pictures_are_refused(norland: TestClient, query: str, status: int) -> None:
    assert norland.get(f"/network.svg?{query}").status_code == status


def test_more_statements_than_a_picture_shows_are_refused(norland: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.network_parameters._MOST_DRAWN", 3)
    answer = norland.get("/network.svg?since=1990")  # nobody has asked for it, so that it is not there yet
    assert answer.status_code == 422
    assert "narrow the filters" in answer.json()["detail"]


@pytest.mark.parametrize("projection", Projection)
def test_every_projection_is_drawn(talks: TestClient, projection: Projection) -> None:
    answer = talks.get("/network.svg", params={"projection": projection, "level": "state"})
    assert answer.status_code == 200
    assert answer.content == talks.get(f"/network.svg?level=state&projection={projection}").content


def test_pictures_without_the_library_are_answered_with_the_extra(
    norland: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = norland.get("/network.svg")
    assert (answer.status_code, answer.json()["error"]) == (501, "MissingExtraError")
    assert "tertius[pictures]" in answer.json()["detail"]


def test_the_command_draws_what_the_service_draws(norland: TestClient, tmp_path: Path) -> None:
    for what, file, query in (
        ("network", "mediation.svg", {"family": "mediation"}),
        ("timeline", "years.png", {"by": "year"}),
    ):
        to = tmp_path / file
        options = [f"--{name}={value}" for name, value in query.items()]
        done = CliRunner().invoke(app, ["draw", what, "--data", str(NORLAND), "-o", str(to), *options])
        assert done.exit_code == 0, done.output
        assert to.read_bytes() == norland.get(f"/{what}{to.suffix}", params=query).content
    refused = CliRunner().invoke(app, ["draw", "network", "--data", str(NORLAND), "-o", str(tmp_path / "a.jpg")])
    assert refused.exit_code == 2
    assert "svg, png" in refused.output
