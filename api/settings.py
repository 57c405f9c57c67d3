"""Every setting, its default and its meaning. Read from TERTIUS_… variables or given by the command line."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.tokens import hashed
from graph.revisions import BASE_PATTERN
from ontology import BASE


class Settings(BaseSettings):
    """Settings of the service, fixed when it starts."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="TERTIUS_", extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    store: Path | None = Field(None, description="Folder of the store; a temporary one where none is named.")
    texts: Path | None = Field(None, description="Folder with the sources' texts: quotes then appear in answers.")
    data: str | None = Field(
        None, description="Folder of data sets to load at the start, or 'none'; the shipped ones where nothing is said."
    )
    base: str | None = Field(
        None,
        description=f"Base IRI of a new store, ending in a slash; {BASE} where nothing is said. A store keeps its own.",
    )
    creator: str | None = Field(
        None, min_length=1, description="Who made the data, as the description at /void names them; nobody by default."
    )
    tokens: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        repr=False,
        description="Who may write: NAME:SECRET or, so that the secret stands nowhere, NAME:sha256:HEX as `tertius "
        "token NAME` prints it; several separated by commas. Nobody where none is set.",
    )
    union_default_graph: bool = Field(
        True,
        description="Whether queries see all named graphs as their default graph; updates and /store never do.",
    )
    raw_rdf: bool = Field(
        False,
        description="Whether any RDF may be written, be it statements or not; no prefixes are declared then.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Origins, separated by commas, whose pages may read answers; never with credentials."
    )
    query_timeout: float = Field(10, gt=0, le=3600, description="Seconds that one SPARQL query may run.")
    query_memory: int = Field(2048, ge=256, description="MiB of memory that one SPARQL query may take.")
    query_rows: int = Field(100_000, ge=1, description="Most rows of a SPARQL answer; more is an error, never cut.")
    query_bytes: int = Field(64 * 1024 * 1024, ge=1024, description="Most bytes of a SPARQL answer.")
    query_length: int = Field(65_536, ge=256, description="Most characters of a SPARQL query.")
    query_depth: int = Field(64, ge=4, le=500, description="Deepest nesting of brackets in a SPARQL query.")
    query_workers: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes for SPARQL queries, all but one for any one client; 0: one more than there are cores.",
    )
    query_queue: int = Field(64, ge=1, le=1000, description="Most SPARQL queries that may wait in all.")
    query_queue_each: int = Field(16, ge=1, le=1000, description="Most SPARQL queries of one address that may wait.")
    query_wait: float = Field(20, gt=0, le=3600, description="Seconds that a SPARQL query may wait for its turn.")
    update_timeout: float = Field(60, gt=0, le=3600, description="Seconds that one update or write may take.")
    citation_bytes: int = Field(4 * 1024 * 1024, ge=1024, description="Most bytes of an answer that can be frozen.")
    citation_room: int = Field(
        256, ge=0, description="MiB on disk that all frozen answers may take; 0 lets nobody freeze any."
    )
    keep_cited: int | None = Field(
        None,
        ge=0,
        description="Most old revisions that are kept because frozen answers need them; 20 unless the store says else.",
    )
    table_rows: int = Field(1_000_000, ge=1, description="Most rows of a table; more is an error, never cut.")
    network_edges: int = Field(
        200_000,
        ge=1,
        description="Most ties or statements of a network that is a file, or compared; more is an error, never cut.",
    )
    measure_timeout: float = Field(
        30, gt=0, le=3600, description="Seconds that measures of a network, or comparing two coders, may take."
    )
    measure_room: int = Field(64, ge=0, description="MiB of memory for measures that are kept to be asked again.")
    url_length: int = Field(
        61_440, ge=1024, le=65_000, description="Most bytes of a request's address; post longer queries."
    )
    body_length: int = Field(1_048_576, ge=1024, description="Most bytes of a request's body.")
    body_timeout: float = Field(
        30,
        gt=0,
        le=3600,
        description="Seconds for a request's head to come, for each MiB of its body, and for some of an answer to go.",
    )
    connections: int = Field(500, ge=1, description="Most connections that are open at once.")
    connections_each: int = Field(100, ge=1, description="Most connections of one address, but for trusted proxies.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses of proxies, separated by commas, that say by X-Forwarded-For for whom they speak, "
        "and by X-Forwarded-Host and -Proto under which address. They must set these, not pass on what a client sent.",
    )
    write_length: int = Field(
        64 * 1024 * 1024, ge=1024, description="Most bytes of a request's body, for whoever holds a token."
    )
    write_wait: float = Field(
        10, gt=0, le=600, description="Seconds that a write waits for those before it, then it is told to come back."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("tokens", "cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("base")
    @classmethod
    def _is_base(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(BASE_PATTERN, value):
            raise ValueError(f"write an address like {BASE}, with a slash at its end")
        return value

    @field_validator("texts")
    @classmethod
    def _is_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("no folder is there")
        return value

    @field_validator("tokens")
    @classmethod
    def _hashed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(hashed, value))
