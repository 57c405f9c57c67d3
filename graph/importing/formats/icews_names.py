"""Names of actors as ICEWS writes them: "Police (Norland)" are of Norland, "Norland" and "Ada Norn" stand alone."""

import re
from collections.abc import Sequence

from graph.importing.events import Mention
from ontology import Kind

_OF = re.compile(r"(?P<agent>.+) \((?P<of>(?:[^()]|\([^()]*\))+)\)")
"""The last parenthesis, which may hold one: "Priest (Holy See (Vatican City State))"."""
_BODIES = frozenset(
    {
        "Air Force", "Army", "Assemblies", "Cabinet / Council of Ministers / Advisors", "Coast Guard", "Congress",
        "Constitutional Court", "Domestic Affairs", "Election Commission", "Foreign Affairs", "Government",
        "House of Representatives", "Human Rights Commission", "Interim Government", "Legislature", "Military",
        "Ministry", "Naval", "Navy", "Oversight Court", "Police", "Public Courts", "Representatives",
        "Royal Administration", "Senate", "Special Court",
    }
)  # fmt: skip
_DEPARTMENT = re.compile(r"\b(?:Ministry|Ministery|Department)\b")
_POPULATIONS = frozenset(("Citizen", "Population"))
_NOBODY = "Unspecified Actor"
_INTERGOVERNMENTAL = "International Government Organization"


def icews_mention(name: str, sectors: Sequence[str] = (), country: str | None = None) -> Mention:
    """An actor by its name. What the parenthesis names is its country where none is given: mostly it is one.

    ICEWS gives a person every sector of a whole career, so that sectors tell no kind, except that an intergovernmental
    organisation without a country is one itself, where a person who serves it has a country. Words that may mean one
    or many ("Lawyer/Attorney (Norland)") leave the kind open. "Unspecified Actor" is nobody in particular.
    """
    if name == _NOBODY:
        return Mention("")
    found = _OF.fullmatch(name)
    agent = found["agent"] if found else ""
    kind = None
    if agent in _BODIES or _DEPARTMENT.search(agent):
        kind = Kind.GOVERNMENT_BODY
    elif agent in _POPULATIONS:
        kind = Kind.POPULATION
    elif agent == "Head of Government":
        kind = Kind.POST
    elif _INTERGOVERNMENTAL in sectors and country is None and not found:
        kind = Kind.INTERGOVERNMENTAL_ORGANISATION
    return Mention(name, kind, country or (found["of"] if found else None))
