"""Temporal knowledge graphs, by name and by number: labels become codes, steps days, and numbers need names."""

import gzip
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.exceptions import FormatError, InputError
from graph.importing.codes import icews_codes
from graph.importing.events import Event, Format, Mention, Options, Record
from graph.importing.files import SourceFile
from graph.importing.formats import gdelt, gdelt_tkg, icews_tkg
from graph.importing.numbered import name_table
from ontology import Kind

ICEWS, GDELT = icews_tkg.FORMAT, gdelt_tkg.FORMAT
NORLAND, SUDLAND = Mention("Norland"), Mention("Sudland")
POLICE = Mention("Police (Norland)", Kind.GOVERNMENT_BODY, "Norland")


def records(path: Path, *names: Path, format: icews_tkg.IcewsTkg | gdelt_tkg.GdeltTkg = ICEWS) -> list[Record]:
    return list(format.read(SourceFile.of(path), Options(names=names)))


@pytest.fixture
def by_name(tmp_path: Path) -> Path:
    return tmp_path / "valid.txt"


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    """Names of three actors and of two relations of ICEWS."""
    entities, relations = tmp_path / "entity2id.txt", tmp_path / "relation2id.txt"
    entities.write_text("Norland\t0\nSudland\t1\nPolice (Norland)\t2\n")
    relations.write_text("Make a visit\t0\nMediate\t1\n")
    return entities, relations


def test_a_label_leads_to_its_code_and_a_mediator_to_a_side(by_name: Path) -> None:
    by_name.write_text(
        "Norland\tMake a visit\tSudland\t2014-05-01\n"
        "Police (Norland)\tMediate\tSudland\t2014-05-01\n"
        "Norland\tfight with artillery and tanks\tNorland\t2014-05-02\n"
    )
    first, second, third = records(by_name)
    assert first.events == (Event(codes=("cameo-1.1b3:042",), when="2014-05-01", subject=NORLAND, object=SUDLAND),)
    assert second.events == (Event(codes=("cameo-1.1b3:045",), when="2014-05-01", subject=POLICE, parties=(SUDLAND,)),)
    assert third.events[0].codes == ("cameo-1.1b3:194",)
    assert ICEWS.fields(first.raw, [], Options()) == {
        "subject": "Norland", "relation": "Make a visit", "object": "Sudland", "date": "2014-05-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Norland\tAsks to dinner\tSudland\t2014-05-01", "relation 'Asks to dinner' is none of ICEWS's"),
        ("Norland\tMake a visit\tSudland\t2014-02-30", "date '2014-02-30' is no day such as 2018-06-01"),
        ("Norland\tMake a visit\tSudland\t2014-05", "date '2014-05' is no day such as 2018-06-01"),
        ("Norland\tMake a visit\tSudland\t3014-05-01", "date '3014-05-01' is no day such as 2018-06-01"),
        ("Norland\tMake a visit\tSudland", "3 fields instead of 4"),
        ("Norland\tMake a visit\t\t2014-05-01", "object is missing"),
    ],
)
def test_a_row_by_name_that_is_no_event_has_a_reason(row: str, reason: str, by_name: Path) -> None:
    good = "Norland\tMake a visit\tSudland\t2014-05-01\n"
    by_name.write_text(f"{good}{row}\n{good}")
    first, bad, last = records(by_name)
    assert (first.reason, last.reason) == (None, None)
    assert bad.raw == f"{row}\n".encode()
    assert bad.reason
    assert bad.reason.startswith(reason)


def test_numbers_of_icews_become_names_and_hours_become_days(tables: tuple[Path, Path], by_name: Path) -> None:
    by_name.write_text("2    \t0    \t1\t24\t0\n 0 1 1 5760 -1\n")
    first, second = records(by_name, *tables)
    assert first.events == (Event(codes=("cameo-1.1b3:042",), when="2018-01-02", subject=POLICE, object=SUDLAND),)
    assert second.events == (Event(codes=("cameo-1.1b3:045",), when="2018-08-29", subject=NORLAND, parties=(SUDLAND,)),)
    assert ICEWS.fields(second.raw, [], Options()) == {
        "subject": "0", "relation": "1", "object": "1", "step": "5760", "more": "-1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0\t0\t9\t24\t0", "object '9' is not in entity2id.txt"),
        ("0\t7\t1\t24\t0", "relation '7' is not in relation2id.txt"),
        ("0\t0\t1\t25\t0", "step 25 is no whole day in hours from the beginning"),
        ("0\t0\t1", "'0 0 1' is not subject, relation, object and step, all numbers"),
        ("0\t0\t1\tx\t0", "'0 0 1 x 0' is not subject, relation, object and step, all numbers"),
    ],
)
def test_a_row_by_number_that_is_no_event_has_a_reason(
    row: str, reason: str, tables: tuple[Path, Path], by_name: Path
) -> None:
    by_name.write_text(f"0\t0\t1\t0\t0\n{row}\n0\t0\t1\t24\t0\n")
    assert [r.reason for r in records(by_name, *tables)] == [None, reason, None]


