"""Pages about one thing: a statement told in words, an entity with what is said of it, sources, words, graphs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from api import answers
from api.pages.html import Html, el, join, link, pairs, table
from api.texts import Texts
from graph.columns import Rows
from graph.contradictions import contradictions_of
from graph.descriptions import licence_iri
from graph.documents import STATEMENTS_TOLD, referring, rows_about, rows_of_relation, rows_of_source
from graph.identities import Judgement, told
from graph.snapshot import Snapshot
from graph.wording import in_words
from ontology import PREFIXES, Status, vocabulary

Json = Mapping[str, Any]


def thing_page(snapshot: Snapshot, kind: str, id: str, texts: Texts) -> tuple[str, Html]:
    """Title and body of the page about a thing that is there."""
    match kind:
        case "statement":
            return _statement(snapshot, id, texts)
        case "entity":
            return _entity(snapshot, id)
        case "source":
            return _source(snapshot, id)
        case "judgement":
            return _judgement(snapshot, id)
        case "relation":
            return _relation(snapshot, id)
        case "graph":
            return _graph(snapshot, id)
        case _:
            return _word(kind, id)


def entity(ref: Json | None) -> Html | None:
    """A link to an entity."""
    if ref is None:
        return None
    if ref.get("kind") == "statement":
        return link(f"/id/statement/{ref['id']}", f"that {ref['label']}")
    return link(f"/id/entity/{quote(ref['id'])}", ref["label"]) if ref["id"] != "unspecified" else el("em", "somebody")


def _entities(refs: Iterable[Json | None]) -> Html:
    return join(*(entity(r) for r in refs if r), between=", ")


def _relation_link(id: str) -> Html:
    return link(f"/id/relation/{id}", vocabulary().relation(id).label)


def _word_link(section: str, id: str) -> Html:
    return link(f"/ontology#{section}-{id}", id)


def statement_line(snapshot: Snapshot, row: int) -> Html:
    """A statement in one line: its words, who says so, whether it stands."""
    c = snapshot.stated
    speakers = [snapshot.label(c.entities[e]) for e in c.chains[c.speakers[row]]]
    status = tuple(Status)[c.status[row]]
    return join(
        link(f"/id/statement/{c.id(row)}", in_words(snapshot, row)),
        el("span", f", according to {', according to '.join(reversed(speakers))}", class_="soft") if speakers else "",
        join(" ", el("span", status, class_="mark")) if status != "active" else "",
    )


def _statements(snapshot: Snapshot, rows: Rows, query: Mapping[str, str], grouped: bool = False) -> Html:
    """The first statements, by relation where `grouped`, with where to find the others."""
    shown = rows[:STATEMENTS_TOLD].tolist()
    c = snapshot.columns
    groups: dict[str, list[int]] = {}
    for row in shown:
        groups.setdefault(c.relations[c.relation[row]] if grouped else "", []).append(row)
    rest = link(f"/statements?{urlencode(query)}", f"all {len(rows)} as data")
    return join(
        el("h2", "Statements"),
        el("p", f"{len(shown)} of {len(rows)}; " if len(shown) < len(rows) else "", rest, ".", class_="soft")
        if len(rows)
        else el("p", "None. That is not a “no”: the graph knows of none.", class_="soft"),
        *(
            join(
                el("h3", _relation_link(relation)) if relation else "",
                el("ul", *(el("li", statement_line(snapshot, r)) for r in those)),
            )
            for relation, those in groups.items()
        ),
    )


# Statements

_STATUS_WORDS = {
    "retracted": "RETRACTED. This statement has been withdrawn or replaced. It is kept so that what cites it resolves.",
    "disputed": "DISPUTED. The source says so, but the source, or another, contradicts it.",
}


def _statement(snapshot: Snapshot, id: str, texts: Texts) -> tuple[str, Html]:
    s = answers.statement_answer(snapshot, snapshot.statement(id), texts)
    v = vocabulary()
    relation = v.relation(s["relation"])
    source = snapshot.source(s["source"])
    source_link = link(f"/id/source/{source.id}", source.title)
    corrects = [i for i in referring(snapshot, id) if snapshot.statement(i).corrected_by == id]
    speaking = [i for i in referring(snapshot, id) if i not in corrects]
    title = s["text"]
    body = join(
        el("p", "Statement", class_="soft"),
        el("h1", title),
        _warning(snapshot, s),
        el("p", _said(s, source_link), class_="lead"),
        el("blockquote", f"“{s['quote']}”") if s["quote"] else "",
        el("h2", "What is said"),
        pairs(
            ("who", join(entity(s["subject"]), _words_used(s["subject_as"]))),
            ("does what", join(_relation_link(relation.id), el("span", f" – {relation.definition}", class_="soft"))),
            ("to whom or what", join(entity(s["object"]), _words_used(s["object_as"]))),
            ("about", _statement_ref(s["about"])),
            ("between", _entities(s["parties"])),
            *((r["role"], entity(r["entity"])) for r in s["roles"]),
            ("topic", entity(s["topic"])),
            ("place", entity(s["place"])),
            ("when", _when(s)),
            ("how often", "An unknown number of times." if s["repeated"] else None),
            ("event", join(link(f"/statements?{urlencode({'event': s['event']['id']})}", s["event"]["id"]), el("span",
                " – statements that tell of the same event share this name", class_="soft")) if s["event"] else None),
        ),
        el("h2", "Who says so, and how"),
        pairs(
            ("source", source_link),
            ("place in it", _place(s)),
            ("as the file has it", link(f"/statements/{id}/record", "the record") if source.kept_as else None),
            ("speakers", _chain(s)),
            ("modality", join(_word_link("modality", s["modality"]), f" – {v.modalities[s['modality']].definition}")),
            ("status", join(_word_link("status", s["status"]), f" – {v.statuses[s['status']].definition}")),
            ("note", s["note"]),
            ("coded by", s["coder"]),
            ("confidence", s["confidence"]),
            ("outside codes", _codes(s["codes"])),
            ("licence", _licence(source.licence)),
        ),
        _list("Corrects", (_by_id(snapshot, i) for i in corrects)),
        _list("Spoken of in", (_by_id(snapshot, i) for i in speaking)),
        _list(
            "Contradictions",
            (
                join(c.reason.rstrip("."), ": ", _others(snapshot, c.statements, id))
                for c in contradictions_of(snapshot, id)
            ),
        ),
    )  # fmt: skip
    return title, body


def _warning(snapshot: Snapshot, s: Json) -> Html | None:
    if s["status"] == "active":
        return None
    correction = s["corrected_by"]
    return el(
        "p", _STATUS_WORDS[s["status"]], f" {s['note']}" if s["note"] else "",
        join(" See instead: ", _by_id(snapshot, correction["id"])) if correction else "", class_="warn", role="alert",
    )  # fmt: skip


def _said(s: Json, source: Html) -> Html:
    speakers = s["attributed_to"]
    if s["modality"] == "coded":
        return join("A record of ", source, " says so; who said it first is not known.")
    if not speakers:
        return join("The source says so itself: ", source, ".")
    first, *others = speakers
    chain = join(entity(first), " says", *(join(" that ", entity(o), " says") for o in others), " so")
    return join(chain, ", as told by ", source, ". The source does not vouch for it.")


def _words_used(words: str | None) -> Html | None:
    return el("span", f" (in the source: “{words}”)", class_="soft") if words else None


def _when(s: Json) -> Html | None:
    bounds = [str(s[name]) if s[name] else "…" for name in ("earliest", "latest")]
    window = f" (between {bounds[0]} and {bounds[1]})" if s["earliest"] or s["latest"] else ""
    if not (s["when"] or s["when_text"]):
        return el("span", "The source does not say.", class_="soft")
    words = f"“{s['when_text'].partition(';')[0]}”" if s["when_text"] else ""
    return join(s["when"], ", " if s["when"] and words else "", words, el("span", window, class_="soft"))


def _place(s: Json) -> str:
    if s["record"]:
        return f"record {s['record']}" + (f", row {s['row']}" if s["row"] else "")
    return f"characters {s['start']} to {s['end']}"


def _chain(s: Json) -> Html:
    if not s["attributed_to"]:
        return el("span", "none: the source itself", class_="soft")
    return el("ol", *(el("li", entity(e)) for e in s["attributed_to"]))


def _statement_ref(ref: Json | None) -> Html | None:
    return link(f"/id/statement/{ref['id']}", ref["text"]) if ref else None


def _by_id(snapshot: Snapshot, id: str) -> Html:
    row = snapshot.columns.row(id)
    return statement_line(snapshot, row) if row is not None else Html()


def _others(snapshot: Snapshot, ids: Iterable[str], id: str) -> Html:
    return join(*(_by_id(snapshot, i) for i in ids if i != id), between="; ")


def _list(heading: str, items: Iterable[Html]) -> Html | None:
    found = [el("li", i) for i in items]
    return join(el("h2", heading), el("ul", *found)) if found else None


def _codes(codes: Iterable[str]) -> Html:
    schemes = vocabulary().schemes

    def shown(code: str) -> Html:
        scheme, _, value = code.partition(":")
        return link(f"/id/scheme/{scheme}/{quote(value)}", code) if scheme in schemes else el("code", code)

    return join(*map(shown, codes), between=", ")


def _licence(words: str | None) -> Html:
    if words is None:
        return el("span", "not known", class_="soft")
    address = licence_iri(words)
    return link(address, words) if address else join(words)


# Entities


def _entity(snapshot: Snapshot, id: str) -> tuple[str, Html]:
    e = answers.entity_answer(snapshot, id)
    kind = vocabulary().kinds[e["kind"]]
    aliases = join(*(el("span", a["text"], lang=a["lang"]) for a in e["aliases"]), between=", ")
    body = join(
        el("p", _word_link("kind", kind.id), f" – {kind.definition}", class_="soft"),
        el("h1", e["label"], lang=e["lang"]),
        _merged(e["merged_into"]),
        el("p", e["description"], class_="lead") if e["description"] else "",
        pairs(
            ("also called", aliases),
            ("belongs to", entity(e["of"])),
            ("country", entity(e["country"])),
            ("may stand for", entity(e["stands_for"])),
            ("members", _entities(e["members"])),
            ("unnamed in", link(f"/id/source/{e['unnamed_in']}", e["unnamed_in"]) if e["unnamed_in"] else None),
            ("codes", join(*(el("code", c) for c in e["codes"]), between=", ")),
            ("acts for", _entities(e["acts_for"])),
            ("acted for by", _entities(e["acted_for_by"])),
        ),
        _list("Who is whom", map(_judged, snapshot.identities.about(id))),
        _holdings("Posts", e["posts"], "post"),
        _holdings("Holders", e["holders"], "holder"),
        _statements(snapshot, rows_about(snapshot, id), {"involving": id, "exact": "true"}, grouped=True),
    )
    return e["label"], body


def _merged(merged: Json | None) -> Html | None:
    if merged is None:
        return None
    judged = merged["judgement"]
    reason = link(f"/id/judgement/{judged['number']}", f"{judged['by']}: {judged['why']}")
    return el("p", "Is ", entity(merged["into"]), ", and counted with it. ", reason, class_="warn")


def _judged(j: Judgement) -> Html:
    return join(link(f"/id/judgement/{j.number}", told(j)), f" – {j.by}: {j.why}")


def _judgement(snapshot: Snapshot, id: str) -> tuple[str, Html]:
    found = {str(j.number): j for j in snapshot.identities.judgements}
    j = found[id]
    withdrawn = next((other for other in found.values() if other.withdraws == j.number), None)

    def named(entity_id: str | None) -> Html | None:
        return entity(answers.entity_ref(snapshot, entity_id))

    body = join(
        el("p", f"Judgement {id} of who is whom", class_="soft"),
        el("h1", told(j)),
        pairs(
            ("entity", named(j.entity)),
            ("is", named(j.read_as)),
            ("withdraws", link(f"/id/judgement/{j.withdraws}", told(found[str(j.withdraws)])) if j.withdraws else None),
            ("judged by", j.by),
            ("because", j.why),
            ("at", j.at.isoformat()),
            ("withdrawn", link(f"/id/judgement/{withdrawn.number}", f"{withdrawn.by}: {withdrawn.why}")
             if withdrawn else "no"),
        ),
        _list("Only in", (_by_id(snapshot, i) for i in j.statements if snapshot.stated.row(i) is not None)),
    )  # fmt: skip
    return told(j), body


def _holdings(heading: str, holdings: list[Json], name: str) -> Html | None:
    rows: list[tuple[object, ...]] = [
        (
            entity(h[name]), str(h["earliest"] or ""), str(h["latest"] or ""),
            el("span", h["status"], class_="mark") if h["status"] != "active" else "",
            link(f"/id/statement/{h['statement']}", "statement"),
        )
        for h in holdings
    ]  # fmt: skip
    return join(el("h2", heading), table((name, "from", "to", "", "says so"), rows)) if rows else None


# Sources, words and graphs


def _source(snapshot: Snapshot, id: str) -> tuple[str, Html]:
    s = answers.source_answer(snapshot, id)
    modalities = [(_word_link("modality", m), n) for m, n in s["modalities"].items()]
    derived = s["derived_from"]
    body = join(
        el("p", f"Source: {s['kind']}", class_="soft"),
        el("h1", s["title"]),
        pairs(
            ("publisher", s["publisher"] or el("span", "not known", class_="soft")),
            ("published", s["published"] or el("span", "not known", class_="soft")),
            ("retrieved", s["retrieved"]),
            ("tells all of", s["covers"]),
            ("language", s["language"]),
            ("licence", _licence(s["licence"])),
            ("derived from", link(f"/id/source/{derived}", derived) if derived else None),
            ("note", s["note"]),
            ("length", f"{s['length']} characters" if s["length"] is not None else None),
            ("SHA-256", el("code", s["sha256"]) if s["sha256"] else None),
            ("data set", link(f"/datasets/{quote(s['dataset'], safe='')}", s["dataset"]) if s["dataset"] else None),
        ),
        el("h2", "How its claims are made"),
        table(("modality", "statements"), list(modalities)),
        _statements(snapshot, _by_place(snapshot, rows_of_source(snapshot, id)), {"source": id}),
    )
    return s["title"], body


def _by_place(snapshot: Snapshot, rows: Rows) -> Rows:
    """The rows of a source that is not too long to be sorted, in the order of its text."""
    if len(rows) > STATEMENTS_TOLD:
        return rows
    found = snapshot.statements(rows.tolist())
    order = sorted(range(len(rows)), key=lambda n: (found[n].start or 0, found[n].end or 0, found[n].id))
    return rows[order]


def _relation(snapshot: Snapshot, id: str) -> tuple[str, Html]:
    r = answers.relation_answer(vocabulary().relation(id))
    frame = r["frame"]
    body = join(
        el("p", "Relation of the family ", _word_link("family", r["family"]), class_="soft"),
        el("h1", r["label"]),
        el("p", r["definition"], class_="lead"),
        pairs(
            ("the other way", r["inverse_label"]),
            ("wider", join(*(_relation_link(w) for w in r["wider"]), between=", ")),
            ("narrower", join(*(_relation_link(n) for n in r["narrower"]), between=", ")),
            ("frame", link(f"/id/frame/{vocabulary().relation(id).frame.id}", vocabulary().relation(id).frame.label)),
            ("must have", ", ".join(frame["requires"])),
            ("one of", ", ".join(frame["requires_any"])),
            ("parties may stand for", ", ".join(frame["parties_for"])),
            ("may have", ", ".join([*frame["permits"], *frame["roles"]])),
            ("the same as", _codes(r["close_match"])),
            ("part of", _codes(r["broad_match"])),
            ("in the vocabulary", link(f"/ontology#relation-{id}", f"r:{id}")),
        ),
        _statements(snapshot, rows_of_relation(snapshot, id), {"relation": id}),
    )
    return r["label"], body


def _word(kind: str, id: str) -> tuple[str, Html]:
    v = vocabulary()
    if kind == "frame":
        relations = [r for r in v.relations.values() if r.frame.id == id]
        frame = relations[0].frame if relations else None
        title = frame.label if frame else id
        rest = pairs(
            ("must have", ", ".join(sorted(frame.requires))),
            ("one of", ", ".join(sorted(frame.requires_any))),
            ("parties may stand for", ", ".join(sorted(frame.parties_for))),
            ("may have", ", ".join(sorted(frame.permits | frame.roles))),
            ("relations", join(*(_relation_link(r.id) for r in relations), between=", ")),
        ) if frame else Html()  # fmt: skip
        return title, join(
            el("p", "Frame: what a statement of these relations takes", class_="soft"), el("h1", title), rest
        )
    scheme, slash, code = id.partition("/")
    curie = f"{scheme}:{code}"
    if not slash:
        mapped = sorted({c for r in v.relations.values() for c in (*r.close_match, *r.broad_match)})
        codes = _codes(c for c in mapped if c.startswith(curie))
        return scheme, join(
            el("p", "Scheme of codes", class_="soft"), el("h1", scheme), pairs(("codes used here", codes))
        )
    matches: list[tuple[str, Callable[[Any], tuple[str, ...]]]] = [
        ("the same as", lambda r: r.close_match), ("wider than", lambda r: r.broad_match),
    ]  # fmt: skip
    rows = [
        (h, join(*(_relation_link(r.id) for r in v.relations.values() if curie in of(r)), between=", "))
        for h, of in matches
    ]
    scheme_row = ("scheme", link(f"/id/scheme/{scheme}", scheme))
    return curie, join(el("p", "Code of an outside scheme", class_="soft"), el("h1", curie), pairs(*rows, scheme_row))


_GRAPHS = {
    "entities": "Entities with their names, kinds and codes.",
    "identities": "Who is whom: judgements with their authors and reasons, and who is merged into whom by them.",
    "edges": "Plain edges: what active statements assert or presuppose in their source's own voice. Derived.",
    "ontology": "A copy of the vocabulary.",
    "service": "The description of all this, the prefixes and the example queries. Derived.",
}


def _graph(snapshot: Snapshot, id: str) -> tuple[str, Html]:
    iri = f"{snapshot.iris.base}graph/{id}"
    query = urlencode({"query": f"SELECT * {{ GRAPH <{iri}> {{ ?subject ?predicate ?object }} }} LIMIT 100"})
    body = join(
        el("p", "Named graph", class_="soft"),
        el("h1", id),
        el("p", _GRAPHS.get(id, ""), class_="lead"),
        pairs(
            ("IRI", el("code", iri)),
            ("triples", snapshot.store.size(iri)),
            ("look", link(f"/query?{query}", "query it")),
        ),
    )
    return id, body


def local(iri: str, base: str) -> str:
    """Where an IRI answers on this host: what the store or the vocabulary names, the service tells of."""
    for ours in (base, PREFIXES["r"].removesuffix("id/relation/")):
        if iri.startswith(ours):
            return "/" + iri.removeprefix(ours)
    return iri
