"""Accept header to media type."""

import re
from collections.abc import Sequence

from api.errors import Problem

_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*(;.*)?", re.ASCII)
_Q = re.compile(r";\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.I)


def negotiate(accept: str | None, offers: Sequence[str]) -> str:
    """The offer that the header prefers; the first one where it says nothing or all are equal.

    A range that cannot be read is passed over, as servers do. Raises Problem 406 where nothing fits.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges: list[tuple[str, str, float]] = []
    for part in accept.split(","):
        if match := _RANGE.fullmatch(part):
            quality = _Q.search(match[3] or "")
            ranges.append((match[1].lower(), match[2].lower(), float(quality[1]) if quality else 1.0))
    best, best_quality = None, 0.0
    for offer in offers:
        main, _, sub = offer.partition("/")
        # The most specific range that fits an offer decides on its quality.
        fitting = [((m != "*") + (s != "*"), q) for m, s, q in ranges if m in (main, "*") and s in (sub, "*")]
        quality_of_offer = max(fitting)[1] if fitting else 0.0
        if quality_of_offer > best_quality:
            best, best_quality = offer, quality_of_offer
    if best is None:
        raise Problem(406, f"nothing here is {accept!r}; offered are {', '.join(offers)}", offers=list(offers))
    return best
