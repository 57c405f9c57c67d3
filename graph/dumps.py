"""A revision as a folder to publish: all quads, what they are, under which licences, how to cite them, checksums.

The same revision gives the same bytes.
"""

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, cast

import yaml
from rdflib import Graph

from graph.census import statements_by_source
from graph.descriptions import TITLE, licence_iri, void
from graph.exceptions import ParameterError
from graph.rdf import Triples
from graph.snapshot import Snapshot
from ontology import store_prefixes

QUADS, VOID, LICENCES, CITATION, README, SUMS = (
    "graph.nq.gz", "void.ttl", "LICENCES.md", "CITATION.cff", "README.md", "SHA256SUMS",
)  # fmt: skip
AUTHORS = "the Tertius contributors"
_UNKNOWN = "not known"

Tell = Callable[[str], None]


def dump(snapshot: Snapshot, folder: Path, tell: Tell = lambda _: None) -> None:
    """Writes the folder, which appears only when it is whole.

    Raises ParameterError where something is there already, OSError where it cannot be written.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ParameterError("dump", f"{folder} is there already: name a folder that is not")
    parts = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        tell("writing quads")
        with (parts / QUADS).open("wb") as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            snapshot.store.dump(cast(IO[bytes], packed), "application/n-quads")
        day = written(snapshot)
        for name, text in (
            (VOID, _void(snapshot, day)),
            (LICENCES, _licences(snapshot)),
            (CITATION, _citation(snapshot, day)),
            (README, _readme(snapshot, day)),
        ):
            (parts / name).write_text(text, "utf-8", newline="\n")
        tell("adding up checksums")
        sums = "".join(f"{_sha256(path)}  {path.name}\n" for path in sorted(parts.iterdir()))
        (parts / SUMS).write_text(sums, "utf-8", newline="\n")
        parts.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        parts.replace(folder)
    except BaseException:
        shutil.rmtree(parts, ignore_errors=True)
        raise


def written(snapshot: Snapshot) -> date:
    """The day on which the revision was written, in UTC."""
    return datetime.fromtimestamp((snapshot.path / "meta.json").stat().st_mtime, UTC).date()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _void(snapshot: Snapshot, day: date) -> str:
    found = Triples(void(snapshot).lines)
    found.typed(snapshot.iris.dataset, "dcterms:modified", day, "date")
    graph = Graph()
    for prefix, namespace in store_prefixes(snapshot.iris.base).items():
        graph.bind(prefix, namespace, replace=True)
    graph.parse(data=str(found), format="nt")
    return f"# The description of {QUADS}.\n\n{graph.serialize(format='turtle')}"


def _licences(snapshot: Snapshot) -> str:
    counts = statements_by_source(snapshot.columns)
    rows = []
    for id, source in sorted(snapshot.sources.items()):
        address = licence_iri(source.licence)
        licence = _cell(source.licence or _UNKNOWN)
        rows.append(
            f"| `{id}` | {_cell(source.title)} | {_cell(source.publisher or _UNKNOWN)} "
            f"| {f'[{licence}]({address})' if address else licence} | {counts.get(id, 0)} |\n"
        )
    return (
        "# Licences\n\n"
        "Each source states its own licence. Where none is stated, none is known: ask its publisher before you use\n"
        "more of it than your law allows. The texts of sources are not included, only places in them and words of\n"
        "the coders' own.\n\n"
        "| source | title | publisher | licence | statements |\n|---|---|---|---|---|\n" + "".join(rows)
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _citation(snapshot: Snapshot, day: date) -> str:
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use these data, please cite them, and the sources of the statements that you use.",
        "type": "dataset",
        "title": TITLE,
        "abstract": f"{_numbers(snapshot)}. {LICENCES} tells under which licences they may be used.",
        "authors": [{"name": AUTHORS}],
        "version": f"revision {snapshot.revision}",
        "date-released": day,
        "keywords": ["knowledge graph", "mediation", "international relations", "provenance"],
    }
    return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=110)


def _numbers(snapshot: Snapshot) -> str:
    return (
        f"{len(snapshot.columns)} statements about {len(snapshot.entities)} entities "
        f"from {len(snapshot.sources)} sources, in {snapshot.quads} quads"
    )


def _readme(snapshot: Snapshot, day: date) -> str:
    return f"""# {TITLE}

Revision {snapshot.revision} of {day}: {_numbers(snapshot)}.

- `{QUADS}`: everything, as N-Quads: statements in the named graph of their source, entities in `graph/entities`,
  plain edges in `graph/edges`, the vocabulary in `graph/ontology`, the description in `graph/service`
- `{VOID}`: what is in it, counted by class, property and named graph (VoID), with prefixes
- `{LICENCES}`: the licence of each source
- `{CITATION}`: how to cite it (Citation File Format)
- `{SUMS}`: checksums; `sha256sum -c {SUMS}` compares them

Any RDF software reads it:

```python
import gzip
import rdflib

dataset = rdflib.Dataset()
with gzip.open("{QUADS}") as file:
    dataset.parse(file, format="nquads")
```

IRIs start with {snapshot.iris.base}. A statement has `rdf:subject`, `rdf:predicate` and `rdf:object`; its named graph
is its source; `t:attributedTo` is who says so, where the source does not vouch itself; `t:modality` is how it is said,
on the statement or, where all of a source share one, on the source. What only repeats others' words is no plain edge.
"""
