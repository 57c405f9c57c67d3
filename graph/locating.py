"""Where words stand in a text: offsets in Unicode code points, end exclusive, as statements hold them."""

import re

from graph.exceptions import ParameterError

# What typesetting changes and a keyboard does not have: double quotes, single quotes, dashes.
_ALIKE = (
    '"\u201c\u201d\u201e\u201f\u00ab\u00bb',
    "'\u2018\u2019\u201a\u201b\u0060\u00b4",
    "-\u2010\u2011\u2012\u2013\u2014\u2212",
)


def locate(text: str, words: str, *, loose: bool = False) -> list[tuple[int, int]]:
    """Start and end of each occurrence of the words, in order.

    With `loose`, any white space stands for any other and straight quotes and hyphens for curly quotes and dashes.

    >>> locate("a “fair” deal", '"fair"', loose=True)
    [(2, 8)]

    Raises ParameterError where there are no words to look for.
    """
    if not words.strip():
        raise ParameterError("words", "there is nothing to look for")
    pattern = r"\s+".join("".join(map(_any_alike, w)) for w in words.split()) if loose else re.escape(words)
    # A lookahead finds occurrences that overlap as well.
    return [(m.start(1), m.end(1)) for m in re.finditer(f"(?=({pattern}))", text)]


def _any_alike(character: str) -> str:
    for group in _ALIKE:
        if character in group:
            return f"[{re.escape(group)}]"
    return re.escape(character)


def faulty_cut(text: str, start: int, end: int) -> str | None:
    """What is wrong with a passage: that it cuts a word or has white space at its end. None where nothing is."""
    passage = text[start:end]
    if passage != passage.strip():
        return f"the passage {start} to {end} begins or ends with white space"
    for edge in (start, end):
        if 0 < edge < len(text) and text[edge - 1].isalnum() and text[edge].isalnum():
            return f"the passage {start} to {end} cuts a word at {edge}"
    return None
