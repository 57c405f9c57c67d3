"""Real files beside curated claims: one question answers from all, and each answer leads back to rows of the files."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.evidence import Evidence
from ontology import Status
from tests.graph.conftest import DATA

pytestmark = pytest.mark.slow
ICEWS = "icews-raw/events.2018-06-01.tab"
GDELT = ("gdelt/v2-daily/20201113.csv", "gdelt/v2-daily/20201114.csv")
PA_X = "mediation/pa-x/pax_data_cleaned.shared-regions.csv"


@pytest.fixture(scope="module")
def everything(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(tmp_path_factory.mktemp("everything") / "store") as kg:
        kg.load(DATA / "armenia-azerbaijan-talks")
        kg.import_files("icews", [shared_data / ICEWS])
        kg.import_files("gdelt", [shared_data / name for name in GDELT])
        kg.import_files("pa-x", [shared_data / PA_X])
        yield kg


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        if delimiter == "\t":
            return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        return list(csv.DictReader(file, delimiter=delimiter))


def test_mediation_between_two_states_answers_from_every_kind_of_evidence(everything: KnowledgeGraph) -> None:
    pair = ("Armenia", "Azerbaijan")
    found = everything.ask("mediation", between=pair).found
    assert {(f.evidence, *f.datasets) for f in found} == {
        (Evidence.CLAIM, "armenia-azerbaijan-talks"), (Evidence.EVENT, "gdelt"), (Evidence.AGREEMENT, "pa-x"),
    }  # fmt: skip
    assert {f.relation for f in found if f.evidence is Evidence.AGREEMENT} == {"is-third-party-to"}
    mediators = everything.ask("mediates", between=pair).by_evidence
    assert mediators.keys() == {Evidence.CLAIM, Evidence.EVENT}


def test_coded_mediations_of_a_side_are_those_of_the_files(everything: KnowledgeGraph, shared_data: Path) -> None:
    codes = {"ARM", "AZE"}  # these columns hold the whole code of the actor
    coded = [
        r
        for name in GDELT
        for r in rows(shared_data / name)
        if r["Event_Code"] == "045" and r["Actor_2_Country_Code"] in codes and r["Actor_1_Country_Code"]
    ]
    asked = everything.ask("mediates", between=("Armenia", "Azerbaijan"), dataset="gdelt", exact=True, joined=False)
    records = {everything.statement(i).record for f in asked.found for i in f.statements if f.subject != "unspecified"}
    assert records == {r["Global_Event_ID"] for r in coded}


@pytest.mark.parametrize(
    ("dataset", "name", "delimiter"), [("icews", ICEWS, "\t"), ("gdelt", GDELT[0], ","), ("pa-x", PA_X, ",")]
)
def test_twenty_statements_lead_to_their_rows_field_by_field(
    everything: KnowledgeGraph, shared_data: Path, dataset: str, name: str, delimiter: str
) -> None:
    table = rows(shared_data / name, delimiter)
    file = Path(name).name
    (source,) = [s.id for s in everything.sources() if s.file == file]
    told = sorted(everything.statements(source=source), key=lambda s: s.id)
    for statement in random.Random(dataset).sample(told, 20):  # noqa: S311
        record = everything.record(statement.id)
        assert statement.row == record.number
        row = table[record.number - 1]
        assert record.fields == {name or "row": value for name, value in row.items()}


def test_counts_of_every_data_set_add_up(everything: KnowledgeGraph) -> None:
    found = everything.holdings()
    assert found.keys() == {"armenia-azerbaijan-talks", "gdelt", "icews", "pa-x"}
    for id, held in found.items():
        if counts := held.counts:
            assert counts["read"] == counts["stored"] + counts["repeated"] + counts["rejected"]
            assert len(list(held.rejects())) == counts["rejected"] == sum(held.reasons.values())
        assert sum(held.statements.values()) == len(everything.statements(dataset=id, status=list(Status)))
