"""Reads the Turtle: what a relation is and allows, what kinds, roles and families there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from ontology.exceptions import UnknownTermError, VocabularyError
from ontology.prefixes import PREFIXES
from ontology.terms import T

FOLDER = Path(__file__).parent
SCHEME = "https://tertius.example/id/scheme/"
STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Frame:
    """Which slots and roles a statement of a relation takes.

    Kinds are notations; "statement" admits a statement as subject.
    """

    id: str
    label: str
    requires: frozenset[str]
    requires_any: frozenset[str]
    parties_for: frozenset[str]
    permits: frozenset[str]
    roles: frozenset[str]
    subject_kinds: frozenset[str]
    object_kinds: frozenset[str]
    party_kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation as relations.ttl declares it."""

    id: str
    label: str
    inverse_label: str
    definition: str
    family: str
    sign: int | None
    symmetric: bool
    reflexive: bool
    acts_for: bool
    wider: tuple[str, ...]
    frame: Frame
    close_match: tuple[str, ...]
    broad_match: tuple[str, ...]

    @property
    def iri(self) -> str:
        """The relation's IRI, the same in every store."""
        return PREFIXES["r"] + self.id


@dataclass(frozen=True, slots=True)
class Term:
    """A kind, role, modality, status, family or slot: its notation, IRI, label and definition."""

    id: str
    iri: str
    label: str
    definition: str


