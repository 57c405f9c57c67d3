"""SPARQL updates taken apart: single operations, their datasets, and the subjects that each may touch.

What is read here from the text alone is where operations and braces begin and end. What an IRI or a template means is
asked of the engine, so that there are no two readings of it.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from graph.exceptions import ParameterError, QuerySyntaxError
from graph.stores.embedded import Place

_TOKEN = re.compile(
    r'(?P<string>"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\')'
    r"|(?P<iri><(?:[^<>\"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*>)"
    r"|(?P<comment>#[^\n\r]*)|(?P<brace>[{}])|(?P<semicolon>;)"
    # A prefixed name may hold any of the keywords, and escaped quotes, so it is one token.
    r"|(?P<name>[^\W\d]?[\w.-]*:(?:[\w.:%-]|\\[_~.!$&'()*+,;=/?#@%-])*|[?$@][\w\u00b7\u0300-\u036f\u203f\u2040]+)"
    r"|(?P<word>[A-Za-z]+)|(?P<other>.)",
    re.DOTALL,
)
_NOT_AN_IRI = re.compile(r'[<>"{}|^`\\\x00-\x20]')
_VOLATILE = re.compile(r"\b(?:RAND|UUID|STRUUID|NOW|BNODE|SAMPLE|GROUP_CONCAT|LIMIT|OFFSET)\b", re.I)
"""What may come out otherwise when it is asked again; in a string or a comment it does no harm."""
_TRIPLE_TERM = re.compile(r"<<|\bTRIPLE\s*(?:#[^\n\r]*\s*)*\(", re.I)
_OF_GRAPHS = {"CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"}
_VARIABLE = f"urn:uuid:{uuid.uuid4()}:"
"""Begins the IRIs that stand for variables: nobody can know it beforehand."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an update, with the prologue that holds for it.

    `line` and `column`, from 1, tell where its text begins in that of the update. `first` is the span of its first
    word in `text`, `blocks` those of its outermost braces, `where` that of its pattern's, None for operations without
    one; `before_where` is where USING clauses belong; `given` is its WITH clause.
    """

    prologue: str
    text: str
    keyword: str
    words: tuple[str, ...]
    first: tuple[int, int]
    where: tuple[int, int] | None
    before_where: int | None
    blocks: tuple[tuple[int, int], ...] = ()
    given: str = ""
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
        return self.where is not None and _VOLATILE.search(self.pattern) is not None

    @property
    def makes_triple_terms(self) -> bool:
        """Whether its pattern may bind a triple of RDF 1.2; the same words in a string count too."""
        return self.where is not None and _TRIPLE_TERM.search(self.pattern) is not None

    @property
    def pattern(self) -> str:
        """The pattern with its braces."""
        assert self.where is not None, "not every operation has a pattern"
        return self.text[slice(*self.where)]

    def select(self, variables: Sequence[str] = ()) -> str:
        """A query for the bindings of its pattern: distinct ones of the variables, or all of all.

        It has the dataset of USING, but not that of WITH.
        """
        assert self.where is not None, "only operations with a pattern have bindings"
        what = f"DISTINCT {' '.join(f'?{v}' for v in variables)}" if variables else "*"
        using = _TOKEN.finditer(self.text[self.before_where : self.where[0]])
        dataset = "".join("FROM" if t["word"] and t[0].upper() == "USING" else t[0] for t in using)
        return f"{self.prologue}\nSELECT {what} {dataset or 'WHERE'} {self.pattern}"

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
    """The text without the BASE, PREFIX and VERSION declarations at its head, and those."""
    end = 0
    begun = False
    for token in _TOKEN.finditer(text):
        if token["comment"] or token[0].isspace() or (begun and token["name"]):
            continue
        if begun and (token["iri"] or token["string"]):
            begun, end = False, token.end()
        elif token["word"] and token[0].upper() in ("BASE", "PREFIX", "VERSION"):
            begun = True
        else:
            break
    return text[end:], text[:end] + "\n" if end else ""


def _operation(prologue: str, text: str) -> Operation:
    depth = 0
    words: list[str] = []
    first = (0, 0)
    open_at = before = None
    blocks: list[tuple[int, int]] = []
    before_brace = 0
    given = ""
    for token in _TOKEN.finditer(text):
        if token["brace"] == "{":
            if not depth:
                open_at = token.start()
                before_brace = before_brace or len(words)
            depth += 1
        elif token["brace"]:
            depth -= 1
            if not depth and open_at is not None:
                blocks.append((open_at, token.end()))
        elif token["word"] and not depth:
            word = token[0].upper()
            first = first if words else token.span()
            # USING belongs behind the templates, in front of WHERE or of the first USING.
            if word in ("USING", "WHERE") and before is None:
                before = token.start()
            if words == ["WITH"]:
                given = text[first[0] : token.start()]
            words.append(word)
    keyword = words[0] if words else ""
    if keyword == "WITH":
        keyword = next((w for w in words if w in ("DELETE", "INSERT")), keyword)
    if keyword == "DELETE" and words[1:2] == ["WHERE"] and before_brace == 2:
        keyword, before = "DELETE WHERE", None
    elif "DATA" in words[1:2]:
        keyword = f"{keyword} DATA"
    where = blocks[-1] if blocks and keyword in ("DELETE", "INSERT", "DELETE WHERE") else None
    return Operation(prologue, text, keyword, tuple(words), first, where, before, tuple(blocks), given)


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
    """Graph and subject of every quad that an operation inserts or deletes, and the graph of its WITH clause.

    The default graph is None. Variables are IRIs for which `variable` gives a name.
    """

    places: frozenset[Place]
    given: str | None

    @property
    def variables(self) -> list[str]:
        """Names of the variables in it, sorted."""
        return sorted({v for place in self.places for term in place if (v := variable(term))})


Read = Callable[[str], set[Place]]
"""Graph and subject of what an update inserts into nothing, as the engine reads it."""


def template(o: Operation, read: Read) -> Template:
    """What an operation with a pattern may touch. Raises QueryError where that cannot be told from its text."""
    if o.before_where is None:
        raise QuerySyntaxError(f"error at {o.line}:{o.column}: {o.keyword} without WHERE")
    given = next(graph for graph, _ in read(_insertion(o, "{ <a:a> <a:a> <a:a> }")))
    templates = [_marked(o.text[slice(*b)]) for b in o.blocks if b != o.where]
    return Template(frozenset(p for t in templates for p in read(_insertion(o, t))), given)


def _insertion(o: Operation, template: str) -> str:
    return f"{o.prologue}\n{o.given} INSERT {template} WHERE {{}}"


def _marked(template: str) -> str:
    tokens = _TOKEN.finditer(template)
    return "".join(f"<{_VARIABLE}{t[0][1:]}>" if t["name"] and t[0][0] in "?$" else t[0] for t in tokens)


def variable(term: str | None) -> str | None:
    """The name of the variable for which a term of a template stands, None where it stands for itself."""
    return term.removeprefix(_VARIABLE) if term and term.startswith(_VARIABLE) else None


def graphs_named(o: Operation, read: Read) -> list[str | None] | None:
    """The graphs that CLEAR, DROP, CREATE, COPY, MOVE or ADD names, in order, the default one as None; None for all."""
    if o.keyword not in _OF_GRAPHS or not {"ALL", "NAMED"}.isdisjoint(o.words):
        return None
    found: list[str | None] = []
    for token in _TOKEN.finditer(o.text):
        if token["word"] and token[0].upper() == "DEFAULT":
            found.append(None)
        elif token["iri"] or token["name"]:
            data = f"INSERT DATA {{ GRAPH {token[0]} {{ <a:a> <a:a> <a:a> }} }}"
            found += [graph for graph, _ in read(f"{o.prologue}\n{data}")]
    return found
