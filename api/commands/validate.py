"""tertius validate: what is wrong with data sets or with a store."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from api.commands.console import application, note, progress, write_json
from graph import KnowledgeGraph
from graph.shapes import Finding, Severity
from graph.shipped import shipped_data
from graph.validation import validate_datasets, validate_snapshot

Target = Annotated[
    Path | None,
    typer.Argument(
        metavar="DATASET_OR_STORE", exists=True, file_okay=False,
        help="A data set's folder, a folder of them, or a store; the shipped data sets where none is named.",
    ),
]  # fmt: skip
Texts = Annotated[
    Path | None,
    typer.Option(
        "--texts",
        metavar="FOLDER",
        exists=True,
        file_okay=False,
        help="The sources' texts: hashes and offsets are checked.",
    ),
]
Shapes = Annotated[
    bool, typer.Option("--shapes/--no-shapes", help="Whether to apply the SHACL shapes, the slowest part.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")]


def validate(target: Target = None, texts: Texts = None, shapes: Shapes = True, as_json: AsJson = False) -> None:
    """Check data sets or a store: models, names, offsets, frames, shapes.

    Each finding is one line on standard output: where, how bad, what, and what to do. Violations make the status 1.
    Warnings are told and do no harm: a name that several entities have, a passage that cuts a word, a conflict
    that is known and marked as disputed. The shapes are applied only where all else is right.
    """
    with progress("validating") as tell:
        if target is not None and (target / "format.json").is_file():
            with KnowledgeGraph(target) as graph:
                findings = validate_snapshot(graph.snapshot, texts, shapes=shapes, progress=tell)
        else:
            findings = validate_datasets(target or shipped_data(), texts, shapes=shapes, progress=tell)
    if as_json:
        write_json(findings)
    else:
        for finding in findings:
            typer.echo(_line(finding))
    counts = Counter(f.severity for f in findings)
    note(", ".join(f"{counts[s]} {s}{'s' if counts[s] != 1 else ''}" for s in (Severity.VIOLATION, Severity.WARNING)))
    if counts[Severity.VIOLATION]:
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    shape = f" [{finding.shape}]" if finding.shape else ""
    return ": ".join(filter(None, (finding.focus, finding.severity, finding.message))) + shape


app = application(
    validate,
    """
Examples:
  tertius validate                       the shipped data sets
  tertius validate mine                  a data set of your own
  tertius validate mine --texts texts    also whether texts are the ones coded, and offsets cut no word
  tertius validate kg                    a store

Exit status: 0 where there is no violation, 1 where there is one.
""",
)
