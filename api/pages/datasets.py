"""Pages about data sets: what each is, what became of its records, and those that became no statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from api.pages.html import Html, el, join, link, pairs, table
from graph.evidence import Evidence
from graph.holdings import COUNTS, Holding

EVIDENCE = {Evidence.CLAIM: "curated claims", Evidence.EVENT: "coded events", Evidence.AGREEMENT: "from agreements"}
"""What statements of each kind are."""


def datasets_page(shown: Iterable[Holding], following: str | None) -> Html:
    """Data sets, one a line."""
    rows: list[tuple[object, ...]] = [
        (link(address(h), h.id), _statements(h), _period(h), len(h.sources), *_counts(h.counts)) for h in shown
    ]
    return join(
        el("h1", "Data sets"),
        el("p", "What each holds, by what it is evidence of; these are never added up.", class_="lead"),
        table(("data set", "statements", "period", "sources", *COUNTS), rows),
        el("p", link(f"/datasets?cursor={following}", "more")) if following else "",
    )


def dataset_page(h: Holding) -> Html:
    """One data set, with its files."""
    licences = list(dict.fromkeys(s.licence for s in h.sources if s.licence))
    declared = any(f.source.covers for f in h.files)
    files: list[tuple[object, ...]] = [
        (
            link(f"/id/source/{quote(f.source.id)}", f.source.title), f"{f.statements:,}",
            _days(f.earliest, f.latest), *([f.source.covers or ""] if declared else []),
            *_counts({n: getattr(f.report, n) for n in COUNTS} if f.report else {}),
        )
        for f in h.files
    ]  # fmt: skip
    head = ("file", "statements", "tells of", *(["declared to cover"] if declared else []), *COUNTS)
    return join(
        el("h1", h.id),
        pairs(
            ("what it is", "; ".join(h.formats.values()) or ", ".join(sorted({s.kind for s in h.sources}))),
            ("licence note", "; ".join(licences)),
            ("publisher", ", ".join(dict.fromkeys(s.publisher for s in h.sources if s.publisher))),
            ("coded by", ", ".join(dict.fromkeys(s.coder for s in h.sources if s.coder))),
            ("statements", _statements(h)),
            ("tells of", _period(h)),
            ("entities", f"{h.entities:,} described" if h.entities else None),
            ("ask", join(
                link(f"/timeline?{urlencode({'dataset': h.id})}", "timeline"), "; ",
                link(f"/statements?{urlencode({'dataset': h.id})}", "statements"),
            ) if h.sources else None),
        ),
        el("h2", "Files"),
        table(head, files),
        el("p", "Records read are stored, repeated or rejected.", class_="soft") if h.reports else "",
        _listed("Codes for which only a wider relation stands", ("code", "records"), h.unmapped_codes),
        _listed("Why records were rejected", ("reason", "records"), h.reasons),
        el("p", link(f"{address(h)}/rejects", "The rejected records")) if h.counts.get("rejected") else "",
    )  # fmt: skip


def rejects_page(h: Holding, items: Sequence[Mapping[str, Any]], total: int, following: str | None) -> Html:
    """Records that became no statement."""
    rows: list[tuple[object, ...]] = [
        (i["file"], i["number"], i["reason"], el("code", i["text"] if i["text"] is not None else i["base64"]))
        for i in items
    ]
    return join(
        el("h1", "Rejected records of ", link(address(h), h.id)),
        el("p", f"{total:,} records became no statement. Bytes that are not UTF-8 are in base 64.", class_="lead"),
        table(("file", "record", "reason", "bytes"), rows),
        el("p", link(f"{address(h)}/rejects?cursor={following}", "more")) if following else "",
    )


def address(h: Holding) -> str:
    """The path of its page."""
    return f"/datasets/{quote(h.id, safe='')}"


def _listed(title: str, head: tuple[str, str], counts: Mapping[str, int]) -> Html:
    rows: list[tuple[object, ...]] = [(what, f"{n:,}") for what, n in counts.items()]
    return join(el("h2", title), table(head, rows)) if rows else Html()


def _statements(h: Holding) -> str:
    return ", ".join(f"{n:,} {EVIDENCE[kind]}" for kind, n in h.statements.items())


def _counts(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(f"{counts[name]:,}" if counts else "" for name in COUNTS)


def _period(h: Holding) -> Html | str:
    return _days(h.earliest, h.latest)


def _days(earliest: object, latest: object) -> Html | str:
    if not (earliest or latest):
        return ""
    if earliest == latest:
        return el("time", earliest)
    return join(el("time", earliest or "…"), " to ", el("time", latest or "…"))
