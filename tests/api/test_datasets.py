"""Curated claims and imported files in one store: answers apart by evidence, data sets told, nothing lost."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api import schemas
from api.cli import app
from graph import KnowledgeGraph
from tests.api.services import NORLAND, Start, client_of
from tests.graph.importing import test_paa_x as paa_x
from tests.graph.importing.agreement_data import table
from tests.graph.importing.tables import icews

PAIR = {"between": ["Norland", "Sudland"]}
HEADER = ["Con", "PP", "PPName", "AgtId", "Agt", "Dat", "Part", "ThrdPart"]
PAGE = {"Accept": "text/html,*/*;q=0.8"}


def mediation(number: int, side: str, **cells: str) -> dict[str, str]:
    return {
        "Event ID": str(number), "CAMEO Code": "045", "Event Text": "Mediate", "Source Name": "Westmark",
        "Source Sectors": "NA", "Source Country": "Westmark", "Target Name": side, "Target Sectors": "NA",
        "Target Country": side, "Story ID": "7", "Sentence Number": "1",
    } | cells  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """The small cast with claims, a file of coded events and one of agreements."""
    folder = tmp_path_factory.mktemp("mixed")
    rows = [
        mediation(1, "Norland"),
        mediation(2, "Sudland"),
        mediation(3, "Norland", **{"Event Date": "2031-04-01", "Story ID": "8"}),
    ]
    bad = [mediation(4, "Norland", **{"CAMEO Code": "45"}), mediation(5, "Norland", **{"Event Date": "soon"})]
    file = folder / "events.tab"
    file.write_bytes(icews([*rows, *bad]).replace(b"soon", b"so\xe9n"))
    agreement = ["Norland", "7", "River Talks", "12", "River Treaty", "2031-05-01", "Norland; Sudland", "Westmark"]
    with KnowledgeGraph(folder / "store") as kg:
        kg.load(NORLAND)
        kg.import_files("icews", [file])
        kg.import_files("pa-x", [table(folder / "pax.csv", HEADER, agreement)])
        yield kg


@pytest.fixture(scope="module")
def client(mixed: KnowledgeGraph) -> Iterator[TestClient]:
    with client_of("none", graph=mixed) as client:
        yield client


def who(client: TestClient, question: str, **parameters: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/who/{question}", params=PAIR | parameters)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["answers"]
    return found


def told(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(f["subject"]["id"], f["relation"], f["evidence"], f["sides"], f["inferred"], f["datasets"]) for f in found]


CLAIM = ("westmark", "mediates", "claim", "both", False, {"norland": 2})
JOINED = ("westmark", "mediates", "event", "joined", True, {"icews": 2})
THIRD = ("westmark", "is-third-party-to", "agreement", "both", False, {"pa-x": 1})
ONE = ("westmark", "mediates", "event", "one", False, {"icews": 1})


def test_one_question_answers_from_claims_events_and_agreements_apart(client: TestClient) -> None:
    assert told(who(client, "mediates")) == [CLAIM, JOINED, ONE]
    found = told(who(client, "mediation"))
    assert [f for f in found if f[0] == "westmark"] == [CLAIM, THIRD, JOINED, ONE]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"evidence": "claim"}, [CLAIM]),
        ({"evidence": ["event", "agreement"]}, [JOINED, ONE]),
        ({"dataset": "icews"}, [JOINED, ONE]),
        ({"dataset": ["norland", "icews"]}, [CLAIM, JOINED, ONE]),
        ({"evidence": "agreement"}, []),
    ],
    ids=str,
)
def test_evidence_and_data_sets_filter(client: TestClient, filters: dict[str, Any], expected: list[Any]) -> None:
    assert told(who(client, "mediates", **filters)) == expected


def test_joining_can_be_switched_off(client: TestClient) -> None:
    assert [f[2:4] for f in told(who(client, "mediates", joined="false"))] == [
        ("claim", "both"), ("event", "one"), ("event", "one"),
    ]  # fmt: skip


def test_coverage_tells_kinds_apart(client: TestClient) -> None:
    coverage = client.get("/who/mediates", params=PAIR).json()["coverage"]
    assert coverage["by_evidence"] == {"claim": 2, "event": 3}
    assert {(a["entity"]["id"], a["evidence"]) for a in coverage["actors"]} == {
        (side, kind) for side in ("norland", "sudland") for kind in ("claim", "event", "agreement")
    }


def test_timelines_are_by_data_set_and_add_up_no_kinds(client: TestClient) -> None:
    body = client.get("/timeline", params={"by": "month", "family": "mediation"}).json()
    series = {s["dataset"]: {p["period"]: p["statements"] for p in s["periods"]} for s in body["series"]}
    assert series["icews"] == {"2031-03": 2, "2031-04": 1}
    assert series["pa-x"] == {"2031-05": 1}
    assert (body["periods"], body["spread"], body["undated"]) == (None, None, None)
    one = client.get("/timeline", params={"by": "year", "dataset": "icews"}).json()
    assert one["periods"] == [{"period": "2031", "statements": 3}]


def test_a_data_set_tells_what_became_of_its_records(client: TestClient) -> None:
    listed = schemas.DatasetList.model_validate(client.get("/datasets").json())
    assert [d.id for d in listed.items] == ["icews", "norland", "pa-x"]
    found = schemas.DatasetBody.model_validate(client.get("/datasets/icews").json())
    assert found.records == schemas.CountsBody(
        read=5, stored=3, repeated=0, rejected=2, elsewhere=0, recoded=0, unmapped=0, linked=2
    )
    assert (str(found.earliest), str(found.latest), found.statements) == ("2031-03-05", "2031-04-01", {"event": 3})
    assert sum(found.reasons.values()) == 2
    assert [f.file for f in found.files] == ["events.tab"]
    assert found.licences[0].startswith("As the publisher")
    assert found.formats.keys() == {"icews"}
    curated = schemas.DatasetBody.model_validate(client.get("/datasets/norland").json())
    assert (curated.records, curated.statements, curated.sources) == (None, {"claim": 18}, 2)
    assert client.get("/datasets/nothing").status_code == 404


def test_rejects_are_paged_with_their_bytes(client: TestClient) -> None:
    first = client.get("/datasets/icews/rejects", params={"limit": 1}).json()
    second = client.get("/datasets/icews/rejects", params={"limit": 1, "cursor": first["next"]}).json()
    assert (first["total"], second["next"]) == (2, None)
    (lost,), (soon,) = first["items"], second["items"]
    assert (lost["file"], lost["number"], lost["base64"]) == ("events.tab", 4, None)
    assert "'45'" in lost["reason"]
    assert lost["text"].split("\t")[6] == "45"
    assert (soon["number"], soon["text"]) == (5, None)
    assert b"so\xe9n" in base64.b64decode(soon["base64"])
    assert client.get("/datasets/norland/rejects").json() == {"items": [], "total": 0, "next": None}


def test_a_coded_statement_leads_to_its_record(client: TestClient) -> None:
    (item,) = client.get("/statements", params={"dataset": "icews", "since": "2031-04"}).json()["items"]
    record = client.get(f"/statements/{item['id']}/record").json()
    assert (record["file"], record["format"], record["number"]) == ("events.tab", "icews", 3)
    assert record["fields"]["Publisher"] == "The Gazette"
    assert record["text"].split("\t") == [*list(record["fields"].values())[:-1], "2.5\n"]
    claim = client.get("/statements", params={"dataset": "norland", "limit": 1}).json()["items"][0]["id"]
    answer = client.get(f"/statements/{claim}/record")
    assert answer.status_code == 404
    assert "is no imported file" in answer.json()["detail"]


def test_browsers_get_pages(client: TestClient) -> None:
    assert '<a href="/datasets/icews">icews</a>' in client.get("/datasets", headers=PAGE).text
    page = client.get("/datasets/icews", headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")
    assert "3 coded events" in page.text
    assert '<a href="/datasets/icews/rejects">' in page.text
    assert "so" in client.get("/datasets/icews/rejects", headers=PAGE).text
    assert "18 curated claims" in client.get("/datasets/norland", headers=PAGE).text
    (item,) = client.get("/statements", params={"dataset": "icews", "since": "2031-04"}).json()["items"]
    assert f'<a href="/statements/{item["id"]}/record">' in client.get(f"/doc/statement/{item['id']}.html").text
    assert '<a href="/datasets/icews">' in client.get(f"/doc/source/{item['source']}.html").text


def test_an_answer_of_events_can_be_frozen(client: TestClient) -> None:
    for target in ("/who/mediates?between=Norland&between=Sudland&joined=false", "/timeline?evidence=event"):
        made = client.post("/citations", json={"target": target})
        assert made.status_code in (200, 201), made.text


def test_the_command_line_says_what_an_answer_rests_on(mixed: KnowledgeGraph) -> None:
    asked = ["ask", "mediates", "--between", "Norland", "--between", "Sudland", "--store", str(mixed.path)]
    text = CliRunner().invoke(app, asked).output
    assert "coded events:" in text
    assert "inferred" in text
    apart = CliRunner().invoke(app, [*asked, "--no-joined", "--evidence", "event"]).output
    assert "one of the two sides" in apart
    assert "inferred" not in apart


def test_questions_by_name_find_what_columns_find(mixed: KnowledgeGraph) -> None:
    rows = mixed.question("mediators-between", one="Norland", other="Sudland")
    named = {str(row.statement).rpartition("/")[2] for row in rows}
    asked = mixed.ask("mediation", between=("Norland", "Sudland")).found
    assert named == {i for f in asked if f.sides == "both" for i in f.statements}


@pytest.mark.slow
def test_parties_of_an_agreement_that_stand_apart_are_told_with_their_statements(
    tmp_path: Path, service: Start
) -> None:
    parts = [("party", "Norland"), ("party", "Sudland"), ("third party", "Westmark"), ("third party", "Eastmark")]
    path = table(
        tmp_path / "paax.csv", paa_x.HEADER,
        *(paa_x.row(signatory_id=str(n), signatory_type=type, id_paax=f"CON_{n}", actor_name=name, iso3c="", gwno="")
          for n, (type, name) in enumerate(parts)),
    )  # fmt: skip
    with KnowledgeGraph(tmp_path / "kg") as kg:
        kg.import_files("paa-x", [path])
        here = [*kg.ask("mediation", between=PAIR["between"]).found]
        parties = {s.id for s in kg.statements(relation="is-party-to")}
        with client_of("none", graph=kg) as client:
            body = schemas.WhoBody.model_validate(client.get("/who/mediation", params=PAIR).json())
            apart = client.get("/who/mediation", params=PAIR | {"joined": False}).json()
            assert client.get("/who/mediates", params=PAIR).json()["total"] == apart["total"] == 0
    assert [(a.subject and a.subject.label, a.sides, a.inferred) for a in body.answers] == [
        ("Westmark", "joined", True), ("Eastmark", "joined", True),
    ]  # fmt: skip
    assert [{p.label for p in a.parties} for a in body.answers] == [{"Norland", "Sudland"}] * 2
    assert [set(a.sides_in) for a in body.answers] == [parties] * 2
    assert body.coverage.by_evidence == {"agreement": 2}
    running = service("none", store=tmp_path / "kg")
    there = KnowledgeGraph.connect(f"http://127.0.0.1:{running.port}").ask("mediation", between=PAIR["between"])
    assert list(there.found) == here
