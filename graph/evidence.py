"""Kinds of evidence: curated claims, coded events and agreements, never added up as if they were one."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np

from graph.sources import Source

EVENT_TABLE, AGREEMENT_TABLE = "event table", "agreement table"
"""Kinds of sources whose records are coded events, and whose records are agreements."""


class Evidence(StrEnum):
    """What an answer rests on."""

    CLAIM = "claim"
    EVENT = "event"
    AGREEMENT = "agreement"


def evidence(source: Source) -> Evidence:
    """The kind of evidence that a source's statements are."""
    return {EVENT_TABLE: Evidence.EVENT, AGREEMENT_TABLE: Evidence.AGREEMENT}.get(source.kind, Evidence.CLAIM)


KINDS = tuple(Evidence)


class Origins:
    """For each source of columns, by its number there: the kind of evidence, and the data set, as numbers.

    `evidence` leads to KINDS, `dataset` to `datasets`. A source of no data set stands for itself there.
    """

    def __init__(self, ids: Sequence[str], sources: Mapping[str, Source]) -> None:
        # Columns may still have the number of a source that is gone.
        there = [sources.get(id) for id in ids]
        self.evidence = np.array([KINDS.index(evidence(s)) if s else 0 for s in there], np.int8)
        names = [s.collection if s else id for s, id in zip(there, ids, strict=True)]
        self.datasets = sorted(set(names))
        """Names of the data sets."""
        number = {name: n for n, name in enumerate(self.datasets)}
        self.dataset = np.array([number[name] for name in names], np.int32)
