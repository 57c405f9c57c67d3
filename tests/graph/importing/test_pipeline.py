"""From a released file to statements: nothing lost, nothing invented, nothing done twice."""

import gzip
import hashlib
import os
import random
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InputError, KnowledgeGraph
from graph.exceptions import FormatError
from graph.importing import ImportReport, Options
from graph.snapshot import rebuilt_columns
from ontology import Modality, Status
from tests.benchmarks.releases import write_release
from tests.effort import tries
from tests.graph.importing.tables import ROW, icews


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.tab"


def imported(kg: KnowledgeGraph, path: Path, format: str = "icews") -> ImportReport:
    report = kg.import_files(format, [path])[0]
    assert report.read == report.stored + report.repeated + report.rejected
    return report


def test_a_row_becomes_a_statement_with_all_that_it_says(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"CAMEO Code": "112", "Event Text": "Accuse"}]))
    report = imported(empty, file)
    assert (report.read, report.stored, report.added, report.first, report.last) == (
        1,
        1,
        1,
        "2031-03-05",
        "2031-03-05",
    )
    [statement] = empty.statements()
    assert (statement.relation, statement.record, statement.row, statement.when) == ("accuses", "1", 1, "2031-03-05")
    assert (statement.modality, statement.codes, statement.coder) == (Modality.CODED, ("cameo-1.1b3:112",), "icews")
    assert not statement.attributed_to
    snapshot = empty.snapshot
    assert [snapshot.label(str(e)) for e in (statement.subject, statement.object)] == [
        "Ada Norn", "Foreign Affairs (Sudland)",
    ]  # fmt: skip
    source = snapshot.source(statement.source)
    assert (source.title, source.dataset, source.kind) == ("events.tab", "icews", "event table")
    assert source.sha256 == report.sha256
    assert not empty.ask("accuses", according_to="source").found, "a coder is no voice"
    assert not snapshot.store.size(empty.iris.edges_graph), "coded events are no plain edges"


def test_the_mediator_is_the_subject_and_the_target_a_side(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"CAMEO Code": "045", "Event Text": "Mediate", "Target Name": "Sudland"}]))
    imported(empty, file)
    [statement] = empty.statements()
    assert (statement.relation, statement.object) == ("mediates", None)
    assert [empty.snapshot.label(p) for p in statement.parties] == ["Sudland"]


def test_ids_of_statements_are_what_they_have_always_been(empty: KnowledgeGraph, file: Path) -> None:
    write_release(file, 300, seed=1)
    imported(empty, file)
    columns = empty.snapshot.columns
    ids, actors = sorted(columns.first_ids(300)), sorted(columns.entities)
    # Citations and judgements go by them: whoever changes how they are made changes IMPORTER and says so.
    digests = [hashlib.sha256("\n".join(names).encode()).hexdigest()[:16] for names in (ids, actors)]
    assert digests == ["5d31116c49f76e23", "3bb38ae649332c79"]
    assert (ids[0], empty.statement(ids[0]).record) == ("2542ynknqx2hxn5ae5jult32ka", "13")


def test_importing_twice_changes_nothing(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"Event ID": n} for n in range(5)]))
    imported(empty, file)
    revision = empty.snapshot.revision
    assert imported(empty, file).unchanged
    assert empty.snapshot.revision == revision


def test_a_record_that_returns_is_counted_and_stored_once(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"Event ID": n} for n in (1, 2, 1, 3, 2)]))
    report = imported(empty, file)
    assert (report.read, report.stored, report.repeated) == (5, 3, 2)
    assert len(empty.snapshot.columns) == 3


def test_what_cannot_be_a_statement_is_kept_with_its_reason(empty: KnowledgeGraph, file: Path) -> None:
    bad = [
        {"Event ID": 2, "Event Date": "2031-02-30"}, {"Event ID": 3, "CAMEO Code": "10"},
        {"Event ID": 4, "CAMEO Code": "999"}, {"Event ID": 5, "Source Name": "NA", "Target Name": "NA"},
    ]  # fmt: skip
    content = icews([{"Event ID": 1}, *bad, {"Event ID": 6}]) + b"half\ta row\n"
    file.write_bytes(content)
    report = imported(empty, file)
    assert (report.stored, report.rejected) == (2, 5)
    rejects = list(empty.originals(report.source).rejects())
    assert [r["record"] for r in rejects] == [2, 3, 4, 5, 7]
    for reject, told in zip(rejects, ("2031-02-30", "'10'", "'999'", "Source Name", "2 fields"), strict=True):
        assert told in str(reject["reason"])
        assert str(reject["bytes"]).encode("latin-1") in content
    assert sum(report.reasons.values()) == 5


