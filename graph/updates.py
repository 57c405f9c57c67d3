"""SPARQL updates taken apart: single operations, their datasets, and the subjects that each may touch."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rdflib.plugins.sparql.algebra import translateUpdate
from rdflib.plugins.sparql.parser import parseUpdate
from rdflib.term import BNode, Node, URIRef, Variable

from graph.exceptions import ParameterError, QuerySyntaxError
from graph.sparql_text import code

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\')'
    r"|(?P<iri><[^<>\"{}|^`\\\x00-\x20]*>)|(?P<comment>#[^\n\r]*)|(?P<brace>[{}])|(?P<semicolon>;)"
    # A prefixed name may hold any of the keywords, so it is one token.
    r"|(?P<name>[^\W\d]?[\w.-]*:[\w.:%\\-]*|[?$@]\w+)|(?P<word>[A-Za-z]+)|(?P<other>.)",
    re.DOTALL,
)
_NOT_AN_IRI = re.compile(r'[<>"{}|^`\\\x00-\x20]')
_VOLATILE = re.compile(r"\b(?:RAND|UUID|STRUUID|NOW|BNODE)\s*\(", re.I)
_TEMPLATE_LENGTH = 20_000
"""Characters of a template that are taken apart: the parser takes time with the square of them."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update, with the prologue that holds for it.

    `line` and `column`, from 1, tell where its text begins in that of the update. `first` is the span of its first
    word in `text`, `where` that of its pattern's braces, None for operations without one; `before_where` is where
    USING clauses belong.
    """

    prologue: str
    text: str
    keyword: str
    words: tuple[str, ...]
    first: tuple[int, int]
    where: tuple[int, int] | None
    before_where: int | None
    line: int = 1
    column: int = 1

    @property
    def update(self) -> str:
        """The operation as an update of its own."""
        return f"{self.prologue}\n{self.text}"

    @property
    def silent(self) -> bool:
        """Whether a failure of the operation is to be passed over."""
        return "SILENT" in self.words

    @property
    def names_dataset(self) -> bool:
        """Whether it says by WITH or USING which graphs it is about."""
        return "USING" in self.words or "WITH" in self.words

    @property
    def as_insertion(self) -> str:
        """DELETE DATA as INSERT DATA of the same quads."""
        return f"{self.prologue}\n{self.text[: self.first[0]]}INSERT{self.text[self.first[1] :]}"

    @property
    def as_silent(self) -> str:
        """The operation, a CLEAR, as one that does not mind if its graph is not there."""
        at = self.first[1]
        return self.update if self.silent else f"{self.prologue}\n{self.text[:at]} SILENT{self.text[at:]}"

    @property
    def is_volatile(self) -> bool:
        """Whether its pattern may give other solutions each time."""
        return self.where is not None and _VOLATILE.search(code(self.text[slice(*self.where)])) is not None

    def select(self, variables: Sequence[str] = ()) -> str:
        """A query for the bindings of its pattern: distinct ones of the variables, or all of all."""
        assert self.where is not None, "only operations with a pattern have bindings"
        what = f"DISTINCT {' '.join(f'?{v}' for v in variables)}" if variables else "*"
        return f"{self.prologue}\nSELECT {what} WHERE {self.text[slice(*self.where)]}"

    def with_pattern(self, pattern: str) -> str:
        """The operation as an update with another pattern, and no dataset but that of WITH."""
        assert self.before_where is not None, "only operations with a pattern take another"
        return f"{self.prologue}\n{self.text[: self.before_where]}\nWHERE {pattern}"


def split(text: str, prologue: str = "") -> list[Operation]:
    """The operations of an update, in order, each with all that is declared before it, beginning with `prologue`.

    Raises QuerySyntaxError where braces do not match, or a semicolon ends no operation.
    """
    operations: list[Operation] = []
    for begin, end in _segments(text):
        body, declared = _prologue(text[begin:end])
        prologue += declared
        operation = _operation(prologue, body)
        at = end - len(body) if operation.keyword else end
        line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
        if operation.keyword:
            operations.append(replace(operation, line=line, column=column))
        elif end < len(text):  # it is blank, or a comment, as only the end may be
            raise QuerySyntaxError(f"error at {line}:{column}: there is no operation before this semicolon")
    _check_labels(operations)
    return operations


def _check_labels(operations: Iterable[Operation]) -> None:
    """A label of a blank node belongs to one INSERT DATA, or to one pattern, of a request."""
    seen: set[tuple[bool, str]] = set()
    for o in operations:
        if o.where is None and o.keyword != "INSERT DATA":
            continue
        text = o.text[slice(*o.where)] if o.where else o.text
        labels = {(o.where is None, t[0]) for t in _TOKEN.finditer(text) if t["name"] and t[0].startswith("_:")}
        if shared := sorted(label for _, label in labels & seen):
            raise QuerySyntaxError(
                f"error at {o.line}:{o.column}: the blank node {shared[0]} stands in two operations of this update; "
                "give it another label in one of them"
            )
        seen |= labels


def _segments(text: str) -> Iterator[tuple[int, int]]:
    depth = begin = 0
    for token in _TOKEN.finditer(text):
        if token["brace"]:
            depth += 1 if token[0] == "{" else -1
            if depth < 0:
                raise QuerySyntaxError(f"a closing brace without an opening one at character {token.start()}")
        elif token["semicolon"] and not depth:
            yield begin, token.start()
            begin = token.end()
    if depth:
        raise QuerySyntaxError("a brace is not closed")
    yield begin, len(text)


def _prologue(text: str) -> tuple[str, str]:
    """The text without the BASE and PREFIX declarations at its head, and those."""
    end = 0
    expect_iri = False
    for token in _TOKEN.finditer(text):
        if token["comment"] or token[0].isspace() or (expect_iri and token["name"]):
            continue
        if expect_iri and token["iri"]:
            expect_iri, end = False, token.end()
        elif token["word"] and token[0].upper() in ("BASE", "PREFIX"):
            expect_iri = True
        else:
            break
    return text[end:], text[:end] + "\n" if end else ""


def _operation(prologue: str, text: str) -> Operation:
    depth = 0
    words: list[str] = []
    first = (0, 0)
    open_at = before = None
    last: tuple[int, int] | None = None
    before_brace = 0
    for token in _TOKEN.finditer(text):
        if token["brace"] == "{":
            if not depth:
                open_at = token.start()
                before_brace = before_brace or len(words)
            depth += 1
        elif token["brace"]:
            depth -= 1
            if not depth and open_at is not None:
                last = open_at, token.end()
        elif token["word"] and not depth:
            word = token[0].upper()
            first = first if words else token.span()
            # USING belongs behind the templates, in front of WHERE or of the first USING.
            if word in ("USING", "WHERE") and before is None:
                before = token.start()
            words.append(word)
    keyword = words[0] if words else ""
    if keyword == "WITH":
        keyword = next((w for w in words if w in ("DELETE", "INSERT")), keyword)
    if keyword == "DELETE" and words[1:2] == ["WHERE"] and before_brace == 2:
        keyword, before = "DELETE WHERE", None
    elif "DATA" in words[1:2]:
        keyword = f"{keyword} DATA"
    where = last if keyword in ("DELETE", "INSERT", "DELETE WHERE") else None
    return Operation(prologue, text, keyword, tuple(words), first, where, before)


def with_dataset(operations: Sequence[Operation], default: Sequence[str], named: Sequence[str]) -> list[Operation]:
    """The operations with the dataset of the protocol's `using-graph-uri` and `using-named-graph-uri`.

    Raises ParameterError where an operation names its dataset itself, as the protocol wants, or an IRI is none.
    """
    written = [_written_out(o) for o in operations]
    if not default and not named:
        return written
    for iri in (*default, *named):
        if _NOT_AN_IRI.search(iri) or ":" not in iri:
            raise ParameterError("using-graph-uri", f"{iri!r} is not an absolute IRI")
    if any(o.names_dataset for o in operations):
        raise ParameterError("using-graph-uri", "the update has USING or WITH itself: give the dataset in one place")
    using = "".join([*(f"USING <{g}> " for g in default), *(f"USING NAMED <{g}> " for g in named)])
    return [
        o if o.before_where is None
        else _operation(o.prologue, f"{o.text[: o.before_where]} {using}{o.text[o.before_where :]}")
        for o in written
    ]  # fmt: skip


def _written_out(o: Operation) -> Operation:
    """The short form DELETE WHERE, which takes no USING, as the long one."""
    if o.keyword != "DELETE WHERE":
        return o
    assert o.where is not None, "DELETE WHERE has a pattern"
    pattern = o.text[slice(*o.where)]
    return _operation(o.prologue, f"DELETE {pattern} WHERE {pattern}")


@dataclass(frozen=True, slots=True)
class Template:
    """Graph and subject of every quad that an operation inserts or deletes, with the dataset of its pattern.

    The default graph is None. `default` and `named` are None where the pattern sees what it sees by itself.
    """

    places: frozenset[tuple[Node | None, Node]]
    default: tuple[str, ...] | None
    named: tuple[str, ...] | None

    @property
    def variables(self) -> list[str]:
        """Names of the variables in it, sorted."""
        return sorted({str(t) for place in self.places for t in place if isinstance(t, Variable)})


def template(o: Operation, base: str | None) -> Template | None:
    """What an operation with a pattern may touch; None where that cannot be told from its text."""
    if o.before_where is None or o.before_where > _TEMPLATE_LENGTH:
        return None
    assert o.where is not None, "it has a pattern"
    text = f"{o.prologue}\n{o.text[: o.where[0]]}{{}}"
    try:
        operations: Any = translateUpdate(parseUpdate(text), base=base).algebra
    except Exception:  # noqa: BLE001 - the parser raises many kinds; what it cannot read may touch anything
        return None
    if len(operations) != 1 or operations[0].name != "Modify":
        return None
    parsed = operations[0]
    given = parsed.withClause
    places = {p for part in (parsed.delete, parsed.insert) if part for p in _places(part, given)}
    default: tuple[str, ...] | None = None if given is None else (str(given),)
    named: tuple[str, ...] | None = None
    if parsed.using:
        default = tuple(str(u.default) for u in parsed.using if u.default)
        named = tuple(str(u.named) for u in parsed.using if u.named)
    return Template(frozenset(places), default, named)


def _places(part: Any, given: URIRef | None) -> Iterator[tuple[Node | None, Node]]:
    for s, _, _ in part.triples or ():
        yield given, s
    for graph, triples in (part.quads or {}).items():
        for s, _, _ in triples:
            yield graph, s


def graphs_named(o: Operation, base: str | None) -> list[str | None] | None:
    """The graphs that CLEAR, DROP, CREATE, COPY, MOVE or ADD is about, the default one as None; None for all."""
    try:
        parsed: Any = translateUpdate(parseUpdate(o.update), base=base).algebra[0]
    except Exception:  # noqa: BLE001 - as above
        return None
    names = parsed.graph if parsed.name in ("Copy", "Move", "Add") else [parsed.graphiri]
    if any(not isinstance(n, URIRef) and str(n) in ("ALL", "NAMED") for n in names):
        return None
    return [str(n) if isinstance(n, URIRef) else None for n in names]


def is_blank(node: Node | None) -> bool:
    """Whether the term of a template makes a blank node."""
    return isinstance(node, BNode)
