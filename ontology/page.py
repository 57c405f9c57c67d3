"""The vocabulary as a page to read: `python -m ontology.page [folder]` writes it, `--check` only compares."""

import argparse
import sys
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, URIRef

from ontology.prefixes import ONTOLOGY, PREFIXES, compact
from ontology.terms import T
from ontology.vocabulary import STATEMENT, Frame, Relation, Term, Vocabulary, vocabulary

ABSENT = "–"
SIGNS = {None: "", -1: "against (−1)", 0: "neither (0)", 1: "for (+1)"}
INTRODUCTIONS = {
    "kinds": "What an entity is. The word is used in files and over HTTP, the class in RDF.",
    "classes": "What kinds have in common, what statements are made of, and the one individual that is nobody.",
    "slots": "The places of a statement that a relation's frame requires or permits. A place may always be given.",
    "roles": "Further participants. A frame names the roles that it permits.",
    "modalities": "How a claim is made, one word a statement. Where several fit, the last in this order.",
    "statuses": "Whether a statement stands.",
    "families": "Relations that one question asks for together.",
    "frames": "Which slots and roles a statement takes, of which kinds; of those under “one of” one must be.",
    "properties": "What is written in RDF beside slots, roles and relations, by what it describes.",
    "schemes": "Outside lists of codes, each in one version. Codes are text: 010 is not 10.",
    "prefixes": "Short forms of IRIs in this page and in queries.",
}


class Property(NamedTuple):
    """A property of tertius.ttl that is neither a slot nor a role."""

    curie: str
    describes: str
    definition: str
    matches: str


def summary(v: Vocabulary) -> str:
    """One sentence that counts what there is."""
    return (
        f"{len(v.relations)} relations in {len(v.families)} families, {len(v.kinds)} kinds of entities, "
        f"{len(v.roles)} roles and {len(v.modalities)} modalities."
    )


def title(v: Vocabulary) -> tuple[str, str, str]:
    """Title, description and version as the ontology declares them."""

    def text(predicate: URIRef) -> str:
        return str(v.graph.value(URIRef(ONTOLOGY.rstrip("#")), predicate) or "")

    return text(DCTERMS.title), text(DCTERMS.description), text(OWL.versionInfo)


def by_family(v: Vocabulary) -> list[tuple[Term, list[Relation]]]:
    """Each family with its relations: wider ones before their narrower ones, else by id."""
    order = {r: (len(v.wider(r)), r) for r in v.relations}
    return [
        (family, sorted((r for r in v.relations.values() if r.family == family.id), key=lambda r: order[r.id]))
        for family in v.families.values()
    ]


def frames(v: Vocabulary) -> list[tuple[Frame, list[str]]]:
    """Each frame that a relation uses, with its relations."""
    used: dict[str, tuple[Frame, list[str]]] = {}
    for relation in v.relations.values():
        used.setdefault(relation.frame.id, (relation.frame, []))[1].append(relation.id)
    return [used[id] for id in sorted(used)]


def properties(v: Vocabulary) -> list[Property]:
    """The properties that are neither slots nor roles, by what they describe."""
    found = []
    kinds = (OWL.DatatypeProperty, OWL.ObjectProperty, OWL.AnnotationProperty)
    for subject in {s for k in kinds for s in v.graph.subjects(RDF.type, k)}:
        types = set(v.graph.objects(subject, RDF.type))
        if T.Role in types or T.Slot in types or not str(subject).startswith(ONTOLOGY):
            continue
        domain = v.graph.value(subject, RDFS.domain)
        others = [*v.graph.objects(subject, RDFS.subPropertyOf), *v.graph.objects(subject, SKOS.closeMatch)]
        found.append(
            Property(
                curie=compact(str(subject)),
                describes=ABSENT if domain is None else compact(str(domain)),
                definition=str(v.graph.value(subject, SKOS.definition) or ""),
                matches=", ".join(sorted(compact(str(o)) for o in others)),
            )
        )
    return sorted(found, key=lambda p: (p.describes, p.curie))


def classes(v: Vocabulary, term: Term) -> str:
    """The classes above a kind's class, ours and others'."""
    return ", ".join(sorted(compact(str(o)) for o in v.graph.objects(URIRef(term.iri), RDFS.subClassOf)))


