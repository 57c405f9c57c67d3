"""A graph that a service answers from: the questions of `KnowledgeGraph`, asked over HTTP."""

import contextlib
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Self, overload
from typing import Literal as Exactly
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import networkx as nx
from pydantic import TypeAdapter
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

import graph.exceptions
import ontology
from graph.agreement import Agreement, FieldAgreement, Pair
from graph.asking import Asking
from graph.contradictions import Contradiction
from graph.entities import Entity
from graph.evidence import Evidence
from graph.exceptions import (
    Candidate,
    GraphError,
    InputError,
    NotFoundError,
    ParameterError,
    Refusal,
    ServiceError,
    UndefinedMeasureError,
    UnknownNameError,
)
from graph.networks.asked import split
from graph.networks.shown import DiNetwork, MultiDiNetwork, Network
from graph.questions import Answers, Found, Level
from graph.rdf import Iris, entity_quads, source_quads, statement_quads
from graph.results import RESULTS, TRIPLES, Results, cell_of
from graph.selection import Selection
from graph.sources import Source
from graph.statements import Statement, in_order
from graph.stores import Answer
from graph.tables.periods import By
from graph.timelines import Counts, Series, Step, Timeline
from graph.times import edtf_bounds
from graph.values import Value
from graph.writing import Report
from ontology import Kind, Modality, OntologyError, Status, store_prefixes

Json = dict[str, Any]
JSON, UPDATE = "application/json", "application/sparql-update"
PAGE = 1000
VALUES = str | bool | int | float | Decimal | date | datetime
_FOUND = TypeAdapter(Found)
_NEXT = re.compile(r"<([^>]*)>\s*;\s*rel=\"?next")
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}
"""Statuses of a service that is busy, and says by Retry-After when to come back."""
_RESTARTS = 3
"""How often a list is read from its beginning because the graph changed between two pages."""


