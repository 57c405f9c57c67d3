"""A statement in words: for lists, labels and captions. The fields stay the truth."""

from collections.abc import Sequence

from graph.columns import MODALITIES, NONE, SUBJECT_IS_STATEMENT
from graph.snapshot import Snapshot
from ontology import Modality, vocabulary


def in_words(snapshot: Snapshot, row: int, depth: int = 0) -> str:
    """A row's statement as a phrase, such as "Norland invites Ada Norn (asserted)"."""
    c = snapshot.stated
    relation = vocabulary().relation(c.relations[c.relation[row]])
    modality = MODALITIES[c.modality[row]]
    parties = [snapshot.label(c.entities[p]) for p in c.party_sets[c.parties[row]]]
    subject = int(c.subject[row])
    if c.flags[row] & SUBJECT_IS_STATEMENT:
        words = [f"[{_nested(snapshot, subject, depth)}]"]
    elif subject != NONE:
        words = [snapshot.label(c.entities[subject])]
    else:
        words, parties = [listed(parties)], []
    words.append(f"not: {relation.label}" if modality is Modality.NEGATED else relation.label)
    if c.object[row] != NONE:
        words.append(snapshot.label(c.entities[c.object[row]]))
    elif parties and subject != NONE and "object" in relation.frame.parties_for:
        words, parties = [*words, listed(parties)], []
    if parties and not all(p in words[-1] for p in parties):
        words.append(f"between {listed(parties)}" if len(parties) > 1 else f"with {parties[0]}")
    if c.about[row] != NONE:
        words.append(f"about [{_nested(snapshot, int(c.about[row]), depth)}]")
    return f"{' '.join(words)} ({modality})"


def _nested(snapshot: Snapshot, row: int, depth: int) -> str:
    # Chains of "about" are short; the bound only keeps a label a label.
    return in_words(snapshot, row, depth + 1) if depth < 3 else "…"


def listed(names: Sequence[str]) -> str:
    """Names as one says them: A, B and C."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