def test_a_corrected_file_replaces_the_old_one_as_one_step(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"Event ID": n} for n in (1, 2, 3)]))
    imported(empty, file)
    before = {s.record: s.id for s in empty.statements()}
    file.write_bytes(icews([{"Event ID": n} for n in (9, 1, 3)]))  # one more before, one less within
    report = imported(empty, file)
    assert (report.stored, report.added, report.retracted) == (3, 1, 1)
    after = {s.record: s for s in empty.snapshot.statements(range(len(empty.snapshot.columns)))}
    assert {r: after[r].id for r in before} == before, "a row that was inserted changes no id"
    assert after["2"].status is Status.RETRACTED
    assert after["1"].row == 2
    assert empty.snapshot.revision == 3
    file.write_bytes(icews([{"Event ID": n} for n in (1, 2, 3)]))
    report = imported(empty, file)
    assert after["2"].id in {s.id for s in empty.statements()}, "what is back is no longer retracted"


def test_an_inserted_row_changes_no_id_where_records_have_none(empty: KnowledgeGraph, tmp_path: Path) -> None:
    rows = [f"Ada Norn\tConsult\tBo Sud\t2013-03-0{n}" for n in (1, 2, 2, 3)]
    path = tmp_path / "valid.txt"

    def ids() -> dict[str, str]:
        path.write_text("\n".join(rows) + "\n")
        assert imported(empty, path, "icews-tkg").stored == len(rows)
        return {str(s.record): s.id for s in empty.statements()}

    before = ids()
    rows.insert(1, "Bo Sud\tConsult\tAda Norn\t2013-03-02")
    after = ids()
    assert before.items() <= after.items()
    assert len(after) == 5


def test_reports_of_one_event_are_linked(empty: KnowledgeGraph, file: Path) -> None:
    ada, bo = ("Ada Norn", "Norland"), ("Bo Sud", "Sudland")
    one, two = (
        {"Source Name": a, "Source Country": b, "Target Name": c, "Target Country": d}
        for (a, b), (c, d) in ((ada, bo), (bo, ada))
    )
    visit = {"CAMEO Code": "042", "Event Text": "Make a visit"}
    visited = {"CAMEO Code": "043", "Event Text": "Host a visit"}
    file.write_bytes(icews([
        one | {"Event ID": 1}, two | {"Event ID": 2}, one | {"Event ID": 3, "Story ID": "71"},
        one | {"Event ID": 4, "Event Date": "2031-03-06"},
        one | visit | {"Event ID": 5}, two | visited | {"Event ID": 6}, two | visit | {"Event ID": 7},
        one | {"Event ID": 8, "CAMEO Code": "112", "Event Text": "Accuse"},
        two | {"Event ID": 9, "CAMEO Code": "112", "Event Text": "Accuse"},
    ]))  # fmt: skip
    report = imported(empty, file)
    events = {str(s.record): s.event.id if s.event else None for s in empty.statements()}
    assert events["1"] == events["2"] == events["3"] is not None
    assert events["5"] == events["6"] is not None
    assert events["5"] != events["1"]
    assert [events[n] for n in "4789"] == [None] * 4
    assert report.linked == 5
    [meeting] = [
        a for a in empty.ask("consults").found if a.relation == "consults" and a.subject and "ada" in a.subject
    ]
    assert meeting.events == 2, "two days, however often each was told"