class RemoteGraph(Asking):
    """A graph behind a service: `KnowledgeGraph.connect("http://127.0.0.1:8000")`.

    Gives what a `KnowledgeGraph` gives, and raises the same errors; ServiceError, which names the address, where the
    service cannot be reached, takes longer than `timeout` seconds or is no Tertius. A read is repeated while the
    service says that it is busy. Writing needs a `token`. Several threads may ask.
    """

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 60) -> None:
        parts = urlsplit(url)
        if "@" in parts.netloc:  # not repeated: it may be a password
            raise ServiceError("an address holds no names or passwords: give a token by itself")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ServiceError(f"{url!r} is no address of a service: write one like http://127.0.0.1:8000")
        self.url, self.timeout = url.rstrip("/"), timeout
        if token is not None and not (token.isascii() and token.isprintable()):
            raise ParameterError("token", "holds characters that no header can carry")
        self._token = token
        self._opener = urllib.request.build_opener(_NoRedirects)
        health = self._json("/health")
        if not {"store", "revision", "base"} <= health.keys():
            raise ServiceError(f"{self.url} answers, but is no Tertius: /health says {str(health)[:200]}")
        self.store_id: str = health["store"]
        self.iris = Iris(health["base"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is kept open."""

    def __repr__(self) -> str:
        return f"<the graph at {self.url}>"

    @property
    def revision(self) -> int:
        """Number of the revision that the service answers from now."""
        return int(self._json("/health")["revision"])

    # Asking

    def resolve(self, name: str, *, actor: bool = False, on: date | None = None) -> str:
        found = self._json(f"/names/{quote(name, safe='')}", actor=actor, on=on)
        return str(found["id"])

    def ask(self, question: str, *, level: Level | str = Level.ENTITY, joined: bool = True, **filters: Any) -> Answers:
        parameters = _parameters(filters) | {"level": Level(level), "joined": joined}
        pages = self._pages(f"/who/{quote(question, safe='')}", parameters)
        found = [_found(item) for page in pages for item in page["answers"]]
        coverage = pages[0]["coverage"]
        kinds = {Evidence(kind): n for kind, n in coverage["by_evidence"].items()}
        return Answers(found, kinds, coverage["undated"])

    def statements(self, **filters: Any) -> list[Statement]:
        pages = self._pages("/statements", _parameters(filters))
        return sorted((_statement(item) for page in pages for item in page["items"]), key=in_order)

    def statement(self, id: str) -> Statement:
        return _statement(self._json(f"/statements/{quote(id, safe='')}"))

    @overload
    def network(
        self, *, projection: Exactly["multi"] = "multi", by: None = None, **filters: Any
    ) -> "nx.MultiDiGraph[str]": ...
    @overload
    def network(self, *, projection: str, by: None = None, **filters: Any) -> "nx.Graph[str]": ...
    @overload
    def network(
        self, *, by: By | str, projection: str = "multi", **filters: Any
    ) -> "Iterator[tuple[str, nx.Graph[str]]]": ...
    def network(
        self, *, projection: str = "multi", by: By | str | None = None, **filters: Any
    ) -> "nx.Graph[str] | Iterator[tuple[str, nx.Graph[str]]]":
        drawing, chosen = split(filters)
        depth = [d for d in (drawing.pop("steps", None), chosen.pop("depth", None)) if d is not None]
        parameters = _parameters(chosen) | drawing | {"projection": projection, "depth": depth}
        if by is None:
            return nx.freeze(_joined(self._pages("/network", parameters)))  # type: ignore[no-any-return]
        pages = self._pages("/network", parameters | {"by": by})
        return ((item["period"], nx.freeze(_joined([item]))) for page in pages for item in page["items"])

    def timeline(self, by: Step | str = Step.MONTH, **filters: Any) -> Timeline:
        found = self._json("/timeline", **_parameters(filters), by=Step(by))
        return Timeline(
            tuple(
                Series(
                    s["dataset"],
                    Evidence(s["evidence"]),
                    Counts({p["period"]: p["statements"] for p in s["periods"]}, s["spread"], s["undated"]),
                )
                for s in found["series"]
            )
        )

    def conflicts(self) -> tuple[Contradiction, ...]:
        return tuple(
            Contradiction(c["kind"], tuple(s["id"] for s in c["statements"]), c["reason"], c["settled"])
            for page in self._pages("/conflicts", {})
            for c in page["items"]
        )

    def agreement(self, coders: Sequence[str] = (), **filters: Any) -> Agreement:
        pages = self._pages("/agreement", _parameters(filters) | {"coder": coders})
        first = pages[0]
        if first["reason"] is not None:
            raise UndefinedMeasureError("agreement", first["reason"])
        pairs = [
            Pair(i["one"] and _statement(i["one"]), i["other"] and _statement(i["other"]), tuple(i["differ"]))
            for page in pages
            for i in page["items"]
        ]
        fields = [FieldAgreement(**f) for f in first["fields"]]
        return Agreement(tuple(first["coders"]), tuple(first["sources"]), tuple(pairs), tuple(fields))

    def entities(self, q: str | None = None, *, kind: Kind | str | Iterable[Kind | str] = ()) -> list[Entity]:
        kinds = [Kind(k) for k in _listed(kind)]
        return self._entities({"q": q or None, "kind": kinds})

    def entity(self, name: str) -> Entity:
        id = self.resolve(name)
        found = [e for e in self._entities({"q": id}) if e.id == id]
        if not found:  # the graph has changed since
            raise NotFoundError("entity", id)
        return found[0]

    def sources(self) -> list[Source]:
        return [_source(item) for page in self._pages("/sources", {}) for item in page["items"]]

    def source(self, id: str) -> Source:
        return _source(self._json(f"/sources/{quote(id, safe='')}"))

    def sparql(self, query: str, /, **values: Value) -> Results:
        body = json.dumps({"query": query, "values": {n: _sent(n, v) for n, v in values.items()}})
        return self._results("/questions", {}, body.encode())

    def question(self, name: str, /, **values: Value) -> Results:
        for variable, value in values.items():
            if isinstance(value, BNode) or not isinstance(value, VALUES):
                raise ParameterError(variable, f"{value!r} is no name, IRI, literal, number or date")
        # The service decides which questions there are: it may be of another version.
        return self._results(f"/questions/{quote(name.replace('_', '-'), safe='')}", values)

    def changes(self, citation: str) -> Json:
        """What has changed since an answer was frozen, by the citation's id, as /citations/ID/changes tells it."""
        return self._json(f"/citations/{quote(citation, safe='')}/changes")

    # Writing

    def update(self, text: str, *, using: Sequence[str] = (), using_named: Sequence[str] = ()) -> Report:
        """Evaluates a SPARQL 1.1 update, all of it or nothing: see `KnowledgeGraph.update`.

        Raises what that raises; ServiceError where writing is off, or the token is missing or unknown.
        """
        parameters = {"using-graph-uri": using, "using-named-graph-uri": using_named}
        answer = self._request("/update", parameters, body=text.encode(), media_type=UPDATE, read=False)
        return Report(**_read("/update", *answer))

    def add(
        self, statements: Iterable[Statement] = (), *, entities: Iterable[Entity] = (), sources: Iterable[Source] = ()
    ) -> Report:
        """Adds statements, and the entities and sources that they need where they are not there yet, all or nothing.

        A statement that is there with other annotations is replaced. Raises ChangeRefusedError where something is not
        as it must be, InputError for an entity or source that is there otherwise, and what `update` raises.
        """
        named, origins = list(entities), {s.id: s for s in sources}
        batch = {s.id: s for s in statements}
        new = [
            *(entity_quads(e, ("added",), self.iris) for e in named if not _there(self.entity, e.id, e)),
            *(source_quads(s, self.iris) for s in origins.values() if not _there(self.source, s.id, s)),
        ]
        gone: list[str] = []
        for s in batch.values():
            with contextlib.suppress(NotFoundError):
                if (old := self.statement(s.id)) == s:
                    continue
                gone += self._quads(old, origins)
            new += self._quads(s, origins)
        operations = [
            f"{word} DATA {{ {_graphs(quads)} }}" for word, quads in (("DELETE", gone), ("INSERT", new)) if quads
        ]
        return self.update(" ;\n".join(operations)) if operations else Report(revision=self.revision)

    def adjudicate(self, rejected: Iterable[str], instead: str | None, *, by: str, why: str) -> Report:
        return self._decided({"statements": list(rejected), "instead": instead, "by": by, "why": why})

    def reopen(self, statements: Iterable[str], *, by: str, why: str) -> Report:
        return self._decided({"statements": list(statements), "reopen": True, "by": by, "why": why})

    def _decided(self, told: Json) -> Report:
        answer = self._request("/adjudications", {}, body=json.dumps(told).encode(), read=False)
        return Report(**_read("/adjudications", *answer))

    def _quads(self, statement: Statement, sources: dict[str, Source]) -> list[str]:
        if statement.source not in sources:
            sources[statement.source] = self.source(statement.source)
        return [statement_quads(statement, sources[statement.source], self.iris)]

    # Requests

    def _entities(self, parameters: Mapping[str, Any]) -> list[Entity]:
        pages = self._pages("/entities.jsonl", parameters)
        return [Entity.model_validate(item) for page in pages for item in page["items"]]

    def _results(self, path: str, parameters: Mapping[str, Any], body: bytes | None = None) -> Results:
        answer, _ = self._request(path, parameters, body=body, accept=f"{RESULTS}, {TRIPLES}")
        return Results(answer, store_prefixes(self.iris.base))

    def _json(self, path: str, /, **parameters: Any) -> Json:
        return _read(path, *self._request(path, parameters))

    def _pages(self, path: str, parameters: Mapping[str, Any]) -> list[Json]:
        """All pages of a list, of one revision: read again from the first where the graph has changed meanwhile."""
        for restart in range(_RESTARTS + 1):
            pages: list[Json] = []
            cursor: str | None = "*"
            try:
                while cursor:
                    pages.append(self._json(path, **parameters, limit=PAGE, cursor=cursor))
                    cursor = pages[-1]["next"]
            except ServiceError as error:
                if error.status != HTTPStatus.CONFLICT or restart == _RESTARTS:
                    raise
            else:
                return pages
        raise AssertionError("the last attempt returns or raises")

    def _request(
        self, path: str, parameters: Mapping[str, Any], *, body: bytes | None = None, media_type: str = JSON,
        accept: str = "application/json, application/jsonl", read: bool = True,
    ) -> tuple[Answer, Message]:  # fmt: skip
        """The answer and its headers. A read is repeated while the service asks to come back within the time there is.

        Raises the errors that the service tells of as this package does, and ServiceError.
        """
        query = urlencode([(n, _text(v)) for n, vs in parameters.items() for v in _listed(vs)])
        headers = {"Accept": accept, "User-Agent": "tertius"}
        if body is not None:
            headers["Content-Type"] = media_type
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(f"{self.url}{path}{'?' if query else ''}{query}", body, headers)  # noqa: S310 - http or https, see __init__
        deadline = time.monotonic() + self.timeout
        while True:
            try:
                with self._opener.open(request, timeout=self.timeout) as response:
                    return Answer(response.read(), response.headers.get_content_type()), response.headers
            except urllib.error.HTTPError as error:
                with error:
                    wait = _retry_after(error.headers) if read and error.code in _BUSY else None
                    if wait is None or time.monotonic() + wait > deadline:
                        raise self._error(error, path) from None
            except (OSError, HTTPException) as error:
                reason = getattr(error, "reason", None) or str(error) or type(error).__name__
                raise ServiceError(f"{self.url} cannot be asked for {path}: {reason}") from error
            time.sleep(wait)

    def _error(self, error: urllib.error.HTTPError, path: str) -> Exception:
        """What the service says is wrong, as the exception that the same question raises here."""
        status = error.code
        if "Location" in error.headers and status in range(300, 400):
            place = error.headers["Location"]
            return ServiceError(f"{self.url} sends {path} on to {place}: connect to the service there", status)
        try:
            problem = json.loads(error.read())
            detail = str(problem["detail"])
        except (OSError, HTTPException, ValueError, KeyError, TypeError):
            return ServiceError(f"{self.url} answers {path} with {status} {error.reason}", status)
        found = _CLASSES.get(problem.get("error", ""))
        if found is None and "parameter" in problem:
            return ParameterError(problem["parameter"], detail)
        if found is None and problem.get("errors"):
            return ParameterError(problem["errors"][0]["parameter"], detail)
        if found is None or issubclass(found, ServiceError):
            return ServiceError(f"{self.url} answers {path} with {status}: {detail}", status)
        # The sentence is made already: what made it here is passed over.
        made = found.__new__(found)
        made.args = (detail,)
        made.__dict__.update(_facts(problem, detail))
        return made


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A token must not be sent on to another address."""

    def redirect_request(self, *_: object) -> None:
        """None: the answer itself is handed on, as an error."""


_CLASSES: dict[str, type[Exception]] = {
    name: cls
    for module in (graph.exceptions, ontology)
    for name, cls in vars(module).items()
    if isinstance(cls, type) and issubclass(cls, GraphError | OntologyError)
}


def _facts(problem: Mapping[str, Any], detail: str) -> Json:
    """The attributes of an error, from the members of the problem that tells of it."""
    value, candidates = problem.get("value"), problem.get("candidates", [])
    match problem["error"]:
        case "UnknownNameError" | "AmbiguousNameError" | "NameResolutionError":
            return {"name": value, "candidates": tuple(Candidate(**c) for c in candidates)}
        case "UnknownTermError":
            return {"what": problem.get("what", ""), "value": value, "candidates": candidates}
        case "NotFoundError":
            return {"what": problem.get("what", ""), "id": value, "known": tuple(problem.get("known", ()))}
        case "ParameterError":
            parameter = problem["parameter"]
            return {"parameter": parameter, "message": detail.removeprefix(f"{parameter}: ")}
        case "InputError":
            return {"message": detail}
        case "ChangeRefusedError":
            return {"findings": [Refusal(**f) for f in problem.get("findings", [])]}
    return {k: v for k, v in problem.items() if k not in ("type", "title", "status", "detail", "error")}


def _retry_after(headers: Message) -> float | None:
    """Seconds after which to come back, where the header says so."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _read(path: str, answer: Answer, headers: Message) -> Json:
    """The object of a JSON answer; of JSON lines one with `items` and `next`, as lists have."""
    try:
        if answer.media_type == "application/jsonl":
            after = _NEXT.search(headers.get("Link", ""))
            cursor = parse_qs(urlsplit(after[1]).query).get("cursor", [None])[0] if after else None
            return {"items": [json.loads(line) for line in answer.body.splitlines()], "next": cursor}
        found = json.loads(answer.body)
        if isinstance(found, dict):
            return found
    except ValueError:
        pass
    raise ServiceError(f"what {path} answers is not what a Tertius does: {answer.body[:100]!r}")


# Our models from what the service answers, and its parameters from ours


def _plain(value: Any) -> Any:
    """The same with ids in place of entities and statements, which answers give with their labels."""
    match value:
        case {"id": id, "label": _} | {"id": id, "text": _}:
            return id
        case dict():
            return {k: _plain(v) for k, v in value.items()}
        case list():
            return [_plain(v) for v in value]
    return value


def _subject(value: Json | None) -> Any:
    """A subject is an entity, or a statement standing where one could stand."""
    return {"statement": value["id"]} if value and value.get("kind") == "statement" else _plain(value)


def _statement(item: Json) -> Statement:
    fields = {k: _plain(v) for k, v in item.items() if k in Statement.model_fields}
    statement = Statement.model_validate(fields | {"subject": _subject(item["subject"])})
    if statement.id != item["id"]:
        raise ServiceError(f"the statement {item['id']} reads as {statement.id}: the service is of another version")
    return statement


def _found(item: Json) -> Found:
    subject = _subject(item["subject"])
    nested = isinstance(subject, dict)
    more = {
        "subject": None if nested else subject,
        "subject_statement": subject["statement"] if nested else None,
        "sides": item.get("sides"),
    }
    return _FOUND.validate_python({k: _plain(v) for k, v in item.items()} | more)


def _source(item: Json) -> Source:
    return Source.model_validate({k: v for k, v in item.items() if k in Source.model_fields})


def _joined(pages: Sequence[Json]) -> "nx.Graph[str]":
    """The network of pages of node-link data, its lists as the tuples that they were."""
    first = pages[0]
    kind = MultiDiNetwork if first["multigraph"] else DiNetwork if first["directed"] else Network
    network: nx.Graph[str] = kind(**_tuples(first["graph"]))
    for page in pages:
        network.add_nodes_from((node.pop("id"), _tuples(node)) for node in page["nodes"])
        for edge in map(_tuples, page["edges"]):
            ends = [edge.pop(name) for name in ("start", "end", "key") if name in edge]
            network.add_edge(*ends, **edge)
    return network


def _tuples(data: Json) -> Json:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}


def _parameters(filters: Mapping[str, Any]) -> Json:
    """Filters as parameters. Raises what `Selection` and its fields raise for a filter or word that there is not."""
    Selection(**filters)
    found = {k: v for k, v in filters.items() if v is not None}
    for name, kind in (("modality", Modality), ("status", Status), ("evidence", Evidence)):
        if name in found:
            found[name] = [kind(v) for v in _listed(found[name])]
    for side, name in enumerate(("since", "until")):
        if isinstance(found.get(name), str):
            found[name] = edtf_bounds(found[name])[side]
    return found


def _listed(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else value


def _there(read: Callable[[str], Entity | Source], id: str, wanted: Entity | Source) -> bool:
    """Whether it is there already, as it is wanted. Raises InputError where it is otherwise."""
    try:
        found = read(id)
    except (NotFoundError, UnknownNameError):
        return False
    if found.id == id and found != wanted:
        raise InputError(f"{id!r} is there already, and otherwise", way_out="use the same description, or another id")
    return found.id == id


def _graphs(quads: Iterable[str]) -> str:
    """N-Quads as SPARQL writes them."""
    graphs: dict[str, list[str]] = {}
    for line in filter(None, "".join(quads).split("\n")):
        triple, graph = line.removesuffix(" .").rsplit(" ", 1)
        graphs.setdefault(graph, []).append(triple)
    return " ".join(f"GRAPH {graph} {{ {' . '.join(triples)} }}" for graph, triples in graphs.items())


def _text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sent(name: str, value: Value) -> Any:
    """A value as the service takes it: names and numbers as they are, everything else as a term."""
    if isinstance(value, bool | int | str) and not isinstance(value, Node):
        return value
    if isinstance(value, VALUES) and not isinstance(value, Node):
        value = Literal(value)
    if not isinstance(value, URIRef | Literal):
        raise ParameterError(name, f"{value!r} is no name, IRI, literal, number or date")
    return cell_of(value)
