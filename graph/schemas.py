"""JSON Schema of the models, for editors and for other languages: `python -m graph.schemas FOLDER [--check]`."""

import json
import sys
from pathlib import Path

from graph.datasets import DatasetInfo
from graph.entities import Entity, Model
from graph.sources import Source
from graph.statements import Statement
from ontology import vocabulary

MODELS: dict[str, type[Model]] = {"dataset": DatasetInfo, "entity": Entity, "source": Source, "statement": Statement}


def schemas() -> dict[str, str]:
    """File names and contents. The relations and roles that may be used are those of the vocabulary."""
    found = {}
    for name, model in MODELS.items():
        schema = model.model_json_schema(mode="validation")
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        if model is Statement:
            schema["properties"]["relation"]["enum"] = list(vocabulary().relations)
            schema["$defs"]["RoleOf"]["properties"]["role"]["enum"] = list(vocabulary().roles)
        found[f"{name}.schema.json"] = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return found


def main(arguments: list[str]) -> int:
    """Writes the files, or with --check tells which of those on disk differ; 1 where some do."""
    folder = Path(next((a for a in arguments if not a.startswith("-")), "docs/schemas"))
    stale = []
    for name, text in schemas().items():
        path = folder / name
        if "--check" in arguments:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.stderr.write(f"not up to date: {', '.join(stale)}: run make docs\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
