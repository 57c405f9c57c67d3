"""Who is whom, on the command line and over HTTP."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from api.cli import app
from api.settings import Settings
from graph import KnowledgeGraph
from tests.api.services import NORLAND

WHO = ("--by", "A. Coder", "--why", "the same passport")


def tertius(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments], prog_name="tertius")


def ok(*arguments: str | Path) -> str:
    result = tertius(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store of one's own with the small cast."""
    monkeypatch.delenv("TERTIUS_STORE", raising=False)
    with KnowledgeGraph(tmp_path / "kg") as kg:
        kg.load(NORLAND)
    return tmp_path / "kg"


def test_merging_and_splitting_are_recorded_with_who_and_why(store: Path) -> None:
    assert "judgement 1: bo-sund is eva-strand" in ok(
        "entities", "merge", "Bo Sund", "Eva Strand", *WHO, "--store", store
    )
    assert "bo-sund" not in ok("entities", "--kind", "person", "--store", store)
    printed = ok("entities", "split", "bo-sund", "--by", "Another", "--why", "there are two", "--store", store)
    assert "judgement 2: judgement 1 is withdrawn" in printed
    assert "bo-sund" in ok("entities", "--kind", "person", "--store", store)
    history = json.loads(ok("entities", "history", "--json", "--store", store))
    assert [(j["number"], j["by"], j["why"], j["stands"]) for j in history] == [
        (1, "A. Coder", "the same passport", False), (2, "Another", "there are two", False),
    ]  # fmt: skip
    lines = ok("entities", "history", "--store", store).splitlines()
    assert [line.split()[:2] for line in lines[2:]] == [["1", "bo-sund"], ["2", "judgement"]]


def test_whoever_acts_on_itself_by_a_merge_is_told_of(store: Path) -> None:
    result = tertius("entities", "merge", "norland", "sudland", *WHO, "--store", store)
    assert "statements in which it acts on itself now: 1" in result.stderr


def test_statements_that_mean_another_are_named_one_by_one(store: Path) -> None:
    with KnowledgeGraph(store) as kg:
        (id,) = [s.id for s in kg.statements() if s.key == "norland-invites-bo-sund"]
    split = ("entities", "split", "bo-sund", "--as", "eva-strand", "--statement", id, *WHO, "--store", store)
    assert f"judgement 1: bo-sund is eva-strand in {id}" in ok(*split)
    assert "Eva Strand" in ok("ask", "invites", "--object", "Eva Strand", "--store", store)
    assert "judgement 1 is withdrawn" in ok("entities", "withdraw", "1", *WHO, "--store", store)


def test_nothing_is_recorded_without_who_why_and_a_store(store: Path) -> None:
    merge = ("entities", "merge", "bo-sund", "eva-strand")
    for status, arguments, message in (
        (2, (*merge, "--store", store), "Missing option '--by'"),
        (2, (*merge, "--by", "me", "--store", store), "Missing option '--why'"),
        (2, (*merge, *WHO), "name the store"),
        (2, ("entities", "--store", store, *merge[1:], *WHO), "options of merge stand after it"),
        (3, (*merge, *WHO, "--store", store.parent / "none"), "is not a store"),
        (1, (*merge[:3], "norland", *WHO, "--store", store), "'bo-sund' is a person and 'norland' a state"),
        (1, (*merge, "--by", "", "--why", "so", "--store", store), "who judges"),
    ):
        result = tertius(*arguments)
        assert (result.exit_code, message in result.stderr) == (status, True), result.output
    assert json.loads(ok("entities", "history", "--json", "--store", store)) == []


def test_a_merged_entity_answers_and_tells_what_it_is_who_judged_so_and_why(store: Path) -> None:
    with KnowledgeGraph(store) as kg:
        kg.merge_entities("westmark", "sudland", by="A. Coder", why="one government")
        with TestClient(create_app(Settings(data="none"), kg)) as client:
            merged, other = (client.get(f"/entities/{i}").json() for i in ("westmark", "sudland"))
            at = kg.judgements()[0].at.isoformat().replace("+00:00", "Z")
            told = {
                "entity": {"id": "westmark", "label": "Westmark"},
                "into": {"id": "sudland", "label": "Sudland"},
                "judgement": {"number": 1, "by": "A. Coder", "why": "one government", "at": at},
            }  # fmt: skip
            assert (merged["id"], merged["merged_into"], merged["merged"]) == ("westmark", told, [])
            assert (other["merged_into"], other["merged"]) == (None, [told])
            assert merged["counts"] == other["counts"]
            assert client.get("/names/Westmark").json()["id"] == "sudland"
            assert client.get("/entities/the Republic").json()["id"] == "sudland"
            listed = [e["id"] for e in client.get("/entities?kind=state").json()["items"]]
            assert listed == ["norland", "sudland"]
            answers = client.get("/who/mediates?subject=westmark").json()["answers"]
            assert {a["subject"]["id"] for a in answers} == {"sudland"}
            (statement,) = {i for a in answers for i in a["statements"]} & {
                s["id"] for s in client.get("/statements?relation=mediates&modality=asserted").json()["items"]
            }
            assert client.get(f"/statements/{statement}").json()["subject"]["id"] == "westmark"
            assert client.get("/id/entity/westmark", follow_redirects=True).status_code == 200
            page = client.get("/doc/entity/westmark", headers={"Accept": "text/turtle"}).text
            assert "t:mergedInto e:sudland" in page
            page = client.get("/doc/entity/westmark", headers={"Accept": "text/html"}).text
            assert 'Is <a href="/id/entity/sudland">Sudland</a>' in page
            judgement = client.get("/id/judgement/1", headers={"Accept": "text/turtle"})
            assert "t:judges e:westmark" in judgement.text
            page = client.get("/doc/judgement/1", headers={"Accept": "text/html"}).text
            assert "one government" in page
            assert client.get("/id/judgement/2").status_code == 404
            assert "takes two different actors" in client.get("/who/mediates?between=westmark&between=sudland").text


def test_a_backup_brings_the_judgements_back(store: Path, tmp_path: Path) -> None:
    ok("entities", "merge", "bo-sund", "eva-strand", *WHO, "--store", store)
    ok("backup", tmp_path / "copy.tar", "--store", store)
    ok("restore", tmp_path / "copy.tar", "--store", tmp_path / "new")
    history = ok("entities", "history", "--json", "--store", store)
    assert ok("entities", "history", "--json", "--store", tmp_path / "new") == history
    with KnowledgeGraph(tmp_path / "new") as kg:
        assert kg.resolve("Bo Sund") == "eva-strand"
