"""What PLOVER calls events: types and modes of 2021, the types of the draft of 2016, and their codes."""

from collections.abc import Iterable, Mapping

from ontology import Kind, vocabulary

SCHEME = "plover-2021"
DRAFT = "plover-2016"

MODES: Mapping[str, frozenset[str]] = {
    type: frozenset(modes.split())
    for type, modes in {
        "AGREE": "",
        "CONSULT": "visit third-party multilateral phone",
        "SUPPORT": "",
        "CONCEDE": "",
        "COOPERATE": "",
        "AID": "",
        "RETREAT": "withdraw release disarm ceasefire access resign",
        "REQUEST": "assist change yield meet",
        "ACCUSE": "disapprove investigate allege",
        "REJECT": "assist change yield meet",
        "THREATEN": "restrict arrest relations expel territory violence",
        "PROTEST": "demo riot strike hunger boycott obstruct vandalize",
        "SANCTION": "convict expel withdraw discontinue",
        "MOBILIZE": "troops weapons police militia",
        "COERCE": "seize restrict censor curfew martial-law arrest deport withhold misinformation cyber",
        "ASSAULT": "abduct beat torture sexual targeted destroy primitive firearms explosives suicide-attack aerial "
        "drone heavy-weapons crowd-control unconventional",
    }.items()
}
"""Modes by type: tables 3.1 to 3.11 of the manual, draft 0.8 of September 2021."""

NO_COUNTRY: Mapping[str, Kind | None] = {
    "IGO": Kind.INTERGOVERNMENTAL_ORGANISATION,
    "NGO": Kind.ORGANISATION,
    "NGM": Kind.ORGANISATION,
    "MNC": Kind.ORGANISATION,
    "IMG": Kind.ARMED_GROUP,
    "INT": None,
}
"""Codes of actors that stand where others have the code of a country."""

_SINCE_2016 = {
    "DEMAND": ("REQUEST", None),
    "DISAPPROVE": ("ACCUSE", "disapprove"),
    "INVESTIGATE": ("ACCUSE", "investigate"),
    "FIGHT": ("ASSAULT", None),
}
"""Types of the draft of 2016 that are others now, with the mode that keeps their meaning."""


def is_draft(version: str) -> bool:
    """Whether a record's version is that of the draft of 2016, whose first files say 0.5b1."""
    return version.startswith(("0.", "2016"))


def codes(type: str, modes: Iterable[str], *, draft: bool = False) -> tuple[str, ...]:
    """The codes of an event, those first that a relation of ours matches: the first gives the relation.

    A type without modes is "plover-2021:CONSULT", with modes one code each: "plover-2021:CONSULT-visit". What the draft
    of 2016 calls an event is kept under its own scheme, after the type that it is now.
    """
    named = sorted({_code(m) for m in modes} - {""})
    printed = [f"{DRAFT if draft else SCHEME}:{type}{'-' if m else ''}{m}" for m in named or [""]]
    if not draft:
        return tuple(sorted(printed, key=lambda c: (not vocabulary().mapped(c), c)))
    now, mode = _SINCE_2016.get(type, (type, None))
    kept = [mode] if mode else [m for m in named if m in MODES.get(now, ())]
    return (*codes(now, kept), *printed)


def parts(code: str) -> tuple[str, str]:
    """Type and mode of a code, the mode empty where it has none."""
    type, _, mode = code.partition(":")[2].partition("-")
    return type, mode


def _code(mode: str) -> str:
    """A mode as part of a code, which holds no spaces and no colons."""
    return "_".join(mode.replace(":", " ").split())
