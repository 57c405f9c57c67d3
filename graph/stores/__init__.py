"""The engines that keep the triples: one contract, one file an engine."""

from graph.stores.base import Answer, QueryDataset, Store
from graph.stores.embedded import EmbeddedStore, is_iri, serialized

__all__ = ["Answer", "EmbeddedStore", "QueryDataset", "Store", "is_iri", "serialized"]
