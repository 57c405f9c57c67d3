"""Two coders compared and adjudicated from the command line."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from graph import KnowledgeGraph, Statement
from tests.api.services import NORLAND


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The small cast, in which a second reader has read one passage otherwise and found another claim."""
    path = tmp_path / "kg"
    with KnowledgeGraph(path) as kg:
        kg.load(NORLAND)
        (first, *_) = kg.statements(source="gazette-1", relation="invites")
        changes = {"coder": "reader", "relation": "visits", "event": None, "key": None, "codes": (), "about": None}
        second = Statement.model_validate(first.model_dump(exclude={"id"}) | changes)
        kg.add([second])
    return path


def test_coders_are_compared_and_what_differs_is_listed(store: Path) -> None:
    done = run("agreement", "--store", store)
    assert done.exit_code == 0, done.output
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    assert rows["relation"] == ["1", "0", "0.000"]
    assert rows["subject"] == ["1", "1"]  # one value: alpha is not defined
    assert "1 places in 1 texts" in done.stderr
    body = json.loads(run("agreement", "--store", store, "--json").stdout)
    assert (body["coders"], body["matched"], body["sources"]) == (["curated", "reader"], 1, ["gazette-1"])
    (pair,) = [p for p in body["pairs"] if p["differ"]]
    assert "relation" in pair["differ"]
    listed = run("agreement", "--store", store, "--differences").stdout
    assert all(id in listed for id in pair["statements"])


def test_what_is_adjudicated_is_told_and_undone(store: Path) -> None:
    (pair,) = [p for p in json.loads(run("agreement", "--store", store, "--json").stdout)["pairs"] if p["differ"]]
    stands, falls = pair["statements"]
    told = ("--by", "C. Judge", "--why", "nobody travelled", "--store", store)
    done = run("adjudicate", falls, "--instead", stands, *told)
    assert done.exit_code == 0, done.output
    assert f"{falls}: retracted, {stands} instead" in done.stdout
    again = run("adjudicate", falls, "--nothing-instead", *told)
    assert (again.exit_code, "was decided against by C. Judge: nobody travelled" in again.stderr) == (1, True)
    # A service loads its data sets each time that it starts.
    with KnowledgeGraph(store) as kg:
        kg.load(NORLAND)
        assert kg.statement(falls).corrected_by == stands
    assert f"{falls}: active" in run("adjudicate", falls, "--reopen", *told).stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("adjudicate", "x", "--by", "a", "--why", "b"), 2, "say one of --instead ID"),
        (("adjudicate", "x", "--by", "a", "--why", "b", "--reopen", "--nothing-instead"), 2, "say one of"),
        (("adjudicate", "x", "--by", "a", "--why", "b", "--reopen"), 1, "no statement has the id 'x'"),
        (("adjudicate", "x", "--reopen", "--by", "a"), 2, "--why"),
        (("agreement", "--coder", "nobody"), 1, "'nobody' shares no source"),
        (("agreement", "--source", "gazette-2"), 1, "no source of the selection was coded by two"),
    ],
)
def test_wrong_usage_is_told(store: Path, arguments: tuple[str, ...], status: int, words: str) -> None:
    done = run(*arguments, "--store", store)
    assert done.exit_code == status
    assert words in done.output
