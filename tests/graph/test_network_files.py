"""Networks as files are read back by networkx, and by igraph where it is there, with everything that they had."""

import csv
import io
import itertools
import json
import re
import tempfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import Entity, KnowledgeGraph, Statement
from graph.exceptions import ParameterError
from graph.networks import NetworkFormat, Projection, ties, write, written
from graph.networks.files import flat
from tests.effort import tries

HOSTILE = 'Ada "<&>" ; \u2028 \U0001f54a \u05e9\u05dc\u05d5\u05dd'


@pytest.fixture(params=list(Projection))
def network(request: pytest.FixtureRequest, norland: KnowledgeGraph) -> "nx.Graph[str]":
    """A network of each projection."""
    found: nx.Graph[str] = norland.network(projection=request.param)
    assert found.edges
    return found


def ends(network: "nx.Graph[str]", one: str, other: str) -> Any:
    return (one, other) if network.is_directed() else frozenset((one, other))


def parsed(content: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(content)  # noqa: S314 - ours


def nodes(network: "nx.Graph[str]") -> dict[str, dict[str, Any]]:
    return {id: dict(data) for id, data in network.nodes(data=True)}


def edges(network: "nx.Graph[str]") -> dict[Any, dict[str, Any]]:
    """The edges by their ends, and by their key where there are several between two."""
    if isinstance(network, nx.MultiGraph):
        return {(ends(network, a, b), key): data for a, b, key, data in network.edges(keys=True, data=True)}
    return {ends(network, a, b): data for a, b, data in network.edges(data=True)}


def test_graphml_is_read_back_whole(network: "nx.Graph[str]") -> None:
    read = nx.read_graphml(io.BytesIO(written(network, "graphml")), force_multigraph=network.is_multigraph())
    plain = flat(network)
    assert nodes(read) == nodes(plain)
    assert edges(read) == edges(plain)
    assert read.graph.items() >= plain.graph.items()
    assert read.is_directed() == network.is_directed()


def test_gexf_is_read_back_whole_with_its_time(network: "nx.Graph[str]") -> None:
    content = written(network, "gexf")
    read = nx.read_gexf(io.BytesIO(content))
    plain = flat(network)
    for node, data in plain.nodes(data=True):
        there = dict(read.nodes[node])
        time = {k: there.pop(k) for k in ("start", "end") if k in there}
        assert there == data
        assert time == {k: data[v] for k, v in (("start", "earliest"), ("end", "latest")) if v in data}
    by_id = {e["id"]: (ends(plain, a, b), e) for a, b, e in read.edges(data=True)}
    assert len(by_id) == len(plain.edges) == len(read.edges)
    ids = [k for *_, k in plain.edges(keys=True)] if isinstance(plain, nx.MultiGraph) else map(str, range(len(by_id)))
    for id, (a, b, data) in zip(ids, plain.edges(data=True), strict=True):
        pair, there = by_id[id]
        assert pair == ends(plain, a, b)
        assert {k: there[k] for k in data if k != "spells"} == {k: v for k, v in data.items() if k != "spells"}
        spells = data.get("spells", "").split("; ")
        if len(spells) == 1:
            assert (there.get("start"), there.get("end")) == (data.get("earliest"), data.get("latest"))
        else:
            assert ["/".join(d or ".." for d in s) for s in there["spells"]] == spells
    if any(data.get("earliest") for *_, data in network.edges(data=True)):
        assert b'mode="dynamic"' in content
        assert b'timeformat="date"' in content
    told = parsed(content).findtext(".//{*}description")
    assert {k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(told or "").items()} == network.graph


def test_gexf_has_the_elements_and_attributes_of_its_schema(network: "nx.Graph[str]") -> None:
    root = parsed(written(network, "gexf"))
    assert [e.tag.rpartition("}")[2] for e in root] == ["meta", "graph"]
    graph = root[1]
    kinds = [e.tag.rpartition("}")[2] for e in graph]
    assert kinds == [*["attributes"] * (len(kinds) - 2), "nodes", "edges"]
    declared = {(part.get("class"), a.get("id")) for part in graph for a in part if part.tag.endswith("attributes")}
    for element, kind in [(e, "node") for e in graph[-2]] + [(e, "edge") for e in graph[-1]]:
        for value in element.iterfind(".//{*}attvalue"):
            assert (kind, value.get("for")) in declared
        for date in [element.get("start"), element.get("end")]:
            assert date is None or re.fullmatch(r"\d{4}-\d\d-\d\d", date)
        assert {c.tag.rpartition("}")[2] for c in element} <= {"attvalues", "spells"}
    nodes, edges = ([e.get("id") for e in part] for part in graph[-2:])
    assert len(set(nodes)) == len(nodes) == len(network)
    assert len(set(edges)) == len(edges)


def test_a_pair_that_acts_now_and_then_has_a_spell_for_each_time(kg: KnowledgeGraph) -> None:
    days = ["2031-01-01", "2031-01-02", "2031-01-01/2031-01-31", "2035-06", "../2029-12-31", None, "2035-06-15/.."]
    kg.add(
        Statement(subject="bo-sund", relation="criticises", object="ada-norn", source="gazette-2", start=n, end=n + 1,
                  modality="asserted", when=day)
        for n, day in enumerate(days)
    )  # fmt: skip
    network = kg.network(projection="dyads", subject="bo-sund", object="ada-norn", exact=True)
    spells = network.edges["bo-sund", "ada-norn"]["spells"]
    assert spells == ("../2029-12-31", "2031-01-01/2031-01-31", "2035-06-01/..")
    edge = parsed(written(network, "gexf")).find(".//{*}edge")
    assert edge is not None
    assert [dict(s.attrib) for s in edge.iterfind(".//{*}spell")] == [
        {"end": "2029-12-31"}, {"start": "2031-01-01", "end": "2031-01-31"}, {"start": "2035-06-01"},
    ]  # fmt: skip
    assert "start" not in edge.attrib


def test_cytoscape_json_is_read_back_whole(network: "nx.Graph[str]") -> None:
    read = nx.cytoscape_graph(json.loads(written(network, NetworkFormat.CYTOSCAPE)))
    assert set(read.nodes) == set(network.nodes)
    for node, data in network.nodes(data=True):
        assert read.nodes[node]["name"] == data["label"]
    wanted = {
        key: {
            "reported_in" if k == "source" else k: list(v) if isinstance(v, tuple) else v
            for k, v in data.items()
            if v is not None
        }
        for key, data in edges(network).items()
    }
    here = {key: {k: v for k, v in e.items() if k not in ("key", "source", "target")} for key, e in edges(read).items()}
    assert here == wanted
    assert read.graph == json.loads(json.dumps({k: v for k, v in network.graph.items() if v is not None}))


def test_node_link_json_loses_nothing(network: "nx.Graph[str]") -> None:
    data = json.loads(written(network, NetworkFormat.JSON))
    read = nx.node_link_graph(data, source="start", target="end", edges="edges")

    def tuples(found: dict[Any, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
        return {n: {k: tuple(v) if isinstance(v, list) else v for k, v in d.items()} for n, d in found.items()}

    assert tuples(nodes(read)) == nodes(network)
    assert tuples(edges(read)) == edges(network)
    assert tuples({"": read.graph}) == {"": network.graph}


def test_csv_has_an_edge_a_row_for_gephi(network: "nx.Graph[str]") -> None:
    rows = list(csv.DictReader(io.StringIO(written(network, "csv").decode())))
    assert len(rows) == len(network.edges)
    assert {ends(network, r["Source"], r["Target"]) for r in rows} == {ends(network, *e[:2]) for e in network.edges}
    assert {r["Type"] for r in rows} == {"Directed" if network.is_directed() else "Undirected"}
    for row, (*_, data) in zip(rows, network.edges(data=True), strict=True):
        said = row.get("statements") or row["statement"]
        assert said.split("; ") == list(data.get("statements") or [data["statement"]])


def test_igraph_reads_graphml(network: "nx.Graph[str]", tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    path = write(network, tmp_path / "network.graphml")
    read = igraph.Graph.Read_GraphML(str(path))
    plain = flat(network)
    assert (read.vcount(), read.ecount()) == (len(plain), len(plain.edges))
    assert {v["id"]: v["label"] for v in read.vs} == {id: data["label"] for id, data in plain.nodes(data=True)}
    for name in ("weight", "statements", "families", "statement", "modality"):
        values = sorted(str(d[name]) for *_, d in plain.edges(data=True) if name in d)
        if values:
            assert sorted(str(int(x) if isinstance(x, float) else x) for x in read.es[name]) == values


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8)
VALUES = {
    "text": WORDS, "number": st.integers(-(2**62), 2**62),
    # igraph refuses a whole file for one number nearer to zero than its C library reads.
    "share": st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False),
    "sure": st.booleans(), "words": st.lists(st.sampled_from(["a", "b c", "<&>", "\U0001f54a"]), max_size=3).map(tuple),
}  # fmt: skip
ATTRIBUTES = st.fixed_dictionaries({}, optional={n: v | st.none() for n, v in VALUES.items()})
DAYS = st.dates().map(str)
# igraph has "&" in an id as "&#38;": names with it are labels
ENDS = st.tuples(*[st.sampled_from(["ada", "bo", "n; s", "\u05e9\u05dc", "alone"])] * 2)


@st.composite
def invented(draw: st.DrawFn) -> "nx.Graph[str]":
    """Networks of any kind, with attributes of any kind that we write, known or not."""
    found: nx.Graph[str] = draw(st.sampled_from([nx.Graph, nx.DiGraph, nx.MultiDiGraph]))()
    found.graph |= draw(ATTRIBUTES)
    pairs = draw(st.lists(ENDS, max_size=8))
    for node in dict.fromkeys([*(end for pair in pairs for end in pair), *draw(st.sampled_from([[], ["lonely"]]))]):
        found.add_node(node, label=draw(WORDS), **draw(ATTRIBUTES))
    for n, (one, other) in enumerate(pairs):
        days = {name: day for name in ("earliest", "latest") if (day := draw(DAYS | st.none()))}
        spells = tuple(f"{draw(DAYS)}/{draw(DAYS)}" for _ in range(draw(st.integers(0, 3)))) if days else ()
        key = {"key": f"key {n}"} if found.is_multigraph() else {}
        more = {"weight": draw(st.integers(1, 9))} | days | {"spells": spells} | draw(ATTRIBUTES)
        found.add_edge(one, other, **key, **more)
    return found


def timeless(data: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if k not in ("start", "end", "spells", "id")}


@given(invented())
@settings(deadline=None, max_examples=tries(200))
def test_any_network_is_read_back_from_its_files(network: "nx.Graph[str]") -> None:
    plain = flat(network)
    read = nx.read_graphml(io.BytesIO(written(network, "graphml")), force_multigraph=network.is_multigraph())
    assert (nodes(read), edges(read), read.is_directed()) == (nodes(plain), edges(plain), plain.is_directed())
    assert read.graph.items() >= plain.graph.items()

    content = written(network, "gexf")
    gephi = nx.read_gexf(io.BytesIO(content))
    assert {n: timeless(d) for n, d in nodes(gephi).items()} == nodes(plain)
    ids = [k for *_, k in plain.edges(keys=True)] if isinstance(plain, nx.MultiGraph) else map(str, itertools.count())
    wanted = {id: (ends(plain, a, b), timeless(d)) for id, (a, b, d) in zip(ids, plain.edges(data=True), strict=False)}
    assert {d["id"]: (ends(plain, a, b), timeless(d)) for a, b, d in gephi.edges(data=True)} == wanted

    data = json.loads(written(network, "json"))
    whole = nx.node_link_graph(data, source="start", target="end", edges="edges")
    lists = json.loads(json.dumps([nodes(network), network.graph]))
    assert [nodes(whole), whole.graph] == lists
    assert set(edges(whole)) == set(edges(network))
    assert set(edges(nx.cytoscape_graph(json.loads(written(network, "cyjs"))))) == set(edges(network))
    assert len(list(csv.reader(io.StringIO(written(network, "csv").decode(), newline="")))) == len(network.edges) + 1


@given(invented())
@settings(deadline=None, max_examples=tries(100))
def test_igraph_reads_any_network(network: "nx.Graph[str]") -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    with tempfile.TemporaryDirectory() as folder:
        read = igraph.Graph.Read_GraphML(str(write(network, Path(folder) / "network.graphml")))
    plain = flat(network)
    assert read.is_directed() == plain.is_directed()
    assert {v["id"]: v["label"] for v in read.vs} == {node: data["label"] for node, data in plain.nodes(data=True)}
    pairs = [(read.vs[e.source]["id"], read.vs[e.target]["id"]) for e in read.es]
    wanted = list(plain.edges(data=True))
    assert [ends(plain, *pair) for pair in pairs] == [ends(plain, a, b) for a, b, _ in wanted]
    for edge, (*_, data) in zip(read.es, wanted, strict=True):
        for name, value in data.items():
            assert edge[name] == (pytest.approx(value) if isinstance(value, int | float) else value)


def test_files_of_one_network_are_the_same_bytes(network: "nx.Graph[str]") -> None:
    for format in NetworkFormat:
        assert written(network, format) == written(network, format)


def test_hostile_labels_are_read_back(kg: KnowledgeGraph) -> None:
    kg.add(
        [
            Statement(subject="norland", relation="criticises", object="odd", source="gazette-2", start=0, end=1,
                      modality="asserted")
        ],
        entities=[Entity(id="odd", kind="person", label=HOSTILE + "\x01")],
    )  # fmt: skip
    network = kg.network(projection="dyads")
    for read in (
        nx.read_graphml(io.BytesIO(written(network, "graphml"))),
        nx.read_gexf(io.BytesIO(written(network, "gexf"))),
    ):
        assert read.nodes["odd"]["label"] == HOSTILE
    assert nx.cytoscape_graph(json.loads(written(network, "cyjs"))).nodes["odd"]["name"] == HOSTILE + "\x01"


def test_an_empty_network_is_a_file_of_each_format(empty: KnowledgeGraph) -> None:
    for projection in Projection:
        network = empty.network(projection=projection)
        for format in NetworkFormat:
            assert written(network, format)
        assert not nx.read_graphml(io.BytesIO(written(network, "graphml"))).nodes
        assert not nx.read_gexf(io.BytesIO(written(network, "gexf"))).nodes


def test_projected_ties_are_written_too(norland: KnowledgeGraph) -> None:
    found = ties(norland.network(projection="mediation"))
    read = nx.read_graphml(io.BytesIO(written(found, "graphml")))
    assert edges(read) == edges(flat(found))


def test_an_unknown_format_lists_the_known_ones(network: "nx.Graph[str]", tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"'\.xlsx' is none of json, graphml, gexf, cyjs, csv"):
        write(network, tmp_path / "network.xlsx")
    assert not list(tmp_path.iterdir())
