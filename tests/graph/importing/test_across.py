"""One record in several files of a data set: stored once, whatever their names and in whatever order they come."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.exceptions import NoRecordError
from graph.importing import ImportReport
from ontology import Status
from tests.effort import tries
from tests.graph.importing.tables import icews

Rows = list[dict[str, object]]
DAILY: Rows = [{"Event ID": n, "Target Name": f"Sudland {n}"} for n in range(6)]


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph(tmp_path / "kg") as graph:
        yield graph


def imported(graph: KnowledgeGraph, name: str, rows: Rows, *, dry_run: bool = False) -> ImportReport:
    path = graph.path.parent / name
    path.write_bytes(icews(rows))
    [report] = graph.import_files("icews", [path], dry_run=dry_run)
    assert report.read == report.stored + report.repeated + report.rejected == len(rows)
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.stored, report.repeated, report.elsewhere, report.recoded


def active(graph: KnowledgeGraph) -> list[str]:
    return sorted(s.record or "" for s in graph.statements() if s.status is Status.ACTIVE)


def test_a_yearly_file_after_daily_ones_adds_what_they_lack(empty: KnowledgeGraph) -> None:
    imported(empty, "mon.tab", DAILY[:2])
    imported(empty, "tue.tab", DAILY[2:4])
    assert counts(imported(empty, "year.tab", DAILY, dry_run=True)) == (2, 4, 4, 0)
    assert counts(imported(empty, "year.tab", DAILY)) == (2, 4, 4, 0)
    assert active(empty) == list("012345")


def test_a_file_under_another_name_adds_nothing(empty: KnowledgeGraph) -> None:
    imported(empty, "one.tab", DAILY)
    assert counts(imported(empty, "other.tab", DAILY)) == (0, 6, 6, 0)
    assert imported(empty, "other.tab", DAILY).unchanged
    assert imported(empty, "one.tab", DAILY).unchanged
    assert active(empty) == list("012345")


def test_files_of_one_import_know_of_each_other(empty: KnowledgeGraph) -> None:
    paths = [empty.path.parent / name for name in ("a.tab", "b.tab")]
    for path in paths:
        path.write_bytes(icews(DAILY))
    for dry_run in (True, False):
        reports = empty.import_files("icews", paths, dry_run=dry_run)
        assert [counts(r) for r in reports] == [(6, 0, 0, 0), (0, 6, 6, 0)]


def test_records_without_an_id_are_known_by_their_content(empty: KnowledgeGraph) -> None:
    rows: Rows = [{"Event ID": ""}, {"Event ID": ""}, {"Event ID": "", "Publisher": "The Other"}]
    assert counts(imported(empty, "one.tab", rows)) == (3, 0, 0, 0)
    assert counts(imported(empty, "other.tab", rows[:2])) == (0, 2, 2, 0)


def test_an_id_comes_again_on_another_day(empty: KnowledgeGraph) -> None:
    imported(empty, "one.tab", [{"Event ID": 7}])
    assert counts(imported(empty, "other.tab", [{"Event ID": 7, "Event Date": "2031-04-01"}])) == (1, 0, 0, 0)
    assert [s.event for s in empty.statements()] == [None, None]


def test_a_record_that_another_file_codes_otherwise_tells_of_the_same_event(empty: KnowledgeGraph) -> None:
    imported(empty, "day.tab", [{"Event ID": 7, "CAMEO Code": "042"}, {"Event ID": 8}])
    again: Rows = [{"Event ID": 7, "CAMEO Code": "046"}, {"Event ID": 8}]
    assert counts(imported(empty, "year.tab", again)) == (1, 1, 1, 1)
    told = sorted((s.record, s.relation, s.event and s.event.id) for s in empty.statements())
    assert [t[:2] for t in told] == [("7", "negotiates-with"), ("7", "visits"), ("8", "consults")]
    assert told[0][2] == told[1][2] is not None
    assert told[2][2] is None
    assert imported(empty, "year.tab", again).unchanged


def test_files_of_plover_number_records_of_their_own(empty: KnowledgeGraph) -> None:
    for name, whom in (("one.jsonl", "Sudland"), ("other.jsonl", "Eastland")):
        record = {"id": "1", "date": "2031-03-05", "event": "CONSULT", "actor": [{"actorText": "Norn"}]}
        path = empty.path.parent / name
        path.write_text(json.dumps(record | {"recipient": [{"actorText": whom}]}) + "\n")
        [report] = empty.import_files("plover", [path])
        assert (report.stored, report.recoded) == (1, 0)
    assert [s.event for s in empty.statements()] == [None, None]


def test_an_event_that_several_rows_tell_of_goes_on_in_another_file(empty: KnowledgeGraph) -> None:
    twice: Rows = [{"Event ID": 7}, {"Event ID": 9}]
    imported(empty, "day.tab", twice)
    imported(empty, "year.tab", [{**row, "Target Sectors": "Government", "CAMEO Code": "046"} for row in twice])
    assert len(list(empty.statements())) == 4
    assert len({s.event and s.event.id for s in empty.statements()}) == 1


def test_what_a_corrected_file_no_longer_has_stays_as_long_as_another_file_has_it(empty: KnowledgeGraph) -> None:
    imported(empty, "day.tab", DAILY[:3])
    imported(empty, "year.tab", DAILY[:2])
    assert imported(empty, "day.tab", DAILY[:1]).retracted == 1
    assert active(empty) == ["0", "1"]
    [kept] = [s for s in empty.statements() if s.record == "1"]
    with pytest.raises(NoRecordError, match=r"day\.tab no longer has it"):
        empty.record(kept.id)
    assert imported(empty, "year.tab", DAILY[:2]).unchanged
    assert counts(imported(empty, "third.tab", DAILY[:2])) == (0, 2, 2, 0)


def test_what_a_removed_file_had_is_brought_again(empty: KnowledgeGraph) -> None:
    report = imported(empty, "day.tab", DAILY[:2])
    imported(empty, "year.tab", DAILY[:3])
    empty.remove_source(report.source)
    assert active(empty) == ["2"]
    assert counts(imported(empty, "year.tab", DAILY[:3])) == (3, 0, 0, 0)


@settings(max_examples=tries(12))
@given(
    files=st.lists(st.sets(st.integers(0, 5), min_size=1), min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_files_in_any_order_give_what_all_of_them_have(
    files: list[set[int]], order: random.Random, tmp_path_factory: pytest.TempPathFactory
) -> None:
    names = [(f"file-{n}.tab", [DAILY[i] for i in sorted(rows)]) for n, rows in enumerate(files)]
    order.shuffle(names)
    with KnowledgeGraph(tmp_path_factory.mktemp("across") / "kg") as graph:
        made = sum(imported(graph, *file).stored for file in names)
        assert active(graph) == sorted(str(n) for n in set().union(*files))
        assert made == len(set().union(*files))
