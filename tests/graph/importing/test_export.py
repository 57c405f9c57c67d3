"""What is exported is imported as the same events, whatever they say."""

import io
import itertools
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import KnowledgeGraph
from graph.importing import Options
from graph.importing.codes import Codes
from graph.importing.compounds import compound, sides
from graph.importing.events import Event, Mention
from graph.importing.export import event_of, flat_mapping, write_csv, write_parquet, write_plover
from graph.importing.files import SourceFile
from graph.importing.formats.mapped import mapped_event
from graph.importing.formats.plover import FORMAT as PLOVER
from graph.importing.formats.plover import plover_events
from graph.importing.mapped_rows import Untold, flat, row
from graph.importing.mapping import Mapping, read_mapping
from graph.importing.plover_codes import MODES, codes
from graph.importing.plover_records import plover_record
from graph.shapes import Severity, shape_findings
from ontology import Kind, vocabulary
from tests.effort import tries

names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1).map(str.strip).filter(bool)
schemes = st.sampled_from(["wikidata:Q1", "iso3166-1-alpha3:NRL", "cow:99", "a.b-1:x|y;z"])
mentions = st.builds(
    Mention,
    names,
    st.none() | st.sampled_from(list(Kind)),
    st.none() | st.just("iso3166-1-alpha3:NRL") | names,
    st.lists(schemes, max_size=2, unique=True).map(tuple),
    st.just(()),
)
coded = st.one_of(
    st.sampled_from(sorted(MODES)).flatmap(
        lambda t: st.lists(st.sampled_from(sorted(MODES[t]) or [""]), max_size=2, unique=True).map(
            lambda m: codes(t, m)
        )
    ),
    st.sampled_from(["DEMAND", "FIGHT", "AGREE"]).map(lambda t: codes(t, [], draft=True)),
    st.just(("cameo-1.1b3:045",)),
    st.just(()),
)
some = st.lists(mentions, max_size=3, unique=True).map(tuple)
events = st.builds(
    Event,
    codes=coded,
    relation=st.sampled_from(sorted(vocabulary().relations)),
    record=names,
    when=st.none() | st.sampled_from(["2031", "2031-04-05", "2031-04-05/2031-04-09", "2031~/..", "../2031"]),
    subject=st.none() | mentions,
    object=st.none() | mentions,
    parties=some,
    roles=st.lists(st.tuples(st.sampled_from(sorted(vocabulary().roles)), mentions), max_size=3, unique=True).map(
        lambda r: tuple(sorted(r, key=lambda pair: pair[0]))
    ),
    topic=st.none() | mentions,
    place=st.none() | mentions,
    note=st.none() | names,
    confidence=st.none() | st.floats(0, 1),
)  # fmt: skip


@settings(max_examples=tries(60), deadline=None)
@given(events)
def test_a_record_of_plover_is_read_back_as_the_event_it_was_made_of(event: Event) -> None:
    record = plover_record(event)
    if record is None:
        wider = [vocabulary().relation(r) for r in vocabulary().wider(event.relation or "")]
        assert not any(c.startswith("plover-2021:") for r in wider for c in (*r.close_match, *r.broad_match))
        assert not any(c.startswith("plover-") for c in event.codes)
        return
    (read,) = plover_events(json.loads(json.dumps(record)))
    mapped = Codes().relation(read.codes[0]) if read.codes else None
    relation = read.relation or (mapped and mapped.relation)
    assert replace(read, relation=relation, codes=tuple(sorted(read.codes))) == replace(
        event, codes=tuple(sorted(event.codes))
    )
    assert set(record["event"]) <= {*MODES, "DEMAND", "FIGHT"}


@settings(max_examples=tries(60), deadline=None)
@given(events)
def test_a_row_of_the_flat_table_is_read_back_as_the_event_it_was_made_of(event: Event) -> None:
    everybody = [m for m in (event.subject, event.object, event.topic, event.place, *event.parties) if m]
    everybody += [m for _, m in event.roles]
    listed = [t for m in everybody for t in (m.name, m.country or "", *m.codes)] + list(event.codes)
    said = {"dataset": "x", "title": "X", "licence": "none", **flat(listed, {r for r, _ in event.roles})}
    m = Mapping.model_validate(said)
    if not (event.subject or event.object or event.parties or "recipient" in dict(event.roles)):
        with pytest.raises(Untold, match="nobody is named"):
            row(event, m)
        return
    cells = row(event, m)
    assert mapped_event(lambda column: cells.get(column, ""), m) == event


