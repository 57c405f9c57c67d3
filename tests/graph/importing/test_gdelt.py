"""GDELT's tables, in the forms that exports, R and pandas give them: each row an event or a reason."""

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.exceptions import FormatError
from graph.importing.events import Event, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.gdelt import FORMAT, VERSION_1, VERSION_2
from ontology import UNSPECIFIED, Kind

NORLAND = Mention("NORLAND", Kind.STATE, "cameo-country:NRL", ("cameo-country:NRL",))
SUDLAND = Mention("SUDLAND", Kind.STATE, "cameo-country:SDL", ("cameo-country:SDL",))
ROW = {
    "GLOBALEVENTID": "101", "SQLDATE": "20310501", "Actor1Code": "NRL", "Actor1Name": "NORLAND",
    "Actor1CountryCode": "NRL", "Actor2Code": "SDL", "Actor2Name": "SUDLAND", "Actor2CountryCode": "SDL",
    "EventCode": "042", "EventBaseCode": "042", "EventRootCode": "04", "ActionGeo_FullName": "Northgate, Norland",
    "DATEADDED": "20310501", "SOURCEURL": "https://gazette.example/1",
}  # fmt: skip
MET = Event(codes=("cameo-1.1b3:042",), record="101", when="2031-05-01", subject=NORLAND, object=SUDLAND)

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(text: str) -> Path:
        path = tmp_path / "events.csv"
        path.write_text(text, "utf-8")
        return path

    return written


def exported(*rows: dict[str, str], names: Sequence[str] = VERSION_2) -> str:
    """An export without a header: tabs, no quotes."""
    return "".join("\t".join((ROW | row).get(name, "") for name in names) + "\n" for row in rows)


def records(path: Path) -> list[Record]:
    return list(FORMAT.read(SourceFile.of(path), Options()))


def one(path: Path) -> Event:
    (record,) = records(path)
    assert record.reason is None
    (event,) = record.events
    return event


@pytest.mark.parametrize("names", [VERSION_1[:57], VERSION_1, VERSION_2], ids=["57", "58", "61"])
def test_an_export_has_no_header_and_is_read_by_the_number_of_its_columns(names: Sequence[str], write: Write) -> None:
    path = write(exported({}, names=names))
    assert one(path) == MET
    assert FORMAT.header(path.read_bytes()) == []
    assert FORMAT.fields(path.read_bytes(), [], Options()) == {name: ROW.get(name, "") for name in names}


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("THE EU", "IGOEUREEC", "THE EU"),
        ("EUROPEAN COMMISSION", "IGOEUREEC", "EUROPEAN COMMISSION"),
        ("THE EU", "IGOEUREECGOV", "THE EU (IGOEUREECGOV)"),
    ],
)
def test_somebody_within_an_organisation_has_its_code_in_the_name(
    name: str, code: str, label: str, write: Write
) -> None:
    actor = {"Actor1Name": name, "Actor1Code": code, "Actor1CountryCode": "EUR", "Actor1Type1Code": "IGO"}
    igo = Kind.INTERGOVERNMENTAL_ORGANISATION
    assert one(write(exported(actor))).subject == Mention(label, igo, None, (f"cameo-actor:{code}",))


def test_quotes_in_an_export_mean_nothing(write: Write) -> None:
    found = records(write(exported({"Actor1Name": '"NORLAND'}, {})))
    assert [(r.number, r.reason) for r in found] == [(1, None), (2, None)]
    assert found[0].events[0].subject == NORLAND._replace(name='"NORLAND')


def test_a_table_of_r_has_a_row_number_without_a_name_missing_values_and_stray_spaces(write: Write) -> None:
    row = ROW | {"Actor2Code": " SDL", "Actor2Name": "SUDLAND "}
    fields = ['"17"', *(f'"{row[n]}"' if n in row else "NA" for n in VERSION_1)]
    path = write(",".join(f'"{n}"' for n in VERSION_1) + "\n" + ",".join(fields) + "\n")
    assert one(path) == MET
    header = FORMAT.header(path.read_bytes())
    assert header == ["row", *VERSION_1]
    told = FORMAT.fields(records(path)[0].raw, header, Options())
    assert (told["row"], told["Actor2Code"], told["Actor1Type1Code"]) == ("17", " SDL", "NA")


