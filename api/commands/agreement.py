"""tertius agreement: two coders of the same texts, compared."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.commands.console import application, note, write_json, write_table
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.parameters import AgreementParameters
from graph.agreement import Agreement, agreement
from graph.snapshot import Snapshot
from graph.statements import Statement
from graph.wording import in_words

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with every pair.")]
Differences = Annotated[
    bool, typer.Option("--differences", help="List the statements on which they differ instead, with their ids.")
]


@with_options(AgreementParameters)
def compare(
    store: StoreOption = None, data: DataOption = None, differences: Differences = False, as_json: AsJson = False,
    **given: Any,
) -> None:  # fmt: skip
    """Compare two coders of the same texts, field by field, with Krippendorff's alpha.

    Statements of one record, or whose passages overlap, are compared with each other. Alpha is of nominal values: 1 is
    agreement, 0 what chance would give. What one coder made a statement of and the other did not is counted apart: no
    chance is known for it. What was adjudicated counts as it was coded.
    """
    try:
        parameters = AgreementParameters.model_validate(given)
    except ValidationError as error:
        raise wrong_usage(error, AgreementParameters) from None
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        selection = parameters.selection(snapshot, relation=parameters.relation, family=parameters.family)
        found = agreement(snapshot, selection, parameters.coder)
        if as_json:
            write_json(_body(found))
        elif differences:
            columns = ["where", "differ in", *found.coders, "ids"]
            write_table(columns, _different(snapshot, found), lines=True)
        else:
            write_table(
                ["field", "compared", "agree", "alpha"],
                ([f.field, f.compared, f.agreed, "" if f.alpha is None else f"{f.alpha:.3f}"] for f in found.fields),
            )
    one, other = found.coders
    note(f"{found.matched} places in {len(found.sources)} texts that both made a statement of")
    note(f"{found.alone[0]} statements of {one} alone, {found.alone[1]} of {other} alone")


def _body(found: Agreement) -> dict[str, Any]:
    return {
        "coders": found.coders,
        "sources": found.sources,
        "matched": found.matched,
        "alone": found.alone,
        "fields": [asdict(f) for f in found.fields],
        "pairs": [{"statements": [s and s.id for s in (p.one, p.other)], "differ": p.differ} for p in found.pairs],
    }


def _different(snapshot: Snapshot, found: Agreement) -> Iterator[list[str]]:
    for pair in found.pairs:
        both = (pair.one, pair.other)
        if pair.differs:
            yield [
                _place(pair.first), ", ".join(pair.differ) or "made by one", *(_words(snapshot, s) for s in both),
                "\n".join(s.id for s in both if s),
            ]  # fmt: skip


def _words(snapshot: Snapshot, statement: Statement | None) -> str:
    row = None if statement is None else snapshot.columns.row(statement.id)
    return "" if row is None else in_words(snapshot, row)


def _place(s: Statement) -> str:
    return f"{s.source} {s.start}-{s.end}" if s.record is None else f"{s.source} record {s.record}"


app = application(
    compare,
    """
Examples:
  tertius agreement --store kg
  tertius agreement --store kg --dataset interviews --coder ada --coder bo
  tertius agreement --store kg --family mediation --differences
  tertius agreement --store kg --json | jq '.fields[] | {field, alpha}'

What stands where they differ is recorded with: tertius adjudicate
""",
)
