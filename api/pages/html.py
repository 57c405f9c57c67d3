"""HTML from parts that are escaped by construction: only what `el` made goes in as it is."""

from html import escape
from typing import Any


class Html(str):
    """Ready HTML."""

    __slots__ = ()


def el(tag: str, *children: object, **attributes: Any) -> Html:
    """An element. Children that are no Html are escaped, None and empty text are left out.

    Attributes are escaped and lose a trailing underscore (`class_`); one that is None is left out.
    """
    head = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(str(value), quote=True)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in ("input", "meta", "link", "br"):
        return Html(f"<{tag}{head}>")
    return Html(f"<{tag}{head}>{join(*children)}</{tag}>")


def join(*children: object, between: str = "") -> Html:
    """Parts one after the other."""
    return Html(
        escape(between).join(c if isinstance(c, Html) else escape(str(c)) for c in children if c not in (None, ""))
    )


def link(address: str, words: object) -> Html:
    """A link."""
    return el("a", words, href=address)


def pairs(*rows: tuple[str, object]) -> Html:
    """A list of headings and what they head; rows without anything are left out."""
    kept = [(h, v) for h, v in rows if v not in (None, "", (), [])]
    return el("dl", *(join(el("dt", h), el("dd", v)) for h, v in kept)) if kept else Html()


def table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> Html:
    """A table; nothing where there are no rows."""
    if not rows:
        return Html()
    heads = el("tr", *(el("th", h) for h in head))
    body = [el("tr", *(el("td", c) for c in row)) for row in rows]
    return el("div", el("table", el("thead", heads), el("tbody", *body)), class_="scroll")


def page(title: str, *body: object, alternates: tuple[tuple[str, str, str], ...] = (), foot: object = "") -> str:
    """A whole document. `alternates` are the same in other formats: address, media type, name."""
    links = [el("link", rel="alternate", type=media_type, href=address) for address, media_type, _ in alternates]
    formats = join(*(link(address, name) for address, _, name in alternates), between=" · ")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("title", f"{title} · Tertius"),
        *links,
        el("style", Html(_STYLE)),
    )
    navigation = el("nav", *(link(address, words) for address, words in _NAVIGATION))
    also = el("p", "The same as data: ", formats) if alternates else ""
    whole = el("html", head, el("body", navigation, el("main", *body), el("footer", also, foot)), lang="en")
    return f"<!doctype html>\n{whole}\n"


_NAVIGATION = (
    ("/", "Tertius"), ("/examples", "Examples"), ("/query", "Query"), ("/ontology", "Vocabulary"),
    ("/void", "What is in it"),
)  # fmt: skip
_STYLE = """
:root { --ink: #1d2733; --soft: #5b6876; --line: #dfe4ea; --paper: #fff; --tint: #f5f7f9; --accent: #1f5a7a;
  --warn: #a23322; --warn-tint: #fdf1ee; color-scheme: light dark; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e9ee; --soft: #9aa7b4; --line: #2f3944; --paper: #14191f;
  --tint: #1c232b; --accent: #7fb9d9; --warn: #ea9a8b; --warn-tint: #2a1d1b; } }
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 1rem/1.55 system-ui, sans-serif; }
nav, main, footer { max-width: 54rem; margin: 0 auto; padding: 0 1.25rem; }
nav { padding-top: 1.2rem; display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; font-size: .92rem; }
nav a:first-child { font-weight: 700; }
a { color: var(--accent); text-decoration: none; } a:hover, a:focus-visible { text-decoration: underline; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 1.6rem 0 .2rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; border-bottom: 1px solid var(--line); padding-bottom: .2rem; }
h3 { font-size: 1rem; margin: 1.3rem 0 .2rem; }
.soft, footer, dt, th { color: var(--soft); }
.lead { font-size: 1.1rem; margin: .2rem 0 1rem; }
.warn { color: var(--warn); background: var(--warn-tint); border: 2px solid currentColor; border-radius: .4rem;
  padding: .6rem .9rem; margin: 1rem 0; font-weight: 600; }
.warn a { color: inherit; text-decoration: underline; }
.mark { color: var(--warn); border: 1px solid currentColor; border-radius: .3rem; padding: 0 .35rem; font-size: .8rem; }
blockquote { margin: .8rem 0; padding: .3rem 1rem; border-left: 3px solid var(--line); }
dl { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: .3rem 1rem; margin: .8rem 0; }
dd { margin: 0; overflow-wrap: anywhere; }
ul, ol { padding-left: 1.2rem; } li { margin: .25rem 0; }
/* A wide table takes the room to its right before it has to be moved about. */
.scroll { overflow-x: auto; width: max-content; min-width: 100%;
  max-width: max(100%, min(50vw + 23.25rem, 100vw - 3.5rem)); }
time { white-space: nowrap; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: .6rem 0;
  font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
code, pre, textarea { font: .86rem/1.45 ui-monospace, monospace; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: .4rem; padding: .7rem .9rem;
  overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
textarea { width: 100%; padding: .6rem .8rem; color: inherit; background: var(--tint); border: 1px solid var(--line);
  border-radius: .4rem; }
button { font: inherit; padding: .35rem 1.1rem; border: 1px solid var(--accent); border-radius: .4rem;
  color: var(--paper); background: var(--accent); cursor: pointer; }
article { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem 1.1rem .9rem; margin: 1rem 0; }
article:target { border-color: var(--accent); }
article h2 { border: 0; margin-top: .8rem; }
footer { margin-top: 3rem; padding-top: .8rem; padding-bottom: 2.5rem; font-size: .88rem; overflow-wrap: anywhere; }
footer p { margin: .2rem 0; }
@media (max-width: 40rem) { dl { display: block; } dd { margin: 0 0 .6rem; } }
"""
