"""One line for each write, done or refused: who wrote what and what came of it, never the token nor what was sent."""

import logging
from collections.abc import Mapping, Sequence

from api.errors import shortened

log = logging.getLogger("tertius.audit")
_MOST_GRAPHS = 20


def note(who: str | None, kind: str, status: int, graphs: Sequence[str], counts: Mapping[str, int]) -> None:
    """Writes the line. `who` is the name of the token, None where there was none of ours."""
    named = [shortened(g, 500) for g in graphs[:_MOST_GRAPHS]]
    log.log(
        logging.INFO if status < 400 else logging.WARNING,
        "write",
        extra={"who": who, "kind": kind, "status": status, "graphs": named, **counts},
    )
