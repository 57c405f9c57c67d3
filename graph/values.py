"""Values for the variables of a query: what a name, a CURIE, a number or a term of rdflib stands for."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from rdflib import Literal, URIRef
from rdflib.term import Node

from graph.exceptions import ParameterError
from graph.rdf import Iris
from ontology import PREFIXES, expand, store_prefixes, vocabulary

Term = URIRef | Literal
"""What a variable may be bound to: a blank node of a query means something else in every query."""
Value = str | bool | int | float | Decimal | date | datetime | Node
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def bound(
    values: Mapping[str, Value], iris: Iris, resolve: Callable[[str], str], kinds: Mapping[str, str] | None = None
) -> dict[str, Term]:
    """The term of each value. Raises ParameterError, and for names what `resolve` raises.

    Text is the name of an entity, which `resolve` gives the id of, or a CURIE or an IRI: text as such is a `Literal`.
    `kinds` says of which variables it is rather the id of a source or statement, or a relation, by prefix: s, st, r;
    or a literal, by datatype: xsd:date.
    """
    return {name: _term(name, v, iris, resolve, (kinds or {}).get(name, "e")) for name, v in values.items()}


def _term(name: str, value: Value, iris: Iris, resolve: Callable[[str], str], kind: str) -> Term:
    if not re.fullmatch(r"\w+", name):
        raise ParameterError(name, "is no name of a variable: write letters, digits and _")
    if isinstance(value, URIRef | Literal):
        return value
    if isinstance(value, str) and not isinstance(value, Node):
        if kind.startswith("xsd:"):
            return _literal(name, value.strip(), kind)
        return URIRef(_iri(name, value.strip(), iris, resolve, kind))
    if isinstance(value, bool | int | float | Decimal | date | datetime):
        return Literal(value)
    raise ParameterError(name, f"{value!r} is no name, IRI, literal, number or date")


def _literal(name: str, text: str, kind: str) -> Literal:
    found = Literal(text, datatype=URIRef(expand(kind)))
    if found.ill_typed:
        raise ParameterError(name, f"{text!r} is no {kind}")
    return found


def _iri(name: str, text: str, iris: Iris, resolve: Callable[[str], str], kind: str) -> str:
    prefixes = store_prefixes(iris.base)
    if _IRI.fullmatch(text):
        if text.partition(":")[0] in prefixes:
            return expand(text, prefixes)
        if "://" in text or text.startswith("urn:"):
            return text
    match kind:
        case "r":
            return vocabulary().relation(text).iri
        case "e":
            return iris.entity(resolve(text))
        case _ if kind in prefixes and kind not in PREFIXES and re.fullmatch(r"[\w.-]+", text):
            return prefixes[kind] + text
    raise ParameterError(name, f"{text!r} is no CURIE or IRI")
