"""What the suites are run against: the service over HTTP and, to tell whose a deviation is, the engine by itself."""

from typing import Protocol

import httpx2
import pyoxigraph as ox

from tests.api.services import BEARER
from tests.conformance.manifests import Dataset, Document

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
TURTLE, RDF_XML = "text/turtle", "application/rdf+xml"


class Malformed(AssertionError):
    """The query or update is refused as no SPARQL."""


class Refused(AssertionError):
    """It is not answered, for another reason."""


class Store(Protocol):
    """An ordinary store of RDF with the strict dataset."""

    def hold(self, data: Dataset) -> None:
        """Makes this all that it holds."""

    def query(self, text: str, accept: str) -> tuple[bytes, str]:
        """The answer and its media type, the accepted one where it fits. Raises Malformed, Refused."""

    def update(self, text: str) -> None:
        """Raises Malformed, Refused."""

    def quads(self) -> bytes:
        """All that it holds, as N-Quads."""


def with_base(document: Document, keyword: str = "@base <{}> .\n") -> str:
    """The file's text, its relative IRIs being those of the IRI that the file stands for."""
    return keyword.format(document.iri) + document.text


class Service:
    """The service, by a client of it that may write."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self._holds: Dataset | None = None

    def hold(self, data: Dataset) -> None:
        """Puts the files in by the Graph Store Protocol, if they are not there by an earlier test."""
        if data == self._holds:
            return
        self.update("DROP ALL")
        for file in data.default:
            self._send("POST", "default", file)
        for name, file in data.named:
            self._send("PUT", f"graph={name}", file)
        self._holds = data

    def _send(self, method: str, query: str, file: Document) -> None:
        text, media_type = (file.text, RDF_XML) if file.path.suffix == ".rdf" else (with_base(file), TURTLE)
        headers = BEARER | {"Content-Type": media_type}
        answer = self._client.request(method, f"/store?{query}", content=text.encode(), headers=headers)
        assert answer.status_code in (200, 201, 204), f"{file.iri}: {answer.text}"

    def query(self, text: str, accept: str) -> tuple[bytes, str]:
        """Posts the query by itself."""
        headers = {"Accept": accept, "Content-Type": "application/sparql-query"}
        answer = self._checked(self._client.post("/sparql", content=text.encode(), headers=headers))
        return answer.content, answer.headers["content-type"].partition(";")[0]

    def update(self, text: str) -> None:
        """Posts the update by itself."""
        headers = BEARER | {"Content-Type": "application/sparql-update"}
        self._holds = None
        self._checked(self._client.post("/update", content=text.encode(), headers=headers))

    def quads(self) -> bytes:
        """Reads the whole store."""
        return self._checked(self._client.get("/store", headers={"Accept": "application/n-quads"})).content

    @staticmethod
    def _checked(answer: httpx2.Response) -> httpx2.Response:
        if answer.status_code == 400:
            raise Malformed(answer.text)
        if answer.status_code != 200:
            raise Refused(f"{answer.status_code} {answer.text}")
        return answer


class Engine:
    """The engine alone, in memory."""

    def __init__(self) -> None:
        self._store = ox.Store()

    def hold(self, data: Dataset) -> None:
        """Loads the files."""
        self._store = ox.Store()
        for name, file in [(None, f) for f in data.default] + list(data.named):
            to = ox.NamedNode(name) if name else ox.DefaultGraph()
            format = ox.RdfFormat.RDF_XML if file.path.suffix == ".rdf" else ox.RdfFormat.TURTLE
            self._store.load(file.text, format=format, base_iri=file.iri, to_graph=to)

    def query(self, text: str, accept: str) -> tuple[bytes, str]:
        """Asks the engine and lets it write the answer."""
        try:
            found = self._store.query(text, base_iri="http://127.0.0.1/sparql")
        except SyntaxError as error:
            raise Malformed(str(error)) from None
        results, _, graph = accept.partition(", ")
        if isinstance(found, ox.QueryTriples):
            return found.serialize(format=ox.RdfFormat.from_media_type(graph)) or b"", graph
        return found.serialize(format=ox.QueryResultsFormat.from_media_type(results)) or b"", results

    def update(self, text: str) -> None:
        """Lets the engine make the update."""
        try:
            self._store.update(text, base_iri="http://127.0.0.1/update")
        except SyntaxError as error:
            raise Malformed(str(error)) from None
        except (OSError, RuntimeError) as error:
            raise Refused(str(error)) from None

    def quads(self) -> bytes:
        """Writes out the store."""
        return self._store.dump(format=ox.RdfFormat.N_QUADS) or b""
