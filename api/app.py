"""The service: what it consists of, opened and closed by its lifespan."""

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from api.dependencies import VERSION, State, check_query_string, fingerprint
from api.direct import Shortcut
from api.errors import PROBLEM, add_handlers
from api.measuring import Measures
from api.middleware import AccessLog, Bounds, HeadAsGet, Unexpected
from api.queueing import FairQueue
from api.routers import (
    agreement,
    catalogue,
    citations,
    datasets,
    descriptions,
    graph_store,
    health,
    linked_data,
    measures,
    mediations,
    named_questions,
    networks,
    pictures,
    query,
    questions,
    sparql,
    start,
    statements,
    tables,
    update,
    vocabulary,
)
from api.schemas import ProblemBody
from api.settings import Settings
from api.texts import Texts
from api.tokens import Tokens
from api.workers import Limits, Workers
from graph import KnowledgeGraph
from graph.datasets import dataset_folders
from graph.shipped import shipped_data

log = logging.getLogger("tertius")

DESCRIPTION = """\
Who mediates, opposes, invites, accuses or supports whom in international affairs, **and who says so**.

Every answer leads to its statements; every statement has its source, its place there, its speakers and its modality.
An offer is not an agreement, an effort is not a deed, and an empty answer is not a no.
"""


def create_app(settings: Settings | None = None, graph: KnowledgeGraph | None = None) -> FastAPI:
    """The service over a graph: the given one, else the store of the settings with their data loaded.

    Nothing is opened before the application starts. Starting raises the errors of KnowledgeGraph and its `load`.
    """
    settings = settings or Settings()
    tokens = Tokens(settings.tokens)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            kg = graph or stack.enter_context(open_graph(settings))
            workers = Workers(limits(settings), queue(settings), update_seconds=settings.update_timeout)
            stack.push_async_callback(workers.close)
            app.state.tertius = State(
                settings,
                kg,
                Texts(*_text_folders(settings)),
                workers,
                _parameters(app),
                fingerprint(settings, kg.store_id),
                tokens,
                Measures(settings.measure_room),
            )
            log.info("serving", extra={"revision": kg.snapshot.revision, "statements": len(kg.snapshot.columns)})
            yield
        log.info("stopped")

    app = FastAPIOffline(
        redirect_slashes=False,  # it would repeat whatever host the request names
        title="Tertius",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        swagger_ui_parameters={"validatorUrl": None},  # else the page asks a service elsewhere
        dependencies=[Depends(check_query_string)],
        responses={
            404: {"model": ProblemBody, "description": "Nothing has this name or id; candidates are listed."},
            422: {"model": ProblemBody, "description": "A parameter is unknown, ambiguous or impossible."},
        },
    )
    for module in (
        start, questions, named_questions, statements, tables, pictures, networks, measures, mediations, agreement,
        catalogue, datasets, vocabulary, sparql, update, graph_store, health, citations, linked_data, descriptions,
        query,
    ):  # fmt: skip
        app.include_router(module.router)
    app.router.routes.insert(0, Shortcut(m.router for m in (questions, statements, catalogue, sparql)))
    _describe_problems(app)
    add_handlers(app)
    # The last one added is the first to see a request.
    app.add_middleware(
        Bounds, url_length=settings.url_length, body_length=settings.body_length,
        body_timeout=settings.body_timeout, write_length=settings.write_length,
        tokens=tokens,
    )  # fmt: skip
    app.add_middleware(Unexpected)
    app.add_middleware(HeadAsGet)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match"],
        expose_headers=[
            "Allow",
            "ETag",
            "Link",
            "Location",
            "WWW-Authenticate",
            "X-Total-Count",
            "X-Request-Id",
            "Retry-After",
            "Tertius-Revision",
        ],
    )
    app.add_middleware(AccessLog)
    return app


def limits(settings: Settings) -> Limits:
    """What one SPARQL query may take."""
    return Limits(
        settings.query_timeout, settings.query_memory, settings.query_rows, settings.query_bytes,
        settings.query_length, settings.query_depth,
    )  # fmt: skip


def queue(settings: Settings) -> FairQueue:
    """Whose SPARQL query is next."""
    return FairQueue(
        settings.query_workers or min(8, len(os.sched_getaffinity(0))) + 1,
        waiting=settings.query_queue,
        waiting_each=settings.query_queue_each,
        seconds=settings.query_wait,
    )


def open_graph(settings: Settings, progress: Callable[[str], None] = lambda _: None) -> KnowledgeGraph:
    """The store of the settings with their data loaded. Raises the errors of KnowledgeGraph and its `load`."""
    kg = KnowledgeGraph(
        settings.store,
        base=settings.base,
        vocabulary=not (settings.raw_rdf and settings.data == "none"),
        keep_cited=settings.keep_cited,
    )
    if settings.data != "none":
        report = kg.load(settings.data, texts=settings.texts, progress=progress)
        log.info("loaded", extra={"datasets": report.datasets, "added": report.added, "changed": report.changed})
    kg.refresh_ontology()
    return kg


def _text_folders(settings: Settings) -> list[Path]:
    """The user's folder of texts, and those that data sets are shipped with."""
    folders = [settings.texts] if settings.texts else []
    if settings.data != "none":
        data = Path(settings.data) if settings.data else shipped_data()
        folders += [f / "texts" for f in dataset_folders(data)]
    return [f for f in folders if f.is_dir()]


def _describe_problems(app: FastAPI) -> None:
    """Errors are described as what they are, whatever else a path answers with."""
    for path in app.openapi()["paths"].values():
        for operation in path.values():
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    response["content"] = {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}


def _parameters(app: FastAPI) -> dict[tuple[str, str], dict[str, bool]]:
    """The query parameters of each path, and whether they may be repeated, from the page that describes them."""
    found = {}
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            if "sparql" in operation["tags"]:
                continue  # these keep the rules of their protocols
            parameters = [p for p in operation.get("parameters", []) if p["in"] == "query"]
            found[method.upper(), path] = {p["name"]: p["schema"].get("type") == "array" for p in parameters}
    return found
