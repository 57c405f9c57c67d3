"""tertius ask: questions, answered as a table or in the JSON of HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from api.answers import who_answer
from api.commands.console import application, note, write_json, write_table
from api.commands.opening import DataOption, StoreOption, opened
from api.commands.options import with_options, wrong_usage
from api.pages.datasets import EVIDENCE
from api.parameters import WhoParameters
from graph.evidence import Evidence
from graph.questions import Sides
from graph.questions import ask as find
from graph.snapshot import Snapshot
from graph.wording import listed
from ontology import vocabulary

Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION", help="A relation, narrower ones included, or a family: mediates, invites, accusation."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, in the shape of GET /who.")]


@with_options(WhoParameters, leave_out=("cursor",))
def ask(
    question: Question, store: StoreOption = None, data: DataOption = None, as_json: AsJson = False, **given: Any
) -> None:
    """Ask who mediates, opposes, invites whom, and who says so.

    Actors may be named by id, label or alias, in any script; a capital that stands for its government means the
    government, and whoever acts for an actor is included. Each answer tells how the claim is made, who makes it
    and where it stands. No answer means that the graph knows nothing of it, never "no".
    """
    try:
        parameters = WhoParameters.model_validate(given)
    except ValidationError as error:
        raise wrong_usage(error, WhoParameters) from None
    with opened(store, data) as graph:
        snapshot = graph.snapshot
        selection = parameters.selection(snapshot, question=question)
        answers = find(snapshot, selection, parameters.level, joined=parameters.joined)
        shown = parameters.model_dump(mode="json", exclude_defaults=True)
        body = who_answer(snapshot, question, shown, answers, selection, parameters.limit)
        if as_json:
            write_json(body | {"next": None})
        else:
            _write(snapshot, body, selection.between)


def _write(snapshot: Snapshot, body: dict[str, Any], asked: Sequence[str]) -> None:
    answers, coverage = body["answers"], body["coverage"]
    if answers:
        columns = ["who", "does", "what or whom", "how", "says who", "when", "where it stands"]
        write_table(columns, (_row(snapshot, a, asked) for a in answers), lines=True)
    else:
        note(f"Nothing is known of this among {coverage['statements']} statements. That is not a no.")
        for actor in coverage["actors"]:
            relations = ", ".join(f"{r} {n}" for r, n in list(actor["by_relation"].items())[:6])
            kind = f" ({EVIDENCE[actor['evidence']]})" if actor["evidence"] else ""
            note(
                f"  {actor['entity']['label']}: {actor['statements']} statements{kind}"
                + (f" ({relations})" if relations else "")
            )
    if body["total"] > len(answers):
        note(f"{len(answers)} of {body['total']} answers: see more with --limit")
    if coverage["undated"]:
        note(f"{coverage['undated']} more without any date, left out by the window")


_LOOKED_UP = 20
_NAMED = 5
"""Parties that are named of an agreement that has more: the others are in --json."""
_SIDES = {Sides.ONE: "one of the two sides", Sides.JOINED: "inferred: the sides stand in several records"}
_HOW = {Evidence.EVENT: "coded events:", Evidence.AGREEMENT: "agreements:"}


def _row(snapshot: Snapshot, answer: dict[str, Any], asked: Sequence[str]) -> list[str]:
    # Data sets of events may have thousands in one answer: the first tell where to look.
    statements = [snapshot.statement(id) for id in answer["statements"][:_LOOKED_UP]]
    named = [p["label"] for p in sorted(answer["parties"], key=lambda p: p["id"] not in asked)]
    further = [f"{len(named) - _NAMED} others"] if len(named) > _NAMED + 1 else []
    parties = listed([*named[:_NAMED], *further] if further else named)
    subject = answer["subject"]["label"] if answer["subject"] else parties or "somebody"
    target = [answer["object"]["label"]] if answer["object"] else []
    target += [f"about: {answer['about']['text']}"] if answer["about"] else []
    if parties and answer["subject"]:
        stand_for_object = "object" in vocabulary().relation(answer["relation"]).frame.parties_for
        target += [parties if stand_for_object and not answer["object"] else f"between {parties}"]
    target += [f"({_SIDES[answer['sides']]})"] if answer.get("sides") in _SIDES else []
    how = [_HOW[answer["evidence"]]] if answer["evidence"] in _HOW else []
    how += [f"{m} {n}" if n > 1 else str(m) for m, n in answer["modalities"].items()]
    how += [f"{answer['disputed']} disputed"] if answer["disputed"] else []
    voices = dict.fromkeys(
        ", citing ".join(e["label"] for e in v["attributed_to"]) or f"the source, {v['source']}"
        for v in answer["voices"]
    )
    places = dict.fromkeys(
        f"{s.source} {s.start}-{s.end}" if s.record is None else f"{s.source} record {s.record}" for s in statements
    )
    when = dict.fromkeys(filter(None, (s.when or (s.when_text or "").partition(";")[0] for s in statements)))
    if len(when) > 4 or len(answer["statements"]) > _LOOKED_UP:
        when = dict.fromkeys([f"{answer['earliest'] or '…'} to {answer['latest'] or '…'}"])
    label = vocabulary().relation(answer["relation"]).label
    more = len(answer["statements"]) - len(statements)
    found = [subject, label, "\n".join(target), "\n".join(how), "\n".join(voices), "\n".join(when)]
    return [*found, _few(list(places), more)]


def _few(lines: list[str], further: int, most: int = 5) -> str:
    if len(lines) > most:
        further += len(lines) - most + 1
        lines = lines[: most - 1]
    return "\n".join([*lines, f"and {further} more"] if further else lines)


app = application(
    ask,
    """
Examples:
  tertius ask mediates --between Armenia --between Azerbaijan
  tertius ask invites --object Mirzoyan --according-to Russia
  tertius ask invites --object Mirzoyan --according-to source     only what sources vouch for themselves
  tertius ask opposition --about-relation mediates                who opposes whose mediation
  tertius ask accuses --since 2030 --until 2031-06 --level state
  tertius ask invites --json | jq '.answers[].subject.label'

Words for QUESTION: see tertius relations.
""",
)
