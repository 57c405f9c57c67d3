"""Networks over HTTP: pages, files, paths and comparisons, the same as in Python."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pytest
from starlette.testclient import TestClient

from graph import KnowledgeGraph, RemoteGraph
from graph.networks import NetworkFormat, Projection, written
from tests.api.services import NORLAND, Service, client_of

FILES = [f for f in NetworkFormat if f is not NetworkFormat.JSON]


@pytest.fixture(scope="module")
def here() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph() as kg:
        kg.load(NORLAND)
        yield kg


@pytest.fixture(scope="module")
def client(here: KnowledgeGraph) -> Iterator[TestClient]:
    with client_of("none", graph=here) as found:
        yield found


@pytest.fixture(scope="module")
def there(running: Service) -> RemoteGraph:
    return KnowledgeGraph.connect(f"http://127.0.0.1:{running.port}/")


@pytest.mark.parametrize("format", FILES)
@pytest.mark.parametrize("projection", Projection)
def test_files_are_those_of_the_graph(
    client: TestClient, here: KnowledgeGraph, format: NetworkFormat, projection: Projection
) -> None:
    answer = client.get(f"/network.{format}", params={"projection": projection, "level": "state"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == format.media_type
    assert answer.headers["content-disposition"].endswith(f'.{format}"')
    assert answer.content == written(here.network(projection=projection, level="state"), format)
    again = client.get(
        f"/network.{format}", params={"projection": projection, "level": "state"},
        headers={"If-None-Match": answer.headers["etag"]},
    )  # fmt: skip
    assert again.status_code == 304


def test_gexf_opens_in_networkx(client: TestClient) -> None:
    read = nx.read_gexf(io.BytesIO(client.get("/network.gexf", params={"projection": "dyads"}).content))
    assert read.edges


def test_pages_of_dyads_are_node_link_data(client: TestClient, here: KnowledgeGraph) -> None:
    whole = here.network(projection="dyads")
    page = client.get("/network", params={"projection": "dyads", "limit": 1000}).json()
    read = nx.node_link_graph(page, source="start", target="end", edges="edges")
    assert set(read.edges) == set(whole.edges)
    assert page["total"] == len(whole.edges)
    small = client.get("/network", params={"projection": "dyads", "limit": 1}).json()
    assert len(small["edges"]) == 1
    assert {n["id"] for n in small["nodes"]} == {small["edges"][0]["start"], small["edges"][0]["end"]}
    rest = client.get("/network", params={"projection": "dyads", "limit": 1, "cursor": small["next"]}).json()
    assert rest["edges"] != small["edges"]


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize(
    "filters",
    [{}, {"level": "state"}, {"focus": "Norland", "depth": 1}, {"families": ("accusation", "mediation")},
     {"since": "2001-01-01", "until": "2001-02-01"},
     {"depth": (2, "any"), "focus": "Norland", "according_to": "Norland"}],
    ids=str,
)  # fmt: skip
def test_a_connected_graph_draws_the_same_networks(
    there: RemoteGraph, here: KnowledgeGraph, projection: Projection, filters: dict[str, Any]
) -> None:
    one, other = here.network(projection=projection, **filters), there.network(projection=projection, **filters)
    assert dict(one.nodes.items()) == dict(other.nodes.items())
    assert (one.is_directed(), one.is_multigraph()) == (other.is_directed(), other.is_multigraph())

    def edges(network: "nx.Graph[str]") -> dict[Any, Any]:
        if isinstance(network, nx.MultiDiGraph):
            return {(a, b, k): d for a, b, k, d in network.edges(keys=True, data=True)}
        found = network.edges(data=True)
        return {((a, b) if network.is_directed() else frozenset((a, b))): d for a, b, d in found}

    assert edges(one) == edges(other)
    assert one.graph == other.graph


@pytest.mark.parametrize("projection", Projection)
def test_a_connected_graph_draws_the_same_periods(
    there: RemoteGraph, here: KnowledgeGraph, projection: Projection
) -> None:
    filters: dict[str, Any] = {"projection": projection, "level": "state", "focus": "Norland"}
    one, other = (list(kg.network(by="year", **filters)) for kg in (here, there))
    assert [year for year, _ in one] == [year for year, _ in other]
    for (_, mine), (_, theirs) in zip(one, other, strict=True):
        assert nx.utils.graphs_equal(mine, theirs)
        assert mine.graph == theirs.graph


def test_pages_of_periods_follow_each_other(client: TestClient) -> None:
    parameters: dict[str, Any] = {"by": "year", "projection": "dyads"}
    whole = client.get("/network", params=parameters | {"limit": 1000}).json()
    assert (whole["by"], whole["next"]) == ("year", None)
    years: list[dict[str, Any]] = []
    cursor = "*"
    while cursor:
        page = client.get("/network", params=parameters | {"limit": 1, "cursor": cursor}).json()
        assert len(page["items"]) == 1
        years, cursor = years + page["items"], page["next"]
    assert years == whole["items"]
    assert [y["graph"]["since"] for y in years] == [f"{y['period']}-01-01" for y in years]


def test_periods_are_no_file_and_not_endless(client: TestClient) -> None:
    file = client.get("/network", params={"by": "year"}, headers={"Accept": "application/gexf+xml"})
    assert (file.status_code, file.json()["parameter"]) == (422, "by")
    for path in ("/network", "/network/balance"):
        endless = client.get(path, params={"by": "month", "since": "0001-01", "until": "9999-12"})
        assert (endless.status_code, endless.json()["parameter"]) == (422, "by")
        assert "119988 months, more than 1200" in endless.json()["detail"]


def test_paths_name_their_steps_and_the_modalities_admitted(client: TestClient, here: KnowledgeGraph) -> None:
    network = here.network(projection="signed")
    found = client.get("/network/paths", params={"from": "Westmark", "to": "Bo Sund"}).json()
    assert found["length"] == nx.shortest_path_length(network, "westmark", "bo-sund")
    assert found["modalities"] == ["asserted", "coded", "claimed", "presupposed", "interpreted"]
    for path in found["paths"]:
        assert (path[0]["start"]["id"], path[-1]["end"]["id"]) == ("westmark", "bo-sund")
        for step in path:
            edge = network.edges[step["start"]["id"], step["end"]["id"]]
            assert step["statements"] == list(edge["statements"])
    wanted = {tuple(p) for p in nx.all_shortest_paths(network, "westmark", "bo-sund")}
    assert {(p[0]["start"]["id"], *(s["end"]["id"] for s in p)) for p in found["paths"]} == wanted
    asserted = client.get("/network/paths", params={"from": "Westmark", "to": "Bo Sund", "modality": "negated"}).json()
    assert (asserted["length"], asserted["paths"], asserted["modalities"]) == (None, [], ["negated"])
    assert asserted["note"]


def test_a_path_from_an_actor_to_itself_is_refused(client: TestClient) -> None:
    answer = client.get("/network/paths", params={"from": "Norland", "to": "norland"})
    assert (answer.status_code, answer.json()["parameter"]) == (422, "to")
    assert client.get("/network/paths", params={"from": "Norland", "to": "Nowhere"}).status_code == 404


def test_perspectives_are_compared(client: TestClient) -> None:
    found = client.get("/network/compare", params={"according_to": ["Norland", "Sudland"], "limit": 1000}).json()
    assert (found["first"]["id"], found["second"]["id"]) == ("norland", "sudland")
    assert sum(found["counts"].values()) == found["total"] == len(found["items"])
    turned = client.get("/network/compare", params={"according_to": ["Sudland", "Norland"]}).json()
    assert turned["counts"].get("only-second", 0) == found["counts"].get("only-first", 0)
    for tie in found["items"]:
        for side in ("first", "second"):
            assert (tie[side] is None) == (not tie[f"{side}_statements"])
    one = client.get("/network/compare", params={"according_to": ["Norland"]})
    assert (one.status_code, one.json()["parameter"]) == (422, "according_to")
    same = client.get("/network/compare", params={"according_to": ["Norland", "norland"]})
    assert same.status_code == 422


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"depth": "2"}, "focus"), ({"depth": ["1", "2"], "focus": "Norland"}, "one number"),
        ({"depth": "deep"}, "any"),
        ({"majority": "0.2"}, "majority"), ({"families": "mediations"}, "mediation"), ({"projection": "x"}, "dyads"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_a_word(client: TestClient, parameters: dict[str, Any], word: str) -> None:
    for path in ("/network", "/network.gexf"):
        answer = client.get(path, params=parameters)
        assert answer.status_code in (404, 422)
        assert word in json.dumps(answer.json())


def test_no_edges_are_explained(client: TestClient) -> None:
    window = {"since": "2001-01-01", "until": "2001-02-01"}
    for projection in Projection:
        found = client.get("/network", params=window | {"projection": projection}).json()
        assert found["edges"] == []
        assert re.match("no |1 statements match, and none of them joins", found["graph"]["note"])
        assert found["graph"]["since"] == "2001-01-01"


def test_an_answer_repeats_what_was_asked_for_and_tells_what_was_left_out(client: TestClient) -> None:
    filters = {"since": "2031-01-01", "involving": "Norland", "level": "state", "source": "gazette-1"}
    for projection in Projection:
        told = client.get("/network", params=filters | {"projection": projection}).json()["graph"]
        assert told["filters"][-2:] == ["source=gazette-1", "involving=norland"]
        assert {"since": "2031-01-01", "level": "state", "projection": projection}.items() <= told.items()
        assert {"statements", "undated", "untold", "spread", "modalities"} <= told.keys()


def test_a_network_that_nobody_could_draw_is_refused() -> None:
    with client_of(NORLAND, network_edges=1) as client:
        for projection in ("multi", "dyads", "signed"):
            answer = client.get("/network.csv", params={"projection": projection})
            assert (answer.status_code, answer.json()["parameter"]) == (422, "projection")
            assert "more than 1: narrow the filters" in answer.json()["detail"]


@pytest.mark.parametrize("format", FILES)
def test_files_are_had_by_accept(client: TestClient, format: NetworkFormat) -> None:
    accept = {"Accept": f"{format.media_type}, application/json;q=0.5"}
    answer = client.get("/network", params={"projection": "dyads"}, headers=accept)
    assert answer.content == client.get(f"/network.{format}", params={"projection": "dyads"}).content
    paged = client.get("/network", params={"limit": 1}, headers=accept)
    assert (paged.status_code, paged.json()["parameter"]) == (422, "limit")


def test_what_no_network_can_be_had_as_is_refused(client: TestClient) -> None:
    assert client.get("/network", headers={"Accept": "image/gif"}).status_code == 406
    unknown = client.get("/network.xlsx")
    assert (unknown.status_code, unknown.json()["known"]) == (
        404, ["json", "graphml", "gexf", "cyjs", "csv", "svg", "png"],
    )  # fmt: skip


def test_node_link_json_is_a_file_too(client: TestClient, here: KnowledgeGraph) -> None:
    read = nx.node_link_graph(client.get("/network.json").json(), source="start", target="end", edges="edges")
    assert set(read.edges) == set(here.network().edges)


def test_who_is_alone_is_on_the_first_page(client: TestClient, here: KnowledgeGraph) -> None:
    parameters = {"focus": "Norland", "depth": "0"}
    found = client.get("/network", params=parameters).json()
    assert [n["id"] for n in found["nodes"]] == list(here.network(focus="Norland", depth=0)) == ["norland"]
    assert found["graph"]["note"] == "no selected statement joins norland with anybody"
