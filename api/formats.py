"""The formats in which a document is to be had: suffixes of addresses, media types, the Link headers between them."""

from collections.abc import Sequence

PAGE = "text/html"
FORMATS = {
    "html": PAGE, "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
}  # fmt: skip
NAMES = {"html": "HTML", "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF/XML", "json": "JSON"}
SUFFIXES = {media_type: suffix for suffix, media_type in FORMATS.items()}
RDF_TYPES = [m for m in FORMATS.values() if m != PAGE]


def alternates(address: str, *, leave_out: str = "", json: str | None = None) -> tuple[tuple[str, str, str], ...]:
    """The formats of a document whose addresses differ by suffix: address, media type, name; `json` is an API's."""
    found = [(f"{address}.{s}", m, NAMES[s]) for s, m in FORMATS.items() if m != leave_out]
    return (*found, *([(json, "application/json", "JSON")] if json else []))


def link_header(links: Sequence[tuple[str, str, str | None]]) -> str:
    """A Link header: target, relation, media type."""
    return ", ".join(f'<{target}>; rel="{rel}"' + (f'; type="{m}"' if m else "") for target, rel, m in links)
