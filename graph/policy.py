"""Which SPARQL may run for strangers: bounded size and depth, no SERVICE, decided before the engine sees the query."""

import re
from collections.abc import Callable

from pyparsing import ParseResults
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from graph.exceptions import QueryRefusedError, QuerySyntaxError
from graph.sparql_text import nesting

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LINE_END = re.compile(r"\r\n?")


def check_query(
    query: str, *, max_length: int, max_depth: int, check_syntax: Callable[[str], None] | None = None
) -> None:
    """Raises QueryRefusedError, or QuerySyntaxError, where the query must not reach the engine.

    `check_syntax` is the engine's own word, raising QuerySyntaxError, for what cannot be told to be harmless: to be
    given where nothing can leave the process, since an engine may evaluate what it parses.
    """
    if len(query) > max_length:
        raise QueryRefusedError(f"the query has {len(query)} characters, at most {max_length} are read")
    if "\x00" in query:
        raise QuerySyntaxError("the query holds a NUL character")
    for text in _readings(query):
        depth = nesting(text)
        if depth > max_depth:
            raise QueryRefusedError(f"the query is nested {depth} deep, at most {max_depth} are read")
        if "service" in text.casefold():
            _check_service(text, lambda: check_syntax(query) if check_syntax else None)


def _readings(query: str) -> list[str]:
    """The query as engines may read it: \\u0053 resolved before anything else, as SPARQL wants, or only within strings.

    The two differ in more than the letter: a quotation mark written as \\u0022 ends a string in one of them only.
    """
    text = _LINE_END.sub("\n", query)
    if not _ESCAPE.search(text):
        return [text]
    try:
        resolved = _ESCAPE.sub(lambda match: chr(int(match[1] or match[2], 16)), text)
        return [_ESCAPE.sub("x", text), _LINE_END.sub("\n", resolved)]
    except (ValueError, OverflowError) as error:
        raise QuerySyntaxError(f"a \\u escape stands for no character: {error}") from None


def _check_service(text: str, check_syntax: Callable[[], None]) -> None:
    """Decides on the parse tree, so that the word may stand in strings, names and comments."""
    try:
        tree = parseQuery(text)
    except Exception:  # noqa: BLE001 - whatever the parser trips over is not shown to be harmless
        check_syntax()
        raise QueryRefusedError(
            "the word SERVICE stands in a query that is no SPARQL 1.1, so that it cannot be told whether it asks for "
            "another service, which is not allowed: mend the query, or leave the word out"
        ) from None
    todo: list[object] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, CompValue):
            if node.name == "ServiceGraphPattern":
                raise QueryRefusedError("SERVICE is not allowed here: no query leaves this service")
            todo.extend(node.values())
        elif isinstance(node, list | tuple | ParseResults):
            todo.extend(node)
