"""Kinds of evidence: curated claims, coded events and agreements, never added up as if they were one."""

from enum import StrEnum

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
