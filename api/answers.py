"""The shape of answers: statements, entities, relations, sources and the answers to questions, as plain JSON data."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from api.texts import Texts
from graph.acting import Acting
from graph.columns import MODALITIES, OPEN_END, OPEN_START
from graph.coverage import Coverage, count_by_relation, coverage
from graph.differences import Difference
from graph.evidence import evidence
from graph.holdings import COUNTS, File, Holding, Reject
from graph.importing.records import KeptRecord
from graph.questions import Answers, Found
from graph.selection import Selection
from graph.snapshot import Snapshot
from graph.statements import Statement, StatementRef
from graph.timelines import Counts, Series
from graph.wording import in_words
from ontology import Relation, vocabulary

Json = dict[str, Any]
NO_TEXTS = Texts()


def entity_ref(snapshot: Snapshot, id: str | None) -> Json | None:
    """An entity as id and label."""
    return None if id is None else {"id": id, "label": snapshot.label(id)}


def statement_ref(snapshot: Snapshot, id: str | None) -> Json | None:
    """A statement as id and words."""
    if id is None:
        return None
    row = snapshot.columns.row(id)
    return {"id": id, "text": in_words(snapshot, row) if row is not None else ""}


def _subject(snapshot: Snapshot, entity: str | None, statement: str | None) -> Json | None:
    if statement is None:
        return entity_ref(snapshot, entity)
    ref = statement_ref(snapshot, statement) or {}
    return {"id": statement, "label": ref.get("text", ""), "kind": "statement"}


def statement_answer(snapshot: Snapshot, s: Statement, texts: Texts = NO_TEXTS) -> Json:
    """A statement whole: every field under its own name, entities as id and label, a quote where the text is there."""
    source = snapshot.sources[s.source]
    earliest, latest = s.bounds(source.published)
    relation = vocabulary().relation(s.relation)

    def refs(ids: Iterable[str]) -> list[Json | None]:
        return [entity_ref(snapshot, i) for i in ids]

    entity, nested = (None, s.subject.statement) if isinstance(s.subject, StatementRef) else (s.subject, None)
    row = snapshot.columns.row(s.id)
    return {
        "id": s.id,
        "iri": snapshot.iris.statement(s.id),
        "text": in_words(snapshot, row) if row is not None else "",
        "subject": _subject(snapshot, entity, nested),
        "relation": s.relation,
        "family": relation.family,
        "object": entity_ref(snapshot, s.object),
        "about": statement_ref(snapshot, s.about),
        "parties": refs(s.parties),
        "roles": [{"role": r.role, "entity": entity_ref(snapshot, r.entity)} for r in s.roles],
        "topic": entity_ref(snapshot, s.topic),
        "place": entity_ref(snapshot, s.place),
        "subject_as": s.subject_as,
        "object_as": s.object_as,
        "source": s.source,
        "start": s.start,
        "end": s.end,
        "record": s.record,
        "row": s.row,
        "quote": texts.quote(source, s.start, s.end),
        "attributed_to": refs(s.attributed_to),
        "modality": s.modality,
        "when": s.when,
        "when_text": s.when_text,
        "earliest": earliest,
        "latest": latest,
        "repeated": s.repeated,
        "event": s.event.model_dump() if s.event else None,
        "status": s.status,
        "note": s.note,
        "corrected_by": statement_ref(snapshot, s.corrected_by),
        "codes": list(s.codes),
        "coder": s.coder,
        "confidence": s.confidence,
        "key": s.key,
    }


def found_answer(snapshot: Snapshot, f: Found) -> Json:
    """One answer to a question."""
    answer: Json = {
        "subject": _subject(snapshot, f.subject, f.subject_statement),
        "relation": f.relation,
        "object": entity_ref(snapshot, f.object),
        "about": statement_ref(snapshot, f.about),
        "parties": [entity_ref(snapshot, p) for p in f.parties],
        "evidence": f.evidence,
        "inferred": f.inferred,
        "modalities": f.modalities,
        "disputed": f.disputed,
        "voices": [
            {
                "attributed_to": [entity_ref(snapshot, e) for e in v.attributed_to],
                "source": v.source,
                "statements": v.statements,
            }
            for v in f.voices
        ],
        "statements": list(f.statements),
        "datasets": f.datasets,
        "events": f.events,
        "events_exact": f.events_exact,
        "earliest": f.earliest,
        "latest": f.latest,
    }
    if f.sides:
        answer["sides"] = f.sides
    if f.sides_in:
        answer["sides_in"] = list(f.sides_in)
    return answer


def who_answer(
    snapshot: Snapshot, question: str, parameters: Mapping[str, Any], answers: Answers, selection: Selection,
    limit: int, offset: int = 0,
) -> Json:  # fmt: skip
    """The answer to a question: its parameters as understood, the answers, and what the graph covers."""
    page = answers.found[offset : offset + limit]
    named = [
        selection.subject,
        selection.object,
        *selection.between,
        *selection.party,
        *selection.involving,
        selection.about_subject,
    ]
    return {
        "question": question,
        "parameters": dict(parameters),
        "revision": snapshot.revision,
        "answers": [found_answer(snapshot, f) for f in page],
        "total": len(answers.found),
        "coverage": {
            "statements": len(snapshot.columns),
            "matched": answers.statements,
            "by_evidence": answers.by_evidence,
            "undated": answers.undated,
            "actors": [coverage_answer(snapshot, c) for c in coverage(snapshot, (n for n in named if n))],
        },
    }


def coverage_answer(snapshot: Snapshot, c: Coverage) -> Json:
    """What the graph holds about one actor, of one kind of evidence."""
    return {
        "entity": entity_ref(snapshot, c.entity),
        "evidence": c.evidence,
        "statements": c.statements,
        "as_subject": c.as_subject,
        "by_relation": c.by_relation,
        "about_theirs": c.about_theirs,
        "earliest": c.earliest,
        "latest": c.latest,
    }


def series_answer(series: Series) -> Json:
    """The counts of one data set over time."""
    return {"dataset": series.dataset, "evidence": series.evidence} | counts_answer(series.counts)


def counts_answer(counts: Counts) -> Json:
    """Counts over time."""
    periods = [{"period": p, "statements": n} for p, n in counts.periods.items()]
    return {"periods": periods, "spread": counts.spread, "undated": counts.undated}


def entity_summary(snapshot: Snapshot, id: str) -> Json:
    """An entity as lists show it."""
    e = snapshot.entities[id]
    return {"id": e.id, "label": e.label.text, "kind": e.kind, "aliases": [a.text for a in e.aliases]}


def entity_answer(snapshot: Snapshot, id: str) -> Json:
    """An entity whole: names, posts and holders, whom it acts for and who for it, counts by relation."""
    e = snapshot.entity(id)
    c = snapshot.columns
    number = c.entity_number.get(id)
    acting = snapshot.acting
    return {
        "id": e.id,
        "iri": snapshot.iris.entity(e.id),
        "label": e.label.text,
        "lang": e.label.lang,
        "kind": e.kind,
        "aliases": [a.model_dump() for a in e.aliases],
        "description": e.description,
        "of": entity_ref(snapshot, e.of),
        "country": entity_ref(snapshot, e.country),
        "stands_for": entity_ref(snapshot, e.stands_for),
        "closed": e.closed,
        "members": [entity_ref(snapshot, m) for m in e.members],
        "unnamed_in": e.unnamed_in,
        "codes": list(e.codes),
        "merged_into": _merged(snapshot, id),
        "merged": [_merged(snapshot, i) for i in snapshot.identities.parts.get(id, ())],
        "posts": _posts(snapshot, "subject", id),
        "holders": _posts(snapshot, "object", id),
        "acts_for": [] if number is None else _acts_for(snapshot, acting, number),
        "acted_for_by": [] if number is None else _agents(snapshot, acting, number),
        "counts": {
            "as_subject": count_by_relation(snapshot, snapshot.selector.select(Selection(subject=id, exact=True)).rows),
            "as_object": count_by_relation(snapshot, snapshot.selector.select(Selection(object=id, exact=True)).rows),
            "involving": len(snapshot.selector.select(Selection(involving=(id,), exact=True)).rows),
        },
    }


def _merged(snapshot: Snapshot, id: str) -> Json | None:
    """What a merged entity is, and the judgement by which it is merged; None of any other."""
    other = snapshot.identities.merged.get(id)
    if other is None:
        return None
    judgement = snapshot.identities.merges[id]
    told = judgement.model_dump(include={"number", "by", "why", "at"})
    return {"entity": entity_ref(snapshot, id), "into": entity_ref(snapshot, other), "judgement": told}


def _posts(snapshot: Snapshot, side: str, id: str) -> list[Json]:
    """Holdings of posts by a person, or of a post, disputed ones marked."""
    if "holds-post" not in snapshot.columns.relation_number:
        return []
    selection = Selection(relation="holds-post", exact=True, **{side: id})  # type: ignore[arg-type]
    found = []
    for s in snapshot.statements(snapshot.selector.select(selection).rows.tolist()):
        other = s.object if side == "subject" else s.subject
        earliest, latest = s.bounds(snapshot.sources[s.source].published)
        found.append(
            {"post" if side == "subject" else "holder": entity_ref(snapshot, str(other)), "statement": s.id,
             "status": s.status, "when": s.when, "earliest": earliest, "latest": latest}
        )  # fmt: skip
    return found


def _acts_for(snapshot: Snapshot, acting: Acting, number: int) -> list[Json | None]:
    ids = [snapshot.columns.entities[n] for n in acting.principals(number, OPEN_START, OPEN_END)]
    return [entity_ref(snapshot, i) for i in ids[1:]]


def _agents(snapshot: Snapshot, acting: Acting, number: int) -> list[Json | None]:
    ids = dict.fromkeys(snapshot.columns.entities[a.other] for a in acting.agents(number)[1:])
    return [entity_ref(snapshot, i) for i in ids]


def relation_answer(r: Relation) -> Json:
    """A relation with its frame."""
    f = r.frame
    return {
        "id": r.id,
        "iri": r.iri,
        "label": r.label,
        "inverse_label": r.inverse_label,
        "definition": r.definition,
        "family": r.family,
        "sign": r.sign,
        "symmetric": r.symmetric,
        "wider": list(r.wider),
        "narrower": sorted(vocabulary().narrower(r.id) - {r.id}),
        "frame": {
            "requires": sorted(f.requires),
            "requires_any": sorted(f.requires_any),
            "parties_for": sorted(f.parties_for),
            "permits": sorted(f.permits),
            "roles": sorted(f.roles),
            "subject_kinds": sorted(f.subject_kinds),
            "object_kinds": sorted(f.object_kinds),
            "party_kinds": sorted(f.party_kinds),
        },
        "close_match": list(r.close_match),
        "broad_match": list(r.broad_match),
    }


def source_answer(snapshot: Snapshot, id: str) -> Json:
    """A source with the number of its statements by modality."""
    c = snapshot.columns
    number = c.source_number.get(id)
    counts: dict[str, int] = {}
    if number is not None:
        values, sizes = np.unique(c.modality[c.source == number], return_counts=True)
        counts = {MODALITIES[v]: n for v, n in zip(values.tolist(), sizes.tolist(), strict=True)}
    source = snapshot.source(id)
    return source.model_dump() | {
        "evidence": evidence(source),
        "iri": snapshot.iris.source(id),
        "statements": sum(counts.values()),
        "modalities": counts,
    }


def record_answer(record: KeptRecord) -> Json:
    """The record of an imported file."""
    return {
        "statement": record.statement,
        "source": record.source.id,
        "dataset": record.source.collection,
        "file": record.source.file,
        "format": record.format,
        "number": record.number,
        "fields": record.fields,
    } | bytes_answer(record.raw)


def bytes_answer(raw: bytes) -> Json:
    """Bytes as text, in base 64 where they are not UTF-8."""
    try:
        return {"text": raw.decode("utf-8"), "base64": None}
    except UnicodeDecodeError:
        return {"text": None, "base64": base64.b64encode(raw).decode()}


def holding_summary(h: Holding) -> Json:
    """A data set as lists show it."""
    return {
        "id": h.id,
        "evidence": list(h.statements),
        "formats": h.formats,
        "licences": list(dict.fromkeys(s.licence for s in h.sources if s.licence)),
        "earliest": h.earliest,
        "latest": h.latest,
        "sources": len(h.sources),
        "entities": h.entities,
        "statements": h.statements,
        "records": h.counts or None,
    }


def holding_answer(h: Holding) -> Json:
    """A data set whole: its files, and what became of their records."""
    return holding_summary(h) | {
        "coders": list(dict.fromkeys(s.coder for s in h.sources if s.coder)),
        "publishers": list(dict.fromkeys(s.publisher for s in h.sources if s.publisher)),
        "files": [_file(f) for f in h.files],
        "unmapped_codes": h.unmapped_codes,
        "reasons": h.reasons,
    }


def _file(f: File) -> Json:
    counts = {name: getattr(f.report, name) for name in COUNTS} if f.report else None
    return {
        "source": f.source.id,
        "title": f.source.title,
        "kind": f.source.kind,
        "evidence": evidence(f.source),
        "file": f.source.file,
        "sha256": f.source.sha256,
        "licence": f.source.licence,
        "format": f.report.format if f.report else None,
        "earliest": f.earliest,
        "latest": f.latest,
        "covers": f.source.covers,
        "statements": f.statements,
        "records": counts,
        "other_encoding": f.report.other_encoding if f.report else None,
    }


def reject_answer(r: Reject) -> Json:
    """A record that became no statement."""
    return {"source": r.source, "file": r.file, "number": r.number, "reason": r.reason} | bytes_answer(r.raw)


def difference_answer(d: Difference) -> Json:
    """One difference between two revisions."""
    fields = {name: {"before": before, "after": after} for name, (before, after) in d.fields.items()}
    return {"change": d.change, "id": d.id, "text": d.text, "fields": fields}