def wide_classes(v: Vocabulary) -> list[Term]:
    """Classes that are no kinds, and the agent that a text leaves open: whatever else has an IRI here."""
    kinds = {k.iri for k in v.kinds.values()}
    found = {str(c) for c in v.graph.subjects(RDF.type, OWL.Class)} - kinds | {str(T.unspecified)}
    return [
        Term(str(v.graph.value(URIRef(iri), RDFS.label)), iri, "", str(v.graph.value(URIRef(iri), SKOS.definition)))
        for iri in sorted(found)
    ]


def definition(v: Vocabulary, term: Term) -> str:
    """A term's definition; a scheme has a title instead."""
    return term.definition or str(v.graph.value(URIRef(term.iri), DCTERMS.title) or "")


def kinds_in_words(v: Vocabulary, kinds: Iterable[str]) -> str:
    """Kinds as short as can be said: a class such as actor for all of its kinds."""
    left = set(kinds)
    words = []
    for wide in (T.Entity, T.Actor, T.Occasion):
        below = {v.graph.value(c, SKOS.notation) for c in v.graph.transitive_subjects(RDFS.subClassOf, wide)}
        members = {str(n) for n in below if n is not None}
        if members <= left:
            words.append(f"any {v.graph.value(wide, RDFS.label)}")
            left -= members
    words += [v.kinds[k].label for k in v.kinds if k in left]
    if STATEMENT in left:
        words.append("statement")
    return ", ".join(words)


def frame_rows(v: Vocabulary, frame: Frame) -> list[tuple[str, str]]:
    """A frame as pairs of a heading and words; empty ones are left out."""

    def slots(names: Iterable[str]) -> str:
        return ", ".join(s for s in v.slots if s in set(names))

    rows = [
        ("required", slots(frame.requires)),
        ("one of", slots(frame.requires_any)),
        ("parties may stand for", slots(frame.parties_for)),
        ("optional", slots(frame.permits - frame.requires - frame.requires_any)),
        ("roles", ", ".join(r for r in v.roles if r in frame.roles)),
        ("subject is", kinds_in_words(v, frame.subject_kinds)),
        ("object is", kinds_in_words(v, frame.object_kinds)),
        ("parties are", kinds_in_words(v, frame.party_kinds)),
    ]
    return [(heading, words) for heading, words in rows if words]


def traits(relation: Relation) -> list[str]:
    """What is to be known of a relation beside its words."""
    return [
        t
        for t in (
            SIGNS[relation.sign],
            "symmetric" if relation.symmetric else "directed",
            "subject may be object" if relation.reflexive else "",
            "subject acts for object" if relation.acts_for else "",
        )
        if t
    ]


def narrower(v: Vocabulary, relation: Relation) -> list[str]:
    """Ids of the relations directly below."""
    return [r.id for r in v.relations.values() if relation.id in r.wider]


# Markdown


