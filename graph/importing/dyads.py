"""Events as tables in CAMEO's codes have them: a code, a source and a target."""

from graph.importing.codes import CAMEO
from graph.importing.events import Event, Mention

MEDIATE = "045"


def dyad(
    code: str,
    source: Mention | None,
    target: Mention | None,
    *,
    when: str,
    record: str | None = None,
    telling: str | None = None,
) -> Event:
    """The event of a row. Of a mediation the source is the mediator and the target is one of the sides."""
    mediated = code == MEDIATE and target is not None
    return Event(
        codes=(f"{CAMEO}:{code}",),
        record=record,
        when=when,
        subject=source,
        object=None if mediated else target,
        parties=(target,) if mediated and target else (),
        telling=telling,
    )
