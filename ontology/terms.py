"""The vocabulary as Python names. A test proves that both list the same; relations stand in the Turtle only."""

from enum import StrEnum

from rdflib import Namespace, URIRef
from rdflib.namespace import DefinedNamespace

from ontology.prefixes import ONTOLOGY


class T(DefinedNamespace):
    """The namespace of tertius.ttl, closed: a misspelled term raises at once."""

    _fail = True
    _NS = Namespace(ONTOLOGY)

    Actor: URIRef
    Agreement: URIRef
    ArmedGroup: URIRef
    Conflict: URIRef
    DeFactoAuthority: URIRef
    Entity: URIRef
    Event: URIRef
    Family: URIRef
    Frame: URIRef
    GovernmentBody: URIRef
    Group: URIRef
    IntergovernmentalOrganisation: URIRef
    Judgement: URIRef
    Matter: URIRef
    Meeting: URIRef
    Modality: URIRef
    Occasion: URIRef
    Organisation: URIRef
    Person: URIRef
    Place: URIRef
    Population: URIRef
    Post: URIRef
    Process: URIRef
    Relation: URIRef
    Role: URIRef
    Scheme: URIRef
    Slot: URIRef
    Source: URIRef
    State: URIRef
    Statement: URIRef
    Status: URIRef
    about: URIRef
    accusation: URIRef
    active: URIRef
    actsFor: URIRef
    affiliation: URIRef
    appeal: URIRef
    asserted: URIRef
    attributedTo: URIRef
    beneficiary: URIRef
    claimed: URIRef
    closed: URIRef
    coMediator: URIRef
    code: URIRef
    coded: URIRef
    coder: URIRef
    conditional: URIRef
    confidence: URIRef
    convener: URIRef
    cooperation: URIRef
    correctedBy: URIRef
    country: URIRef
    dataset: URIRef
    destination: URIRef
    disputed: URIRef
    earliest: URIRef
    end: URIRef
    event: URIRef
    eventCoder: URIRef
    eventConfidence: URIRef
    facilitator: URIRef
    family: URIRef
    fileName: URIRef
    frame: URIRef
    guarantor: URIRef
    host: URIRef
    imputed: URIRef
    intended: URIRef
    interpreted: URIRef
    inverseLabel: URIRef
    invitation: URIRef
    invitee: URIRef
    judges: URIRef
    key: URIRef
    kind: URIRef
    latest: URIRef
    mediation: URIRef
    member: URIRef
    mergedInto: URIRef
    modality: URIRef
    negated: URIRef
    note: URIRef
    objectAs: URIRef
    objectKind: URIRef
    observer: URIRef
    of: URIRef
    opposition: URIRef
    partiesFor: URIRef
    party: URIRef
    partyKind: URIRef
    permits: URIRef
    permitsRole: URIRef
    place: URIRef
    position: URIRef
    presupposed: URIRef
    published: URIRef
    purpose: URIRef
    readAs: URIRef
    record: URIRef
    recipient: URIRef
    reflexive: URIRef
    repeated: URIRef
    requires: URIRef
    requiresAny: URIRef
    retracted: URIRef
    retrieved: URIRef
    row: URIRef
    sha256: URIRef
    sign: URIRef
    signatory: URIRef
    sourceKind: URIRef
    speech: URIRef
    standsFor: URIRef
    start: URIRef
    status: URIRef
    subjectAs: URIRef
    subjectKind: URIRef
    support: URIRef
    symmetric: URIRef
    textLength: URIRef
    topic: URIRef
    unconfirmed: URIRef
    uncertain: URIRef
    unnamedIn: URIRef
    unspecified: URIRef
    venue: URIRef
    voice: URIRef
    when: URIRef
    whenText: URIRef
    withdraws: URIRef
    within: URIRef
    witness: URIRef


class Kind(StrEnum):
    """Kinds of entities."""

    STATE = "state"
    GOVERNMENT_BODY = "government-body"
    PERSON = "person"
    POST = "post"
    ORGANISATION = "organisation"
    INTERGOVERNMENTAL_ORGANISATION = "intergovernmental-organisation"
    ARMED_GROUP = "armed-group"
    DE_FACTO_AUTHORITY = "de-facto-authority"
    GROUP = "group"
    POPULATION = "population"
    ACTOR = "actor"
    PLACE = "place"
    PROCESS = "process"
    MEETING = "meeting"
    CONFLICT = "conflict"
    EVENT = "event"
    AGREEMENT = "agreement"
    MATTER = "matter"


class Modality(StrEnum):
    """How a claim is made, in the order of the vocabulary: where several fit, the last."""

    ASSERTED = "asserted"
    CODED = "coded"
    CLAIMED = "claimed"
    PRESUPPOSED = "presupposed"
    INTERPRETED = "interpreted"
    IMPUTED = "imputed"
    INTENDED = "intended"
    UNCERTAIN = "uncertain"
    UNCONFIRMED = "unconfirmed"
    CONDITIONAL = "conditional"
    NEGATED = "negated"


class Status(StrEnum):
    """Whether a statement stands."""

    ACTIVE = "active"
    DISPUTED = "disputed"
    RETRACTED = "retracted"


UNSPECIFIED = "unspecified"
"""The reserved id of the agent that a text leaves open."""
