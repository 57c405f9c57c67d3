"""What the text of a SPARQL query tells before anybody parses it."""

import re

_OPENING = re.compile(r'"""|\'\'\'|["\'<#]')
_STRINGS = {
    '"""': re.compile(r'(?:[^\\"]|\\.|"(?!""))*+', re.S),
    "'''": re.compile(r"(?:[^\\']|\\.|'(?!''))*+", re.S),
    '"': re.compile(r'(?:[^"\\\n\r]|\\.)*+', re.S),
    "'": re.compile(r"(?:[^'\\\n\r]|\\.)*+", re.S),
}
"""What may stand in a string, by its quotes."""
_OTHERS = {"<": re.compile(r'<[^<>"{}|^`\\\x00-\x20]*>'), "#": re.compile(r"#[^\n\r]*")}
_BRACKETS_AND_PREFIXES = re.compile(r"[(\[{)\]}!+\-^]|[^\s(\[{)\]}!+\-^]+")
_DATASET_CLAUSE = re.compile(r"(?<![\w:?$@.%\\-])FROM(?:\s+|(?=<))(?:NAMED(?:\s+|(?=<)))?(?:<|[\w.-]*:)", re.I)


def code(text: str) -> str:
    """The query without what stands in its strings, IRIs and comments."""
    kept: list[str] = []
    at = done = 0
    unclosed = dict.fromkeys(_STRINGS, 0)
    while opening := _OPENING.search(text, at):
        begin = at = opening.start()
        end = _end(text, begin, opening[0], unclosed)
        if end is None:
            at += 1
        else:
            kept += text[done:begin], "<>" if opening[0] == "<" else " "
            at = done = end
    return "".join((*kept, text[done:]))


def _end(text: str, begin: int, opening: str, unclosed: dict[str, int]) -> int | None:
    """Where what begins here ends, None where it does not.

    `unclosed` notes how far each sort of quotes was looked for in vain. No string of that sort that begins before there
    is closed either: a quote can be passed over only behind a backslash, and from it on all reads the same. Looking
    anew from each would take the square of the text's length.
    """
    if opening in _OTHERS:
        found = _OTHERS[opening].match(text, begin)
        return found.end() if found else None
    for quotes in dict.fromkeys((opening, opening[0])):  # three that open no long string are an empty one and a third
        if begin >= unclosed[quotes]:
            found = _STRINGS[quotes].match(text, begin + len(quotes))
            assert found, "it may be empty"
            if text.startswith(quotes, found.end()):
                return found.end() + len(quotes)
            unclosed[quotes] = found.end()
    return None


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
