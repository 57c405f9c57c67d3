"""How things look: what a tie is by its line, how it is said by the end of the line."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ontology import Kind, Modality, vocabulary

INK, PAPER, FAINT = "#222222", "#ffffff", "#5c5c5c"


class Tie(StrEnum):
    """What joins two entities, as far as a line tells it."""

    MEDIATION = "mediation"
    COOPERATION = "cooperation"
    CONFLICT = "conflict"
    OTHER = "other"


class End(StrEnum):
    """How it is said, as far as the end of a line tells it."""

    ASSERTED = "asserted"
    CODED = "coded"
    CLAIMED = "claimed"
    INTENDED = "intended"
    NEGATED = "negated"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Look:
    """Colour and dashes of a line, in points, and the words of the legend."""

    colour: str
    dashes: tuple[float, ...]
    width: float
    words: str


# Dark to light in greyscale, blue, vermilion and green apart for every kind of colour blindness; dashes tell them too.
LOOKS = {
    Tie.MEDIATION: Look("#0b2f6b", (), 2.0, "mediation"),
    Tie.CONFLICT: Look("#9e3000", (1.2, 1.6), 1.8, "conflict: opposition, accusation, refusal"),
    Tie.COOPERATION: Look("#008060", (6.0, 2.4), 1.4, "cooperation, support, invitation"),
    Tie.OTHER: Look("#767676", (6.0, 2.0, 1.2, 2.0), 0.9, "without sign: affiliation, speech, mixed"),
}
ENDS = {
    End.ASSERTED: "the source vouches for it: asserted, presupposed",
    End.CODED: "coded: a record of event data",
    End.CLAIMED: "claimed: somebody says so",
    End.INTENDED: "intended, imputed, conditional or unsure",
    End.NEGATED: "negated",
    End.ANY: "of any modality",
}
_AIMED = {
    Modality.IMPUTED,
    Modality.INTENDED,
    Modality.UNCERTAIN,
    Modality.UNCONFIRMED,
    Modality.CONDITIONAL,
}
_ACTORS = {
    Kind.STATE, Kind.GOVERNMENT_BODY, Kind.PERSON, Kind.POST, Kind.ORGANISATION, Kind.INTERGOVERNMENTAL_ORGANISATION,
    Kind.ARMED_GROUP, Kind.DE_FACTO_AUTHORITY, Kind.GROUP, Kind.POPULATION, Kind.ACTOR,
}  # fmt: skip


def is_actor(node: Mapping[str, Any]) -> bool:
    """Whether a node is of a kind that acts; a place, a process or a matter is not."""
    return node.get("kind") in _ACTORS


def tie(edge: Mapping[str, Any]) -> Tie:
    """What an edge is: mediation by its family, else by its sign."""
    if {edge.get("family"), *(edge.get("families") or ())} - {None} == {"mediation"}:
        return Tie.MEDIATION
    return {1: Tie.COOPERATION, -1: Tie.CONFLICT}.get(edge.get("sign") or 0, Tie.OTHER)


def end(edge: Mapping[str, Any]) -> End:
    """How an edge is said. What somebody says is a claim, however firmly; ANY where an edge gathers statements."""
    modality = edge.get("modality")
    if modality is None:
        return End.ANY
    if modality == Modality.NEGATED:
        return End.NEGATED
    if modality in _AIMED:
        return End.INTENDED
    if modality == Modality.CODED:
        return End.CODED
    return End.CLAIMED if modality == Modality.CLAIMED or edge.get("voice") else End.ASSERTED


def is_mutual(edge: Mapping[str, Any]) -> bool:
    """Whether an edge has no direction: its relation is symmetric."""
    relation = edge.get("relation")
    return relation is not None and vocabulary().relation(relation).symmetric
