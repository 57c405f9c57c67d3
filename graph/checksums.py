"""The canonical lines of an answer and their checksum: the same rows give the same lines, however they were written.

Solutions are lines of JSON, triples those of canonical N-Triples; docs/citing.md tells how to make them elsewhere.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from graph.sparql_text import code

_BLANK_SUBJECT = re.compile(r"^_:([^\s<>\"]+)(?= )")
_BLANK_OBJECT = re.compile(r"(?<= )_:([^\s<>\"]+)(?= \.$)")
_WORD = r"(?<![\w:?$@.%\\-])"
_LIMIT = re.compile(rf"{_WORD}(?:LIMIT|OFFSET)\s+\d", re.I)
_ORDER = re.compile(rf"{_WORD}ORDER\s+BY\b|[{{}}]", re.I)
_CHOOSING = re.compile(rf"{_WORD}(SAMPLE|GROUP_CONCAT)\s*\(", re.I)
_CHANGING = re.compile(rf"{_WORD}(NOW|RAND|UUID|STRUUID)\s*\(", re.I)
_XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
Row = TypeVar("Row")
ROUNDS = 16
"""How often blank nodes are told apart by their neighbours: a long chain of them would need as many as it has."""


class Form(StrEnum):
    """What an answer consists of."""

    SOLUTIONS = "solutions"
    TRIPLES = "triples"
    TRUTH = "truth"
    ANSWERS = "answers"


@dataclass(frozen=True)
class Lines:
    """An answer as canonical lines: `head` names the variables of solutions, `lines` has one line a row."""

    form: Form
    lines: tuple[str, ...]
    head: str | None = None

    @property
    def checksum(self) -> str:
        """SHA-256 of head and lines as UTF-8, each ended by a line feed, in hexadecimal."""
        digest = hashlib.sha256()
        for line in self.lines if self.head is None else (self.head, *self.lines):
            digest.update(line.encode("utf-8", "surrogatepass") + b"\n")
        return digest.hexdigest()


def canonical(value: Any) -> str:
    """JSON on one line: keys sorted, nothing that could be left out, no escapes that are not needed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def lines_of_answers(items: Iterable[Any], *, ordered: bool = False) -> Lines:
    """The lines of a question's answers, given as plain JSON data."""
    lines = [canonical(item) for item in items]
    return Lines(Form.ANSWERS, tuple(lines if ordered else sorted(lines)))


def lines_of_results(results: Mapping[str, Any], *, ordered: bool = False) -> Lines:
    """The lines of SPARQL results in JSON, read already: sorted, unless the query's own order counts."""
    if "boolean" in results:
        return Lines(Form.TRUTH, (canonical(results["boolean"]),))
    rows = [{name: _term(term) for name, term in row.items()} for row in results["results"]["bindings"]]
    lines = _with_colours(rows, _blank_values, lambda row, name: canonical(_renamed(row, name)))
    return Lines(
        Form.SOLUTIONS, tuple(lines if ordered else sorted(lines)), canonical(sorted(results["head"].get("vars", ())))
    )


def lines_of_triples(text: str) -> Lines:
    """The lines of a graph in canonical N-Triples: distinct and sorted. Without blank nodes that is RDFC-1.0."""
    triples = [line for line in text.split("\n") if line.strip()]
    lines = _with_colours(triples, _blank_labels, _relabelled)
    return Lines(Form.TRIPLES, tuple(sorted(set(lines))))


def _term(term: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(term)
    if found["type"] == "typed-literal":
        found["type"] = "literal"
    if found.get("datatype") == _XSD_STRING:
        del found["datatype"]
    if "xml:lang" in found:
        found["xml:lang"] = found["xml:lang"].lower()
    if found["type"] == "triple":
        found["value"] = {place: _term(part) for place, part in found["value"].items()}
    return found


def _blank_values(row: Mapping[str, Any]) -> set[str]:
    found: set[str] = set()
    for term in row.values():
        if term["type"] == "bnode":
            found.add(term["value"])
        elif term["type"] == "triple":
            found |= _blank_values(term["value"])
    return found


def _renamed(row: Mapping[str, Any], name: Callable[[str], str]) -> dict[str, Any]:
    def renamed(term: Mapping[str, Any]) -> Mapping[str, Any]:
        if term["type"] == "bnode":
            return {**term, "value": name(term["value"])}
        return {**term, "value": _renamed(term["value"], name)} if term["type"] == "triple" else term

    return {variable: renamed(term) for variable, term in row.items()}


def _blank_labels(line: str) -> set[str]:
    return {m[1] for pattern in (_BLANK_SUBJECT, _BLANK_OBJECT) if (m := pattern.search(line))}


def _relabelled(line: str, name: Callable[[str], str]) -> str:
    for pattern in (_BLANK_SUBJECT, _BLANK_OBJECT):
        line = pattern.sub(lambda match: f"_:{name(match[1])}", line)
    return line


def _with_colours(
    rows: Sequence[Row], blank: Callable[[Row], set[str]], render: Callable[[Row, Callable[[str], str]], str]
) -> list[str]:
    """The rows as lines, each blank node named by what is said of it and of its neighbours.

    Nodes of which the same is said within `ROUNDS` steps get the same name: labels and order never matter, every other
    value does, and the work stays in proportion to the rows, where full canonical labels can be made to take for ever.
    """
    held = [(row, labels) for row in rows if (labels := blank(row))]
    colours = dict.fromkeys(sorted({label for _, labels in held for label in labels}), "")
    classes = 0
    for _ in range(ROUNDS):
        said: dict[str, list[str]] = {label: [] for label in colours}
        for row, labels in held:
            for label in labels:
                own, colours[label] = colours[label], "*"
                said[label].append(render(row, colours.__getitem__))
                colours[label] = own
        colours = {
            label: hashlib.sha256("\n".join([colours[label], *sorted(lines)]).encode()).hexdigest()[:32]
            for label, lines in said.items()
        }
        if len(set(colours.values())) == classes:
            break
        classes = len(set(colours.values()))
    return [render(row, colours.__getitem__) for row in rows]


@dataclass(frozen=True)
class Changes:
    """What one list of lines has that another has not, repeats counted."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


def compare(then: Iterable[str], now: Iterable[str]) -> Changes:
    """What has been added and removed since then."""
    old, new = Counter(then), Counter(now)
    return Changes(tuple(sorted((new - old).elements())), tuple(sorted((old - new).elements())))


# What the text of a query tells of its answer


def is_ordered(query: str) -> bool:
    """Whether the whole query, not only one within it, ends with ORDER BY.

    >>> is_ordered("SELECT * { ?s ?p ?o } ORDER BY ?s"), is_ordered("SELECT * { { SELECT ?s { } ORDER BY ?s } }")
    (True, False)
    """
    depth = 0
    for match in _ORDER.finditer(code(query)):
        if match[0] in "{}":
            depth += 1 if match[0] == "{" else -1
        elif depth == 0:
            return True
    return False


def changing_function(query: str) -> str | None:
    """The function in a query whose value is another one each time, None where there is none."""
    match = _CHANGING.search(code(query))
    return match[1].upper() if match else None


def remarks(query: str) -> list[str]:
    """What in a query leaves the engine a choice, so that its rows may differ though nothing was changed."""
    text, found = code(query), []
    if _LIMIT.search(text) and not re.search(rf"{_WORD}ORDER\s+BY\b", text, re.I):
        found.append("LIMIT or OFFSET without ORDER BY: which rows are taken is left to the engine")
    if match := _CHOOSING.search(text):
        found.append(f"{match[1].upper()}: which value, or in which order, is left to the engine")
    return found