DAILY = (
    ",Global_Event_ID,Day,Actor_1_Country_Code,Actor_1_Name,Actor_1_Country_ABBR,Actor_1_Role,Actor_2_Country_Code,"
    "Actor_2_Name,Actor_2_Country_ABBR,Actor_2_Role,Event_Code,Event_Base_Code,Event_Root_Code,Date_Added,Source_URL"
)


def test_a_daily_table_has_names_of_its_own_and_roots_without_their_zero(write: Write) -> None:
    path = write(
        f"{DAILY}\n0,101,20310501,NRL,NORLAND,NRL,,SDL,SUDLAND,SDL,,042,42,4,20310501001500,https://gazette.example/1\n"
    )
    assert one(path) == MET
    assert FORMAT.header(path.read_bytes())[:3] == ["row", "Global_Event_ID", "Day"]


def test_in_a_daily_table_the_actors_code_is_called_country_code(write: Write) -> None:
    path = write(f"{DAILY}\n0,101,20310501,NRLGOV,PRESIDENT,NRL,GOV,,,,,042,42,4,20310501,\n")
    assert one(path).subject == Mention("PRESIDENT", None, "cameo-country:NRL", ("cameo-actor:NRLGOV",))


@pytest.mark.parametrize(
    ("actor", "mention"),
    [
        (("NRL", "NORTHGATE", "NRL", ""), NORLAND._replace(name="NORTHGATE")),
        (("NRL", "", "NRL", ""), NORLAND._replace(name="NRL")),
        (("EUR", "EUROPE", "EUR", ""), Mention("EUROPE", None, None, ("cameo-country:EUR",))),
        (("NRLGOV", "ADA NORN", "NRL", "GOV"), Mention("ADA NORN", None, "cameo-country:NRL", ("cameo-actor:NRLGOV",))),
        (
            ("USAEDU", "AMERICAN", "USA", "EDU"),
            Mention("AMERICAN (USAEDU)", None, "cameo-country:USA", ("cameo-actor:USAEDU",)),
        ),
        (
            ("USAMIL", "UNITED STATES", "USA", "MIL"),
            Mention("UNITED STATES (USAMIL)", None, "cameo-country:USA", ("cameo-actor:USAMIL",)),
        ),
        (
            ("IGOEURUNO", "THE UNION", "EUR", "IGO"),
            Mention("THE UNION", Kind.INTERGOVERNMENTAL_ORGANISATION, None, ("cameo-actor:IGOEURUNO",)),
        ),
        (("NRLIGO", "ADA NORN", "NRL", "IGO"), Mention("ADA NORN", None, "cameo-country:NRL", ("cameo-actor:NRLIGO",))),
        (("MNC", "NORTH COPPER", "", "MNC"), Mention("NORTH COPPER", Kind.ORGANISATION, None, ("cameo-actor:MNC",))),
        (("SSD", "JUBA", "", ""), Mention("JUBA", Kind.STATE, "cameo-country:SSD", ("cameo-country:SSD",))),
        (("SSDGOV", "ADA", "", "GOV"), Mention("ADA", None, "cameo-country:SSD", ("cameo-actor:SSDGOV",))),
        (("SCGSRB", "SERBIA", "SRB", ""), Mention("SERBIA", Kind.STATE, "cameo-country:SRB", ("cameo-country:SRB",))),
        (("REL", "MONK", "", ""), Mention("MONK", None, None, ("cameo-actor:REL",))),
        (("REB", "REBEL", "", "REB"), Mention("REBEL", None, None, ("cameo-actor:REB",))),
        (("", "SOMEBODY", "", ""), Mention("SOMEBODY")),
    ],
)
def test_an_actor_is_what_its_codes_tell(actor: tuple[str, str, str, str], mention: Mention, write: Write) -> None:
    names = ("Actor1Code", "Actor1Name", "Actor1CountryCode", "Actor1Type1Code")
    assert one(write(exported(dict(zip(names, actor, strict=True))))).subject == mention