@pytest.mark.parametrize(
    ("steps", "told", "days"),
    [
        ("0 24 7272", {}, ["2018-01-01", "2018-01-02", "2018-10-31"]),
        ("0 24 8736", {"from": "2014-01-01"}, ["2014-01-01", "2014-01-02", "2014-12-31"]),
        ("0 1 364", {"from": "2014-01-01", "step": "days"}, ["2014-01-01", "2014-01-02", "2014-12-31"]),
    ],
)
def test_steps_count_from_the_day_that_is_told(
    steps: str, told: dict[str, str], days: list[str], tables: tuple[Path, Path], by_name: Path
) -> None:
    by_name.write_text("".join(f"0\t0\t1\t{s}\t0\n" for s in steps.split()))
    found = ICEWS.read(SourceFile.of(by_name), Options(names=tables, values=told))
    assert [r.events[0].when for r in found] == days


def test_tables_as_long_as_those_of_another_set_tell_its_year(tmp_path: Path, by_name: Path) -> None:
    entities, relations = tmp_path / "entity2id.txt", tmp_path / "relation2id.txt"
    entities.write_text("7128\n" + "".join(f"N{i}\t{i}\n" for i in range(7128)))
    relations.write_text("Make a visit\t0\n" + "".join(f"R{i}\t{i}\n" for i in range(1, 230)))
    by_name.write_text("0\t0\t1\t24\t0\n")
    assert records(by_name, entities, relations)[0].events[0].when == "2014-01-02"


@pytest.mark.parametrize(
    ("step", "told", "message"),
    [
        ("7296", {}, "step 7296 is after October 2018, where ICEWS18 ends.*--set from=2014-01-01"),
        ("24", {"from": "2014"}, r"'2014' is no day \(set from=2018-01-01, say\)"),
        ("24", {"step": "weeks"}, r"'weeks' is no length of a step \(set step=hours or step=days\)"),
        ("25", {}, "1 of the first 1 steps are no whole days in hours.*--set step=days"),
    ],
)
def test_steps_of_another_set_are_not_taken_for_2018(
    step: str, told: dict[str, str], message: str, tables: tuple[Path, Path], by_name: Path
) -> None:
    by_name.write_text(f"0\t0\t1\t{step}\t0\n")
    with pytest.raises(InputError, match=message):
        list(ICEWS.read(SourceFile.of(by_name), Options(names=tables, values=told)))


@given(step=st.integers(0, 31 * 96 - 1))
def test_steps_of_gdelt_are_quarters_of_an_hour_of_january_2018(
    step: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("steps")
    for name, text in (("e.txt", "NORLAND\t0\n"), ("r.txt", "042\t0\n"), ("t.txt", f"0\t0\t0\t{step}\n")):
        (folder / name).write_text(text)
    (record,) = records(folder / "t.txt", folder / "e.txt", folder / "r.txt", format=GDELT)
    assert record.events[0].when == f"2018-01-{step * 15 // 60 // 24 + 1:02}"


def test_steps_and_codes_of_gdelt_that_cannot_be_have_a_reason(tables: tuple[Path, Path], by_name: Path) -> None:
    tables[1].write_text("042\t0\n10\t1\n")
    by_name.write_text("0\t0\t1\t0\n0\t0\t1\t2976\n0\t1\t1\t5\n")
    first, late, ambiguous = records(by_name, *tables, format=GDELT)
    assert first.events[0].codes == ("cameo-1.1b3:042",)
    assert late.reason == "step 2976 is after January 2018, which has 2976 steps of 15 minutes"
    assert ambiguous.reason == "relation '10' may be the root 10 or 010 without its zero: export codes as text"


def test_a_byte_order_mark_is_part_of_no_name(tables: tuple[Path, Path], by_name: Path) -> None:
    by_name.write_text("\ufeffNorland\tMake a visit\tSudland\t2014-05-01\n", "utf-8")
    assert [r.events[0].subject for r in records(by_name)] == [NORLAND]
    by_name.write_text("\ufeff0\t0\t1\t24\t0\n0\t0\t1\t24\t0\n", "utf-8")
    assert [r.events[0].subject for r in records(by_name, *tables)] == [NORLAND, NORLAND]


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gz", "plain"])
def test_a_packed_file_is_read_as_it_is(pack: Callable[[bytes], bytes], by_name: Path) -> None:
    by_name.write_bytes(pack(b"Norland\tMake a visit\tSudland\t2014-05-01\n" * 3))
    assert [r.number for r in records(by_name)] == [1, 2, 3]


@pytest.mark.parametrize("format", [ICEWS, GDELT], ids=["icews", "gdelt"])
def test_numbers_without_their_names_are_refused(
    format: icews_tkg.IcewsTkg | gdelt_tkg.GdeltTkg, tables: tuple[Path, Path], by_name: Path
) -> None:
    by_name.write_text("0\t0\t1\t24\t0\n")
    for names in ((), tables[:1]):
        with pytest.raises(FormatError, match="tables of names instead of two") as caught:
            records(by_name, *names, format=format)
        assert "--names entity2id.txt --names relation2id.txt" in caught.value.way_out


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [("Norland\n", 1, "is not a name, a tab and a number"), ("Norland\tx\n", 1, "is not a name, a tab and a number"),
     ("Norland\t0\nSudland\t0\n", 2, "has the id 0 a second time")],
)  # fmt: skip
def test_a_table_of_names_that_is_none_is_told_by_its_line(text: str, line: int, words: str, by_name: Path) -> None:
    by_name.write_text(text)
    with pytest.raises(FormatError, match=words) as caught:
        name_table(by_name)
    assert (caught.value.file, caught.value.line) == (str(by_name), line)
    with pytest.raises(FormatError, match="is no file"):
        name_table(by_name.with_name("absent.txt"))


