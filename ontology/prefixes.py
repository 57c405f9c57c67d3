"""The prefix map: CURIE to IRI and back."""

from ontology.exceptions import UnknownPrefixError

ONTOLOGY = "https://tertius.example/ontology#"
BASE = "https://tertius.example/"

PREFIXES: dict[str, str] = {
    "t": ONTOLOGY,
    "r": BASE + "id/relation/",
    "cameo": BASE + "id/scheme/cameo-1.1b3/",
    "plover": BASE + "id/scheme/plover-2021/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "oa": "http://www.w3.org/ns/oa#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def store_prefixes(base: str = BASE) -> dict[str, str]:
    """The prefixes for queries against a store whose IRIs start with `base`."""
    return PREFIXES | {
        "e": base + "id/entity/",
        "s": base + "id/source/",
        "st": base + "id/statement/",
        "g": base + "graph/",
    }


def expand(curie: str, prefixes: dict[str, str] = PREFIXES) -> str:
    """The IRI of a CURIE.

    >>> expand("t:asserted")
    'https://tertius.example/ontology#asserted'

    Raises UnknownPrefixError where the prefix is not declared.
    """
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in prefixes:
        raise UnknownPrefixError(curie, prefixes)
    return prefixes[prefix] + local


def compact(iri: str, prefixes: dict[str, str] = PREFIXES) -> str:
    """The CURIE of an IRI, by the longest matching prefix, else the IRI itself.

    >>> compact("https://tertius.example/id/relation/invites")
    'r:invites'
    """
    best = max((p for p in prefixes if iri.startswith(prefixes[p])), key=lambda p: len(prefixes[p]), default=None)
    return iri if best is None else f"{best}:{iri[len(prefixes[best]) :]}"