NOBODY = {"1": dict.fromkeys(("Actor1Code", "Actor1Name", "Actor1CountryCode"), "")}
NOBODY["2"] = {name.replace("1", "2"): "" for name in NOBODY["1"]}


def test_one_actor_may_be_missing_and_not_both(write: Write) -> None:
    first, second, both = records(write(exported(NOBODY["1"], NOBODY["2"], NOBODY["1"] | NOBODY["2"])))
    assert (first.events[0].subject, first.events[0].object) == (None, SUDLAND)
    assert (second.events[0].subject, second.events[0].object) == (NORLAND, None)
    assert both.reason == "Actor1Code and Actor2Code are missing, and so are the names: nobody is said to have acted"


def test_the_source_of_a_mediation_mediates_and_its_target_is_a_side(write: Write) -> None:
    mediated = {"EventCode": "045", "EventBaseCode": "045"}
    first, second = records(write(exported(mediated, mediated | {"SOURCEURL": "Norland Monitoring"})))
    event = first.events[0]
    assert (event.subject, event.object, event.parties) == (NORLAND, None, (SUDLAND,))
    assert event.telling == "https://gazette.example/1"
    assert second.events[0].telling is None


def test_a_report_joins_no_other_acts(write: Write) -> None:
    assert one(write(exported({}))).telling is None


@pytest.mark.parametrize(
    ("code", "root", "whole"),
    [("10", "01", "010"), ("10", "1", "010"), ("42", "04", "042"), ("841", "08", "0841"), (" 042", "4", "042"),
     ("190", "19", "190"), ("112", "11", "112"), ("10", "10", "10")],
)  # fmt: skip
def test_a_lost_zero_comes_back_where_the_root_tells_it(code: str, root: str, whole: str, write: Write) -> None:
    assert one(write(exported({"EventCode": code, "EventRootCode": root}))).codes == (f"cameo-1.1b3:{whole}",)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"EventCode": "10", "EventRootCode": ""}, "EventCode '10' may be the root 10 or 010 without its zero"),
        ({"EventCode": "42", "EventRootCode": ""}, "EventCode '42' is no CAMEO code"),
        ({"EventCode": "046", "EventRootCode": "5"}, "EventCode '046' and EventRootCode '5' contradict each other"),
        ({"EventCode": "046", "EventRootCode": "X"}, "EventCode '046' and EventRootCode 'X' contradict each other"),
        ({"EventCode": ""}, "EventCode '' is no CAMEO code"),
        ({"EventCode": "---"}, "EventCode '---' and EventRootCode '04' contradict each other"),
        ({"SQLDATE": "20310230"}, "SQLDATE '20310230' is no day of the calendar"),
        ({"SQLDATE": "203105"}, "SQLDATE '203105' is no day, such as"),
        ({"SQLDATE": ""}, "SQLDATE '' is no day, such as"),
        ({"SQLDATE": "19200101"}, "SQLDATE '19200101' is before 1979, where GDELT begins"),
        ({"SQLDATE": "20310503"}, "SQLDATE '20310503' is later than DATEADDED '20310501'"),
        ({"Actor1Code": "NR L"}, "Actor1Code 'NR L' is no code of CAMEO"),
        ({"GLOBALEVENTID": ""}, "GLOBALEVENTID '' is no number"),
    ],
)
def test_what_cannot_be_an_event_has_a_reason_with_column_and_value(
    changed: dict[str, str], words: str, write: Write
) -> None:
    good, bad = records(write(exported({}, changed)))
    assert good.reason is None
    assert bad == Record(2, exported(changed).encode(), reason=bad.reason)
    assert bad.reason
    assert bad.reason.startswith(words)


