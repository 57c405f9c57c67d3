"""A dump is whole, checked, the same every time, and can be read back."""

import gzip
import hashlib
import re
import tomllib
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
import yaml

from graph import KnowledgeGraph
from graph.dumps import AUTHORS, CITATION, LICENCES, QUADS, README, SUMS, VOID, dump, written
from graph.exceptions import ParameterError
from ontology import PREFIXES


@pytest.fixture
def folder(norland: KnowledgeGraph, tmp_path: Path) -> Path:
    """A dump of the small cast."""
    dump(norland.snapshot, tmp_path / "dump")
    return tmp_path / "dump"


@pytest.mark.filterwarnings("ignore:Dataset.:DeprecationWarning")  # rdflib's own
def test_it_is_read_back_quad_by_quad(norland: KnowledgeGraph, folder: Path) -> None:
    read = rdflib.Dataset()
    with gzip.open(folder / QUADS) as file:
        read.parse(file, format="nquads")  # type: ignore[arg-type]
    again = pyoxigraph.parse(read.serialize(format="nquads"), format=pyoxigraph.RdfFormat.N_QUADS)
    assert set(again) == set(norland.snapshot.store.engine)


def test_it_makes_the_same_store_again(norland: KnowledgeGraph, folder: Path, tmp_path: Path) -> None:
    with KnowledgeGraph(tmp_path / "raw", vocabulary=False) as again:
        lines = gzip.decompress((folder / QUADS).read_bytes()).decode().splitlines()
        graphs: dict[str, list[str]] = {}
        for line in lines:
            triple, graph = re.fullmatch(r"(.*) <([^<>]*)> \.", line).groups()  # type: ignore[union-attr]
            graphs.setdefault(graph, []).append(f"{triple} .")
        for graph, triples in graphs.items():
            again.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {' '.join(triples)} }} }}", raw=True)
        assert set(again.snapshot.store.engine) == set(norland.snapshot.store.engine)
        assert {s.id for s in again.statements()} == {s.id for s in norland.statements()}


def test_every_file_has_its_checksum(folder: Path) -> None:
    sums = {n: h for h, n in (line.split("  ") for line in (folder / SUMS).read_text().splitlines())}
    assert set(sums) == {QUADS, VOID, LICENCES, CITATION, README}
    for name, told in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == told


def test_two_dumps_are_the_same_bytes(norland: KnowledgeGraph, folder: Path, tmp_path: Path) -> None:
    dump(norland.snapshot, tmp_path / "again")
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_the_description_counts_what_is_there(norland: KnowledgeGraph, folder: Path) -> None:
    found = rdflib.Graph().parse(folder / VOID)
    void = rdflib.Namespace(PREFIXES["void"])
    dataset = rdflib.URIRef(norland.iris.dataset)
    quads = gzip.decompress((folder / QUADS).read_bytes()).count(b"\n")
    assert int(str(found.value(dataset, void.triples))) == quads == len(norland.snapshot.store)
    assert not list(found.objects(None, void.sparqlEndpoint))


def test_the_licence_of_each_source_is_told(talks: KnowledgeGraph, tmp_path: Path) -> None:
    dump(talks.snapshot, tmp_path / "talks")
    text = (tmp_path / "talks" / LICENCES).read_text()
    assert "| `petrarch2-country-actors` |" in text
    assert "[MIT](https://spdx.org/licenses/MIT)" in text
    assert re.search(r"\| `article` \| [^|]+ \| not known \| not known \| 45 \|", text)


def test_the_citation_file_is_valid(norland: KnowledgeGraph, folder: Path) -> None:
    cff = yaml.safe_load((folder / CITATION).read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(cff)  # what version 1.2.0 requires
    assert (cff["cff-version"], cff["type"]) == ("1.2.0", "dataset")
    assert cff["date-released"] == written(norland.snapshot)
    assert cff["version"] == f"revision {norland.snapshot.revision}"
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert [a["name"] for a in cff["authors"]] == [a["name"] for a in project["authors"]] == [AUTHORS]
    assert set(cff) <= {
        "cff-version", "message", "type", "title", "abstract", "authors", "version", "date-released", "keywords",
    }  # fmt: skip


def test_nothing_is_written_over(norland: KnowledgeGraph, folder: Path) -> None:
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    with pytest.raises(ParameterError, match="is there already"):
        dump(norland.snapshot, folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in folder.parent.iterdir()] == ["dump"]
