"""What the service has answered to a write is there after kill -9, and nothing of any write is there by half."""

import random
import signal
import threading
import time
from pathlib import Path

import httpx2
import pytest

from graph import KnowledgeGraph
from tests.api.services import NORLAND, Service, Start
from tests.api.test_process import linux, wait_for_end
from tests.graph.test_atomicity import facts

SECRET = "a-secret-of-tests"  # noqa: S105 - opens nothing but the service of these tests
TOKEN = {"Authorization": f"Bearer {SECRET}"}
PREFIXES = "PREFIX e: <https://tertius.example/id/entity/> PREFIX g: <https://tertius.example/graph/> "
NAME = "http://www.w3.org/2004/02/skos/core#altLabel"


class Writer(threading.Thread):
    """Writes one pair of names after the other, by turns as an update and as a graph; notes what was answered."""

    def __init__(self, service: Service, entity: str, turn: str) -> None:
        super().__init__()
        self._service, self._entity, self._turn = service, entity, turn
        self.sent: list[str] = []
        self.acknowledged: list[str] = []
        self.unexpected = ""

    def run(self) -> None:
        with self._service.client(headers=TOKEN) as client:
            while True:
                name = f"{self._turn}-{len(self.sent)}"
                self.sent.append(name)
                node = f"https://tertius.example/id/entity/{self._entity}"
                triples = f'<{node}> <{NAME}> "{name} one"@en, "{name} two"@en .'
                try:
                    if len(self.sent) % 2:
                        text = f"{PREFIXES} INSERT DATA {{ GRAPH g:entities {{ {triples} }} }}"
                        answer = client.post(
                            "/update", content=text, headers={"Content-Type": "application/sparql-update"}
                        )
                    else:
                        graph = {"graph": "https://tertius.example/graph/entities"}
                        answer = client.post(
                            "/store", params=graph, content=triples, headers={"Content-Type": "text/turtle"}
                        )
                except httpx2.HTTPError:
                    return
                if answer.status_code in (200, 201, 204):
                    self.acknowledged.append(name)
                elif answer.status_code != 503:
                    self.unexpected = answer.text
                    return


def names(kg: KnowledgeGraph) -> set[str]:
    return {n.text for e in kg.snapshot.entities.values() for n in e.aliases}


def check_kills(start: Start, store: Path, seed: int, kills: int) -> None:
    moments = random.Random(seed)  # noqa: S311 - seeded, so that a run can be repeated
    written = 0
    for turn in range(kills):
        service = start(NORLAND if turn == 0 else "none", store=store, tokens=f"ada:{SECRET}")
        writers = [Writer(service, entity, f"{turn}-{entity}") for entity in ("norland", "sudland")]
        for writer in writers:
            writer.start()
        deadline = time.monotonic() + 10
        while not any(w.acknowledged for w in writers) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.6))
        children = service.children()
        service.end(signal.SIGKILL)
        for writer in writers:
            writer.join(30)
        assert wait_for_end(children), "a process outlived the service that started it"
        with KnowledgeGraph(store) as kg:
            facts(kg)
            found = names(kg)
            for writer in writers:
                assert not writer.unexpected
                for name in writer.sent:
                    there = {f"{name} one" in found, f"{name} two" in found}
                    assert len(there) == 1, f"half of {name} is there"
                    assert name not in writer.acknowledged or there == {True}, f"{name} was answered and is lost"
                written += len(writer.acknowledged)
    assert written >= kills, "hardly anything was written: this shows nothing"


@linux
@pytest.mark.parametrize(("seed", "kills"), [(1, 1), pytest.param(2, 15, marks=pytest.mark.slow)])
def test_what_was_answered_outlives_a_kill(service: Start, tmp_path: Path, seed: int, kills: int) -> None:
    check_kills(service, tmp_path / "store", seed, kills)


@linux
def test_a_write_is_seen_through_every_door_when_it_is_answered(service: Start) -> None:
    with service(tokens=f"ada:{SECRET}").client() as client:
        query = f"{PREFIXES} SELECT ?n {{ e:norland <{NAME}> ?n }}"
        assert client.get("/sparql", params={"query": query}).status_code == 200  # the worker is warm
        for n in range(8):
            name = f"name {n}"
            text = f'{PREFIXES} INSERT DATA {{ GRAPH g:entities {{ e:norland <{NAME}> "{name}"@en }} }}'
            answer = client.post("/update", content=text, headers=TOKEN | {"Content-Type": "application/sparql-update"})
            assert answer.status_code in (200, 204)
            assert name in client.get("/sparql", params={"query": query}).text
            assert name in client.get("/entities/norland").text
            assert client.get("/who/invites", params={"subject": name}).status_code == 200
            graph = client.get("/store", params={"graph": "https://tertius.example/graph/entities"})
            assert name in graph.text
