"""Which SPARQL may run for strangers: bounded size and depth, no SERVICE, decided before the engine sees the query."""

import re

from rdflib.plugins.sparql.parser import expandUnicodeEscapes, parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from graph.exceptions import QueryRefusedError, QuerySyntaxError

_SKIPPED = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\'|<[^<>"{}|^`\\\x00-\x20]*>|#[^\n\r]*',
    re.S,
)
_OPEN, _CLOSE = "({[", ")}]"
# Prefix operators nest in the parser as brackets do; so do long chains of "<<".
_PREFIXES = re.compile(r"[!+\-^]")


def check_query(query: str, *, max_length: int, max_depth: int) -> None:
    """Raises QueryRefusedError, or QuerySyntaxError, where the query must not reach the engine.

    Escapes such as \\u0053 are resolved first, as SPARQL wants, so that they hide nothing. Only a query in
    which the word SERVICE then stands at all is parsed here: without the word there can be no such clause.
    """
    if len(query) > max_length:
        raise QueryRefusedError(f"the query has {len(query)} characters, at most {max_length} are read")
    if "\x00" in query:
        raise QuerySyntaxError("the query holds a NUL character")
    try:
        text = expandUnicodeEscapes(query)
    except (ValueError, OverflowError) as error:
        raise QuerySyntaxError(f"a \\u escape stands for no character: {error}") from None
    depth = nesting(text)
    if depth > max_depth:
        raise QueryRefusedError(f"the query is nested {depth} deep, at most {max_depth} are read")
    if "service" in text.lower() and _has_service(text):
        raise QueryRefusedError("SERVICE is not allowed here: no query leaves this service")


def nesting(text: str) -> int:
    """The deepest nesting of brackets and prefix operators, outside strings, IRIs and comments."""
    depth = deepest = run = 0
    for c in _SKIPPED.sub(" ", text):
        if c in _OPEN:
            depth += 1
            run += 1
        elif c in _CLOSE:
            depth = max(0, depth - 1)
            run = 0
        elif _PREFIXES.match(c):
            run += 1
        elif not c.isspace():
            run = 0
        deepest = max(deepest, depth, run)
    return deepest


def _has_service(text: str) -> bool:
    try:
        tree = parseQuery(text)
    except Exception:  # noqa: BLE001 - whatever the parser trips over is not shown to be harmless
        # rdflib reads a little less than the engine does; what it cannot read is judged by the words alone.
        return re.search(r"\bservice\b", _SKIPPED.sub(" ", text), re.I) is not None
    todo = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                return True
            todo.extend(node.values())
        elif isinstance(node, list | tuple) or type(node).__name__ == "ParseResults":
            todo.extend(node)
    return False
