"""Files that no format can read, or of which nothing would be left: one message each, and the store as it was."""

import bz2
import gzip
import io
import lzma
import zipfile
from pathlib import Path

import pytest

from graph import KnowledgeGraph
from graph.exceptions import FormatError, InputError
from graph.importing import Options
from tests.graph.importing.tables import icews

GOOD = icews([{"Event ID": 1}, {"Event ID": 2}])


def zipped(members: dict[str, bytes], *, flags: int = 0, method: int = 0) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    made = bytearray(out.getvalue())
    if members:
        entry = made.find(b"PK\1\2")
        for at in (6, entry + 8):
            made[at] |= flags
        for at in (8, entry + 10):
            made[at] |= method
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bz2.compress(GOOD), r"packed with bzip2 \(unpack it"),
        (lzma.compress(GOOD), r"packed with xz \(unpack it"),
        (gzip.compress(gzip.compress(GOOD)), "packed with gzip twice"),
        (zipped({"events.tab.gz": gzip.compress(GOOD)}), "packed with gzip twice"),
        (zipped({}), "zip without a file in it"),
        (zipped({"events.tab": GOOD}, flags=1), "cannot be unpacked: .*password"),
        (zipped({"events.tab": GOOD}, method=9), "cannot be unpacked: .*compression"),
        (GOOD.decode().encode("utf-16"), r"UTF-16, or no text \(save it as UTF-8"),
        (GOOD.decode().encode("utf-16-le"), "UTF-16, or no text"),
        (b"\0" * 5000, "no text"),
        (GOOD.replace(b"\n", b"\r"), r"lines that end with CR alone \(.*tr"),
        (icews([]), "no record, only a header"),
        (icews([{"CAMEO Code": "45"}]), "none of its 1 records can be a statement; record 1: CAMEO Code '45'"),
    ],
)
def test_a_file_of_which_nothing_is_left_is_refused(
    empty: KnowledgeGraph, tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "events.tab"
    file.write_bytes(content)
    for dry_run in (True, False):
        with pytest.raises(FormatError, match=message):
            empty.import_files("icews", [file], dry_run=dry_run)
    assert empty.snapshot.revision == 1
    assert not list((empty.path / "imports").glob("*"))


def test_what_a_mac_adds_to_an_archive_is_left_out(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "events.tab.zip"
    file.write_bytes(zipped({"events.tab": GOOD, "__MACOSX/._events.tab": b"\0\5\x16\7"}))
    assert empty.import_files("icews", [file])[0].stored == 2


@pytest.mark.parametrize("day", ["0018-06-01", "1800-01-01", "9999-12-31", "2018-02-30", "٢٠١٨-٠٦-٠١"])
def test_dates_out_of_range_are_rejected_and_rows_beside_them_kept(
    empty: KnowledgeGraph, tmp_path: Path, day: str
) -> None:
    file = tmp_path / "events.tab"
    file.write_bytes(icews([{"Event ID": 1}, {"Event ID": 2, "Event Date": day}]))
    [report] = empty.import_files("icews", [file])
    assert (report.stored, report.rejected) == (1, 1)
    [rejected] = empty.originals(report.source).rejects()
    assert day in str(rejected["reason"])


def test_spaces_around_a_code_are_no_part_of_it(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_bytes(icews([{"Event ID": " 7 ", "CAMEO Code": " 040", "Event Date": "2031-03-05 "}]))
    empty.import_files("icews", [file])
    [statement] = empty.statements()
    assert (statement.record, statement.codes) == ("7", ("cameo-1.1b3:040",))


def tables(folder: Path, *names: str) -> Options:
    entities, relations = folder / "entity2id.txt", folder / "relation2id.txt"
    entities.write_text("".join(f"{name}\t{n}\n" for n, name in enumerate(names)))
    relations.write_text("Consult\t0\nMediate\t1\n")
    return Options(names=(entities, relations))


def test_a_file_is_read_anew_with_other_tables_of_names(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "valid.txt"
    file.write_text("0\t0\t1\t24\t0\n")
    options = tables(tmp_path, "Norland", "Sudland")
    assert empty.import_files("icews-tkg", [file], options=options)[0].added == 1
    assert empty.import_files("icews-tkg", [file], options=options)[0].unchanged
    options = tables(tmp_path, "Norland", "Westland")
    report = empty.import_files("icews-tkg", [file], options=options)[0]
    assert (report.unchanged, report.added, report.retracted) == (False, 1, 1)


def test_steps_of_another_set_are_refused_as_a_whole(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "valid.txt"
    options = tables(tmp_path, "Norland", "Sudland")
    file.write_text("0\t0\t1\t0\n0\t0\t1\t1\n")
    with pytest.raises(InputError, match=r"steps are no whole days.*looks like gdelt-tkg"):
        empty.import_files("icews-tkg", [file], options=options)
    file.write_text("0\t0\t1\t0\n0\t0\t1\t24\n")
    with pytest.raises(InputError, match=r"all steps are whole days.*looks like icews-tkg"):
        empty.import_files("gdelt-tkg", [file], options=options)


def named(folder: Path, name: str, *ids: int) -> Path:
    path = folder / name
    path.write_bytes(icews([{"Event ID": n} for n in ids]))
    return path


def test_files_are_sources_of_their_own_whatever_letters_their_names_have(
    empty: KnowledgeGraph, tmp_path: Path
) -> None:
    files = [named(tmp_path, name, n) for n, name in enumerate(("события.tab", "events.tab", "事件.tab", "行事.tab"))]
    reports = empty.import_files("icews", files)
    assert len({r.source for r in reports}) == len(empty.statements()) == 4
    assert reports[1].source == "icews-events-tab"


def test_a_file_with_a_name_like_another_does_not_replace_it(empty: KnowledgeGraph, tmp_path: Path) -> None:
    first, second = named(tmp_path, "events_1.tab", 1), named(tmp_path, "Events-1.tab", 2)
    with pytest.raises(InputError, match="too much alike"):
        empty.import_files("icews", [first, second])
    empty.import_files("icews", [first])
    with pytest.raises(InputError, match=r"'events_1\.tab' have names too much alike .*--name"):
        empty.import_files("icews", [second])
    empty.import_files("icews", [second], name="other.tab")
    assert len(empty.statements()) == 2


@pytest.mark.parametrize("name", ["../evil.tab", "a\\b.tab", "a\nb.tab", "..", "x" * 256])
def test_a_name_that_no_file_can_have_is_refused(empty: KnowledgeGraph, tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="no file can be called"):
        empty.import_files("icews", [named(tmp_path, "events.tab", 1)], name=name)


def test_a_file_of_which_statements_were_removed_is_imported_again(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = named(tmp_path, "events.tab", 1, 2)
    empty.import_files("icews", [file])
    gone = empty.iris.statement(empty.statements()[0].id)
    empty.update(f"DELETE {{ GRAPH ?g {{ <{gone}> ?p ?o }} }} WHERE {{ GRAPH ?g {{ <{gone}> ?p ?o }} }}")
    assert len(empty.statements()) == 1
    [report] = empty.import_files("icews", [file])
    assert (report.unchanged, report.added, len(empty.statements())) == (False, 1, 2)


def test_a_file_of_which_all_statements_were_removed_is_imported_again(empty: KnowledgeGraph, tmp_path: Path) -> None:
    file = named(tmp_path, "events.tab", 1, 2)
    empty.import_files("icews", [file])
    for statement in empty.statements():
        gone = empty.iris.statement(statement.id)
        empty.update(f"DELETE {{ GRAPH ?g {{ <{gone}> ?p ?o }} }} WHERE {{ GRAPH ?g {{ <{gone}> ?p ?o }} }}")
    assert empty.import_files("icews", [file])[0].added == 2


def test_a_zip_with_several_files_is_all_of_them(tmp_path: Path) -> None:
    other = icews([{"Event ID": "9"}])
    file = tmp_path / "Events.2031.ZIP"
    file.write_bytes(zipped({"2031/jan.tab": GOOD, "2031/feb.tab": other}))
    with KnowledgeGraph(tmp_path / "kg") as graph:
        reports = graph.import_files("icews", [file])
        assert [(r.file, r.stored) for r in reports] == [
            ("Events.2031 2031 jan.tab", reports[0].read), ("Events.2031 2031 feb.tab", 1),
        ]  # fmt: skip
        assert all(r.unchanged for r in graph.import_files("icews", [file]))


def test_a_member_of_a_zip_that_is_another_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "events.zip"
    file.write_bytes(zipped({"events.tab": GOOD, "readme.txt": b"Read me.\n"}))
    with KnowledgeGraph(tmp_path / "kg") as graph, pytest.raises(FormatError, match=r"events readme\.txt is no table"):
        graph.import_files("icews", [file])


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "kg") as graph, pytest.raises(InputError, match=r"is a folder \(name the files"):
        graph.import_files("icews", [tmp_path])


@pytest.mark.slow
def test_a_line_without_end_is_refused_before_the_rest_is_read(tmp_path: Path) -> None:
    file = tmp_path / "events.tab"
    file.write_bytes(GOOD)
    with file.open("r+b") as endless:
        endless.truncate(1 << 40)
    with (
        KnowledgeGraph(tmp_path / "kg") as graph,
        pytest.raises(FormatError, match="line 4 has more than 64 megabytes"),
    ):
        graph.import_files("icews", [file])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b""}), "is a workbook .save the sheet as CSV"),
        (b"PAR1" + bytes(100), "is cut off or damaged"),
        (b"<stata_dta><header>", "is a file of Stata"),
    ],
)
def test_tables_of_other_programs_are_named(tmp_path: Path, content: bytes, told: str) -> None:
    file = tmp_path / "events.xlsx"
    file.write_bytes(content)
    with KnowledgeGraph(tmp_path / "kg") as graph, pytest.raises(FormatError, match=told):
        graph.import_files("pa-x", [file])
