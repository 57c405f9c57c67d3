"""Names that can only be those of states: to tell a list of states from a name with commas in it."""

import re

from graph.importing.countries import countries

_FORM = re.compile(
    r"(?:the )?(?:governments? of )?(?:the )?(?:(?:federal |democratic |islamic |arab |socialist |people's )*"
    r"(?:republic|kingdom|state|federation) of )?(?:the )?",
    re.IGNORECASE,
)


def is_state(name: str) -> bool:
    """Whether a name is that of a country of the table or of its government, in English, with or without its form.

    >>> is_state("The Republic of Armenia"), is_state("Bosnia and Herzegovina"), is_state("Ada Norn, Norland's envoy")
    (True, True, False)
    """
    name = name.strip()
    form = _FORM.match(name)
    return bool(countries().candidates(name) or (form and countries().candidates(name[form.end() :])))