@settings(deadline=None)
@given(st.lists(mentions, max_size=3, unique=True), st.lists(mentions, max_size=3, unique=True))
def test_who_acts_and_towards_whom_can_be_told_of_an_event_again(acting: list[Mention], towards: list[Mention]) -> None:
    assert sides(compound(Event(), acting, towards)) == (acting, towards)


FRANCE, ITALY, GERMANY = ({"code": code} for code in ("FRA", "ITA", "DEU"))
RECORDS = [
    {"id": "1", "date": "2031-04-05", "event": "CONSULT", "mode": "visit", "actor": [FRANCE], "recipient": [GERMANY]},
    {"id": "2", "date": "2031-04-06", "event": "ACCUSE", "actor": [FRANCE, ITALY], "recipient": [GERMANY]},
    {"id": "3", "event": "AGREE", "actor": [{"actor_text": "Union; of A"}, {"actor_text": 'B, "b"'}]},
    {"id": "4", "event": "PROTEST", "actor": [{"actor_text": "Farmers", "code": "FRA", "sector": "LAB"}]},
    {"id": "5", "date": "2031", "event": "AID", "actor": [FRANCE, ITALY], "recipient": [GERMANY, {"actor_text": "C"}]},
]


def told_by(graph: KnowledgeGraph) -> Counter[str]:
    """The events of a store, whatever their sources are called."""
    rows = range(len(graph.snapshot.columns))
    return Counter(repr(event_of(s, graph.snapshot.entities)) for s in graph.snapshot.statements(rows))


