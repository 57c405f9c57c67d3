"""What the graph tells of one thing, as triples: all that has it as subject, and what a reader needs beside.

Beside are the labels of what it leads to, the source that a statement stands in, and the statements about an entity up
to a number, with where to ask for the rest. What is stored once for a whole source is told with each statement.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
from rdflib import RDFS, Graph, URIRef

from graph.columns import Rows
from graph.descriptions import licence_iri
from graph.exceptions import NotFoundError
from graph.rdf import Triples
from graph.selection import Selection
from graph.snapshot import Snapshot
from graph.statements import Statement
from ontology import PREFIXES, Status, expand, vocabulary

STATEMENTS_TOLD = 100
"""Statements in a document about something else than a statement."""
KINDS = ("entity", "statement", "source", "judgement", "relation", "frame", "scheme", "graph")
_NO_SUCH = -2  # a number that nothing has
_NAME = re.compile(r"[\w.~/-]+")
_SCHEMES = PREFIXES["r"].removesuffix("relation/") + "scheme/"
_FRAMES = PREFIXES["r"].removesuffix("relation/") + "frame/"


def rows_about(snapshot: Snapshot, entity: str) -> Rows:
    """The rows of all statements, retracted ones too, that name the entity in any place."""
    return snapshot.selector.select(Selection(involving=(entity,), exact=True, status=tuple(Status))).rows


def rows_of_source(snapshot: Snapshot, source: str) -> Rows:
    """The rows of all statements of a source."""
    number = snapshot.columns.source_number.get(source)
    return np.flatnonzero(snapshot.columns.source == (_NO_SUCH if number is None else number))


def rows_of_relation(snapshot: Snapshot, relation: str) -> Rows:
    """The rows of all statements of a relation, narrower ones left out."""
    number = snapshot.columns.relation_number.get(relation)
    return snapshot.columns.relation_index[_NO_SUCH if number is None else number]


def referring(snapshot: Snapshot, statement: str) -> list[str]:
    """Ids of the statements that speak of this one, or that it corrects."""
    iris = snapshot.iris
    found = {subject for _, subject in snapshot.store.referring(iris.statement(statement))}
    return sorted({iris.id(s) for s in found if iris.is_statement(s) and snapshot.columns.row(iris.id(s)) is not None})


def thing(snapshot: Snapshot, kind: str, id: str) -> str:
    """The IRI of a thing. Raises NotFoundError, which names what is not there."""
    iris, graph = snapshot.iris, vocabulary().graph
    if not _NAME.fullmatch(id):  # no IRI could end so
        raise NotFoundError(kind if kind in KINDS else "kind of thing", id if kind in KINDS else kind)
    match kind:
        case "entity":
            return iris.entity(snapshot.entity(id).id)
        case "source":
            return iris.source(snapshot.source(id).id)
        case "statement":
            if snapshot.columns.row(id) is None:
                raise NotFoundError("statement", id)
            return iris.statement(id)
        case "judgement":
            iri = iris.judgement(id)
            known = any(str(j.number) == id for j in snapshot.identities.judgements)
        case "relation":
            return vocabulary().relation(id).iri
        case "frame":
            iri = _FRAMES + id
            known = (URIRef(iri), None, None) in graph
        case "scheme":
            iri = _SCHEMES + id
            known = (URIRef(iri), None, None) in graph or (None, None, URIRef(iri)) in graph
        case "graph":
            iri = f"{iris.base}graph/{id}"
            known = snapshot.store.has_graph(iri)
        case _:
            raise NotFoundError("kind of thing", kind)
    if not known:
        raise NotFoundError(kind, id)
    return iri


def document(snapshot: Snapshot, kind: str, id: str) -> Triples:
    """What is told of a thing. Raises NotFoundError."""
    iri = thing(snapshot, kind, id)
    iris = snapshot.iris
    found = Triples()
    page = f"{iris.base}doc/{kind}/{quote(id)}"
    found.link(page, "foaf:primaryTopic", iri)
    found.link(page, "void:inDataset", iris.dataset)
    found.text(page, "owl:versionInfo", f"revision {snapshot.revision}", "en")
    if licence := licence_iri(licence_of(snapshot, kind, id)):
        found.link(page, "dcterms:license", licence)
    telling = _Telling(snapshot, id, iri, page, found)
    match kind:
        case "entity":
            telling.entity()
        case "statement":
            telling.statement()
        case "source":
            telling.source()
        case "judgement":
            telling.judgement()
        case "relation":
            telling.relation()
        case "graph":
            telling.graph()
        case _:
            telling.word()
    telling.labels()
    return found


def licence_of(snapshot: Snapshot, kind: str, id: str) -> str | None:
    """The licence that a source states, for itself and for its statements; None where none is known."""
    if kind == "statement":
        row = snapshot.columns.row(id)
        kind, id = "source", "" if row is None else snapshot.columns.sources[snapshot.columns.source[row]]
    source = snapshot.sources.get(id) if kind == "source" else None
    return source.licence if source else None


@dataclass
class _Telling:
    """The triples of a document while they are collected."""

    snapshot: Snapshot
    id: str
    iri: str
    page: str
    found: Triples

    def entity(self) -> None:
        iris, store = self.snapshot.iris, self.snapshot.store
        self._take(store.triples(self.iri, iris.entities_graph))
        self._take(store.triples(self.iri, iris.identities_graph))
        for judgement in self.snapshot.identities.about(self.id):
            self._take(store.triples(iris.judgement(judgement.number), iris.identities_graph))
        self._take(itertools.islice(store.triples(self.iri, iris.edges_graph), STATEMENTS_TOLD))
        self._statements(rows_about(self.snapshot, self.id), f"involving={quote(self.id)}&exact=true")

    def source(self) -> None:
        self._take(self.snapshot.store.triples(self.iri, self.iri))
        self._statements(rows_of_source(self.snapshot, self.id), f"source={quote(self.id)}")

    def judgement(self) -> None:
        iris, store = self.snapshot.iris, self.snapshot.store
        self._take(store.triples(self.iri, iris.identities_graph))
        for later in self.snapshot.identities.judgements:
            if str(later.withdraws) == self.id:
                self._take(store.triples(iris.judgement(later.number), iris.identities_graph))

    def relation(self) -> None:
        self.word()
        self._take(_vocabulary_triples(_FRAMES + vocabulary().relation(self.id).frame.id))
        self._statements(rows_of_relation(self.snapshot, self.id), f"relation={quote(self.id)}")

    def statement(self) -> None:
        said = self.snapshot.statement(self.id)
        self._statement(said)
        self._take(self.snapshot.store.triples(*[self.snapshot.iris.source(said.source)] * 2))
        corrected = [said.corrected_by] if said.corrected_by else []
        for other in (*said.statements(), *corrected, *referring(self.snapshot, self.id)):
            self._statement(self.snapshot.statement(other))

    def graph(self) -> None:
        self.found.link(self.iri, "rdf:type", expand("sd:Graph"), expand("void:Dataset"))
        self.found.typed(self.iri, "void:triples", self.snapshot.store.size(self.iri))
        self.found.link(self.snapshot.iris.dataset, "void:subset", self.iri)

    def word(self) -> None:
        """A word of the vocabulary, or a code of a scheme, with what leads to it."""
        self._take(_vocabulary_triples(self.iri))
        for subject, predicate in vocabulary().graph.subject_predicates(URIRef(self.iri)):
            self._take([f"{subject.n3()} {predicate.n3()} <{self.iri}> ."])
        scheme, slash, _ = self.id.partition("/")
        if slash and self.iri.startswith(_SCHEMES):
            self.found.link(self.iri, "skos:inScheme", _SCHEMES + scheme)

    def labels(self) -> None:
        """Adds the labels of all that the triples lead to."""
        iris = self.snapshot.iris
        entities, sources, words = iris.entity(""), iris.source(""), vocabulary().graph
        for term in {line.split(" ", 2)[n].removesuffix(" .") for line in self.found.lines for n in (1, 2)}:
            iri = term[1:-1]
            if iri.startswith(entities) and (entity := self.snapshot.entities.get(iris.id(iri))):
                self.found.text(iri, "skos:prefLabel", entity.label.text, entity.label.lang)
            elif iri.startswith(sources) and (source := self.snapshot.sources.get(iris.id(iri))):
                self.found.text(iri, "dcterms:title", source.title)
            elif term.startswith("<") and (label := words.value(URIRef(iri), RDFS.label)):
                self.found.text(iri, "rdfs:label", str(label), "en")

    def _statements(self, rows: Rows, query: str) -> None:
        """The first statements whole, how many there are, and where the others are."""
        for statement in self.snapshot.statements(rows[:STATEMENTS_TOLD].tolist()):
            self._statement(statement)
        told = min(len(rows), STATEMENTS_TOLD)
        self.found.text(self.page, "rdfs:comment", f"{told} of {len(rows)} statements are told here.", "en")
        if len(rows):
            self.found.link(self.page, "rdfs:seeAlso", f"{self.snapshot.iris.base}statements?{query}")

    def _statement(self, said: Statement) -> None:
        """A statement with its chain of speakers, and what its source says for it."""
        iris, store, found = self.snapshot.iris, self.snapshot.store, self.found
        iri, source = iris.statement(said.id), iris.source(said.source)
        found.link(iri, "rdf:type", expand("t:Statement"))
        self._take(store.triples(iri, source))
        if len(said.attributed_to) > 1:
            for position in range(1, len(said.attributed_to) + 1):
                self._take(store.triples(f"{iri}/speaker/{position}", source))
        found.link(iri, "t:modality", expand(f"t:{said.modality}"))
        found.link(iri, "t:status", expand(f"t:{said.status}"))
        found.text(iri, "t:coder", said.coder)
        found.link(iri, "prov:hadPrimarySource", source)
        found.link(iri, "void:inDataset", source)  # the named graph in which the triples stand

    def _take(self, lines: Iterable[str]) -> None:
        self.found.lines.update(dict.fromkeys(lines))


def _vocabulary_triples(iri: str) -> list[str]:
    part = Graph()
    for triple in vocabulary().graph.triples((URIRef(iri), None, None)):
        part.add(triple)
    return [line for line in part.serialize(format="nt").splitlines() if line]
