"""Tables over HTTP and from the command line: the same files, with their codebooks."""

import csv
import hashlib
import io
import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli import app
from graph.tables import Unit
from tests.api.services import NORLAND, client_of

QUERY = "family=mediation&by=year"


def test_a_table_is_csv_unless_something_else_is_asked_for(norland: TestClient) -> None:
    answer = norland.get(f"/tables/mediator-dyad?{QUERY}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="mediator-dyad-year.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {(r["mediator"], r["side1"], r["side2"]) for r in rows} >= {("Westmark", "Norland", "Sudland")}
    assert answer.text == norland.get(f"/tables/mediator-dyad.csv?{QUERY}").text
    parquet = pq.read_table(io.BytesIO(norland.get(f"/tables/mediator-dyad.parquet?{QUERY}").content))
    stata = pd.read_stata(io.BytesIO(norland.get(f"/tables/mediator-dyad.dta?{QUERY}").content))
    assert parquet.num_rows == len(stata) == len(rows)
    accepted = norland.get(f"/tables/mediator-dyad?{QUERY}", headers={"Accept": "application/vnd.apache.parquet"})
    assert pq.read_table(io.BytesIO(accepted.content)) == parquet


def test_a_table_leads_to_its_codebook_and_that_tells_its_checksum(norland: TestClient) -> None:
    answer = norland.get(f"/tables/dyad?{QUERY}&between=Norland&between=Sudland")
    link, _, relation = answer.headers["link"].partition("; ")
    assert relation == 'rel="describedby"'
    book = norland.get(link.strip("<>"), headers={"Accept": "application/json"}).json()
    assert book["sha256"] == hashlib.sha256(answer.content).hexdigest()
    assert book["selection"] == {"family": "mediation", "between": ["norland", "sudland"]}
    page = norland.get(link.strip("<>"), headers={"Accept": "text/markdown"})
    assert page.headers["content-type"] == "text/markdown; charset=utf-8"
    assert page.text.startswith("# Codebook: dyad by year")


@pytest.mark.parametrize("unit", Unit)
def test_a_table_that_the_client_has_is_not_sent_again(norland: TestClient, unit: Unit) -> None:
    for path in (f"/tables/{unit}", f"/tables/{unit}.dta", f"/tables/{unit}/codebook"):
        tag = norland.get(path).headers["etag"]
        assert norland.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert norland.get(path, params={"by": "year"}).headers["etag"] != tag


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/tables/triad", 404, "there are dyad, directed-dyad, mediator-dyad, conflict, process"),
        ("/tables/dyad.xlsx", 404, "there are csv, parquet, dta"),
        ("/tables/dyad?unit=x", 422, "unknown parameter 'unit'"),
        ("/tables/dyad?by=day", 422, "by: "),
        ("/tables/dyad?since=2031-03-05", 422, "give 2031-03-01"),
        ("/tables/dyad?subject=Nowhere", 404, "no entity is known as 'Nowhere'"),
    ],
)
def test_what_is_wrong_is_told(norland: TestClient, path: str, status: int, words: str) -> None:
    answer = norland.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_what_is_not_installed_or_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with client_of(NORLAND, table_rows=3) as client:
        answer = client.get("/tables/dyad")
        assert (answer.status_code, answer.json()["parameter"]) == (422, "complete")
        monkeypatch.setitem(sys.modules, "pyarrow", None)
        answer = client.get("/tables/dyad.parquet?subject=Norland")
        assert (answer.status_code, answer.json()["error"]) == (501, "MissingExtraError")
        assert "tertius[tables]" in answer.json()["detail"]


def test_the_command_writes_the_same_table_and_its_codebook(norland: TestClient, tmp_path: Path) -> None:
    for name in ("t.csv", "t.parquet", "t.dta"):
        to = tmp_path / name
        done = CliRunner().invoke(
            app,
            ["table", "mediator-dyad", "--family", "mediation", "--by", "year", "--data", str(NORLAND), "-o", str(to)],
        )
        assert done.exit_code == 0, done.output
        if name == "t.csv":  # the others tell the revision, which is another store's
            assert to.read_bytes() == norland.get(f"/tables/mediator-dyad?{QUERY}").content
        book = (tmp_path / "t.codebook.md").read_text("utf-8")
        assert hashlib.sha256(to.read_bytes()).hexdigest() in book
    printed = CliRunner().invoke(
        app, ["table", "dyad", "--by", "year", "--data", str(NORLAND), "--codebook", str(tmp_path / "c.json")]
    )
    assert printed.stdout.startswith("side1_id,side1,")
    assert json.loads((tmp_path / "c.json").read_text("utf-8"))["unit"]["name"] == "dyad"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["triad"], "'triad' is not one of"),
        (["dyad", "--format", "xlsx"], "'xlsx' is none of csv, parquet, dta"),
        (["dyad", "--by", "day"], "--by"),
    ],
)
def test_wrong_usage_of_the_command_is_told(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["table", *arguments, "--data", str(NORLAND)])
    assert done.exit_code == 2
    assert words in done.output