def rows_of(graph: KnowledgeGraph) -> "np.typing.NDArray[np.int64]":
    return np.arange(len(graph.snapshot.columns))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    folder = tmp_path_factory.mktemp("gold")
    (folder / "gold.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    graph = KnowledgeGraph(folder / "store")
    (report,) = graph.import_files("plover", [folder / "gold.jsonl"])
    assert (report.stored, report.rejected) == (5, 0)
    return graph


def test_compound_actors_are_parties_of_one_statement_each(store: KnowledgeGraph) -> None:
    found = {s.record: s for s in store.snapshot.statements(range(5))}
    assert (found["1"].subject, found["1"].relation, found["1"].object) == ("france", "visits", "germany")
    assert (found["2"].subject, found["2"].object, found["2"].parties) == (None, "germany", ("france", "italy"))
    assert (found["3"].subject, len(found["3"].parties)) == (None, 2)
    assert (found["5"].subject, found["5"].object, found["5"].parties) == (None, None, ("france", "italy"))
    assert len(found["5"].roles) == 2
    assert [(a.subject, a.parties) for a in store.ask("disapproves-of", object="germany").found] == [
        (None, ("france", "italy"))
    ]


def test_plover_from_a_store_gives_the_same_events_in_an_empty_one(store: KnowledgeGraph, tmp_path: Path) -> None:
    told = io.BytesIO()
    assert write_plover(store.snapshot, rows_of(store), told).written == 5
    (tmp_path / "out.jsonl").write_bytes(told.getvalue())
    with KnowledgeGraph(tmp_path / "empty") as graph:
        graph.import_files("plover", [tmp_path / "out.jsonl"])
        assert told_by(graph) == told_by(store)


def test_a_table_with_its_mapping_gives_the_same_events_in_an_empty_store(
    store: KnowledgeGraph, tmp_path: Path
) -> None:
    m, text = flat_mapping(store.snapshot, rows_of(store))
    (tmp_path / "out.mapping.yml").write_text(text, "utf-8")
    assert read_mapping(tmp_path / "out.mapping.yml") == m
    with (tmp_path / "out.csv").open("wb") as file:
        assert write_csv(store.snapshot, rows_of(store), m, file).written == 5
    with KnowledgeGraph(tmp_path / "empty") as graph:
        graph.import_files("csv", [tmp_path / "out.csv"], options=Options(mapping=tmp_path / "out.mapping.yml"))
        assert told_by(graph) == told_by(store)
        assert [(s.dataset, s.coder) for s in graph.sources()] == [("plover", "plover")]


def test_parquet_has_the_rows_of_the_table(store: KnowledgeGraph, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    m, _ = flat_mapping(store.snapshot, rows_of(store))
    with (tmp_path / "out.parquet").open("wb") as file:
        assert write_parquet(store.snapshot, rows_of(store), m, file).written == 5
    found = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert list(found[0]) == m.columns()
    assert {r["record"]: r["relation"] for r in found}["1"] == "visits"


def test_a_table_in_parquet_gives_the_same_events_again(store: KnowledgeGraph, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet")
    m, text = flat_mapping(store.snapshot, rows_of(store))
    (tmp_path / "out.mapping.yml").write_text(text, "utf-8")
    with (tmp_path / "out.parquet").open("wb") as file:
        write_parquet(store.snapshot, rows_of(store), m, file)
    with KnowledgeGraph(tmp_path / "empty") as graph:
        options = Options(mapping=tmp_path / "out.mapping.yml")
        [report] = graph.import_files("csv", [tmp_path / "out.parquet"], options=options)
        assert (report.read, report.stored, report.file) == (5, 5, "out.parquet")
        assert told_by(graph) == told_by(store)
        assert graph.import_files("csv", [tmp_path / "out.parquet"], options=options)[0].unchanged
        for statement in graph.statements():
            assert graph.record(statement.id).fields["relation"] == statement.relation


MINE = """\
dataset: mine
title: Mine
licence: none
delimiter: "\\t"
quoted: false
record: no
when: {column: day, format: "%d/%m/%Y"}
relations: {column: act, values: {came: visits, helped: gives-aid-to}}
subject: {column: who, separator: " + ", codes: {column: iso, scheme: iso3166-1-alpha3}}
object: {column: whom, codes: {column: iso2, scheme: iso3166-1-alpha3}}
"""


def test_a_users_own_mapping_goes_the_other_way(store: KnowledgeGraph, tmp_path: Path) -> None:
    aid = Codes().relation("plover-2021:AID")
    assert aid is not None
    (tmp_path / "mine.yml").write_text(MINE.replace("gives-aid-to", aid.relation))
    m = read_mapping(tmp_path / "mine.yml")
    out = io.BytesIO()
    told = write_csv(store.snapshot, rows_of(store), m, out)
    assert (
        out.getvalue().decode()
        == "no\tday\tact\twho\tiso\twhom\tiso2\n1\t05/04/2031\tcame\tFrance\tFRA\tGermany\tDEU\n"
    )
    assert told.written == 1
    assert sum(told.left_out.values()) == 4
    assert "no value of the mapping stands for 'disapproves-of'" in told.left_out


def test_what_is_no_event_is_left_out_and_counted(norland: KnowledgeGraph, tmp_path: Path) -> None:
    out = io.BytesIO()
    rows = rows_of(norland)
    told = write_plover(norland.snapshot, rows, out)
    assert told.written + sum(told.left_out.values()) == len(rows)
    assert len(told.left_out) > 2
    assert len(out.getvalue().splitlines()) == told.written
    (tmp_path / "out.jsonl").write_bytes(out.getvalue())
    assert [r.reason for r in PLOVER.read(SourceFile.of(tmp_path / "out.jsonl"), Options())] == [None] * told.written


@pytest.mark.slow
def test_all_the_gold_records_and_a_day_of_icews_return_as_they_were(shared_data: Path, tmp_path: Path) -> None:
    sets = {
        "icews": shared_data / "icews-raw" / "events.2018-06-01.tab",
        "plover": shared_data / "gold" / "plover-gsr" / "PLOVER_GSR_CAMEO.shared.json",
    }
    for (name, path), way in itertools.product(sets.items(), ("table", "plover")):
        folder = tmp_path / f"{name}-{way}"
        with KnowledgeGraph(folder / "first") as graph:
            graph.import_files(name, [path])
            m, text = flat_mapping(graph.snapshot, rows_of(graph))
            (folder / "m.yml").write_text(text, "utf-8")
            with (folder / "out").open("wb") as file:
                if way == "table":
                    told = write_csv(graph.snapshot, rows_of(graph), m, file)
                else:
                    told = write_plover(graph.snapshot, rows_of(graph), file)
            before, total = told_by(graph), len(graph.snapshot.columns)
        assert set(told.left_out) <= {"PLOVER has no type for the relation"}
        with KnowledgeGraph(folder / "second") as graph:
            (report,) = graph.import_files(
                {"table": "csv", "plover": "plover"}[way], [folder / "out"], options=Options(mapping=folder / "m.yml")
            )
            assert (report.stored, report.rejected, report.repeated) == (told.written, 0, 0)
            # Whom the first import could not resolve by a code that is none ("ITL"), the second knows by name.
            assert sum((told_by(graph) - before).values()) <= (name == "plover")
        assert told.written + told.left_out.total() == total


def test_the_shapes_find_no_fault_in_events_of_several_or_towards_nobody(store: KnowledgeGraph) -> None:
    assert [f for f in shape_findings(store.snapshot) if f.severity is Severity.VIOLATION] == []