def test_sides_that_one_sentence_names_are_one_mediation(empty: KnowledgeGraph, file: Path) -> None:
    mediation = {"CAMEO Code": "045", "Event Text": "Mediate", "Source Name": "Westmark"}
    file.write_bytes(icews([
        mediation | {"Event ID": 1, "Target Name": "Norland"}, mediation | {"Event ID": 2, "Target Name": "Sudland"},
        mediation | {"Event ID": 3, "Target Name": "Estland", "Sentence Number": "3"},
    ]))  # fmt: skip
    imported(empty, file)
    events = {str(s.record): s.event.id if s.event else None for s in empty.statements()}
    assert events["1"] == events["2"] is not None
    assert events["3"] is None


@pytest.mark.parametrize("packing", ["plain", "gz", "zip"])
def test_a_file_is_the_same_source_however_it_is_packed(empty: KnowledgeGraph, tmp_path: Path, packing: str) -> None:
    content = icews([{"Event ID": n} for n in range(3)])
    plain = tmp_path / "events.tab"
    plain.write_bytes(content)
    imported(empty, plain)
    path = tmp_path / f"events.tab.{packing}"
    if packing == "gz":
        path.write_bytes(gzip.compress(content))
    elif packing == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("events.tab", content)
    else:
        path = plain
    assert imported(empty, path).unchanged


def test_the_original_record_can_be_asked(empty: KnowledgeGraph, file: Path) -> None:
    rows = [{"Event ID": n, "Publisher": f"Gazette {n}"} for n in range(1, 600)]
    file.write_bytes(icews(rows))
    report = imported(empty, file)
    lines = file.read_bytes().splitlines(keepends=True)
    originals = empty.originals(report.source)
    for number in (1, 2, 256, 257, 512, 599):
        assert originals.record(number) == lines[number]
    assert originals.record(0) is None
    assert originals.record(600) is None


