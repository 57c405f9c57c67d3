"""PA-X: every agreement is accounted for, and says no more than its row."""

from pathlib import Path

import pytest

from graph.exceptions import FormatError
from graph.importing.events import Mention, Options
from graph.importing.files import SourceFile
from graph.importing.formats.pa_x import PaX
from ontology import Kind
from tests.graph.importing.agreement_data import records, rows, table, twenty

HEADER = ["Con", "PP", "PPName", "AgtId", "Agt", "Dat", "Part", "ThrdPart"]


def read(tmp_path: Path, *cells: str) -> tuple[list[tuple[str | None, str | None, str | None]], str | None]:
    (record,) = records(PaX(), table(tmp_path / "pax.csv", HEADER, list(cells)))
    return [(e.relation, e.subject.name if e.subject else None, e.note) for e in record.events], record.reason


def test_parties_and_third_parties_of_an_agreement(tmp_path: Path) -> None:
    path = table(
        tmp_path / "pax.csv",
        HEADER,
        ["Norland", "7", "Norland  process", "12", "First\r\nAgreement", "2031-03-05", "Norland; Front", "UN (Chair)"],
    )
    (record,) = records(PaX(), path)
    assert (record.number, record.reason) == (1, None)
    norland, front, un = record.events
    assert [e.relation for e in record.events] == ["is-party-to", "is-party-to", "is-third-party-to"]
    assert (norland.subject, front.subject, un.subject) == (Mention("Norland"), Mention("Front"), Mention("UN"))
    assert (norland.parties, un.parties) == ((), (Mention("Norland"), Mention("Front")))
    for event in record.events:
        assert event.object == Mention("First Agreement", Kind.AGREEMENT, codes=("pa-x:12",))
        assert event.topic == Mention("Norland process", Kind.PROCESS)
        assert (event.record, event.when, event.note) == ("12", "2031-03-05", None)


def test_a_cell_without_names_leaves_the_party_open(tmp_path: Path) -> None:
    events, reason = read(tmp_path, "Norland", "NA", "NA", "12", "An agreement", "2031", "Not signed", "NA")
    assert events == [("is-party-to", None, "Part holds no list of names: see the record")]
    assert reason is None


def test_an_agreement_of_nobody_is_rejected(tmp_path: Path) -> None:
    assert read(tmp_path, "Norland", "7", "Process", "12", "An agreement", "2031", "NA", "") == (
        [],
        "Part and ThrdPart name nobody",
    )


def test_an_agreement_without_its_id_is_rejected(tmp_path: Path) -> None:
    assert read(tmp_path, "Norland", "7", "Process", "", "An agreement", "2031", "Norland", "NA")[1] == (
        "AgtId is '': the agreement has no id"
    )


@pytest.mark.parametrize(
    ("printed", "when"), [("2031", "2031"), ("2031-03", "2031-03"), ("05/03/2031", None), ("2031-02-30", None)]
)
def test_a_date_is_as_fine_as_it_is_printed_and_never_guessed(tmp_path: Path, printed: str, when: str | None) -> None:
    path = table(tmp_path / "pax.csv", HEADER, ["N", "7", "P", "12", "A", printed, "Norland", "NA"])
    (event,) = records(PaX(), path)[0].events
    assert event.when == when
    assert event.note == (None if when else f"Dat {printed!r} is no date year-month-day")


def test_another_header_is_refused_by_name(tmp_path: Path) -> None:
    path = table(tmp_path / "pax.csv", ["Con", "AgtId", "Agt", "Date", "PP", "PPName", "Part"], ["a"] * 7)
    with pytest.raises(FormatError, match="missing Dat, ThrdPart; not known there: Date"):
        records(PaX(), path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pax.csv").write_bytes(b"")
    with pytest.raises(FormatError, match=r"pax\.csv is empty"):
        records(PaX(), tmp_path / "pax.csv")


def test_a_row_with_fields_missing_is_told_and_those_beside_it_are_read(tmp_path: Path) -> None:
    path = table(tmp_path / "pax.csv", HEADER, ["N", "7"], ["N", "7", "P", "12", "A", "2031", "Norland", "NA"])
    assert [(r.number, r.reason, len(r.events)) for r in records(PaX(), path)] == [
        (1, "2 fields instead of 8", 0),
        (2, None, 1),
    ]


@pytest.mark.shared
class TestReleased:
    """The table in ../shared/data."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "mediation" / "pa-x" / "pax_data_cleaned.shared-regions.csv"

    def test_every_agreement_is_accounted_for(self, path: Path) -> None:
        found, there = records(PaX(), path), rows(path)
        assert len(found) == len(there) == 936
        assert [r.number for r in found] == list(range(1, 937))
        rejected = [r.number for r in found if r.reason]
        nobody = ("", "NA")
        assert rejected == [
            n for n, r in enumerate(there, 1) if r["Part"].strip() in nobody and r["ThrdPart"].strip() in nobody
        ]
        assert len(rejected) == 6
        for record, row in zip(found, there, strict=True):
            told = {e.relation for e in record.events}
            assert ("is-party-to" in told) == (row["Part"].strip() not in nobody), row["AgtId"]
            assert ("is-third-party-to" in told) == (row["ThrdPart"].strip() not in nobody), row["AgtId"]

    def test_the_bytes_of_all_records_are_the_file(self, path: Path) -> None:
        found = records(PaX(), path)
        assert path.read_bytes().endswith(b"".join(r.raw for r in found))

    def test_no_name_is_invented(self, path: Path) -> None:
        for record, row in zip(records(PaX(), path), rows(path), strict=True):
            for event in record.events:
                cell = row["Part" if event.relation == "is-party-to" else "ThrdPart"]
                for name in [event.subject.name] if event.subject else []:
                    rest = iter("".join(cell.split()))
                    assert all(sign in rest for sign in "".join(name.split())), (row["AgtId"], name)

    def test_twenty_rows_are_as_in_the_file(self, path: Path) -> None:
        format, header = PaX(), PaX().header(SourceFile.of(path).head())
        for record, row in twenty(records(format, path), path):
            assert format.fields(record.raw, header, Options()) == row
            for event in record.events:
                assert (event.record, event.when) == (row["AgtId"], row["Dat"])
                assert event.object is not None
                assert event.object[:2] == (" ".join(row["Agt"].split()), Kind.AGREEMENT)
                assert event.object.codes == (f"pa-x:{row['AgtId']}",)
                assert event.topic == (
                    Mention(" ".join(row["PPName"].split()), Kind.PROCESS) if row["PPName"] != "NA" else None
                )
