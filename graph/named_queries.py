"""Questions as files: graph/queries/*.rq, one question a file, its first comment saying what it answers."""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from graph.exceptions import NotFoundError, ParameterError
from graph.names import Names
from graph.rdf import Iris
from graph.results import Results
from graph.values import Term, Value, bound

FOLDER = Path(__file__).parent / "queries"
_VARIABLE = re.compile(r"^#\s+\?(?P<name>\w+):\s*(?P<meaning>.+)$", re.M)
_EXAMPLE = re.compile(r'\bsuch as (?:"(?P<text>[^"]*)"\^\^(?P<datatype>xsd:\w+)|(?P<curie>(?P<prefix>\w+):[\w.-]*\w))')


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question: its name, what it answers, the variables that may be bound and what they mean, the SPARQL.

    A variable that may be bound is selected, since engines bind no others, and stands in a triple that must match.
    """

    name: str
    title: str
    variables: Mapping[str, str]
    text: str

    @property
    def examples(self) -> dict[str, str]:
        """A value for each variable whose meaning gives one: a CURIE, or the text of a literal."""
        return {name: m["curie"] or m["text"] for name, m in self._found()}

    @property
    def kinds(self) -> dict[str, str]:
        """What text stands for, by the example of each variable: the prefix of an IRI, or the datatype of a literal."""
        return {name: m["prefix"] or m["datatype"] for name, m in self._found()}

    def _found(self) -> Iterator[tuple[str, re.Match[str]]]:
        for name, meaning in self.variables.items():
            if match := _EXAMPLE.search(meaning):
                yield name, match

    def bound(self, values: Mapping[str, Value], names: Names, iris: Iris) -> dict[str, Term]:
        """The terms of values for its variables, a place meaning its government. Raises what `values.bound` raises.

        ParameterError also for a variable that the question does not have.
        """
        for name in values:
            if name not in self.variables:
                takes = f"takes {', '.join(self.variables)}" if self.variables else "takes none"
                raise ParameterError(name, f"is no variable of the question {self.name}, which {takes}")
        return bound(values, iris, lambda name: names.resolve(name, actor=True), self.kinds)


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
    """The question of this name; `_` may stand for `-`. Raises NotFoundError, which lists what there is."""
    found = named_queries().get(name) or named_queries().get(name.replace("_", "-"))
    if found is None:
        raise NotFoundError("named query", name, known=named_queries())
    return found


class Questions(Mapping[str, Callable[..., Results]]):
    """The named questions as functions: `kg.questions.said_by(speaker="Zakharova")`, or by name in brackets.

    Their variables are keyword arguments, their comments docstrings; a notebook completes the names.
    """

    def __init__(self, question: Callable[..., Results]) -> None:
        self._question = question

    def __getitem__(self, name: str) -> Callable[..., Results]:
        try:
            return self._function(named_query(name))
        except NotFoundError as error:
            raise KeyError(str(error)) from None

    def __getattr__(self, name: str) -> Callable[..., Results]:
        try:
            return self._function(named_query(name))
        except NotFoundError as error:
            raise AttributeError(str(error)) from None

    def __iter__(self) -> Iterator[str]:
        return iter(named_queries())

    def __len__(self) -> int:
        return len(named_queries())

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name.replace("-", "_") for name in named_queries())]

    def __repr__(self) -> str:
        return "\n".join(f"{q.name}({', '.join(q.variables)}): {q.title}" for q in named_queries().values())

    def _function(self, query: NamedQuery) -> Callable[..., Results]:
        def ask(**values: Value) -> Results:
            return self._question(query.name, **values)

        ask.__name__ = ask.__qualname__ = query.name.replace("-", "_")
        ask.__doc__ = "\n".join([query.title, "", *(f"{name}: {meaning}" for name, meaning in query.variables.items())])
        only = inspect.Parameter.KEYWORD_ONLY
        parameters = [inspect.Parameter(n, only, default=None, annotation=Any) for n in query.variables]
        ask.__signature__ = inspect.Signature(parameters, return_annotation=Results)  # type: ignore[attr-defined]
        return ask
