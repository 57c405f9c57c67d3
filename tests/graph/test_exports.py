"""Each export says what the store says, and can be read back."""

import csv
import io
import json
from pathlib import Path

import networkx as nx
import pyoxigraph
import pytest
from rdflib import Graph

from graph import InputError, KnowledgeGraph
from graph.exceptions import ParameterError
from graph.exports import CSV_COLUMNS, ExportFormat, export, jsonl_line, read_jsonl
from ontology import Status

NORLAND = Path(__file__).parents[2] / "data" / "norland"


def exported(kg: KnowledgeGraph, format: ExportFormat) -> bytes:
    output = io.BytesIO()
    export(kg.snapshot, format, output)
    return output.getvalue()


def test_lines_of_json_give_equal_statements(norland: KnowledgeGraph) -> None:
    lines = exported(norland, ExportFormat.JSONL).splitlines()
    assert list(read_jsonl(lines)) == norland.statements(status=tuple(Status))


def test_a_line_tells_the_id_and_leaves_out_what_is_not_known(norland: KnowledgeGraph) -> None:
    statement = next(s for s in norland.statements() if s.key == "norland-invites-bo-sund")
    assert json.loads(jsonl_line(statement)) == {
        "id": statement.id, "key": "norland-invites-bo-sund", "coder": "curated", "source": "gazette-1",
        "subject": "norland", "relation": "invites", "object": "bo-sund", "topic": "river-talks",
        "roles": [{"role": "destination", "entity": "northgate"}], "parties": [], "start": 42, "end": 135,
        "attributed_to": [], "modality": "asserted", "when": "2031-03-01", "repeated": False,
        "event": {"id": "invitation-to-bo-sund"}, "status": "active", "codes": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "lines.jsonl:2: not a statement as JSON"),
        ("[]", "lines.jsonl:2: statement: Input should be a valid dictionary"),
        ('{"relation": "befriends"}', "lines.jsonl:2: relation: unknown relation 'befriends'"),
    ],
)
def test_a_broken_line_is_named_with_its_number(line: str, message: str) -> None:
    with pytest.raises(InputError) as found:
        list(read_jsonl(["\n", line], "lines.jsonl"))
    assert str(found.value).startswith(message)


def test_a_line_whose_id_does_not_fit_is_refused(norland: KnowledgeGraph) -> None:
    line = json.loads(jsonl_line(norland.statements()[0])) | {"end": 9999}
    with pytest.raises(InputError, match="does not fit the content"):
        list(read_jsonl([json.dumps(line)]))


@pytest.mark.parametrize("format", [ExportFormat.TRIG, ExportFormat.N_QUADS, ExportFormat.JSON_LD])
def test_rdf_with_graphs_holds_every_quad(norland: KnowledgeGraph, format: ExportFormat) -> None:
    read = set(
        pyoxigraph.parse(exported(norland, format), format=pyoxigraph.RdfFormat.from_media_type(format.media_type))
    )
    assert read == set(norland.snapshot.store.engine)
    assert len(read) == norland.snapshot.meta["quads"]


def test_turtle_holds_every_triple(norland: KnowledgeGraph) -> None:
    exports = exported(norland, ExportFormat.TURTLE)
    read = {q.triple for q in pyoxigraph.parse(exports, format=pyoxigraph.RdfFormat.TURTLE)}
    assert read == {q.triple for q in norland.snapshot.store.engine}
    assert len(Graph().parse(data=exports, format="turtle")) == len(read)


def test_csv_has_one_row_a_statement_with_codes_as_text(norland: KnowledgeGraph) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(norland, ExportFormat.CSV).decode(), newline="")))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) == len(norland.statements(status=tuple(Status))) == 18
    row = next(r for r in rows if r["key"] == "westmark-mediates")
    assert {k: v for k, v in row.items() if v and k != "id"} == {
        "subject": "westmark", "subject_label": "Westmark", "relation": "mediates", "parties": "norland; sudland",
        "source": "gazette-1", "start": "253", "end": "314", "modality": "asserted", "when": "2030",
        "earliest": "2030-01-01", "latest": "2030-12-31", "repeated": "false", "status": "active",
        "codes": "cameo-1.1b3:045", "coder": "curated", "key": "westmark-mediates",
    }  # fmt: skip


def test_csv_stays_in_the_order_of_the_text(norland: KnowledgeGraph) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(norland, ExportFormat.CSV).decode(), newline="")))
    places = [(r["source"], int(r["start"]), int(r["end"])) for r in rows]
    assert places == sorted(places)


def test_graphml_is_the_network(norland: KnowledgeGraph) -> None:
    read = nx.read_graphml(io.BytesIO(exported(norland, ExportFormat.GRAPHML)), force_multigraph=True)
    network = norland.network()
    assert set(read.nodes) == set(network.nodes)
    assert set(read.edges) == set(network.edges)
    for edge, data in network.edges.items():
        assert read.edges[edge] == {k: v for k, v in data.items() if v is not None}


def test_an_empty_graph_exports_in_every_format() -> None:
    with KnowledgeGraph() as empty:
        for format in ExportFormat:
            exported(empty, format)
        assert exported(empty, ExportFormat.JSONL) == b""
        assert exported(empty, ExportFormat.CSV).decode().strip() == ",".join(CSV_COLUMNS)


def test_two_exports_are_the_same(norland: KnowledgeGraph) -> None:
    with KnowledgeGraph() as other:
        other.load(NORLAND)
        for format in (ExportFormat.CSV, ExportFormat.JSONL, ExportFormat.N_QUADS):
            assert exported(other, format) == exported(norland, format)


@pytest.mark.parametrize("format", ExportFormat)
def test_a_format_is_found_by_name_suffix_and_media_type(format: ExportFormat) -> None:
    for word in (format.value, format.value.upper(), format.suffix, format.media_type):
        assert ExportFormat.named(word) is format


def test_an_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(ParameterError, match="'xlsx' is none of trig, n-quads, turtle"):
        ExportFormat.named("xlsx")
