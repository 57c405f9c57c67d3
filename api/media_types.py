"""Media types in headers: what a client accepts (RFC 9110, section 12.5), and what a body is said to be."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers

from api.errors import Problem, shortened

_QUOTED = r'"(?:\\.|[^"\\])*"'
_ELEMENT = re.compile(rf"(?:{_QUOTED}|[^,])+")
_PIECE = re.compile(rf"(?:{_QUOTED}|[^;])+")
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_WEIGHT = re.compile(r"0?\.\d+|0|1|1\.0*|0\.")


@dataclass(frozen=True)
class MediaType:
    """A media type, or a range of them, in lower case, and its parameters."""

    type: str
    parameters: dict[str, str]


def read_media_type(text: str) -> MediaType | None:
    """What a header's value says; None where it says no media type.

    >>> read_media_type('Text/Turtle; charset="UTF-8"')
    MediaType(type='text/turtle', parameters={'charset': 'UTF-8'})
    """
    first, *rest = _PIECE.findall(text) or [""]
    main, slash, sub = first.strip().lower().partition("/")
    if not (slash and _TOKEN.fullmatch(main) and _TOKEN.fullmatch(sub)):
        return None
    parameters: dict[str, str] = {}
    for piece in rest:
        name, _, value = piece.strip().partition("=")
        if value.startswith('"') and value.endswith('"') and len(value) > 1:
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        parameters.setdefault(name.strip().lower(), value.strip())
    return MediaType(f"{main}/{sub}", parameters)


def accepted(headers: Headers) -> str | None:
    """The request's Accept header, of which there may be several."""
    return ", ".join(headers.getlist("accept")) or None


def negotiate(accept: str | None, offers: Sequence[str]) -> str:
    """The offer that the header prefers; among equals the one that it names most exactly, then the first.

    The most specific range that fits an offer decides on its weight. A range that cannot be read is passed over, as
    servers do, and parameters other than the weight are not compared. Raises Problem 406 where nothing fits.
    """
    if accept is None or not accept.strip():
        return offers[0]
    ranges = [r for element in _ELEMENT.findall(accept) if (r := _range(element))]
    best, best_rank = None, (0.0, 0)
    for offer in offers:
        main = offer.partition("/")[0]
        fitting = [(("*/*", f"{main}/*", offer).index(r), q) for r, q in ranges if r in ("*/*", f"{main}/*", offer)]
        if not fitting:
            continue
        exactness, weight = max(fitting)
        if weight > 0 and (weight, exactness) > best_rank:
            best, best_rank = offer, (weight, exactness)
    if best is None:
        raise Problem(
            406,
            f"nothing here is {shortened(accept)!r}; offered are {', '.join(offers)}",
            headers={"Vary": "Accept"},
            offers=list(offers),
        )
    return best


def _range(element: str) -> tuple[str, float] | None:
    # Java's own client sends "*; q=.2".
    element = re.sub(r"^\s*\*\s*(?=;|$)", "*/*", element)
    found = read_media_type(element)
    if found is None:
        return None
    weight = found.parameters.get("q", "1")
    return (found.type, float(weight)) if _WEIGHT.fullmatch(weight) else None
