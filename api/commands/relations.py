"""tertius relations: what may be stated, as the ontology has it."""

from typing import Annotated, Any

import typer

from api.answers import relation_answer
from api.commands.console import application, write_json, write_table
from ontology import UnknownTermError, vocabulary

Family = Annotated[str | None, typer.Option("--family", metavar="FAMILY", help="Only this family, such as mediation.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, with definitions, frames and mappings.")]


def relations(family: Family = None, as_json: AsJson = False) -> None:
    """List the relations that may be stated: id, family, sign, what a statement needs, which relation is wider."""
    words = vocabulary()
    if family is not None and family not in words.families:
        raise UnknownTermError("family", family, words.families)
    found = [relation_answer(r) for r in words.relations.values() if family in (None, r.family)]
    if as_json:
        write_json(found)
        return
    write_table(["id", "family", "sign", "needs", "takes also", "wider", "label"], map(_row, found))


def _row(relation: dict[str, Any]) -> list[object]:
    frame = relation["frame"]
    needs = [
        *frame["requires"],
        *(["at least one of " + "/".join(frame["requires_any"])] if frame["requires_any"] else []),
    ]
    also = set(frame["permits"]) - set(frame["requires"]) - set(frame["requires_any"]) - {"place"}
    sign = relation["sign"]
    return [
        relation["id"], relation["family"], "" if sign is None else f"{sign:+d}" if sign else "0",
        ", ".join(needs), ", ".join([*sorted(also), *frame["roles"]]), ", ".join(relation["wider"]), relation["label"],
    ]  # fmt: skip


app = application(
    relations,
    """
Examples:
  tertius relations
  tertius relations --family mediation
  tertius relations --json | jq '.[] | select(.close_match != [])'
""",
)
