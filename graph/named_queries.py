"""Questions as files: graph/queries/*.rq, one question a file, its first comment saying what it answers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from graph.exceptions import NotFoundError

FOLDER = Path(__file__).parent / "queries"
_VARIABLE = re.compile(r"^#\s+\?(?P<name>\w+):\s*(?P<meaning>.+)$", re.M)


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question: its name, what it answers, the variables that may be bound and what they mean, the SPARQL.

    A variable that may be bound is selected, since engines bind no others, and stands in a triple that must match.
    """

    name: str
    title: str
    variables: Mapping[str, str]
    text: str


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """All questions, by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        title = text.split("\n", 1)[0].lstrip("# ").strip()
        variables = {m["name"]: m["meaning"].strip() for m in _VARIABLE.finditer(text)}
        found[path.stem] = NamedQuery(path.stem, title, MappingProxyType(variables), text)
    return MappingProxyType(found)


def named_query(name: str) -> NamedQuery:
    """The question of this name. Raises NotFoundError."""
    try:
        return named_queries()[name]
    except KeyError:
        raise NotFoundError("named query", name) from None
