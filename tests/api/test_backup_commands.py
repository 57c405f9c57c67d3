"""Backups by the command line, beside a service that answers from the store."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from graph import KnowledgeGraph, Statement
from tests.api.services import NORLAND, Start

NOTE = Statement(
    subject="norland", relation="criticises", object="sudland", source="gazette-1", start=1, end=9, modality="asserted"
)
COUNT = "SELECT (COUNT(*) AS ?n) { ?s r:criticises ?o }"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TERTIUS_STORE", raising=False)


def tertius(*arguments: str | Path, status: int = 0) -> str:
    """What a command says, on standard output where it works, else on standard error."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="tertius")
    assert result.exit_code == status, result.output
    assert "Traceback" not in result.output
    return result.stderr if status else result.stdout


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with KnowledgeGraph(tmp_path / "kg") as kg:
        kg.load(NORLAND)
    return tmp_path / "kg"


@pytest.mark.slow
def test_a_service_answers_from_what_was_restored_at_its_next_request(
    store: Path, tmp_path: Path, service: Start
) -> None:
    running = service("none", store=store)
    with running.client() as client, KnowledgeGraph(store) as kg:
        archive = tmp_path / "kg.tar.gz"
        said = tertius("backup", archive, "--store", store)
        assert said == f"{archive} holds 18 statements at revision 2 of {store}\n"
        kg.add([NOTE])
        assert client.get("/health").json()["statements"] == 19
        assert client.post("/questions", json={"query": COUNT}).json()["results"]["bindings"][0]["n"]["value"] == "1"
        held = client.get("/statements?limit=5").json()["next"]
        assert tertius("restore", archive, "--store", store, "--over") == f"{store} holds 18 statements at revision 4\n"
        assert client.get("/health").json()["statements"] == 18
        assert client.post("/questions", json={"query": COUNT}).json()["results"]["bindings"][0]["n"]["value"] == "0"
        assert client.get("/statements", params={"limit": 5, "cursor": held}).status_code == 409


def test_a_backup_becomes_a_new_store(store: Path, tmp_path: Path) -> None:
    archive = tmp_path / "kg.tar"
    tertius("backup", archive, "--store", store, "--cited")
    assert tertius("restore", archive, "--check").startswith(f"{archive} is whole: 18 statements at revision 2\n")
    assert tertius("restore", archive, "--store", tmp_path / "new") == (
        f"{tmp_path / 'new'} holds 18 statements at revision 2\n"
    )
    with KnowledgeGraph(tmp_path / "new") as kg:
        assert len(kg.statements()) == 18


@pytest.mark.slow
def test_frozen_answers_are_there_in_the_restored_store(store: Path, tmp_path: Path, service: Start) -> None:
    with service("none", store=store).client() as client, KnowledgeGraph(store) as kg:
        place = client.post("/citations", json={"query": COUNT}).headers["location"]
        frozen = client.get(f"{place}/answer")
        kg.add([NOTE])
        tertius("backup", tmp_path / "kg.tar", "--store", store, "--cited")
    tertius("restore", tmp_path / "kg.tar", "--store", tmp_path / "new")
    with service("none", store=tmp_path / "new").client() as client:
        again = client.get(f"{place}/answer")
        assert (again.status_code, again.content) == (200, frozen.content)
        assert client.get(place).status_code == 200


def test_what_goes_wrong_is_told_with_its_status(store: Path, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear Bo")
    assert "is truncated, damaged or no backup" in tertius("restore", tmp_path / "letter", "--check", status=3)
    assert "is not a store" in tertius("backup", tmp_path / "kg.tar", "--store", tmp_path / "nowhere", status=3)
    assert "name the store: --store FOLDER" in tertius("backup", tmp_path / "kg.tar", status=2)
    assert "name the store: --store FOLDER" in tertius("restore", tmp_path / "kg.tar", status=2)
    tertius("backup", tmp_path / "kg.tar", "--store", store)
    assert "restore over it (--over)" in tertius("restore", tmp_path / "kg.tar", "--store", store, status=3)
