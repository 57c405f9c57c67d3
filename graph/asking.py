"""What a graph can be asked, wherever it is: in this process or at a service."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, overload

import networkx as nx

from graph.agreement import Agreement
from graph.contradictions import Contradiction
from graph.entities import Entity
from graph.named_queries import Questions
from graph.questions import Answers, Level
from graph.results import IriStyle, Results
from graph.sources import Source
from graph.statements import Statement
from graph.tables.periods import By
from graph.timelines import Step, Timeline
from graph.values import Value
from graph.writing import Report
from ontology import Kind, Relation, vocabulary

if TYPE_CHECKING:
    import pandas as pd


class Asking(ABC):
    """Questions that give the same of a graph here (`KnowledgeGraph`) and of one that is served (`connect`).

    Names may be ids, labels or aliases; filters are those of `Selection`, by name.
    """

    @abstractmethod
    def resolve(self, name: str, *, actor: bool = False, on: date | None = None) -> str:
        """The id of the entity that a name means: see `Names.resolve`.

        With `on`, the name of a post means whoever held it on that day. Raises UnknownNameError where nobody is
        known to have held it then, AmbiguousNameError where several are.
        """

    @abstractmethod
    def ask(self, question: str, *, level: Level | str = Level.ENTITY, joined: bool = True, **filters: Any) -> Answers:
        """Who does what to whom: `question` is a relation or a family, filters are those of Selection by name.

        With `between`, records that name one side each, or the sides apart, answer together unless `joined` is false.
        `kg.ask("mediates", between=("Armenia", "Azerbaijan"))`. Raises UnknownTermError, UnknownNameError,
        AmbiguousNameError, ParameterError.
        """

    @abstractmethod
    def statements(self, **filters: Any) -> list[Statement]:
        """The statements that the filters select, whole, in the order of their sources and places in them."""

    @abstractmethod
    def statement(self, id: str) -> Statement:
        """The statement of an id. Raises NotFoundError."""

    @overload
    @abstractmethod
    def network(
        self, *, projection: Literal["multi"] = "multi", by: None = None, **filters: Any
    ) -> "nx.MultiDiGraph[str]": ...
    @overload
    @abstractmethod
    def network(self, *, projection: str, by: None = None, **filters: Any) -> "nx.Graph[str]": ...
    @overload
    @abstractmethod
    def network(
        self, *, by: By | str, projection: str = "multi", **filters: Any
    ) -> "Iterator[tuple[str, nx.Graph[str]]]": ...
    @abstractmethod
    def network(
        self, *, projection: str = "multi", by: By | str | None = None, **filters: Any
    ) -> "nx.Graph[str] | Iterator[tuple[str, nx.Graph[str]]]":
        """The selected statements as a frozen networkx graph, whose edges lead back to their statements.

        `projection`: "multi" has an edge a statement (see `graph.networks.network`), "dyads" who acts towards whom
        with events counted once, "signed" pairs with a sign, "mediation" each mediation as a node of its own. Beside
        filters: `families`; `level` "entity", "body" or "state"; `focus` and, as a number, `depth`: only who is that
        many steps from it; `majority` of one sign that makes a pair's. With `by` "month" or "year" each period and its
        network after the other. A network without edges says why in `graph["note"]`. Raises UnknownTermError,
        UnknownNameError, AmbiguousNameError, ParameterError.
        """

    @abstractmethod
    def timeline(self, by: Step | str = Step.MONTH, **filters: Any) -> Timeline:
        """The selected statements of each data set counted per day, month or year: see `Timeline`."""

    @abstractmethod
    def conflicts(self) -> tuple[Contradiction, ...]:
        """Statements that contradict each other, and why."""

    @abstractmethod
    def agreement(self, coders: Sequence[str] = (), **filters: Any) -> Agreement:
        """Two coders of the same texts, compared field by field: see `graph.agreement`.

        `coders` are needed where more than two coded them. Raises UndefinedMeasureError where no text was coded by two,
        ParameterError where `coders` are not two of those who did.
        """

    @abstractmethod
    def adjudicate(self, rejected: Iterable[str], instead: str | None, *, by: str, why: str) -> Report:
        """Records that statements of one coder do not stand, and which one of their source does instead, if any.

        They are retracted, point to that one, and tell in their notes who decided and why: see `graph.adjudication`.
        Raises NotFoundError and InputError; then nothing is written.
        """

    @abstractmethod
    def reopen(self, statements: Iterable[str], *, by: str, why: str) -> Report:
        """Undoes what was adjudicated of statements, with a note of it. Raises NotFoundError and InputError."""

    @abstractmethod
    def entities(self, q: str | None = None, *, kind: Kind | str | Iterable[Kind | str] = ()) -> list[Entity]:
        """Entities by part of a name and by kind, all where nothing is said, by id."""

    @abstractmethod
    def entity(self, name: str) -> Entity:
        """The entity that a name means. Raises UnknownNameError and AmbiguousNameError."""

    @abstractmethod
    def sources(self) -> list[Source]:
        """All sources, by id."""

    @abstractmethod
    def source(self, id: str) -> Source:
        """The source of an id. Raises NotFoundError."""

    def relations(self, family: str | None = None) -> list[Relation]:
        """The relations that may be stated and asked for, those of a family where one is named."""
        return [r for r in vocabulary().relations.values() if family in (None, r.family)]

    # SPARQL

    @abstractmethod
    def sparql(self, query: str, /, **values: Value) -> Results:
        """The answer to a query over the union of all graphs; the usual prefixes are declared.

        `values` bind variables that the query selects: `kg.sparql("SELECT ?who ?whom { ?who r:invites ?whom }",
        whom="Ararat Mirzoyan")`. Text is the name of an entity, a CURIE or an IRI; terms of rdflib, numbers and dates
        are themselves. Raises QuerySyntaxError, ParameterError, UnknownNameError, AmbiguousNameError, QueryError.
        """

    def frame(self, query: str, /, *, iris: IriStyle = "curie", **values: Value) -> "pd.DataFrame":
        """As `sparql`, as a pandas DataFrame of typed columns: see `Results.frame`."""
        return self.sparql(query, **values).frame(iris=iris)

    @abstractmethod
    def question(self, name: str, /, **values: Value) -> Results:
        """The answer to a named question: `kg.question("mediators-between", one="Armenia", other="Azerbaijan")`.

        Values are as for `sparql`; a place means its government, so that "Moscow" works. Raises NotFoundError and
        ParameterError, which list the questions and their variables, UnknownNameError, AmbiguousNameError.
        """

    @property
    def questions(self) -> Questions:
        """The named questions as functions: `kg.questions.said_by(speaker="Zakharova")`."""
        return Questions(self.question)
