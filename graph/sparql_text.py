"""What the text of a SPARQL query tells before anybody parses it."""

import re

_SKIPPED = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\'|(<)[^<>"{}|^`\\\x00-\x20]*>|#[^\n\r]*',
    re.S,
)
_BRACKETS_AND_PREFIXES = re.compile(r"[(\[{)\]}!+\-^]|[^\s(\[{)\]}!+\-^]+")
_DATASET_CLAUSE = re.compile(r"(?<![\w:?$@.%\\-])FROM(?:\s+|(?=<))(?:NAMED(?:\s+|(?=<)))?(?:<|[\w.-]*:)", re.I)


def code(text: str) -> str:
    """The query without what stands in its strings, IRIs and comments."""
    return _SKIPPED.sub(lambda match: "<>" if match[1] else " ", text)


def nesting(text: str) -> int:
    """The deepest nesting of brackets and prefix operators.

    Prefix operators nest in the engine's parser as brackets do.
    """
    depth = deepest = run = 0
    for match in _BRACKETS_AND_PREFIXES.finditer(code(text)):
        match match[0]:
            case "(" | "[" | "{":
                depth += 1
                run += 1
            case ")" | "]" | "}":
                depth = max(0, depth - 1)
                run = 0
            case "!" | "+" | "-" | "^":
                run += 1
            case _:
                run = 0
        deepest = max(deepest, depth, run)
    return deepest


def names_dataset(text: str) -> bool:
    """Whether the query says by FROM which graphs it is about.

    >>> names_dataset("SELECT * FROM g:edges { ?s ?p ?o }"), names_dataset("SELECT ?from { ?from from:p 'FROM <a:b>' }")
    (True, False)
    """
    return _DATASET_CLAUSE.search(code(text)) is not None