def test_a_dry_run_tells_the_same_and_writes_nothing(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"Event ID": n, "CAMEO Code": "999" if n == 2 else "040"} for n in range(4)]))
    revision = empty.snapshot.revision
    [tried] = empty.import_files("icews", [file], dry_run=True)
    assert empty.snapshot.revision == revision
    assert not (empty.path / "imports").exists()
    assert tried == imported(empty, file).model_copy(update={"linked": tried.linked})


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (
            icews([{}], columns=["CAMEO Kode" if c == "CAMEO Code" else c for c in ROW]),
            "lacks CAMEO Code and has 'CAMEO Kode'",
        ),
        (gzip.compress(icews([{}] * 50))[:-20], "cut off or damaged"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_leaves_the_store_as_it_was(
    empty: KnowledgeGraph, file: Path, content: bytes, told: str
) -> None:
    file.write_bytes(content)
    revision = empty.snapshot.revision
    with pytest.raises(FormatError, match=told):
        empty.import_files("icews", [file])
    assert empty.snapshot.revision == revision
    assert not list((empty.path / "imports").glob("*")) if (empty.path / "imports").exists() else True


def test_files_are_imported_all_or_none(empty: KnowledgeGraph, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.tab", tmp_path / "bad.tab"
    good.write_bytes(icews([{}]))
    bad.write_bytes(b"no table\n")
    with pytest.raises(FormatError):
        empty.import_files("icews", [good, bad])
    assert not len(empty.snapshot.columns)
    with pytest.raises(InputError, match="no format is called 'icwes'"):
        empty.import_files("icwes", [good])


KILLED = """
import os, signal, sys
from graph import KnowledgeGraph
def tell(file, read):
    if read >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)
with KnowledgeGraph(sys.argv[1]) as kg:
    kg.import_files("icews", [sys.argv[2]], progress=tell)
"""


@pytest.mark.parametrize("after", [1, 4000])
def test_an_import_that_is_killed_leaves_the_store_as_it_was_and_can_be_done_again(
    empty: KnowledgeGraph, file: Path, after: int
) -> None:
    file.write_bytes(icews([{"Event ID": n} for n in range(6000)]))
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(empty.path), str(file), str(after)], check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    assert not len(empty.snapshot.columns)
    assert imported(empty, file).stored == 6000
    assert not list((empty.path / "imports").glob(".*"))


def test_rows_of_a_real_file_are_what_the_file_says(empty: KnowledgeGraph, shared_data: Path) -> None:
    path = shared_data / "icews-raw" / "events.2018-06-01.tab"
    header, *lines = path.read_text("utf-8").rstrip("\n").split("\n")
    names = header.split("\t")
    report = imported(empty, path)
    assert (report.read, report.rejected) == (len(lines), 0)
    statements = {s.row: s for s in empty.statements()}
    label = empty.snapshot.label
    for number in random.Random(7).sample(range(1, len(lines) + 1), 20):  # noqa: S311
        row, s = dict(zip(names, lines[number - 1].split("\t"), strict=True)), statements[number]
        assert (s.record, s.when, s.codes) == (
            row["Event ID"],
            row["Event Date"],
            (f"cameo-1.1b3:{row['CAMEO Code']}",),
        )
        told = [label(str(e)) for e in (s.subject, s.object, *s.parties) if e]
        actors = [row["Source Name"], row["Target Name"]]
        assert told == [name.replace("Unspecified Actor", "unspecified") for name in actors]
        assert empty.originals(report.source).record(number) == (lines[number - 1] + "\n").encode()
    quads = empty.snapshot.store.size(empty.iris.source(report.source))
    assert quads <= 9 * report.statements + 20


ACTORS = st.sampled_from(["Ada Norn", "Bo Sud", "Norland", "Sudland", "Citizen (Norland)", "NA"])
ROWS = st.lists(
    st.fixed_dictionaries({
        "Event ID": st.integers(1, 12), "Source Name": ACTORS, "Target Name": ACTORS,
        "CAMEO Code": st.sampled_from(["040", "045", "112", "043", "10", "", "0841"]),
        "Event Date": st.sampled_from(["2031-03-05", "2031-03-06", "2031-13-01", ""]),
    }), max_size=12,
).filter(lambda rows: any(map(_is_good, rows)))  # fmt: skip
"""Of a file with no good row nothing is imported: see test_hostile_files."""


@settings(max_examples=tries(8), deadline=None)
@given(first=ROWS, second=ROWS)
def test_whatever_is_in_the_files_the_counts_add_up_and_the_parts_agree(
    tmp_path_factory: pytest.TempPathFactory, first: list[dict[str, object]], second: list[dict[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    with KnowledgeGraph(folder / "store") as kg:
        for rows in (first, second):
            (folder / "events.tab").write_bytes(icews(rows))
            report = imported(kg, folder / "events.tab")
            if not report.unchanged:
                good = [r for r in rows if _is_good(r)]
                assert report.rejected == len(rows) - len(good)
                assert report.stored == len({tuple(sorted(r.items())) for r in good})
            snapshot = kg.snapshot
            again = rebuilt_columns(snapshot.store, kg.iris, snapshot.sources.values(), snapshot.entities)
            assert snapshot.columns.same_as(again)
            assert len(snapshot.store) == snapshot.quads
    with KnowledgeGraph(folder / "store") as kg:
        assert kg.snapshot.columns.same_as(again)


def _is_good(row: dict[str, object]) -> bool:
    return (
        str(row["Event Date"])[5:7] == "03"
        and len(str(row["CAMEO Code"])) > 2
        and (row["Source Name"], row["Target Name"]) != ("NA", "NA")
    )


def test_options_that_a_format_does_not_need_are_no_harm(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"CAMEO Code": "10", "Event Text": "Make statement"}]))
    [report] = empty.import_files("icews", [file], options=Options(values={"codes": "text"}))
    [statement] = empty.statements()
    assert (report.stored, statement.codes) == (1, ("cameo-1.1b3:010",))


def test_what_happens_within_a_country_is_kept(empty: KnowledgeGraph, file: Path) -> None:
    inner = {"Source Name": "Norland", "Target Name": "Norland", "Source Sectors": "", "Target Sectors": ""}
    other = {"Event ID": 2, "Source Name": "Sudland", "Source Country": "Sudland"}
    file.write_bytes(icews([inner | {"Target Country": "Norland"}, inner | {"Target Country": "Norland"} | other]))
    assert imported(empty, file).stored == 2


def test_an_actor_whom_the_data_leave_open_is_nobody_in_particular(empty: KnowledgeGraph, file: Path) -> None:
    file.write_bytes(icews([{"Target Name": "Unspecified Actor", "Target Country": "NA"}]))
    imported(empty, file)
    [statement] = empty.statements()
    assert statement.object == "unspecified"
