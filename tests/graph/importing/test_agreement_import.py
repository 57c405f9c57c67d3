"""Tables of agreements and mediations in a store: counts that add up, and the questions that they answer."""

from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.importing import ImportReport
from tests.graph.importing.agreement_data import table

_PA_X = ["PP", "PPName", "AgtId", "Agt", "Dat", "Part", "ThrdPart"]
_CWM = ["country", "sidea", "sideb", "Med_yes.no", "year_term", "med.begins", "med.ends", "name.of.third.party"]


def imported(kg: KnowledgeGraph, format: str, path: Path) -> ImportReport:
    [report] = kg.import_files(format, [path])
    assert report.read == report.stored + report.repeated + report.rejected
    return report


def test_a_third_party_is_asked_for_beside_mediators_and_never_as_one(empty: KnowledgeGraph, tmp_path: Path) -> None:
    pax = table(
        tmp_path / "pax.csv",
        _PA_X,
        ["7", "Talks", "12", "A Protocol", "1994-05-12", "Armenia; Azerbaijan", "OSCE (witness), Russia (mediator)"],
        ["7", "Talks", "13", "A Letter", "1994-05-13", "NA", "NA"],
    )
    cwm = table(
        tmp_path / "cwm.csv",
        _CWM,
        ["Azerbaijan", "Azerbaijan", "Armenia", "1", "1994", "5/4/94", "5/5/94", "Russia, Iran"],
        ["Azerbaijan", "Azerbaijan", "Armenia", "0", "1995", "", "", ""],
    )
    assert imported(empty, "pa-x", pax).rejected == 1
    assert imported(empty, "civil-war-mediation", cwm).rejected == 1
    sides = ["Armenia", "Azerbaijan"]
    mediators = empty.ask("mediates", between=sides).found
    assert {(f.subject, f.sides, f.statements) for f in mediators} == {
        (s.subject, "both", (s.id,)) for s in empty.statements(relation="mediates")
    }
    assert {f.subject for f in mediators} == {"iran", "russia"}
    thirds = empty.ask("is-third-party-to", between=sides).found
    assert {empty.snapshot.label(str(f.subject)) for f in thirds} == {"OSCE", "Russia"}
    assert {empty.snapshot.label(str(f.object)) for f in thirds} == {"A Protocol"}


def test_a_party_that_is_not_told_is_unspecified(empty: KnowledgeGraph, tmp_path: Path) -> None:
    path = table(tmp_path / "pax.csv", _PA_X, ["NA", "NA", "12", "A Protocol", "1994", "Not signed", "UN"])
    imported(empty, "pa-x", path)
    assert {(s.relation, s.subject == "unspecified", s.when) for s in empty.statements()} == {
        ("is-party-to", True, "1994"),
        ("is-third-party-to", False, "1994"),
    }


def test_actors_of_a_list_are_there_without_statements(empty: KnowledgeGraph, tmp_path: Path) -> None:
    header = ["MEND_ID", "PAAX_ID", "GW_ID", "ActorName", "actor_classification_mend", "actor_classification"]
    path = table(tmp_path / "mend.csv", header, ["NGO_1", "NGO_1", "", "Highland Trust", "NGO", "NGO"])
    assert imported(empty, "mend", path).stored == 1
    assert empty.entity("Highland Trust").codes == ("paa-x:NGO_1",)
    assert not empty.statements()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("format", "name", "read", "rejected"),
    [
        ("pa-x", "pa-x/pax_data_cleaned.shared-regions.csv", 936, 6),
        ("paa-x", "paa-x/agts_rus_china.russia.csv", 1175, 0),
        ("civil-war-mediation", "civil-war-mediation/CWM.a-m.csv", 500, 192),
        ("mend", "mend/actors_abbr.csv", 1354, 0),
        ("mend", "mend/mend_all_actors.csv", 1217, 0),
        ("mend", "mend/countries.csv", 862, 0),
        ("mend", "mend/groups_last_last.sudan.csv", 33, 0),
    ],
)
def test_every_record_of_a_released_table_is_stored_or_rejected(
    empty: KnowledgeGraph, shared_data: Path, format: str, name: str, read: int, rejected: int
) -> None:
    path = shared_data / "mediation" / name
    first = imported(empty, format, path)
    assert (first.read, first.rejected, first.repeated) == (read, rejected, 0)
    revision = empty.snapshot.revision
    assert imported(empty, format, path).unchanged
    assert empty.snapshot.revision == revision
