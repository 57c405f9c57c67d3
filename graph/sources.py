"""Sources: the texts, files and data sets that statements come from."""

import hashlib
from typing import Annotated

from pydantic import AfterValidator, Field

from graph.entities import CoderName, Language, Model, SourceId, Text
from graph.times import edtf_bounds
from ontology import Modality


def check_edtf(text: str) -> str:
    """The text itself where it is EDTF; raises ValueError elsewhere."""
    edtf_bounds(text)
    return text


Edtf = Annotated[
    str, AfterValidator(check_edtf), Field(description="Date in EDTF (ISO 8601-2), no finer than its source")
]


def check_period(text: str) -> str:
    """The text itself where it is EDTF with a first and a last day; raises ValueError elsewhere."""
    if None in edtf_bounds(text):
        raise ValueError(f"{text!r} is open: a period has a first and a last day")
    return text


Period = Annotated[
    str, AfterValidator(check_period), Field(description="Period in EDTF: 2018, 2018-06, 2018-01-01/2018-06-30")
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in lower-case hexadecimal")]


class Source(Model):
    """One released text, file or data set. Its text is not kept: `sha256` and `length` stand for it.

    `covers` is the period of which it tells all that its kind tells, as somebody who knows has said. `file` is the name
    to look for in a folder of texts, `length` the number of Unicode code points.
    `coder` and `modality` are those of all its statements that do not say otherwise: stored once here.
    """

    id: SourceId
    title: Text
    kind: Text
    publisher: Text | None = None
    published: Edtf | None = None
    retrieved: Edtf | None = None
    covers: Period | None = None
    language: Language | None = None
    licence: Text | None = None
    sha256: Sha256 | None = None
    length: Annotated[int, Field(ge=0)] | None = None
    file: Annotated[str, Field(pattern=r"^[^/\\\x00]+$", max_length=255)] | None = None
    derived_from: SourceId | None = None
    note: Text | None = None
    dataset: Text | None = None
    coder: CoderName | None = None
    modality: Modality | None = None

    @property
    def kept_as(self) -> str | None:
        """The name under which a store keeps the records of an imported file; None for other sources."""
        if self.file is None or self.sha256 is None or self.modality is not Modality.CODED:
            return None
        # Short enough for the names in an archive, and one's own for each source and content.
        return f"{self.id[:60]}-{hashlib.sha256(f'{self.id} {self.sha256}'.encode()).hexdigest()[:16]}"

    @property
    def collection(self) -> str:
        """What it is counted with: its data set, itself where it is of none."""
        return self.dataset or self.id