@given(code=st.text("0123456789 -", max_size=5), root=st.text("0123456789", max_size=2))
def test_no_code_comes_out_that_the_row_does_not_hold(
    code: str, root: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("codes") / "events.csv"
    path.write_text(exported({}, {"EventCode": code, "EventRootCode": root}))
    _, record = records(path)
    if record.events:
        (found,) = record.events[0].codes
        notation = found.partition(":")[2]
        assert notation in (code.strip(), "0" + code.strip())
        assert not root or int(notation[:2]) == int(root)


def test_a_row_that_is_cut_off_has_a_reason_and_leaves_the_others_alone(write: Write) -> None:
    whole = exported({})
    cut, good, last = records(write(whole[:40] + "\n" + whole + whole[:-1].rpartition("\t")[0]))
    assert (cut.reason, good.reason) == ("16 fields instead of 61", None)
    assert last.reason == "60 fields instead of 61"


def test_a_header_that_is_not_that_of_gdelt_is_told_by_what_is_missing_and_what_is_unknown(write: Write) -> None:
    with pytest.raises(FormatError) as caught:
        records(write("Event ID,SQLDATE,EventCode,Actor1Code\n1,20310501,042,NRL\n"))
    assert caught.value.message == (
        "the header is not that of GDELT: missing are GLOBALEVENTID, Actor1Name, Actor1CountryCode, Actor2Code, "
        "Actor2Name, Actor2CountryCode; unknown are Event ID"
    )
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("1\t20310501\t3\n", "there are no 57, 58 or 61 columns with .* as in GDELT: the first line has 3"),
        ("a,b\n", "the header is not that of GDELT: missing are GLOBALEVENTID, .*; unknown are a, b"),
        ("x" * 2_000_000, "the header is not that of GDELT"),
        ('"' + "x" * 2_000_000, "the header is not that of GDELT"),
    ],
    ids=["empty", "numbers", "other", "long", "quoted"],
)
def test_what_is_no_table_of_gdelt_is_refused(text: str, words: str, write: Write) -> None:
    path = write(text)
    with pytest.raises(FormatError, match=words) as caught:
        records(path)
    assert len(str(caught.value)) < 500
    assert not FORMAT.recognises(path.read_bytes())


def test_names_that_others_add_do_not_take_the_place_of_gdelts_own(write: Write) -> None:
    names = [*(n for n in VERSION_1 if n in ROW), "Day"]
    path = write(",".join(names) + "\n" + ",".join((ROW | {"Day": "1"})[n].replace(",", "") for n in names) + "\n")
    assert one(path) == MET


def test_whoever_is_missing_is_unspecified_in_the_statement(empty: KnowledgeGraph, write: Write) -> None:
    mediated = {"GLOBALEVENTID": "102", "EventCode": "045", "EventBaseCode": "045"}
    path = write(exported(NOBODY["1"], mediated | NOBODY["1"], mediated | NOBODY["2"] | {"GLOBALEVENTID": "103"}))
    (report,) = empty.import_files("gdelt", [path])
    assert (report.read, report.stored) == (3, 3)
    visit, by_nobody, of_nobody = sorted(empty.statements(), key=lambda s: s.row or 0)
    label = empty.snapshot.label
    assert (visit.subject, visit.relation, label(str(visit.object))) == (UNSPECIFIED, "visits", "SUDLAND")
    assert (by_nobody.subject, by_nobody.relation) == (UNSPECIFIED, "mediates")
    assert [label(party) for party in by_nobody.parties] == ["SUDLAND"]
    assert (label(str(of_nobody.subject)), of_nobody.parties) == ("NORLAND", (UNSPECIFIED,))


@pytest.mark.shared
def test_a_real_table_is_stored_whole_and_its_mediators_are_subjects(empty: KnowledgeGraph, shared_data: Path) -> None:
    path = shared_data / "gdelt" / "v2-daily" / "20201113.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = {row["Global_Event_ID"]: row for row in csv.DictReader(stream)}
    (report,) = empty.import_files("gdelt", [path])
    assert (report.read, report.stored, report.rejected, report.repeated) == (2824, 2824, 0, 0)
    statements = {s.record: s for s in empty.statements()}
    assert {s.record for s in statements.values() if s.relation == "mediates"} == {
        record for record, row in rows.items() if row["Event_Code"] == "045"
    }
    for record, statement in statements.items():
        row = rows[str(record)]
        assert statement.codes == (f"cameo-1.1b3:{row['Event_Code']}",)
        assert (statement.subject == UNSPECIFIED) == (row["Actor_1_Country_Code"] == "")
        for side, entity in (("1", statement.subject), ("2", next(iter(statement.parties), statement.object))):
            code, country = row[f"Actor_{side}_Country_Code"], row[f"Actor_{side}_Country_ABBR"]
            if code == country == "ARM":
                assert entity == "armenia"
            assert code == country or entity not in {"armenia", "azerbaijan", "united-states"}


