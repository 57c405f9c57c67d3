"""Adding a relation is one edit in one Turtle file: it is then accepted, asked for, served and documented."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

RELATION = """
r:serenades a t:Relation ; rdfs:label "serenades"@en ; t:inverseLabel "is serenaded by"@en ;
    skos:definition "Sings below somebody's window."@en ; rdfs:subPropertyOf r:supports ;
    t:family t:support ; t:sign 1 ; t:frame f:towards-actor .
"""

PROGRAM = """
import json, sys
from fastapi.testclient import TestClient
from api.app import create_app
from api.settings import Settings
from graph import KnowledgeGraph
from ontology.page import render_html
from ontology import vocabulary

with KnowledgeGraph() as kg:
    kg.load(sys.argv[1])
    with TestClient(create_app(Settings(data="none"), graph=kg)) as client:
        wider = client.get("/who/supports", params={"subject": "Bo Sund"}).json()
        listed = client.get("/relations").json()
        query = "SELECT ?o { ?s rdf:predicate/rdfs:subPropertyOf* r:supports ; rdf:subject e:bo-sund ; rdf:object ?o }"
        found = client.get("/sparql", params={"query": query}).json()
    print(json.dumps({
        "asked": [a.object for a in kg.ask("serenades").found],
        "served": [(a["relation"], a["object"]["id"]) for a in wider["answers"]],
        "listed": [r["definition"] for r in listed["items"] if r["id"] == "serenades"],
        "queried": [b["o"]["value"].rsplit("/", 1)[-1] for b in found["results"]["bindings"]],
        "documented": "is serenaded by" in render_html(vocabulary()),
    }))
"""

STATEMENTS = """
source: gazette-1
statements:
  - key: serenade
    subject: bo-sund
    relation: {relation}
    object: ada-norn
    start: 0
    end: 5
    modality: asserted
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The three packages and the invented data set with one statement more, in a folder of their own."""
    for package in ("ontology", "graph", "api"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "_data"))
    shutil.copytree(ROOT / "data" / "norland", tmp_path / "norland")
    info = tmp_path / "norland" / "dataset.yml"
    lines = info.read_text(encoding="utf-8").splitlines()
    counts = {"statements": 1}
    for i, line in enumerate(lines):
        name, _, number = line.strip().partition(": ")
        if name in counts and number.isdigit():
            lines[i] = f"  {name}: {int(number) + counts[name]}"
    info.write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "norland" / "statements" / "more.yml").write_text(
        STATEMENTS.format(relation="serenades"), encoding="utf-8"
    )
    return tmp_path


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(folder / "norland")],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_relation_added_to_the_turtle_is_accepted_asked_served_and_documented(copy: Path) -> None:
    turtle = copy / "ontology" / "relations.ttl"
    turtle.write_text(turtle.read_text(encoding="utf-8") + RELATION, encoding="utf-8")
    done = run(copy, PROGRAM)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "asked": ["ada-norn"],
        "served": [["serenades", "ada-norn"]],
        "listed": ["Sings below somebody's window."],
        "queried": ["ada-norn"],
        "documented": True,
    }


def test_relation_that_is_not_in_the_turtle_is_refused_by_name(copy: Path) -> None:
    done = run(copy, PROGRAM)
    assert done.returncode != 0
    assert "unknown relation 'serenades'" in done.stderr
