"""The named queries as examples that run as they are: prefixes written out, variables filled with values that work."""

import re
from dataclasses import dataclass
from functools import cache

from graph.named_queries import NamedQuery, named_queries
from ontology import BASE, store_prefixes

_HEAD = re.compile(r"^#.*\n", re.M)
_VALUE = re.compile(r"such as (\S+)$")
_KEYWORDS = re.compile(r"^# keywords: (.+)$", re.M)
_REMARK = re.compile(r"^# (?!keywords: )(?!\?\w+: )(.+)$", re.M)
_NAME = re.compile(r"(?<![\w<])([a-z]+):(?=[\w-])")


@dataclass(frozen=True, slots=True)
class Example:
    """A query to start from: what it answers, what to know about it, words to find it by, SPARQL that runs anywhere."""

    name: str
    title: str
    comment: str
    keywords: tuple[str, ...]
    text: str


@cache
def examples(base: str = BASE) -> tuple[Example, ...]:
    """All named queries as examples for a store whose IRIs start with `base`, by name.

    A variable that may be bound gets the value that its comment names, by VALUES, which engines read as they read a
    binding: what to change is the first line of the query.
    """
    return tuple(_example(q, base) for q in named_queries().values())


def _example(query: NamedQuery, base: str) -> Example:
    title, *remarks = _REMARK.findall(query.text)
    keywords = _KEYWORDS.search(query.text)
    values = {name: found[1] for name, meaning in query.variables.items() if (found := _VALUE.search(meaning))}
    text = _HEAD.sub("", query.text)
    if values:
        names, row = " ".join(f"?{n}" for n in values), " ".join(values.values())
        text = text.replace("{", f"{{\n  VALUES ({names}) {{ ({row}) }}", 1)
    prefixes = store_prefixes(base)
    used = sorted({p for p in _NAME.findall(text) if p in prefixes})
    head = "".join(f"PREFIX {p}: <{prefixes[p]}>\n" for p in used)
    return Example(
        query.name, title, " ".join(remarks) or title,
        tuple(k.strip() for k in keywords[1].split(",")) if keywords else (), head + text,
    )  # fmt: skip
