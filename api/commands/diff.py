"""tertius diff: what differs between two revisions."""

from typing import Annotated

import typer

from api.answers import difference_answer
from api.commands.cite import StoreOption, store_of
from api.commands.console import application, note, write_json
from graph.differences import Change, Difference, Subject

Since = Annotated[int, typer.Argument(metavar="FROM", min=1, help="Number of the revision before.")]
Until = Annotated[int | None, typer.Argument(metavar="TO", min=1, help="That of the one after; else the current one.")]
Of = Annotated[Subject, typer.Option("--of", help="What is listed.")]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="NUMBER", help="Most differences; else all.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, in the shape of GET /differences.")]

SIGNS = {Change.ADDED: "+", Change.REMOVED: "-", Change.CHANGED: "~"}


def diff(
    since: Since, until: Until = None, store: StoreOption = None, of: Of = Subject.STATEMENTS,
    limit: Limit = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """List what differs between two revisions of a store.

    Added ones begin with +, removed ones with -, changed ones with ~ and tell each field before and after. A store
    keeps its last revisions, and those that frozen answers need. `--of quads` reads both revisions whole.
    """
    with store_of(store) as graph:
        found = graph.differences(since, until)
        counts = found.counts(of)
        listed = found.listed(of, 0, limit)
        if as_json:
            write_json({
                "from": found.since, "to": found.until, "of": of, "counts": counts,
                "items": [difference_answer(d) for d in listed], "total": sum(counts.values()), "next": None,
            })  # fmt: skip
            return
        for difference in listed:
            typer.echo(_line(difference))
        note(", ".join(f"{number} {of} {change}" for change, number in counts.items()))


def _line(d: Difference) -> str:
    words = [SIGNS[d.change], d.id, d.text] if d.id else [SIGNS[d.change], d.text]
    fields = [f"\n    {name}: {before!r} -> {after!r}" for name, (before, after) in d.fields.items()]
    return " ".join(words) + "".join(fields)


app = application(
    diff,
    """
Examples:
  tertius diff 3 7 --store kg
  tertius diff 3 --store kg --of entities --json
  tertius diff 3 7 --store kg --of quads > changes.nq.diff
""",
)