class Vocabulary:
    """The whole vocabulary, read once. Lookups raise UnknownTermError, which lists the nearest words."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.kinds = self._terms(RDF.type, None)
        self.roles = self._terms(RDF.type, T.Role)
        self.modalities = self._terms(RDF.type, T.Modality)
        self.statuses = self._terms(RDF.type, T.Status)
        self.families = self._terms(RDF.type, T.Family)
        self.slots = self._terms(RDF.type, T.Slot)
        self.schemes = self._terms(RDF.type, T.Scheme)
        self.relations: Mapping[str, Relation] = MappingProxyType(
            {r.id: r for r in sorted(self._relations(), key=lambda r: r.id)}
        )
        self._check()
        self._wider = {r: frozenset(self._climb(r)) for r in self.relations}
        self._narrower = {r: frozenset(n for n in self.relations if r in self._wider[n]) for r in self.relations}

    @classmethod
    def load(cls, paths: Iterable[Path] = ()) -> "Vocabulary":
        """The vocabulary of these Turtle files, of the package's own where none are given.

        Raises VocabularyError naming the file where one cannot be read or a relation is incomplete.
        """
        graph = Graph()
        for path in list(paths) or [FOLDER / "tertius.ttl", FOLDER / "relations.ttl"]:
            try:
                graph.parse(path, format="turtle")
            except Exception as error:
                raise VocabularyError(f"{path.name}: not readable as Turtle: {error}") from error
        return cls(graph)

    def relation(self, id: str) -> Relation:
        """The relation of this id, such as "invites"."""
        try:
            return self.relations[id]
        except KeyError:
            raise UnknownTermError("relation", id, self.relations) from None

    def narrower(self, id: str) -> frozenset[str]:
        """Ids of the relation itself and of all that are narrower."""
        return self._narrower[self.relation(id).id]

    def wider(self, id: str) -> frozenset[str]:
        """Ids of the relation itself and of all that are wider."""
        return self._wider[self.relation(id).id]

    def question(self, word: str) -> frozenset[str]:
        """Ids of the relations that a question asks for: a relation with its narrower ones, or a family."""
        if word in self.relations:
            return self.narrower(word)
        if word in self.families:
            return frozenset(r.id for r in self.relations.values() if r.family == word)
        raise UnknownTermError("relation or family", word, [*self.relations, *self.families])

    def mapped(self, scheme_code: str) -> tuple[str, ...]:
        """Ids of the relations that are a close match of a code such as "cameo-1.1b3:112"."""
        return tuple(r.id for r in self.relations.values() if scheme_code in r.close_match)

    def below(self, cls: Node) -> frozenset[str]:
        """Kinds of entities whose class is this one or narrower: T.Actor gives those of actors."""
        found = {self._notation(s) for s in self.graph.transitive_subjects(RDFS.subClassOf, cls)}
        return frozenset(found & set(self.kinds))

    # Reading

    def _one(self, subject: Node, predicate: URIRef) -> str:
        value = self.graph.value(subject, predicate)
        if value is None:
            raise VocabularyError(f"{subject} has no {predicate}")
        return str(value)

    def _notation(self, iri: Node | None) -> str:
        if iri == T.Statement:
            return STATEMENT
        value = self.graph.value(iri, SKOS.notation)
        return str(value) if value is not None else str(iri).rsplit("/", 1)[-1]

    def _terms(self, predicate: URIRef, cls: URIRef | None) -> Mapping[str, Term]:
        if cls is None:
            subjects = [
                s
                for s in self.graph.transitive_subjects(RDFS.subClassOf, T.Entity)
                if (s, SKOS.notation, None) in self.graph
            ]
        else:
            subjects = list(self.graph.subjects(predicate, cls))
        terms = []
        for s in subjects:
            # rdf:subject and rdf:object are slots that others define, and schemes have a title
            label = self.graph.value(s, RDFS.label) or Literal(self._notation(s))
            definition = self.graph.value(s, SKOS.definition) or Literal("")
            terms.append((self._order(s), Term(self._notation(s), str(s), str(label), str(definition))))
        return MappingProxyType({t.id: t for _, t in sorted(terms, key=lambda p: (p[0], p[1].id))})

    def _order(self, subject: Node | None) -> int:
        value = self.graph.value(subject, T.position)
        return int(str(value)) if value is not None else 0

    def _kinds(self, frame: Node, predicate: URIRef) -> frozenset[str]:
        found: set[str] = set()
        for cls in self.graph.objects(frame, predicate):
            if cls == T.Statement:
                found.add(STATEMENT)
                continue
            below = self.below(cls)
            if not below:
                raise VocabularyError(f"{frame}: {cls} is no kind of entity")
            found |= below
        return frozenset(found)

    def _frame(self, frame: Node) -> Frame:
        def names(predicate: URIRef) -> frozenset[str]:
            return frozenset(self._notation(o) for o in self.graph.objects(frame, predicate))

        if (frame, RDF.type, T.Frame) not in self.graph:
            raise VocabularyError(f"{frame} is used as a frame and not declared as one")
        requires, any_of = names(T.requires), names(T.requiresAny)
        return Frame(
            id=str(frame).rsplit("/", 1)[-1],
            label=self._one(frame, RDFS.label),
            requires=requires,
            requires_any=any_of,
            parties_for=names(T.partiesFor),
            permits=requires | any_of | names(T.permits) | {"place"},
            roles=names(T.permitsRole),
            subject_kinds=self._kinds(frame, T.subjectKind),
            object_kinds=self._kinds(frame, T.objectKind),
            party_kinds=self._kinds(frame, T.partyKind),
        )

    def _codes(self, relation: Node, predicate: URIRef) -> tuple[str, ...]:
        iris = (str(o) for o in self.graph.objects(relation, predicate))
        return tuple(sorted(i.removeprefix(SCHEME).replace("/", ":") for i in iris if i.startswith(SCHEME)))

    def _flag(self, relation: Node, predicate: URIRef) -> bool:
        return str(self.graph.value(relation, predicate)) == "true"

    def _relations(self) -> list[Relation]:
        relations = []
        for r in self.graph.subjects(RDF.type, T.Relation):
            if not str(r).startswith(PREFIXES["r"]):
                raise VocabularyError(f"relation {r} is outside {PREFIXES['r']}")
            frame = self.graph.value(r, T.frame)
            if frame is None:
                raise VocabularyError(f"relation {r} has no t:frame")
            sign = self.graph.value(r, T.sign)
            relations.append(
                Relation(
                    id=str(r).removeprefix(PREFIXES["r"]),
                    label=self._one(r, RDFS.label),
                    inverse_label=self._one(r, T.inverseLabel),
                    definition=self._one(r, SKOS.definition),
                    family=self._notation(self.graph.value(r, T.family) or Literal("")),
                    sign=None if sign is None else int(str(sign)),
                    symmetric=self._flag(r, T.symmetric),
                    reflexive=self._flag(r, T.reflexive),
                    acts_for=self._flag(r, T.actsFor),
                    wider=tuple(
                        sorted(str(o).removeprefix(PREFIXES["r"]) for o in self.graph.objects(r, RDFS.subPropertyOf))
                    ),
                    frame=self._frame(frame),
                    close_match=self._codes(r, SKOS.closeMatch),
                    broad_match=self._codes(r, SKOS.broadMatch),
                )
            )
        return relations

    def _climb(self, id: str) -> set[str]:
        seen: set[str] = set()
        todo = [id]
        while todo:
            current = todo.pop()
            if current not in seen:
                seen.add(current)
                todo.extend(self.relations[current].wider)
        return seen

    def _check(self) -> None:
        for r in self.relations.values():
            if r.family not in self.families:
                raise VocabularyError(f"relation {r.id}: {r.family!r} is no family")
            if r.id in self.families:
                raise VocabularyError(f"relation {r.id} has the name of a family")
            if r.sign not in ((None,) if r.family == "mediation" else (-1, 0, 1)):
                raise VocabularyError(f"relation {r.id}: sign {r.sign} does not go with family {r.family}")
            for wider in r.wider:
                if wider not in self.relations:
                    raise VocabularyError(f"relation {r.id}: wider relation {wider} is not declared")
                if r.id in self._climb(wider):
                    raise VocabularyError(f"relation {r.id} is wider than itself")
            unknown = (r.frame.requires | r.frame.requires_any | r.frame.permits | r.frame.parties_for) - set(
                self.slots
            )
            unknown |= r.frame.roles - set(self.roles)
            if unknown:
                raise VocabularyError(f"frame {r.frame.id}: unknown slots or roles {sorted(unknown)}")


@cache
def vocabulary() -> Vocabulary:
    """The package's own vocabulary, read once a process."""
    return Vocabulary.load()