def _cell(text: str) -> str:
    return text.replace("|", "\\|") or ABSENT


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    body = [f"| {' | '.join(_cell(c) for c in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *body, ""]


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{w}`" for w in words)


def _terms(v: Vocabulary, heading: str, terms: Iterable[Term]) -> list[str]:
    rows = [(f"`{t.id}`", f"`{compact(t.iri)}`", definition(v, t)) for t in terms]
    return [f"## {heading}", "", INTRODUCTIONS[heading.lower()], "", *_table(("word", "in RDF", "meaning"), rows)]


def render_markdown(v: Vocabulary) -> str:
    """The whole vocabulary as Markdown."""
    name, description, version = title(v)
    lines = [f"# {name}", "", f"{description} Version {version}. {summary(v)}", ""]
    lines += ["*Written by `make docs` from `ontology/*.ttl`; edit those.*", ""]
    kinds = [(f"`{k.id}`", f"`{compact(k.iri)}`", definition(v, k), classes(v, k)) for k in v.kinds.values()]
    lines += ["## Kinds", "", INTRODUCTIONS["kinds"], "", *_table(("word", "in RDF", "meaning", "below"), kinds)]
    lines += _terms(v, "Classes", wide_classes(v))
    for heading, terms in (
        ("Slots", v.slots),
        ("Roles", v.roles),
        ("Modalities", v.modalities),
        ("Statuses", v.statuses),
        ("Families", v.families),
    ):
        lines += _terms(v, heading, terms.values())
    lines += ["## Relations", ""]
    for family, relations in by_family(v):
        lines += [f"### Family: {family.label}", "", family.definition, ""]
        for r in relations:
            lines += [f"#### `{r.id}`", "", f"**{r.label}** / {r.inverse_label}. {r.definition}", ""]
            lines += [f"- {'; '.join(traits(r))}"]
            lines += [f"- wider: {_code(r.wider)}"] if r.wider else []
            lines += [f"- narrower: {_code(narrower(v, r))}"] if narrower(v, r) else []
            lines += [f"- frame `{r.frame.id}`: {'; '.join(f'{h} {w}' for h, w in frame_rows(v, r.frame))}"]
            lines += [f"- close match: {_code(r.close_match)}"] if r.close_match else []
            lines += [f"- broad match: {_code(r.broad_match)}"] if r.broad_match else []
            lines += [""]
    lines += ["## Frames", "", INTRODUCTIONS["frames"], ""]
    for frame, ids in frames(v):
        lines += [f"### `{frame.id}`: {frame.label}", ""]
        lines += [f"- {heading}: {words}" for heading, words in frame_rows(v, frame)]
        lines += [f"- relations: {_code(ids)}", ""]
    rows = [(f"`{p.curie}`", f"`{p.describes}`", p.definition, p.matches) for p in properties(v)]
    lines += ["## Properties", "", INTRODUCTIONS["properties"], ""]
    lines += _table(("property", "describes", "meaning", "see also"), rows)
    lines += _terms(v, "Schemes", v.schemes.values())
    lines += ["## Prefixes", "", INTRODUCTIONS["prefixes"], ""]
    lines += _table(("prefix", "IRI"), [(f"`{p}`", f"`{iri}`") for p, iri in sorted(PREFIXES.items())])
    return "\n".join(lines).rstrip("\n") + "\n"


# HTML

STYLE = """
:root { --ink: #1d2733; --soft: #5b6876; --line: #dfe4ea; --paper: #fff; --tint: #f5f7f9; --accent: #1f5a7a;
  --for: #1d6b43; --against: #a23322; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b4; --line: #2f3944; --paper: #14191f;
  --tint: #1c232b; --accent: #7fb9d9; --for: #7cc79b; --against: #ea9a8b; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif;
  display: grid; grid-template-columns: 16rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1.5rem 1.25rem 3rem;
  background: var(--tint); border-right: 1px solid var(--line); font-size: .85rem; line-height: 1.4; }
nav ul { list-style: none; margin: 0 0 .6rem; padding: 0; }
nav li { margin: .1rem 0; }
nav summary { cursor: pointer; padding: .12rem 0; font-weight: 600; }
nav details ul { padding-left: 1rem; }
nav > a { display: block; padding: .12rem 0; font-weight: 600; }
main { padding: 2.5rem clamp(1rem, 4vw, 4rem) 6rem; max-width: 70rem; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
h1 { margin: 0; font-size: 2.1rem; line-height: 1.2; letter-spacing: -.01em; }
h2 { margin: 3.5rem 0 .5rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { margin: 2.5rem 0 .25rem; }
.lead { margin: .6rem 0 0; font-size: 1.15rem; color: var(--soft); }
.note, .soft { color: var(--soft); }
code { font: .88em/1.4 ui-monospace, monospace; overflow-wrap: break-word; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .75rem 0 1rem; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td:first-child { white-space: nowrap; }
td small { color: var(--soft); }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .9rem 1.1rem 1rem; margin: .8rem 0; }
article:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
article h4 { margin: 0; font-size: 1.08rem; display: flex; flex-wrap: wrap; gap: .2rem .7rem; align-items: baseline; }
article h4 .soft { font-weight: 400; }
article h4 code { margin-left: auto; font-weight: 400; color: var(--soft); }
article p { margin: .3rem 0 .5rem; }
.chips { display: flex; flex-wrap: wrap; gap: .35rem; margin: .4rem 0 .6rem; padding: 0; list-style: none; }
.chips li { font-size: .78rem; padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 1rem;
  background: var(--tint); }
.chips .for { color: var(--for); border-color: currentColor; }
.chips .against { color: var(--against); border-color: currentColor; }
dl { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .15rem .8rem; margin: 0; font-size: .92rem; }
dt { color: var(--soft); }
dd { margin: 0; }
@media (max-width: 52rem) { body { display: block; } nav { position: static; height: auto; max-height: 40vh;
  border-right: 0; border-bottom: 1px solid var(--line); } dl { grid-template-columns: 6rem minmax(0, 1fr); } }
@media print { nav { display: none; } body { display: block; } article { break-inside: avoid; } }
"""


def _html_code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _link(section: str, id: str) -> str:
    return f'<a href="#{section}-{escape(id)}">{_html_code(id)}</a>'


def _html_table(head: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Rows are an anchor and cells of ready HTML."""
    heads = "".join(f"<th>{h}</th>" for h in head)
    body = "\n".join(
        f'<tr id="{escape(anchor)}">{"".join(f"<td>{c or ABSENT}</td>" for c in cells)}</tr>' for anchor, cells in rows
    )
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'


def _html_word(term: Term, word: str = "") -> str:
    return f"{word or _html_code(term.id)}<br><small>{_html_term(compact(term.iri))}</small>"


def _html_term(curie: str) -> str:
    """A CURIE; where it is of this vocabulary, its IRI leads here."""
    prefix, _, name = curie.partition(":")
    return f'<span id="{escape(name)}">{_html_code(curie)}</span>' if prefix == "t" else _html_code(curie)


def _html_terms(v: Vocabulary, section: str, singular: str, terms: Iterable[Term]) -> str:
    rows = [(f"{singular}-{t.id}", (_html_word(t), escape(definition(v, t)))) for t in terms]
    table = _html_table(("word, and in RDF", "meaning"), rows)
    return f'<h2 id="{section}">{section.title()}</h2>\n<p class="soft">{INTRODUCTIONS[section]}</p>\n{table}'


def _html_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Pairs of a heading and ready HTML; empty ones are left out."""
    return "<dl>" + "".join(f"<dt>{h}</dt><dd>{w}</dd>" for h, w in pairs if w) + "</dl>"


def _html_relation(v: Vocabulary, r: Relation) -> str:
    colours = {SIGNS[-1]: "against", SIGNS[1]: "for"}
    chips = "".join(f'<li class="{colours.get(t, "")}">{escape(t)}</li>' for t in traits(r))
    pairs = [
        ("wider", ", ".join(_link("relation", w) for w in r.wider)),
        ("narrower", ", ".join(_link("relation", n) for n in narrower(v, r))),
        ("frame", _link("frame", r.frame.id)),
        *((heading, escape(words)) for heading, words in frame_rows(v, r.frame)),
        ("close match", ", ".join(map(_html_code, r.close_match))),
        ("broad match", ", ".join(map(_html_code, r.broad_match))),
    ]
    inverse = "" if r.inverse_label == r.label else f' <span class="soft">{escape(r.inverse_label)}</span>'
    return (
        f'<article id="relation-{escape(r.id)}"><h4>{escape(r.label)}{inverse} {_html_code("r:" + r.id)}</h4>'
        f'<p>{escape(r.definition)}</p><ul class="chips">{chips}</ul>{_html_pairs(pairs)}</article>'
    )


def _html_frame(v: Vocabulary, frame: Frame, ids: Iterable[str]) -> str:
    pairs = [(heading, escape(words)) for heading, words in frame_rows(v, frame)]
    pairs.append(("relations", ", ".join(_link("relation", id) for id in ids)))
    return (
        f'<article id="frame-{escape(frame.id)}"><h4>{escape(frame.label)} {_html_code(frame.id)}</h4>'
        f"{_html_pairs(pairs)}</article>"
    )


def _html_navigation(v: Vocabulary) -> str:
    def entry(section: str) -> str:
        return f'<a href="#{section}">{section.title()}</a>'

    families = "".join(
        f'<details><summary><a href="#family-{f.id}">{escape(f.label.capitalize())}</a></summary><ul>'
        + "".join(f'<li><a href="#relation-{escape(r.id)}">{escape(r.label)}</a></li>' for r in relations)
        + "</ul></details>\n"
        for f, relations in by_family(v)
    )
    before = ("kinds", "classes", "slots", "roles", "modalities", "statuses", "families")
    after = ("frames", "properties", "schemes", "prefixes")
    middle = f'<a href="#relations">Relations</a>\n{families}'
    return f"{''.join(map(entry, before))}\n{middle}{''.join(map(entry, after))}"


def render_html(v: Vocabulary) -> str:
    """The whole vocabulary as one HTML document that fetches nothing and runs nothing."""
    name, description, version = title(v)
    kinds = [
        (
            f"kind-{k.id}",
            (_html_word(k), escape(definition(v, k)), _html_code(classes(v, k))),
        )
        for k in v.kinds.values()
    ]
    sections = [
        f"<h1>{escape(name)}</h1>\n"
        f'<p class="lead">{escape(description)}</p>\n<p class="note">Version {escape(version)}. {summary(v)}</p>',
        f'<h2 id="kinds">Kinds</h2>\n<p class="soft">{INTRODUCTIONS["kinds"]}</p>',
        _html_table(("word, and in RDF", "meaning", "below"), kinds),
        _html_terms(v, "classes", "class", wide_classes(v)),
        _html_terms(v, "slots", "slot", v.slots.values()),
        _html_terms(v, "roles", "role", v.roles.values()),
        _html_terms(v, "modalities", "modality", v.modalities.values()),
        _html_terms(v, "statuses", "status", v.statuses.values()),
        f'<h2 id="families">Families</h2>\n<p class="soft">{INTRODUCTIONS["families"]}</p>',
        _html_table(
            ("word, and in RDF", "meaning", "relations"),
            [
                (
                    f"of-{f.id}",
                    (_html_word(f, _link("family", f.id)), escape(f.definition), str(len(relations))),
                )
                for f, relations in by_family(v)
            ],
        ),
        '<h2 id="relations">Relations</h2>',
    ]
    for family, relations in by_family(v):
        sections.append(
            f'<h3 id="family-{family.id}">{escape(family.label.capitalize())}</h3>\n'
            f'<p class="soft">{escape(family.definition)}</p>'
        )
        sections += [_html_relation(v, r) for r in relations]
    sections.append(f'<h2 id="frames">Frames</h2>\n<p class="soft">{INTRODUCTIONS["frames"]}</p>')
    sections += [_html_frame(v, frame, ids) for frame, ids in frames(v)]
    sections += [
        f'<h2 id="properties">Properties</h2>\n<p class="soft">{INTRODUCTIONS["properties"]}</p>',
        _html_table(
            ("property", "describes", "meaning", "see also"),
            [
                (
                    p.curie.replace(":", "-"),
                    (_html_term(p.curie), _html_code(p.describes), escape(p.definition), _html_code(p.matches)),
                )
                for p in properties(v)
            ],
        ),
        _html_terms(v, "schemes", "scheme", v.schemes.values()),
        f'<h2 id="prefixes">Prefixes</h2>\n<p class="soft">{INTRODUCTIONS["prefixes"]}</p>',
        _html_table(
            ("prefix", "IRI"), [(f"prefix-{p}", (_html_code(p), _html_code(i))) for p, i in sorted(PREFIXES.items())]
        ),
    ]
    body = "\n".join(sections)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(name)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<nav>\n{_html_navigation(v)}\n</nav>\n<main>\n{body}\n</main>\n"
        f"</body>\n</html>\n"
    )


def pages(v: Vocabulary) -> dict[str, str]:
    """File names and what stands in them."""
    return {"vocabulary.md": render_markdown(v), "vocabulary.html": render_html(v)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the pages; with --check says which differ and returns 1."""
    parser = argparse.ArgumentParser(prog="python -m ontology.page", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("docs"), help="where the pages are (docs)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit status 1 where a page differs")
    options = parser.parse_args(arguments)
    made = {options.folder / name: text for name, text in pages(vocabulary()).items()}
    if options.check:
        stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in stale:
            sys.stderr.write(f"{path} differs from the vocabulary: run `make docs`\n")
        return 1 if stale else 0
    options.folder.mkdir(parents=True, exist_ok=True)
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
