"""What may be said: kinds of entities, relations with their frames, modalities."""

from ontology.exceptions import OntologyError, UnknownPrefixError, UnknownTermError, VocabularyError
from ontology.prefixes import BASE, PREFIXES, compact, expand, store_prefixes
from ontology.terms import UNSPECIFIED, Kind, Modality, Status, T
from ontology.vocabulary import Frame, Relation, Term, Vocabulary, vocabulary

__all__ = [
    "BASE",
    "PREFIXES",
    "UNSPECIFIED",
    "Frame",
    "Kind",
    "Modality",
    "OntologyError",
    "Relation",
    "Status",
    "T",
    "Term",
    "UnknownPrefixError",
    "UnknownTermError",
    "Vocabulary",
    "VocabularyError",
    "compact",
    "expand",
    "store_prefixes",
    "vocabulary",
]
