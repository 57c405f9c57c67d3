"""Tables of ICEWS as published, and as spreadsheets and scripts leave them. The rows are invented."""

from pathlib import Path

import pytest

from graph.exceptions import FormatError
from graph.importing.events import Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats.icews import Icews
from tests.graph.importing.tables import ROW, delimited, icews

COLUMNS = list(ROW)


def read(tmp_path: Path, content: bytes, **told: str) -> list[Record]:
    path = tmp_path / "events.tab"
    path.write_bytes(content)
    return list(Icews().read(SourceFile.of(path), Options(values=told)))


def days(found: list[Record]) -> list[str | None]:
    return [r.reason or r.events[0].when for r in found]


def test_dates_with_slashes_are_read_in_the_order_that_the_file_tells(tmp_path: Path) -> None:
    some = icews([{"Event Date": "12/1/2017"}, {"Event Date": "12/31/2017"}])
    assert days(read(tmp_path, some)) == ["2017-12-01", "2017-12-31"]


def test_dates_in_an_order_that_nothing_tells_are_not_guessed(tmp_path: Path) -> None:
    one = icews([{"Event Date": "12/1/2017"}])
    assert days(read(tmp_path, one)) == [
        "Event Date '12/1/2017' may have the day or the month first: "
        "--set dates=day-first or dates=month-first says which"
    ]
    assert days(read(tmp_path, one, dates="month-first")) == ["2017-12-01"]
    assert days(read(tmp_path, one, dates="day-first")) == ["2017-01-12"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_that_has_passed_through_a_script_is_the_same(tmp_path: Path, delimiter: str) -> None:
    given = read(tmp_path, icews([{"Source Name": "Norn"}]))
    row = ROW | {"Source Name": "Norn", "Publisher": 'The "Gazette",\nof Norland; \t'}
    names = ["", *(c.lower().replace(" ", "_") for c in COLUMNS[::-1])]
    table = delimited(
        [[f'"{n}"' if delimiter == "\t" else n for n in names], ["1", *list(row.values())[::-1]]], delimiter
    )
    table = table.replace(b'"""', b'"')
    (found,) = read(tmp_path, b"\xef\xbb\xbf" + table.replace(b"\n", b"\r\n"))
    assert found.events == given[0].events
    header = Icews().header(table)
    assert Icews().fields(found.raw, header, Options())["source_name"] == "Norn"


def test_words_in_quotes_below_a_header_without_are_the_same(tmp_path: Path) -> None:
    given = read(tmp_path, icews([{"Event ID": 1}, {"Event ID": 2}]))
    quoted = ROW | {c: f'"{v}"' for c, v in ROW.items() if c not in ("Event ID", "CAMEO Code", "Intensity")}
    found = read(tmp_path, icews([quoted | {"Event ID": 1}, quoted | {"Event ID": 2}]))
    assert [r.events for r in found] == [r.events for r in given]
    assert Icews().fields(found[0].raw, COLUMNS, Options())["Source Name"] == '"Ada Norn"'


def test_columns_that_are_not_there_say_nothing(tmp_path: Path) -> None:
    names = ["Event Date", "CAMEO Code", "Target Name", "Source Name"]
    (found,) = read(tmp_path, icews([{"Source Name": "Norn"}], names))
    (event,) = found.events
    assert (event.record, event.telling, event.subject and event.subject.country) == (None, None, None)
    with pytest.raises(FormatError, match="lacks CAMEO Code"):
        read(tmp_path, icews([{}], [n for n in names if n != "CAMEO Code"]))


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"Event ID": "3.29E+07"}, "Event ID '3.29E+07' was rounded by a spreadsheet: export ids as text"),
        (
            {"CAMEO Code": "1.9E+01", "Event Text": "Hit"},
            "CAMEO Code '1.9E+01' is no CAMEO code: those have two to four digits",
        ),
        (
            {"CAMEO Code": "13y", "Event Text": "Make a visit"},
            "CAMEO Code '13y' is no CAMEO code: those have two to four digits; "
            "Event Text says 042: --set codes=text takes the codes from there",
        ),
    ],
)
def test_what_a_spreadsheet_has_spoilt_is_told(tmp_path: Path, cells: dict[str, str], reason: str) -> None:
    assert [r.reason for r in read(tmp_path, icews([cells]))] == [reason]


def test_a_rounded_story_joins_nothing(tmp_path: Path) -> None:
    (found,) = read(tmp_path, icews([{"Story ID": "4.7E+07"}]))
    assert found.events[0].telling is None
