"""PAA-X: one actor's part in one agreement, with the codes that are its own."""

from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.exceptions import FormatError
from graph.importing.events import Mention, Options
from graph.importing.files import SourceFile
from graph.importing.formats.paa_x import PaaX, actor
from ontology import Kind
from tests.graph.importing.agreement_data import records, rows, table, twenty

HEADER = [
    "practical_third", "condition", "signatory_id", "AgtId", "agt_dat", "signatory_type", "id_paax", "actor_name",
    "actor_type", "iso3c", "gwno", "PP", "PPName", "date",
]  # fmt: skip


def row(**changed: str) -> list[str]:
    given = dict(zip(HEADER, (
        "1", "C4", "38", "6", "A Peace Plan (05/03/2031)", "party", "CON_1", "Norland", "Country/State", "NOR", "385",
        "7", "Norland process", "2031-03-05",
    ), strict=True))  # fmt: skip
    return [*(given | changed).values()]


def test_a_party(tmp_path: Path) -> None:
    (record,) = records(PaaX(), table(tmp_path / "paax.csv", HEADER, row()))
    (event,) = record.events
    assert event.relation == "is-party-to"
    assert event.subject == Mention("Norland", Kind.STATE, codes=("paa-x:CON_1", "iso3166-1-alpha3:NOR"))
    assert event.object == Mention("A Peace Plan", Kind.AGREEMENT, codes=("pa-x:6",))
    assert event.topic == Mention("Norland process", Kind.PROCESS)
    assert (event.record, event.when, event.note) == ("38", "2031-03-05", "third party in practice, condition C4")


def test_a_third_party_does_not_mediate(tmp_path: Path) -> None:
    path = table(tmp_path / "paax.csv", HEADER, row(signatory_type="third party", practical_third="0"))
    (event,) = records(PaaX(), path)[0].events
    assert (event.relation, event.note) == ("is-third-party-to", None)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"signatory_type": "witness"}, "signatory_type is 'witness': read are party, third party"),
        ({"AgtId": ""}, "AgtId is ''"),
        ({"actor_name": "NA"}, "actor_name is 'NA'"),
        ({"id_paax": "CON 1"}, "id_paax is 'CON 1': an id has no spaces"),
    ],
)
def test_a_row_that_says_nothing_certain_is_rejected(tmp_path: Path, changed: dict[str, str], reason: str) -> None:
    (record,) = records(PaaX(), table(tmp_path / "paax.csv", HEADER, row(**changed)))
    assert (record.reason, list(record.events)) == (reason, [])


def test_only_a_state_has_the_codes_of_a_country() -> None:
    assert actor("ENT_1", "Highland", "Entity", "NOR", "385") == Mention(
        "Highland", Kind.ACTOR, "iso3166-1-alpha3:NOR", ("paa-x:ENT_1",)
    )
    assert actor("CON_2", "Sudland", "Country/State", "", "372.0") == Mention(
        "Sudland", Kind.STATE, codes=("paa-x:CON_2",)
    )
    assert actor("CON_2", "Sudland", "Country/State", "SUD", "372").codes == ("paa-x:CON_2", "iso3166-1-alpha3:SUD")


def test_another_header_is_refused_by_name(tmp_path: Path) -> None:
    header = [c if c != "signatory_type" else "role" for c in HEADER]
    with pytest.raises(FormatError, match="missing signatory_type; not known there: role"):
        records(PaaX(), table(tmp_path / "paax.csv", header, row()))


@pytest.mark.shared
class TestReleased:
    """The table in ../shared/data."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "mediation" / "paa-x" / "agts_rus_china.russia.csv"

    def test_every_part_is_accounted_for(self, path: Path) -> None:
        found, there = records(PaaX(), path), rows(path)
        assert len(found) == len(there) == 1175
        assert not any(r.reason for r in found)
        relations = [e.relation for r in found for e in r.events]
        types = [r["signatory_type"] for r in there]
        assert relations.count("is-party-to") == types.count("party") == 636
        assert relations.count("is-third-party-to") == types.count("third party") == 539
        assert len({e.record for r in found for e in r.events}) == 1175

    def test_no_two_states_share_a_code(self, path: Path) -> None:
        names: dict[str, set[str]] = {}
        for record in records(PaaX(), path):
            for event in record.events:
                assert event.subject is not None
                for code in event.subject.codes:
                    names.setdefault(code, set()).add(event.subject.name)
        assert [code for code, found in names.items() if len(found) > 1] == []

    def test_twenty_rows_are_as_in_the_file(self, path: Path) -> None:
        format, header = PaaX(), PaaX().header(SourceFile.of(path).head())
        for record, row in twenty(records(format, path), path):
            assert format.fields(record.raw, header, Options()) == row
            (event,) = record.events
            assert event.subject is not None
            assert event.object is not None
            assert (event.record, event.when, event.subject.name) == (
                row["signatory_id"], row["date"], row["actor_name"],
            )  # fmt: skip
            assert event.relation == {"party": "is-party-to", "third party": "is-third-party-to"}[row["signatory_type"]]
            assert event.subject.codes[0] == f"paa-x:{row['id_paax']}"
            assert (f"iso3166-1-alpha3:{row['iso3c']}" in event.subject.codes) == (
                row["actor_type"] == "Country/State" and row["iso3c"] != ""
            )
            assert event.object.codes == (f"pa-x:{row['AgtId']}",)
            assert row["agt_dat"].startswith(event.object.name)
            assert event.topic == Mention(row["PPName"], Kind.PROCESS)


def test_processes_keep_their_names_beside_another_version_of_the_project(
    empty: KnowledgeGraph, shared_data: Path
) -> None:
    """The same numbers stand for other processes there."""
    table = shared_data / "mediation" / "paa-x" / "agts_rus_china.russia.csv"
    empty.import_files("pa-x", [next((shared_data / "mediation" / "pa-x").iterdir())])
    [report] = empty.import_files("paa-x", [table])
    named = [" ".join(row["PPName"].split()) for row in rows(table)]
    statements = empty.statements(source=report.source)
    assert len(statements) == report.stored
    label = empty.snapshot.label
    assert all(label(str(s.topic)) == named[(s.row or 0) - 1] for s in statements)


@pytest.mark.shared
def test_third_parties_stand_between_the_parties_that_other_rows_name(empty: KnowledgeGraph, shared_data: Path) -> None:
    table = shared_data / "mediation" / "paa-x" / "agts_rus_china.russia.csv"
    empty.import_files("paa-x", [table])
    parts = [(r["AgtId"], r["signatory_type"], " ".join(r["actor_name"].split())) for r in rows(table)]
    pair = {"Russia", "China"}
    between = {a for a, _, _ in parts if pair <= {n for b, t, n in parts if (b, t) == (a, "party")}}
    expected = {(a, n) for a, t, n in parts if t == "third party" and a in between and n not in pair}
    assert len(between) > 3
    assert len(expected) > 30
    asked = empty.ask("mediation", between=("Russia", "China"))
    rows_of = {s.id: (s.row or 0) - 1 for s in empty.statements()}
    found = [parts[rows_of[id]] for f in asked.found for id in f.statements]
    assert {(a, n) for a, t, n in found if t == "third party"} == expected
    assert len(found) == len(expected)
    named = {parts[rows_of[id]] for f in asked.found for id in f.sides_in}
    assert named == {p for p in parts if p[0] in between & {a for a, _ in expected} and p[1] == "party"}
    assert {(str(f.sides), str(f.evidence), f.relation) for f in asked.found} == {
        ("joined", "agreement", "is-third-party-to")
    }
    assert not empty.ask("mediates", between=("Russia", "China")).found
