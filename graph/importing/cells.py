"""Cells in which people list actors: taken apart where that is certain, else left whole."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from graph.importing.organisations import organisations
from graph.importing.states import is_state

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
LONGEST_NAME = 300
"""What is longer tells a story instead of naming somebody."""
_LINES = 2
"""In more lines than a name and an office take, nobody can say without a mark who is one and who is another."""

_LABEL = re.compile(
    r"(?:also |and )?(?:witness(?:ed|es)?(?: by)?|in the presence of|observers?|as observers|facilitators?|"
    r"facilitated by|(?:the )?mediators?|(?:the )?mediation|mediated by|guarantors?|signatories|signed by|parties|"
    r"ont signe(?: comme témoins)?|also present|for the guarantor states)[ \t]*(?:[:;]|(?=[\r\n]))\s*|"
    r"(?:witnessed|facilitated|mediated) by\s+",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"(?:\(?signed\)?[ :,]*)?(?:for and on behalf of|on behalf of|for|from|pour)(?: and on behalf of)?\b\s*:?\s*",
    re.IGNORECASE,
)
_MARK = re.compile(r"([-–•*]|\d{1,2}(?=[.)]))[.)]?\s+")
_SIGNED_BY = re.compile(r",?\s+(?:signed|singed)(?: for)? by\s.*$", re.IGNORECASE | re.DOTALL)
_SIGNED = re.compile(r"\b(?:signed|singed)\b", re.IGNORECASE)
_REMARK = re.compile(
    r"sign(?:ed\b|atur|ator)|sginat|unsigned|illegible|not (?:listed|indicated|clear)|unclear|believed to|^no\b|"
    r"\b(?:this|although|devised|negotiated|endorsed|forwarded|presided|chairmanship|done (?:at|in))\b|did not|"
    r"witness|presence of|présence d|auspices|mediation of|facilitation of|chaired|joint statement|parties [–-]|"
    r"refers?\b|waiting|\blist[es]? (?:of|des)\b|following|"
    r"\b(?:is|are|was|were|has|have|had|been|hereby|participated|took|held|shall|means?|appears?|page \d+)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\[([^\[\]]*)\]|\(((?:signed|signature|illegible|no signature|unsigned)[^()]*)\)", re.IGNORECASE)
_SENTENCE = re.compile(r"[a-zà-ÿ]{4,}[.] +[A-Z]")
_ACRONYM = re.compile(r"(?:[A-Z][A-Za-z]?\.){2,}|[A-Z]{2,8}|[A-Z]{2,6}-[A-Z]{1,6}")
_BODY = re.compile(
    r"[A-Z]{2,8}(?: [A-Z][\w-]+)* (?:Assembly|Mission|Council|Commission|Committee|Conference|Group|Centre)"
)
_NO_NAME = re.compile(
    r"\b(?:for|from|of|the|and|chair\w*|chief|head|former|ex|rep|reps|repr\w+|envoys?|special|minister\w*|min|"
    r"president\w*|pres|prime|sec|secretar\w*|gen|general\w*|ambassador\w*|ambs?|dr|bishop\w*|archbishop\w*|king|prince|"
    r"deput\w*|dep|undersecretary|under|commander\w*|col\w*|maj\w*|lt|lieutenant|mediator\w*|facilitator\w*|"
    r"delegation\w*|leader\w*|officials?|member\w*|spokes\w*|governor\w*|government\w*|govt|army|forces|council|"
    r"committee|commission\w*|group|mission|conference|assembly|church\w*|union|movement|front|party)\b|[.]",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?:[A-ZÀ-Þ][\w'’_-]+ +){1,3}(?:(?:de|da|del|van|von|der|den|la|bin|al) +)*[A-ZÀ-Þ][\w'’_-]+")
_NAMES = frozenset(
    {
        "catholic church", "chechnya", "commonwealth", "contact group", "european communities", "european community",
        "holy see", "nagorno-karabakh", "puntland", "somaliland", "transnistria", "vatican",
    }
)  # fmt: skip
"""What lists of third parties name besides states, organisations of the table and abbreviations."""


class Cell(NamedTuple):
    """What a cell names. `whole` says that it may name several and was not taken apart.

    `remark` is what the cell says besides. A cell that tells a story, or says that nobody is listed, names nobody.
    """

    names: tuple[str, ...] = ()
    whole: bool = False
    remark: str | None = None


def tidy(text: str) -> str:
    """The text with its white space as single spaces, without separators at its ends."""
    return " ".join(text.replace("\u2028", " ").split()).strip(" ,;")


def split_outside(text: str, separator: str) -> list[str]:
    """The pieces between separators that stand in no bracket, empty ones left out. Unclosed brackets split nothing."""
    pieces, start, open_brackets = list[str](), 0, list[str]()
    position = 0
    while position < len(text):
        sign = text[position]
        if sign in _BRACKETS:
            open_brackets.append(_BRACKETS[sign])
        elif open_brackets and sign == open_brackets[-1]:
            open_brackets.pop()
        elif not open_brackets and text.startswith(separator, position):
            pieces.append(text[start:position])
            position += len(separator)
            start = position
            continue
        position += 1
    pieces.append(text[start:])
    if open_brackets:
        pieces = [text]
    return [p for p in map(str.strip, pieces) if p.strip(" .,;")]


def is_known(name: str) -> bool:
    """Whether a name can only be that of one state or organisation: no list, no person with an office."""
    bare = without_brackets(name)
    return bool(
        is_state(bare)
        or _ACRONYM.fullmatch(bare)
        or _BODY.fullmatch(bare)
        or bare.lower().removeprefix("the ") in _NAMES
        or organisations().named(bare)
    )


def is_person(name: str) -> bool:
    """Whether a name has the shape of first and last names, and no word of an office."""
    bare = without_brackets(name)
    return bool(_PERSON.fullmatch(bare)) and not _NO_NAME.search(bare) and not is_known(bare)


def without_brackets(name: str) -> str:
    """A name without the brackets at its end: "Egypt" of "Egypt (Mubarak)"."""
    while (shorter := re.sub(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*$", "", name)) != name:
        name = shorter
    return name.strip()


def plain(name: str) -> str:
    """A state or known organisation by its own name, without what stands in brackets behind it; else as it is."""
    return without_brackets(name) if is_known(name) else name


def enumerated(cell: str) -> list[str]:
    """The members of a list with commas, slashes or "and", where every one is certain; else the cell alone.

    A person beside a state or organisation is not: "Ada Norn, Norland" may be one mediator. In a list of four or more
    an explanation is no longer likely, and where the person has brackets of its own it stands there.

    >>> enumerated("UN, Portugal"), enumerated("UN, Vatican, and France"), enumerated("Ada Norn, Norland's envoy")
    (['UN', 'Portugal'], ['UN', 'Vatican', 'France'], ["Ada Norn, Norland's envoy"])
    """
    whole = tidy(cell)
    if is_known(whole):
        return [whole]
    pieces = [p for piece in split_outside(whole, ",") for p in _last(piece)]
    if len(pieces) == 1:
        pieces = split_outside(whole, "/")
    known = sum(map(is_known, pieces))
    persons = [p for p in pieces if is_person(p)]
    mixed = known > 0 and any(p == without_brackets(p) for p in persons)
    if len(pieces) > 1 and known + len(persons) == len(pieces) and (not mixed or len(pieces) > 3):
        return list(dict.fromkeys(map(tidy, pieces)))
    return [whole] if whole else []


def _last(piece: str) -> list[str]:
    """What "and" joins at the end of a list, or alone; a state whose name has the word stays one."""
    piece = piece.removeprefix("and ")
    if is_known(piece):
        return [piece]
    joints = [found.span() for found in re.finditer(" and ", piece)]
    pairs = [(piece[:start], piece[end:]) for start, end in joints]
    return next(([*pair] for pair in pairs if all(map(is_known, pair))), split_outside(piece, " and "))


def signers(cell: str) -> Cell:
    """Whom a cell of an agreement's parties or third parties names.

    Certain are lists with semicolons, blocks that begin "For ..." or "On behalf of ...", and lists of states and
    organisations. Of "For the Government of X: N. N." and "X, signed by N. N." the party is X.
    """
    text = cell.strip()
    if not text or text == "NA":
        return Cell()
    body, notes = _without_notes(_signed_lines(text))
    label = _LABEL.match(body)
    body = body[label.end() :].strip() if label else body
    pieces = [] if _SENTENCE.search(body) else split_outside(body, ";")
    if len(pieces) < 2 or any("\n" in p and not _FOR.match(p) for p in pieces):
        pieces = list(_blocks(body))
    named = [p for p in map(_party, pieces) if p]
    if len(pieces) > 1 and not any(_is_remark(n) or _LABEL.match(n) for n in named):
        return Cell(tuple(dict.fromkeys(named)), remark=notes)
    found = [] if "\n" in body else enumerated(_party(body))
    if found and all(map(is_known, found)):
        return Cell(tuple(dict.fromkeys(map(plain, found))), remark=notes)
    lines = [line for line in body.splitlines() if line.strip()]
    whole = tidy(body) if len(lines) > 1 else _party(body)
    if not whole or _is_remark(whole) or len(lines) > _LINES:
        return Cell(remark=tidy(text))
    return Cell((whole,), whole=bool(re.search(r"[,;\n]|\band\b|\bet\b|(?i:on behalf of)", body)), remark=notes)


def _signed_lines(text: str) -> str:
    """Lines that all begin "(Signed)" as a list with semicolons."""
    lines = [line for line in text.splitlines() if line.strip()]
    begun = [re.sub(r"^\s*\(signed\)\s*(?=\w)", "", line, flags=re.IGNORECASE) for line in lines]
    return ";".join(begun) if len(lines) > 1 and all(map(str.__ne__, lines, begun)) else text


def _without_notes(text: str) -> tuple[str, str | None]:
    """A cell without what its editors noted in brackets of who signed, and those notes."""
    notes = list[str]()

    def taken(found: re.Match[str]) -> str:
        note = tidy(found[1] or found[2] or "")
        if found[1] is not None and not _REMARK.search(note):
            return found[0]
        notes.append(note)
        return ""

    text = _NOTE.sub(taken, text).strip()
    return text, "; ".join(dict.fromkeys(notes)) or None


def _is_remark(name: str) -> bool:
    return len(name) > LONGEST_NAME or bool(_REMARK.search(name)) or name.startswith("[")


def _blocks(body: str) -> Iterator[str]:
    """The members of a list that lines mark: each with a bullet or the next number, or each block with "For ...".

    A block that begins "For ..." has at most two lines besides, or lines with bullets: others may be signers as well.
    """
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    marks = [found and found[1] for found in map(_MARK.match, lines)]
    if len(lines) > 1 and (
        all(mark is not None and mark in "-–•*" for mark in marks)
        or marks == [str(n) for n in range(1, len(lines) + 1)]
    ):
        yield from (_MARK.sub("", line, count=1) for line in lines)
        return
    blocks = list[list[str]]()
    for line, mark in zip(lines, marks, strict=True):
        if _FOR.match(line):
            blocks.append([line])
        elif not blocks:
            return
        elif mark is None or mark.isdecimal():
            blocks[-1].append(line)
    if len(blocks) > 1 and max(map(len, blocks)) <= 3:
        yield from ("\n".join(b) for b in blocks)


def _party(piece: str) -> str:
    """The party of a piece, as it is printed, without who signed for it where that is marked."""
    piece = re.sub(r"^\s*and[\s,]+", "", piece)
    found = _FOR.match(piece)
    if found:
        rest = piece[found.end() :]
        named = re.split(r":|[\r\n]", rest, maxsplit=1)[0]
        return re.sub(r"^the\s+", "", tidy(named), flags=re.IGNORECASE)
    if len(_SIGNED.findall(piece)) == 1:
        piece = _SIGNED_BY.sub("", piece) or piece
    return tidy(piece)