REAL = [
    ("v1-georgia/april13.csv", ",", 3542, 1),
    ("v1-georgia/may2012.csv", ",", 6601, 0),
    ("v2-daily/20201113.csv", ",", 2824, 1),
    ("v2-daily/20201114.csv", ",", 2601, 1),
    ("v2-raw/20151027220000.export.part1.CSV", "\t", 1400, 0),
]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "delimiter", "count", "shift"), REAL, ids=[r[0] for r in REAL])
def test_every_row_of_a_real_file_is_accounted_for_and_twenty_are_as_the_file_has_them(
    shared_data: Path, name: str, delimiter: str, count: int, shift: int
) -> None:
    path = shared_data / "gdelt" / name
    with path.open(encoding="utf-8", newline="") as stream:
        if delimiter == ",":
            lines = list(csv.reader(stream))[1:]
        else:
            lines = list(csv.reader(stream, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    found = records(path)
    assert (len(found), [r.number for r in found]) == (count, list(range(1, len(lines) + 1)))
    assert not [r.reason for r in found if r.reason]
    assert b"".join(r.raw for r in found) == path.read_bytes()[-sum(len(r.raw) for r in found) :]
    head = FORMAT.header(path.read_bytes())
    with (shared_data / "country-codes" / "country-codes.csv").open(encoding="utf-8", newline="") as stream:
        countries = {row["ISO3166-1-Alpha-3"] for row in csv.DictReader(stream)} - {""}
    for record in random.Random(2031).sample(found, 20):  # noqa: S311 - seeded, to be repeated
        line = lines[record.number - 1]
        assert list(FORMAT.fields(record.raw, head, Options()).values()) == line
        cells = [("" if cell == "NA" else cell.strip()) for cell in line[shift:]]
        (event,) = record.events
        assert event.record == cells[0]
        assert event.when == f"{cells[1][:4]}-{cells[1][4:6]}-{cells[1][6:]}"
        assert event.codes == (f"cameo-1.1b3:{cells[26]}",)
        assert cells[26].startswith(cells[28].zfill(2))
        for mention, at in ((event.subject, 5), (event.object or next(iter(event.parties), None), 15)):
            code, actor, country = cells[at : at + 3]
            if mention is None:
                assert (code, actor) == ("", "")
                continue
            assert mention.name in (actor, f"{actor} ({code})")
            assert mention.country == (
                f"cameo-country:{country}" if country in countries else None
            )  # or it is a region
            assert mention.codes == ((f"cameo-country:{code}",) if code == country else (f"cameo-actor:{code}",))
        assert bool(event.parties) == (cells[26] == "045" and cells[15] != "")


def test_a_table_that_a_spreadsheet_has_saved_tells_the_order_of_its_days(write: Write) -> None:
    lines = [";".join(name.lower() for name in VERSION_1)]
    for day in ("1/5/2031", "13/5/2031"):
        row = ROW | {"SQLDATE": day, "DATEADDED": "2.03105E+07"}
        lines.append(";".join(row.get(n, "") for n in VERSION_1))
    found = records(write("\ufeff" + "\r\n".join(lines) + "\r\n"))
    assert [r.events[0].when for r in found] == ["2031-05-01", "2031-05-13"]
    (undecided,) = records(write("\n".join(lines[:2])))
    assert str(undecided.reason).startswith("SQLDATE '1/5/2031' may have the day or the month first")


def test_what_a_spreadsheet_has_rounded_is_told(write: Write) -> None:
    found = records(write(exported({"EventCode": "4.3E+01"}, {"GLOBALEVENTID": "4.1E+08"}, names=VERSION_1)))
    assert [str(r.reason).partition(":")[0] for r in found] == [
        "EventCode '4.3E+01' and EventRootCode '04' contradict each other", "GLOBALEVENTID '4.1E+08' is no number",
    ]  # fmt: skip
