"""Asking so that the answer can be frozen, and asking again: what was asked, its rows, and what has changed since."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from pydantic import ValidationError
from pydantic_core import to_json
from starlette.concurrency import run_in_threadpool

from api import answers
from api.dependencies import VERSION
from api.parameters import Page, Parameters, StatementParameters, TimelineParameters, WhoParameters
from api.workers import MediaTypes
from graph import KnowledgeGraph
from graph.checksums import (
    Form,
    Lines,
    changing_function,
    compare,
    is_ordered,
    lines_of_answers,
    lines_of_results,
    lines_of_triples,
    remarks,
)
from graph.citations import Citation, Frozen, Kind, Request, cite, digest
from graph.contradictions import contradictions
from graph.exceptions import (
    NameResolutionError,
    NotFoundError,
    ParameterError,
    QueryRefusedError,
    QueryTooLargeError,
)
from graph.named_queries import named_query
from graph.questions import ask
from graph.snapshot import Snapshot
from graph.stores import Answer, QueryDataset
from graph.timelines import timeline
from graph.values import Term
from ontology import OntologyError

SOFTWARE = f"tertius {VERSION}"
RESULTS, NTRIPLES = "application/sparql-results+json", "application/n-triples"
CANONICAL = MediaTypes(RESULTS, RESULTS, NTRIPLES)
MOST_ANSWERS = 10_000
"""Most answers of a question that are frozen: they are shaped in this process, unlike those of SPARQL."""
MOST_LISTED = 1000
"""Most rows of one sort, and most statements, in a list of what has changed."""
_NAMED = "/questions/"
_GRAPHS = ("default-graph-uri", "named-graph-uri")


class Run(Protocol):
    """Answers a SPARQL query on a snapshot: Turn.run, or the engine in this process."""

    async def __call__(
        self, snapshot: Snapshot, query: str, media_types: MediaTypes, *, union: bool,
        dataset: QueryDataset | None, prefixed: bool, bindings: Mapping[str, Term] | None,
    ) -> Answer: ...  # fmt: skip


# What was asked


def request_for(target: str, *, union: bool, prefixed: bool = True) -> Request:
    """What an address of the service asks: /sparql, /questions/…, /who/…, /statements, /timeline or /conflicts.

    Raises ParameterError, and NotFoundError for a named question that is none.
    """
    parts = urlsplit(target)
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError as error:
        raise ParameterError("target", f"its parameters cannot be read: {error}") from None
    if parts.scheme or parts.netloc or parts.fragment:
        raise ParameterError("target", "write the path and the parameters only, as /who/invites?object=Mirzoyan")
    if parts.path == "/sparql":
        queries = [v for name, v in pairs if name == "query"]
        if len(queries) != 1:
            raise ParameterError("target", f"/sparql needs one query and has {len(queries)}")
        return sparql_request(queries[0], [p for p in pairs if p[0] != "query"], union=union, prefixed=prefixed)
    if parts.path.startswith(_NAMED):
        named = named_query(unquote(parts.path.removeprefix(_NAMED)))
        if unknown := [n for n, _ in pairs if n not in named.variables] or _repeated(pairs):
            takes = f"takes {', '.join(named.variables)}, each once" if named.variables else "takes no parameters"
            raise ParameterError(unknown[0], f"the question {named.name} {takes}")
        return Request(kind=Kind.SPARQL, path=_NAMED + named.name, query=named.text, parameters=tuple(sorted(pairs)))
    path = parts.path.removesuffix(".csv").removesuffix(".jsonl")
    question = question_at(path)
    parameters = _validated(question.model, pairs)
    shown = parameters.model_dump(mode="json", exclude_defaults=True, exclude={"limit", "cursor"})
    listed = [(name, value) for name, values in shown.items() for value in _each(values)]
    return Request(kind=Kind.QUESTION, path=quote(unquote(path)), parameters=tuple(sorted(listed)))


def sparql_request(
    query: str, parameters: Iterable[tuple[str, str]] = (), *, union: bool, prefixed: bool = True
) -> Request:
    """What a SPARQL query asks. Raises ParameterError."""
    pairs = tuple(sorted(set(parameters)))
    for name, _ in pairs:
        if name not in _GRAPHS:
            raise ParameterError(name, f"a frozen query takes query, {', '.join(_GRAPHS)}")
    return Request(kind=Kind.SPARQL, path="/sparql", query=query, parameters=pairs, union=union, prefixed=prefixed)


def _repeated(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]


def _each(values: Any) -> Iterable[str]:
    for value in values if isinstance(values, list) else [values]:
        yield str(value).lower() if isinstance(value, bool) else str(value)


def _validated(model: type[Parameters], pairs: Iterable[tuple[str, str]]) -> Parameters:
    given: dict[str, Any] = {}
    for name, value in pairs:
        field = model.model_fields.get(name)
        if field is not None and isinstance(field.default, list):
            given.setdefault(name, []).append(value)
        elif name in given:
            raise ParameterError(name, "is given twice and may be given once")
        else:
            given[name] = value
    try:
        return model.model_validate(given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = str(fault["loc"][0]) if fault["loc"] else "target"
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = f"unknown parameter; it takes {', '.join(model.model_fields)}"
        raise ParameterError(name, message) from None


# The answer


@dataclass(frozen=True)
class Found:
    """An answer as lines; the statements in it, None where that is not known; what the engine wrote, of SPARQL."""

    lines: Lines
    statements: list[str] | None = None
    body: bytes = b""


async def answer(snapshot: Snapshot, request: Request, run: Run, *, most_bytes: int | None = None) -> Found:
    """What the snapshot answers. Raises the errors of the question, QueryTooLargeError past `most_bytes`."""
    if request.kind is Kind.QUESTION:
        return await run_in_threadpool(_answer_question, snapshot, request, most_bytes)
    found = await run_sparql(snapshot, request, run, CANONICAL)
    _check_size(len(found.body), most_bytes)
    return await run_in_threadpool(_read, found, request.query or "")


def _answer_question(snapshot: Snapshot, request: Request, most_bytes: int | None) -> Found:
    question = question_at(request.path)
    parameters = _validated(question.model, request.parameters)
    items, statements = question.items(snapshot, unquote(request.path), parameters)
    found = Found(lines_of_answers(items), statements)
    _check_size(sum(map(len, found.lines.lines)), most_bytes)
    return found


def _read(found: Answer, query: str) -> Found:
    # Only a text that the engine has taken is looked into: others can be made to keep a regular expression for long.
    text = found.body.decode("utf-8")
    if found.media_type == NTRIPLES:
        return Found(lines_of_triples(text), body=found.body)
    return Found(lines_of_results(json.loads(text), ordered=is_ordered(query)), body=found.body)


def _check_size(size: int, most: int | None) -> None:
    if most is not None and size > most:
        raise QueryTooLargeError(f"an answer of {size} bytes is not frozen here, at most {most}: narrow the question")


async def run_sparql(snapshot: Snapshot, request: Request, run: Run, media_types: MediaTypes) -> Answer:
    """The answer to a frozen query, serialised."""
    assert request.query is not None, "SPARQL has a query"
    if request.path.startswith(_NAMED):
        named = named_query(request.path.removeprefix(_NAMED))
        bindings = await run_in_threadpool(named.bound, dict(request.parameters), snapshot.names, snapshot.iris)
        return await run(
            snapshot, request.query, media_types, union=True, dataset=None, prefixed=True, bindings=bindings
        )
    graphs = {name: tuple(v for n, v in request.parameters if n == name) for name in _GRAPHS}
    dataset = QueryDataset(*graphs.values()) if request.parameters else None
    return await run(
        snapshot, request.query, media_types, union=request.union, dataset=dataset, prefixed=request.prefixed,
        bindings=None,
    )  # fmt: skip


Items = tuple[list[Any], list[str]]


@dataclass(frozen=True)
class Question:
    """A door for questions: its path, its parameters, its answers with the statements in them, and those of a row."""

    path: str
    model: type[Parameters]
    items: Callable[[Snapshot, str, Any], Items]
    statements: Callable[[Any], list[str]]


def question_at(path: str) -> Question:
    """The question that is asked at a path. Raises ParameterError, which lists them."""
    for question in _QUESTIONS:
        if path == question.path or (question.path.endswith("/") and re.fullmatch(rf"{question.path}[^/]+", path)):
            return question
    listed = ", ".join(
        ["/sparql", "/questions/…", *(q.path + ("…" if q.path.endswith("/") else "") for q in _QUESTIONS)]
    )
    raise ParameterError("target", f"answers at {path!r} are not frozen; those at {listed} are")


def _bounded(number: int) -> None:
    if number > MOST_ANSWERS:
        raise QueryTooLargeError(f"{number} answers are not frozen, at most {MOST_ANSWERS}: narrow the question")


def _who(snapshot: Snapshot, path: str, parameters: WhoParameters) -> Items:
    selection = parameters.selection(snapshot, question=path.removeprefix("/who/"))
    found = ask(snapshot, selection, parameters.level, joined=parameters.joined).found
    _bounded(len(found))
    return [_plain(answers.found_answer(snapshot, f)) for f in found], [s for f in found for s in f.statements]


def _statements(snapshot: Snapshot, _path: str, parameters: StatementParameters) -> Items:
    selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
    rows = snapshot.selector.select(selection).rows
    _bounded(len(rows))
    items = [_plain(answers.statement_answer(snapshot, s)) for s in snapshot.statements(rows.tolist())]
    for item in items:
        del item["quote"]  # the words are their publisher's, and whether they are shown is no matter of the store
    return items, [item["id"] for item in items]


def _conflicts(snapshot: Snapshot, _path: str, _parameters: Page) -> Items:
    found = contradictions(snapshot)
    _bounded(len(found))
    items = [
        {"kind": c.kind, "reason": c.reason, "settled": c.settled,
         "statements": [answers.statement_ref(snapshot, s) for s in c.statements]}
        for c in found
    ]  # fmt: skip
    return [_plain(item) for item in items], [s for c in found for s in c.statements]


def _timeline(snapshot: Snapshot, _path: str, parameters: TimelineParameters) -> Items:
    selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
    found = timeline(snapshot, selection, parameters.by)
    items: list[Any] = []
    for series in found.series:
        of_it = {"dataset": series.dataset, "evidence": series.evidence.value}
        items += [of_it | {"period": p, "statements": n} for p, n in series.counts.periods.items()]
        items.append(of_it | {"spread": series.counts.spread, "undated": series.counts.undated})
    return items, snapshot.columns.ids_of(snapshot.selector.select(selection).rows)


def _plain(value: Any) -> Any:
    return json.loads(to_json(value))


_QUESTIONS = (
    Question("/who/", WhoParameters, _who, lambda row: row["statements"]),
    Question("/statements", StatementParameters, _statements, lambda row: [row["id"]]),
    Question("/timeline", TimelineParameters, _timeline, lambda _: []),
    Question("/conflicts", Page, _conflicts, lambda row: [s["id"] for s in row["statements"]]),
)


# Freezing and asking again


async def freeze(
    graph: KnowledgeGraph, request: Request, run: Run, *,
    revision: int | None = None, most_bytes: int | None = None, room: int | None = None,
) -> tuple[Citation, bool]:  # fmt: skip
    """Asks, keeps the answer, and gives its citation and whether it is new: see `answer` and `Citations.freeze`.

    Raises QueryRefusedError where the answer would be another one each time.
    """
    snapshot = await opened(graph, revision)
    found = await answer(snapshot, request, run, most_bytes=most_bytes)
    return await run_in_threadpool(_keep, graph, snapshot, request, found, room)


async def opened(graph: KnowledgeGraph, revision: int | None) -> Snapshot:
    """A revision, the current one for None, opened in a thread. Raises NotFoundError."""
    return await run_in_threadpool(lambda: graph.snapshot if revision is None else graph.at(revision))


def _keep(
    graph: KnowledgeGraph, snapshot: Snapshot, request: Request, found: Found, room: int | None
) -> tuple[Citation, bool]:
    if function := changing_function(request.query or ""):
        raise QueryRefusedError(
            f"{function}() has another value each time, so that the answer could never be had again: write the value"
        )
    citation = cite(
        snapshot, request, found.lines, found.statements, store_id=graph.store_id, software=SOFTWARE,
        created=datetime.now(UTC).replace(microsecond=0), remarks=remarks(request.query or ""),
    )  # fmt: skip
    return graph.citations.freeze(citation, found.lines, room=room)


@dataclass(frozen=True)
class Comparison:
    """A frozen answer beside what its question is answered with now; `found` is None where it cannot be asked."""

    citation: Citation
    revision: int
    found: Found | None
    added: list[Any]
    removed: list[Any]
    added_total: int
    removed_total: int
    statements: list[dict[str, Any]]
    remarks: list[str]

    @property
    def same(self) -> bool:
        """Whether the checksums agree."""
        return self.found is not None and self.found.lines.checksum == self.citation.checksum

    def as_json(self) -> dict[str, Any]:
        """What HTTP and the command line tell of it."""
        lines = self.found.lines if self.found else None
        return {
            "citation": self.citation.iri,
            "same": self.same,
            "revision": {"then": self.citation.revision, "now": self.revision},
            "rows": {"then": self.citation.rows, "now": len(lines.lines) if lines else None},
            "checksum": {"then": self.citation.checksum, "now": lines.checksum if lines else None},
            "added": self.added,
            "added_total": self.added_total,
            "removed": self.removed,
            "removed_total": self.removed_total,
            "statements": self.statements,
            "remarks": self.remarks,
        }


async def compare_with(
    graph: KnowledgeGraph, snapshot: Snapshot, frozen: Frozen, run: Run, *, most_bytes: int | None = None
) -> Comparison:
    """What has changed between a frozen answer and the one that the snapshot gives.

    Raises what asking raises, but where the names in the question no longer lead anywhere, that is what has changed.
    """
    citation = frozen.citation
    notes = list(citation.remarks)
    if citation.software != SOFTWARE:
        notes.append(
            f"frozen by {citation.software}, repeated by {SOFTWARE}, which may shape the same answer otherwise"
        )
    then, found = frozen.lines, None
    try:
        found = await answer(snapshot, citation.request, run, most_bytes=most_bytes)
        if then is None and found.lines.checksum != citation.checksum:
            then = await _asked_again(graph, citation, run, most_bytes)
    except (NameResolutionError, NotFoundError, ParameterError, OntologyError) as error:
        notes.append(f"the question can no longer be asked: {error}")
    return await run_in_threadpool(_told, snapshot, frozen, found, then, notes)


async def _asked_again(
    graph: KnowledgeGraph, citation: Citation, run: Run, most_bytes: int | None
) -> tuple[str, ...] | None:
    """The rows that were frozen, from their own revision, None where it is gone or answers otherwise."""
    try:
        snapshot = await opened(graph, citation.revision)
    except NotFoundError:
        return None
    lines = (await answer(snapshot, citation.request, run, most_bytes=most_bytes)).lines
    return lines.lines if lines.checksum == citation.checksum else None


def _told(
    snapshot: Snapshot, frozen: Frozen, found: Found | None, then: tuple[str, ...] | None, notes: list[str]
) -> Comparison:
    citation, now = frozen.citation, found.lines.lines if found else ()
    added: list[str] = []
    removed: list[str] = []
    removed_total = 0
    if found and found.lines.checksum == citation.checksum:
        pass
    elif then is not None:
        changes = compare(then, now)
        added, removed, removed_total = list(changes.added), list(changes.removed), len(changes.removed)
        if not added and not removed and then:
            notes.append("the same rows in another order")
    elif frozen.digests is None:
        notes.append("which rows differ cannot be told: only their checksum is known here")
    else:
        known = compare(frozen.digests, map(digest, now))
        fresh = set(known.added)
        added, removed_total = [line for line in now if digest(line) in fresh], len(known.removed)
        if removed_total:
            notes.append("which rows are gone cannot be told: there were too many to keep more than their digests")
    return Comparison(
        citation, snapshot.revision, found,
        [_row(citation.form, line) for line in added[:MOST_LISTED]],
        [_row(citation.form, line) for line in removed[:MOST_LISTED]],
        len(added), removed_total, _involved(snapshot, citation, [*removed, *added]), notes,
    )  # fmt: skip


def _row(form: Form, line: str) -> Any:
    return line if form is Form.TRIPLES else json.loads(line)


def _involved(snapshot: Snapshot, citation: Citation, lines: Iterable[str]) -> list[dict[str, Any]]:
    """The statements in these rows, with what has become of them."""
    if citation.request.kind is Kind.QUESTION:
        of_row = question_at(citation.request.path).statements
        ids = [id for line in lines for id in of_row(json.loads(line))]
    else:
        named = re.compile(rf"(?<=[<\"]){re.escape(citation.base)}id/statement/([a-z2-7]{{26}})(?=[>\"/])")
        ids = [id for line in lines for id in named.findall(line)]
    return [_fate(snapshot, id) for id in list(dict.fromkeys(ids))[:MOST_LISTED]]


def _fate(snapshot: Snapshot, id: str) -> dict[str, Any]:
    if snapshot.columns.row(id) is None:
        return {"id": id, "status": "gone", "text": "", "note": None, "corrected_by": None}
    found = answers.statement_answer(snapshot, snapshot.statement(id))
    corrected: Mapping[str, Any] | None = found["corrected_by"]
    return {
        "id": id, "status": found["status"], "text": found["text"], "note": found["note"],
        "corrected_by": corrected["id"] if corrected else None,
    }  # fmt: skip
