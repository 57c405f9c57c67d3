"""SPARQL updates taken apart: single operations, their datasets, and the quads that each may touch."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rdflib.plugins.sparql.algebra import translateUpdate
from rdflib.plugins.sparql.parser import parseUpdate
from rdflib.term import Node, URIRef, Variable

from graph.exceptions import ParameterError, QueryRefusedError, QuerySyntaxError

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\')'
    r"|(?P<iri><[^<>\"{}|^`\\\x00-\x20]*>)|(?P<comment>#[^\n\r]*)|(?P<brace>[{}])|(?P<semicolon>;)"
    # A prefixed name may hold any of the keywords, so it is one token.
    r"|(?P<name>[^\W\d]?[\w.-]*:[\w.:%\\-]*|[?$@]\w+)|(?P<word>[A-Za-z]+)|(?P<other>.)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update, with the prologue that holds for it.

    `where` is the span of the pattern's braces in `text`, None for operations without one; `before_where` is
    where USING clauses belong.
    """

    prologue: str
    text: str
    keyword: str
    where: tuple[int, int] | None
    before_where: int | None
    has_dataset: bool

    @property
    def update(self) -> str:
        """The operation as an update of its own."""
        return f"{self.prologue}\n{self.text}"

    @property
    def select(self) -> str:
        """A query for the bindings of its pattern."""
        assert self.where is not None, "only operations with a pattern have bindings"
        return f"{self.prologue}\nSELECT * WHERE {self.text[slice(*self.where)]}"


def split(text: str) -> list[Operation]:
    """The operations of an update, in order. Raises QuerySyntaxError where braces do not match."""
    operations: list[Operation] = []
    prologue = ""
    for begin, end in _segments(text):
        body, declared = _prologue(text[begin:end])
        prologue += declared
        if body.strip():
            operations.append(_operation(prologue, body))
    return operations


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
    open_at = before = None
    span: tuple[int, int] | None = None
    for token in _TOKEN.finditer(text):
        if token["brace"] == "{":
            if not depth:
                open_at = token.start()
            depth += 1
        elif token["brace"]:
            depth -= 1
            if not depth and open_at is not None and words and words[-1] == "WHERE":
                span = open_at, token.end()
        elif token["word"] and not depth:
            word = token[0].upper()
            # USING belongs behind the templates, in front of WHERE or of the first USING.
            if word in ("USING", "WHERE") and before is None:
                before = token.start()
            words.append(word)
    keyword = words[0] if words else ""
    if keyword == "WITH":
        keyword = next((w for w in words if w in ("DELETE", "INSERT")), keyword)
    if keyword == "DELETE" and words[1:2] == ["WHERE"]:
        keyword, before = "DELETE WHERE", None
    elif "DATA" in words[1:2]:
        keyword = f"{keyword} DATA"
    return Operation(prologue, text, keyword, span, before, "USING" in words or "WITH" in words)


def with_dataset(operations: Sequence[Operation], default: Sequence[str], named: Sequence[str]) -> list[Operation]:
    """The operations with the dataset of the protocol's `using-graph-uri` and `using-named-graph-uri`.

    Raises ParameterError where an operation names its dataset itself, as the protocol wants, or an IRI is none.
    """
    if not default and not named:
        return list(operations)
    for iri in (*default, *named):
        if re.search(r'[<>"{}|^`\\\x00-\x20]', iri) or ":" not in iri:
            raise ParameterError("using-graph-uri", f"{iri!r} is not an absolute IRI")
    if any(o.has_dataset for o in operations):
        raise ParameterError("using-graph-uri", "the update has USING or WITH itself: give the dataset in one place")
    using = "".join([*(f"USING <{g}> " for g in default), *(f"USING NAMED <{g}> " for g in named)])
    return [_using(o, using) for o in operations]


def _using(o: Operation, using: str) -> Operation:
    if o.keyword == "DELETE WHERE":
        # The short form takes no USING: it is written out.
        assert o.where is not None, "DELETE WHERE has a pattern"
        pattern = o.text[slice(*o.where)]
        return _operation(o.prologue, f"DELETE {pattern} {using} WHERE {pattern}")
    if o.before_where is None:
        return o
    return _operation(o.prologue, f"{o.text[: o.before_where]}{using}{o.text[o.before_where :]}")


@dataclass(frozen=True, slots=True)
class Template:
    """What an operation may touch: quad patterns to be filled with bindings, or whole graphs.

    Graphs are IRIs, None for the default graph. `everything`: all graphs.
    """

    quads: tuple[tuple[Node, Node, Node, Node | None], ...] = ()
    graphs: tuple[str | None, ...] = ()
    everything: bool = False
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    with_graph: str | None = None


def template(o: Operation, base: str) -> Template:
    """What the operation may touch. Raises QuerySyntaxError, and QueryRefusedError for LOAD."""
    try:
        parsed: Any = translateUpdate(parseUpdate(o.update), base=base).algebra[0]
    except RecursionError:
        raise QueryRefusedError("the update is nested too deeply") from None
    except Exception as error:  # the parser raises many kinds; what it cannot read may touch anything
        if o.keyword == "LOAD":
            raise QueryRefusedError("LOAD is not allowed here: send the data itself") from error
        return Template(everything=True)
    match parsed.name:
        case "Load":
            raise QueryRefusedError("LOAD is not allowed here: send the data itself")
        case "InsertData" | "DeleteData" | "DeleteWhere":
            return Template(quads=_quads(parsed, None))
        case "Modify":
            given = parsed.withClause
            quads = [q for part in (parsed.delete, parsed.insert) if part for q in _quads(part, given)]
            using = [u for u in parsed.using or ()]
            return Template(
                tuple(quads),
                using=tuple(str(u.default) for u in using if u.default),
                using_named=tuple(str(u.named) for u in using if u.named),
                with_graph=None if given is None else str(given),
            )
        case "Create":
            return Template()
        case "Clear" | "Drop":
            return _graphs([parsed.graphiri])
        case _:
            return _graphs(parsed.graph)


def _quads(part: Any, with_graph: URIRef | None) -> tuple[tuple[Node, Node, Node, Node | None], ...]:
    own = [(*t, with_graph) for t in part.triples or ()]
    return tuple(own + [(*t, g) for g, ts in (part.quads or {}).items() for t in ts])


def _graphs(names: Sequence[Any]) -> Template:
    words = {str(n) for n in names if not isinstance(n, URIRef)}
    if words & {"ALL", "NAMED"}:
        return Template(everything=True)
    return Template(graphs=tuple(str(n) if isinstance(n, URIRef) else None for n in names))


def variables(t: Template) -> frozenset[str]:
    """Names of the variables in the template."""
    return frozenset(str(term) for quad in t.quads for term in quad if isinstance(term, Variable))
