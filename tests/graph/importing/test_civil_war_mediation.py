"""Civil War Mediation: who mediated between whom, dates in parts, several mediators in one cell."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.exceptions import FormatError
from graph.importing.events import Mention, Options
from graph.importing.files import SourceFile
from graph.importing.formats.civil_war_mediation import CivilWarMediation, edtf, sides, span
from graph.times import edtf_bounds
from tests.graph.importing.agreement_data import records, rows, table, twenty

HEADER = [
    "country", "sidea", "sideb", "Med_yes.no", "year_term", "Incompatibility", "territory", "episode.start.date",
    "episode.end.date", "med.begins", "med.ends", "name.of.third.party",
]  # fmt: skip


def row(**changed: str) -> list[str]:
    given = dict.fromkeys(HEADER, "") | {
        "country": "Norland", "sidea": "Norland", "sideb": "Front, Army", "Med_yes.no": "1", "year_term": "1995",
        "med.begins": "11//1993", "med.ends": "2/5/94", "name.of.third.party": "UN, Portugal",
    }  # fmt: skip
    return [*(given | {k.replace("__", "."): v for k, v in changed.items()}).values()]


def test_each_mediator_mediates_between_all_sides(tmp_path: Path) -> None:
    (record,) = records(CivilWarMediation(), table(tmp_path / "cwm.csv", HEADER, row()))
    un, portugal = record.events
    assert (un.subject, portugal.subject) == (Mention("UN"), Mention("Portugal"))
    for event in record.events:
        assert (event.relation, event.record, event.when, event.note) == (
            "mediates", None, "1993-11/1994-02-05", None,
        )  # fmt: skip
        assert event.parties == (
            Mention("Norland"), Mention("Front", country="Norland"), Mention("Army", country="Norland"),
        )  # fmt: skip
    assert un.telling == portugal.telling is not None


def test_a_mediator_who_is_not_told_is_left_open(tmp_path: Path) -> None:
    path = table(tmp_path / "cwm.csv", HEADER, row(name__of__third__party="", sideb=""))
    (event,) = records(CivilWarMediation(), path)[0].events
    assert event.subject is None
    assert event.parties == (Mention("Norland"),)
    assert event.note == "sideb is empty; name.of.third.party is empty"


def test_na_is_nobody_and_a_story_is_nobodys_name(tmp_path: Path) -> None:
    story = "Ada Norn of Norland, who came as " + "a friend of a friend and " * 20
    path = table(
        tmp_path / "cwm.csv",
        HEADER,
        row(name__of__third__party="NA", sideb="NA"),
        row(name__of__third__party=story),
    )
    nobody, told = (r.events[0] for r in records(CivilWarMediation(), path))
    assert (nobody.subject, nobody.parties) == (None, (Mention("Norland"),))
    assert nobody.note == "sideb is empty; name.of.third.party is empty"
    assert (told.subject, told.note) == (None, "name.of.third.party holds no list of names: see the record")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (
            {"Med_yes__no": "0", "name__of__third__party": "", "med__begins": ""},
            "Med_yes.no is 0: no mediation is coded",
        ),
        (
            {"Med_yes__no": "0", "med__begins": ""},
            "Med_yes.no is 0: no mediation is coded, although the row gives name.of.third.party 'UN, Portugal'",
        ),
        ({"Med_yes__no": "NA"}, "Med_yes.no is 'NA', neither 0 nor 1: whether there was a mediation is not told"),
        ({"sidea": "", "sideb": " "}, "sidea and sideb are empty"),
    ],
)  # fmt: skip
def test_no_mediation_is_no_statement(tmp_path: Path, changed: dict[str, str], reason: str) -> None:
    (record,) = records(CivilWarMediation(), table(tmp_path / "cwm.csv", HEADER, row(**changed)))
    assert (record.reason, list(record.events)) == (reason, [])


def test_sides_that_were_cut_off_lose_their_last_name_and_say_so(tmp_path: Path) -> None:
    cut = ("Norland, Sudland, " + "Westland, " * 10)[:79] + "E"
    (record,) = records(CivilWarMediation(), table(tmp_path / "cwm.csv", HEADER, row(sidea=cut, sideb="Front")))
    assert [p.name for p in record.events[0].parties] == ["Norland", "Sudland", "Westland", "Front"]
    assert record.events[0].note == f"sidea is cut off: {cut.rpartition(', ')[2]!r} is left out"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Taleban, Hizb - faction (A, B)", ["Taleban", "Hizb - faction (A, B)"]),
        ("ERP , Montoneros", ["ERP", "Montoneros"]),
        ("Junta for Democracy, Peace and Justice", ["Junta for Democracy, Peace and Justice"]),
        ("PLO and non-PLO", ["PLO and non-PLO"]),
        ("Croatia, Bosnia and Herzegovina", ["Croatia", "Bosnia and Herzegovina"]),
        ("", []),
    ],
)
def test_sides_are_taken_apart_at_commas(cell: str, names: list[str]) -> None:
    assert sides(cell) == names


@pytest.mark.parametrize(
    ("cell", "year_term", "found"),
    [
        ("2/10/88", "1995", "1988-02-10"),
        ("6/12/06", "2009", "2006-06-12"),
        ("3/1/96", "1995", "1996-03-01"),
        ("11//1993", "NA", "1993-11"),
        ("//1993", "1995", "1993"),
        ("?/?/2009", "2009", "2009"),
        ("2/??/04", "2009", "2004-02"),
        ("5/8/97??", "1999", "1997-05-08?"),
        ("1/1/45", "1946", "1945-01-01"),
        ("11/20/89", "NA", "1989-11-20"),
        ("11/20/05", "", "2005-11-20"),
        ("", "1995", None),
    ],
)
def test_dates_are_as_fine_as_their_parts(cell: str, year_term: str, found: str | None) -> None:
    assert edtf(cell, year_term) == found


@pytest.mark.parametrize("cell", ["10/1/993", "13/1/94", "2/30/94", "/5/1994", "1994", "7//98? 8/1/98", "3/2/1882"])
def test_what_is_no_date_is_told_and_not_guessed(cell: str) -> None:
    assert span(cell, "", "1995") == (None, [span(cell, "", "1995")[1][0]])
    assert repr(cell) in span(cell, "", "1995")[1][0]


def test_open_ends_and_contradictions() -> None:
    assert span("11/23/09", "", "2009") == ("2009-11-23/", [])
    assert span("", "11/23/09", "2009") == ("/2009-11-23", [])
    assert span("1/2/94", "1/2/94", "1994") == ("1994-01-02", [])
    assert span("2/4/91", "2/3/91", "1991") == (None, ["med.begins '2/4/91' is after med.ends '2/3/91'"])


@given(day=st.dates(date(1946, 1, 1)), parts=st.integers(1, 3))
def test_a_date_bounds_the_day_that_it_was_made_of(day: date, parts: int) -> None:
    month, number = str(day.month) if parts > 1 else "", str(day.day) if parts > 2 else ""
    found = edtf(f"{month}/{number}/{day.year:04}", "NA")
    assert found is not None
    low, high = edtf_bounds(found)
    assert low is not None and high is not None  # noqa: PT018
    assert low <= day <= high
    assert (high - low).days < {1: 366, 2: 31, 3: 1}[parts]


def test_bytes_that_are_no_utf_8_are_mac_roman(tmp_path: Path) -> None:
    path = table(tmp_path / "cwm.csv", HEADER, row(sideb="Chim?res"))
    path.write_bytes(path.read_bytes().replace(b"Chim?res", b"Chim\x8fres"))
    (record,) = records(CivilWarMediation(), path)
    assert record.events[0].parties[1].name == "Chimères"
    assert CivilWarMediation().fields(record.raw, HEADER, Options())["sideb"] == "Chimères"


def test_another_header_is_refused_by_name(tmp_path: Path) -> None:
    path = table(tmp_path / "cwm.csv", ["country", "sidea", "mediator"], ["a", "b", "c"])
    with pytest.raises(FormatError, match=r"missing sideb, .*; not known there: mediator"):
        records(CivilWarMediation(), path)


@pytest.mark.shared
class TestReleased:
    """The table in ../shared/data."""

    @pytest.fixture
    def path(self, shared_data: Path) -> Path:
        return shared_data / "mediation" / "civil-war-mediation" / "CWM.a-m.csv"

    def test_every_episode_is_accounted_for(self, path: Path) -> None:
        found, there = records(CivilWarMediation(), path), rows(path, "mac_roman")
        assert len(found) == len(there) == 500
        assert [bool(r.reason) for r in found] == [r["Med_yes.no"] != "1" for r in there]
        assert sum(not r.reason for r in found) == 308
        assert all(r.events or r.reason for r in found)
        assert path.read_bytes().endswith(b"".join(r.raw for r in found))

    def test_times_hold_the_years_of_the_file(self, path: Path) -> None:
        for record, row in zip(records(CivilWarMediation(), path), rows(path, "mac_roman"), strict=True):
            for event in record.events:
                if event.when is None or row["year_term"] == "NA":
                    continue
                low, high = edtf_bounds(event.when)
                for bound, column in ((low, "med.begins"), (high, "med.ends")):
                    if bound:
                        assert str(bound.year)[2:] in row[column], (record.number, event.when)
                        assert abs(bound.year - int(row["year_term"])) < 50

    def test_twenty_rows_are_as_in_the_file(self, path: Path) -> None:
        format, header = CivilWarMediation(), CivilWarMediation().header(SourceFile.of(path).head())
        for record, row in twenty(records(format, path), path, "mac_roman"):
            assert format.fields(record.raw, header, Options()) == row
            for event in record.events:
                for party in event.parties:
                    assert party.name in " ".join((row["sidea"] + " | " + row["sideb"]).split())
                assert event.subject is None or event.subject.name in " ".join(row["name.of.third.party"].split())
                assert (event.when is None) == (not (row["med.begins"] or row["med.ends"]))
