"""What can be wrong with what may be said.

OntologyError
├── VocabularyError        the Turtle itself is incomplete or contradicts itself
├── UnknownTermError       a relation, kind, role, modality, family or slot that does not exist
└── UnknownPrefixError     a CURIE whose prefix is not in the prefix map
"""

import difflib
from collections.abc import Iterable


class OntologyError(ValueError):
    """Base of every error of this package."""


class VocabularyError(OntologyError):
    """The vocabulary's Turtle lacks something or contradicts itself."""


class UnknownTermError(OntologyError):
    """A word that the vocabulary does not have; `candidates` are the nearest that it has."""

    def __init__(self, what: str, value: str, known: Iterable[str]) -> None:
        self.what, self.value = what, value
        options = sorted(known)
        self.candidates = difflib.get_close_matches(value, options, n=5, cutoff=0.4) or options[:12]
        super().__init__(f"unknown {what} {value!r}; did you mean {', '.join(self.candidates)}?")


class UnknownPrefixError(OntologyError):
    """A CURIE whose prefix is not declared."""

    def __init__(self, curie: str, known: Iterable[str]) -> None:
        self.curie = curie
        super().__init__(f"unknown prefix in {curie!r}; declared are {', '.join(sorted(known))}")