@pytest.mark.parametrize("format", [ICEWS, GDELT], ids=["icews", "gdelt"])
@pytest.mark.parametrize("text", ["", "a,b,c\n", "Norland\tSudland\n"])
def test_a_file_of_another_form_is_refused(
    text: str, format: icews_tkg.IcewsTkg | gdelt_tkg.GdeltTkg, tables: tuple[Path, Path], by_name: Path
) -> None:
    by_name.write_text(text)
    with pytest.raises(FormatError):
        records(by_name, *tables, format=format)
    assert not format.recognises(text.encode())


ICEWS_FORMS = [("icews_2014_valid.txt", 8941), ("icews_2005-2015_valid.txt", 46275)]


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), ICEWS_FORMS)
def test_every_row_by_name_of_icews_is_an_event_and_twenty_are_as_the_file_has_them(
    shared_data: Path, name: str, count: int
) -> None:
    path = shared_data / "icews-tkg" / name
    lines = path.read_text("utf-8").splitlines()
    found = records(path)
    assert (len(found), [r.reason for r in found if r.reason]) == (count, [])
    assert b"".join(r.raw for r in found) == path.read_bytes()
    for record in random.Random(2031).sample(found, 20):  # noqa: S311 - seeded, to be repeated
        subject, relation, object, day = lines[record.number - 1].split("\t")
        _compare(record.events[0], subject, icews_codes()[relation.lower()], object, day)


def _compare(event: Event, subject: str, code: str, object: str, day: str) -> None:
    assert event.subject
    assert event.subject.name == subject
    assert [m.name for m in (event.object, *event.parties) if m] == [object]
    assert bool(event.parties) == (code == "045")
    assert (event.codes, event.when, event.record) == ((f"cameo-1.1b3:{code}",), day, None)


@pytest.mark.shared
@pytest.mark.parametrize("folder", ["icews18", "gdelt/tkg-2018"])
def test_every_row_by_number_is_an_event_and_twenty_are_as_the_file_has_them(shared_data: Path, folder: str) -> None:
    format, name, count, days = (
        (ICEWS, "valid.txt", 45995, 1 / 24) if folder == "icews18" else (GDELT, "events.part1.txt", 150_000, 15 / 1440)
    )
    path, *names = (shared_data / folder / n for n in (name, "entity2id.txt", "relation2id.txt"))
    lines = path.read_text().splitlines()
    entities, relations = ([line.split("\t")[0].strip() for line in n.read_text("utf-8").splitlines()] for n in names)
    found = records(path, *names, format=format)
    assert (len(found), [r.reason for r in found if r.reason]) == (count, [])
    assert b"".join(r.raw for r in found) == path.read_bytes()
    for record in random.Random(2031).sample(found, 20):  # noqa: S311 - seeded, to be repeated
        subject, relation, object, step = (int(n) for n in lines[record.number - 1].split()[:4])
        label = relations[relation]
        code = icews_codes()[label.lower()] if folder == "icews18" else label
        month_day = f"2018-{_month_day(int(step * days + 1e-9))}"
        _compare(record.events[0], entities[subject], code, entities[object], month_day)


def _month_day(days: int) -> str:
    """Month and day of so many days after the first of January, counted by hand."""
    for month, length in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1):
        if days < length:
            return f"{month:02}-{days + 1:02}"
        days -= length
    raise ValueError(days)


@pytest.mark.shared
def test_each_format_recognises_its_own_files_and_no_others(shared_data: Path) -> None:
    own: dict[str, Format] = {"gdelt": gdelt.FORMAT, "gdelt-tkg": GDELT, "icews-tkg": ICEWS}
    heads = {str(p.relative_to(shared_data)): SourceFile.of(p).head() for p in shared_data.rglob("*") if p.is_file()}
    told = {name: sorted(p for p, head in heads.items() if format.recognises(head)) for name, format in own.items()}
    assert told == {
        "gdelt": [
            "gdelt/v1-georgia/april13.csv",
            "gdelt/v1-georgia/may2012.csv",
            "gdelt/v2-daily/20201113.csv",
            "gdelt/v2-daily/20201114.csv",
            "gdelt/v2-raw/20151027220000.export.part1.CSV",
        ],
        "gdelt-tkg": ["gdelt/tkg-2018/events.part1.txt"],
        "icews-tkg": [
            "icews-tkg/icews_2005-2015_valid.txt",
            "icews-tkg/icews_2014_valid.txt",
            "icews18/valid.txt",
        ],
    }
