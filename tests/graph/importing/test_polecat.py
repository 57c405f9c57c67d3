"""POLECAT tables, as published and as they come out of spreadsheets and scripts. The rows are invented."""

import csv
import gzip
import io
from datetime import date
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.exceptions import FormatError
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.polecat import COLUMNS, FORMAT, NEEDED
from ontology import Kind

ROW = {
    "Event ID": "20310405-0001-aaaa_CONSULT_V",
    "Event Date": "2031-04-05",
    "Event Type": "CONSULT",
    "Event Mode": "visit",
    "Intensity": "4.0",
    "Quad Code": "VERBAL COOPERATION",
    "Contexts": "diplomatic; economic",
    "Actor Name": "Ada Norn",
    "Actor Country": "NRL",
    "Actor COW": "990",
    "Primary Actor Sector": "GOV",
    "Actor Sectors": "GOV",
    "Actor Title": "foreign minister",
    "Actor Name Raw": "Minister Norn",
    "Wikipedia Actor ID": "Ada Norn",
    "Recipient Name": "Sudland",
    "Recipient Country": "SDL",
    "Version": "NGEC_coder-Vers001-b1-Run-001",
}


def table(tmp_path: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS, delimiter: str = "\t") -> Path:
    """A file with these rows; cells that are not given are "None", as in the published tables."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(c, "None") for c in columns] for row in rows)
    path = tmp_path / "ngecEvents.DV.2031.txt"
    path.write_text(out.getvalue(), "utf-8")
    return path


def read(path: Path) -> list[Record]:
    return list(FORMAT.read(SourceFile.of(path), Options()))


def event(tmp_path: Path, **cells: str) -> Event:
    (found,) = read(table(tmp_path, ROW | {k.replace("_", " "): v for k, v in cells.items()}))
    assert found.reason is None
    return found.events[0]


NORN = Mention("Ada Norn", None, "iso3166-1-alpha3:NRL", ("wikipedia:Ada_Norn",))
SUDLAND = Mention("Sudland", None, "iso3166-1-alpha3:SDL")


def test_the_published_columns_are_these() -> None:
    assert len(COLUMNS) == len(set(COLUMNS)) == 40
    assert COLUMNS[:8] == (
        "Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts", "Actor Name",
    )  # fmt: skip
    assert COLUMNS[15:17] == ("Recipient Name", "Recipient Country")
    assert COLUMNS[23] == "Placename"
    assert COLUMNS[-2:] == ("Language", "Version")
    assert set(NEEDED) < set(COLUMNS)


def test_a_row_is_one_event_with_its_type_and_mode(tmp_path: Path) -> None:
    assert event(tmp_path) == Event(
        codes=("plover-2021:CONSULT-visit",), record=ROW["Event ID"], when="2031-04-05", subject=NORN, object=SUDLAND
    )


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
@pytest.mark.parametrize("packed", [False, True])
def test_tables_with_tabs_or_quoted_fields_read_the_same(tmp_path: Path, delimiter: str, packed: bool) -> None:
    path = table(tmp_path, ROW, ROW | {"Actor Name": 'Ada "A." Norn, PhD'}, delimiter=delimiter)
    if packed:
        packed_path = path.with_suffix(".txt.gz")
        packed_path.write_bytes(gzip.compress(path.read_bytes()))
        path = packed_path
    first, second = read(path)
    assert first.events[0].subject == NORN
    assert second.events[0].subject == NORN._replace(name='Ada "A." Norn, PhD')
    assert FORMAT.recognises(path.read_bytes()) != packed
    header = FORMAT.header(SourceFile.of(path).head())
    assert header == list(COLUMNS)
    assert FORMAT.fields(first.raw, header, Options()) == {c: ROW.get(c, "None") for c in COLUMNS}


def test_several_names_in_a_cell_stay_together(tmp_path: Path) -> None:
    found = event(
        tmp_path,
        Actor_Name="Ada Norn; Norland; None", Actor_Country="NRL;NRL; IGO", Wikipedia_Actor_ID="Ada Norn; None; None",
        Actor_Name_Raw="x; y; the Union", Recipient_Name="None", Recipient_Country="None",
    )  # fmt: skip
    assert (found.subject, found.object) == (None, None)
    assert found.parties == (
        NORN,
        Mention("Norland", None, "iso3166-1-alpha3:NRL"),
        Mention("the Union", Kind.INTERGOVERNMENTAL_ORGANISATION),
    )


def test_attributes_are_taken_only_where_there_are_as_many_as_names(tmp_path: Path) -> None:
    found = event(
        tmp_path, Recipient_Name="Sudland; Westmark", Recipient_Country="SDL", Wikipedia_Recipient_ID="A; B; C"
    )
    assert found.subject == NORN
    assert found.parties == (Mention("Sudland"), Mention("Westmark"))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"Recipient_Name": "None", "Recipient_Name_Raw": "the south"}, SUDLAND._replace(name="the south")),
        ({"Recipient_Name": "None"}, SUDLAND._replace(name="SDL")),
        ({"Recipient_Name": "None", "Primary_Recipient_Sector": "MIL"}, SUDLAND._replace(name="SDL MIL")),
        ({"Recipient_Name": "", "Recipient_Country": "NA"}, None),
        ({"Recipient_Country": "SDL|NRL"}, SUDLAND._replace(country=None)),
    ],
)
def test_who_is_named_by_less_than_a_name(tmp_path: Path, cells: dict[str, str], expected: Mention | None) -> None:
    assert event(tmp_path, **cells).object == expected


def test_several_modes_are_several_codes_and_the_type_alone_none(tmp_path: Path) -> None:
    found = event(tmp_path, Event_Type="ASSAULT", Event_Mode="primitive; beat")
    assert found.codes == ("plover-2021:ASSAULT-beat", "plover-2021:ASSAULT-primitive")
    assert event(tmp_path, Event_Mode="None").codes == ("plover-2021:CONSULT",)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Event Type": "MEET"}, "Event Type: 'MEET' is no type of PLOVER"),
        ({"Event Date": "5 April"}, "Event Date: '5 April' is no day"),
        ({"Event Date": "5/4/2031"}, "Event Date: '5/4/2031' may have the day or the month first"),
        ({"Actor Name": "None", "Actor Country": "None", "Actor Name Raw": "None", "Primary Actor Sector": "None",
          "Recipient Name": "None", "Recipient Country": "None"}, "Actor Name: is missing, and so is Recipient Name"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_event_says_why_beside_good_ones(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    found = read(table(tmp_path, ROW, ROW | cells, ROW))
    assert [(r.number, r.reason is None) for r in found] == [(1, True), (2, False), (3, True)]
    assert reason in str(found[1].reason)
    assert b"\n" in found[1].raw


def test_a_header_that_lacks_columns_is_refused_by_their_names(tmp_path: Path) -> None:
    path = table(tmp_path, ROW, columns=tuple(c for c in COLUMNS if c not in ("Event Type", "Actor Name")))
    with pytest.raises(FormatError, match="its header lacks Event Type, Actor Name ") as caught:
        read(path)
    assert "Placename" in caught.value.way_out
    assert not FORMAT.recognises(path.read_bytes())


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_bytes(b"")
    with pytest.raises(FormatError, match="is empty"):
        read(path)


def test_columns_are_found_by_name_and_surplus_ones_pass(tmp_path: Path) -> None:
    renamed = tuple("Event Intensity" if c == "Intensity" else c for c in reversed(COLUMNS))
    (found,) = read(table(tmp_path, ROW | {"Rank": "7"}, columns=(*renamed, "Rank")))
    assert found.events[0].subject == NORN


def test_quirks_of_released_files(tmp_path: Path) -> None:
    """Rows that end in empty tabs; a header that names columns which no row has; a byte order mark."""
    path = table(tmp_path, ROW)
    header, row = path.read_text("utf-8").splitlines()
    path.write_text(f"\ufeff{header}\n{row}\t\t\n{row}\tmore\n{row.rsplit(chr(9), 1)[0]}\n", "utf-8")
    found = read(path)
    assert found[0].events[0].object == SUDLAND
    assert [r.reason for r in found[1:]] == ["41 fields instead of 40", "39 fields instead of 40"]
    cells = header.split("\t")
    path.write_text("\t".join([*cells[:7], "Headline", "Event Text", *cells[7:]]) + f"\n{row}\n", "utf-8")
    (found_,) = read(path)
    assert found_.events[0].subject == NORN


def test_a_store_holds_each_row_as_one_statement(tmp_path: Path) -> None:
    several = {
        "Event ID": "2",
        "Event Type": "ACCUSE",
        "Event Mode": "allege",
        "Actor Name": "Ada Norn; Bo",
        "Actor Country": "FRA; DEU",
    }
    alone = {
        "Event ID": "3",
        "Event Type": "PROTEST",
        "Event Mode": "None",
        "Recipient Name": "None",
        "Recipient Country": "None",
    }
    path = table(tmp_path, ROW, ROW | several, ROW | alone, ROW | {"Event ID": "4", "Event Type": "?"})
    with KnowledgeGraph(tmp_path / "store") as graph:
        (report,) = graph.import_files("polecat", [path])
        assert (report.read, report.stored, report.rejected, report.unmapped) == (4, 3, 1, 0)
        labels = {e.id: e.label.text for e in graph.entities()}
        found = {s.record: s for s in graph.statements()}
    visit, accusation, protest = found[ROW["Event ID"]], found["2"], found["3"]
    assert (visit.relation, labels[str(visit.subject)], labels[str(visit.object)]) == ("visits", "Ada Norn", "Sudland")
    assert (visit.when, visit.row, visit.codes) == ("2031-04-05", 1, ("plover-2021:CONSULT-visit",))
    assert (accusation.relation, accusation.subject, labels[str(accusation.object)]) == ("accuses", None, "Sudland")
    assert sorted(labels[p] for p in accusation.parties) == ["Ada Norn", "Bo"]
    assert (protest.relation, protest.object) == ("protests-against", "unspecified")


def test_a_file_of_another_format_is_told_which_it_looks_like(tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_text('{"id": "1", "event": "AID", "actor": [{"code": "FRA"}]}\n')
    with KnowledgeGraph(tmp_path / "store") as graph:
        with pytest.raises(FormatError, match="it looks like plover"):
            graph.import_files("polecat", [tmp_path / "x.jsonl"])
        with pytest.raises(FormatError, match="it looks like polecat"):
            graph.import_files("plover", [table(tmp_path, ROW)])


def test_columns_may_be_written_otherwise_and_lines_end_in_tabs(tmp_path: Path) -> None:
    names = [c for c in COLUMNS if c not in ("Actor COW", "Recipient COW", "Wikipedia Recipient ID")][::-1]
    cells = ROW | {"Event Date": "13/4/2031"}
    header = "\t".join(n.lower().replace(" ", "_") for n in names) + "\t\t"
    path = tmp_path / "ngecEventsDV-2031-Apr.txt"
    path.write_bytes(f"{header}\r\n{chr(9).join(cells.get(n, 'None') for n in names)}\t\t\r\n".encode())
    (record,) = read(path)
    assert record.events == [event(tmp_path, Event_Date="2031-04-13")]
    assert FORMAT.recognises(path.read_bytes())
    assert FORMAT.fields(record.raw, FORMAT.header(path.read_bytes()), Options())["event_date"] == "13/4/2031"


def test_a_table_in_parquet_is_the_same(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    cells = {c: [ROW.get(c)] for c in COLUMNS} | {"Event Date": [date(2031, 4, 5)], "Intensity": [4.0]}
    parquet.write_table(arrow.table(cells), tmp_path / "events.parquet")
    (record,) = read(tmp_path / "events.parquet")
    assert record.events == [event(tmp_path)]
    parquet.write_table(arrow.table(cells | {"Contexts": [["a", "b"]]}), tmp_path / "lists.parquet")
    with pytest.raises(FormatError, match="the column 'Contexts' holds list"):
        read(tmp_path / "lists.parquet")
    cut = tmp_path / "cut.parquet"
    cut.write_bytes((tmp_path / "events.parquet").read_bytes()[:500])
    with pytest.raises(FormatError, match="is cut off or damaged"):
        read(cut)
