"""One hostile client: endless queries, floods, bodies that never end, cut connections. All from one address.

`python -m tests.benchmarks.hostile PORT SECONDS` prints how often each answer came, as JSON.
"""

import json
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import cycle
from urllib.parse import quote

from tests.benchmarks.client import Connection, request

ADDRESS = "127.0.0.2"
"""Where it comes from, so that the service can tell it from the readers; Linux answers for all of 127.0.0.0/8."""

ENDLESS = [
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a ?f",
    "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|^!<x:y>)* ?b . ?b (!<x:x>|^!<x:y>)* ?c }",
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c), STR(?f)), '^(.*a)+$')) }",
    "SELECT (GROUP_CONCAT(STR(?c)) AS ?all) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
]
FLOOD = [
    "SELECT * { ?s ?p ?o } LIMIT 20000",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "CONSTRUCT WHERE { ?s ?p ?o }",
]
WRONG = [
    "SELECT * " + "{" * 3000,
    "SELECT * { ?s ?p ?o FILTER(" + "(" * 6000 + "1" + ")" * 6000 + ") }",
    "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "LOAD <file:///etc/passwd>",
    'ASK { BIND("' + "x" * 60_000 + '" AS ?x) }',
]
Answers = Counter[str]


def attack(port: int, seconds: float) -> Answers:
    """How often each answer came: statuses, and `cut` or `silent` where a connection was ended or nothing came."""
    end, answers = time.monotonic() + seconds, Answers()
    acts: list[tuple[Callable[[int, Iterator[str]], str], list[str], float, int]] = [
        (_ask, ENDLESS, 0, 6),
        (_ask, FLOOD, 0.02, 12),
        (_ask, WRONG, 0.1, 2),
        (_cut, ENDLESS + FLOOD, 0.05, 4),
        (_drip, [""], 0, 8),
        (_too_long, [""], 0.5, 1),
    ]

    def repeat(act: Callable[[int, Iterator[str]], str], texts: list[str], pause: float) -> None:
        turn = cycle(texts)
        while time.monotonic() < end:
            answers[act(port, turn)] += 1
            time.sleep(pause)

    threads = []
    for act, texts, pause, number in acts:
        for n in range(number):
            others = texts[n % len(texts) :] + texts[: n % len(texts)]
            threads.append(threading.Thread(target=repeat, args=(act, others, pause), daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, end - time.monotonic()) + 1)
    return answers


def _query(text: str) -> bytes:
    return request("GET", f"/sparql?query={quote(text)}", {"Accept": "*/*"}) if len(text) < 20_000 else _posted(text)


def _posted(text: str) -> bytes:
    return request("POST", "/sparql", {"Content-Type": "application/sparql-query"}, text.encode())


def _ask(port: int, texts: Iterator[str]) -> str:
    with Connection(port, 30, ADDRESS) as connection:
        try:
            return str(connection.send(_query(next(texts))).status)
        except TimeoutError:
            return "silent"
        except OSError:
            return "cut"


def _cut(port: int, texts: Iterator[str]) -> str:
    with _open(port) as line:
        line.sendall(_query(next(texts)))
        time.sleep(0.02)
    return "left"


def _drip(port: int, _: Iterator[str]) -> str:
    """A body that is announced and comes a byte a second."""
    head = {"Content-Type": "application/sparql-query", "Content-Length": "1000"}
    with _open(port) as line, suppress(OSError):
        line.sendall(request("POST", "/sparql", head))
        for _byte in range(10):
            line.sendall(b"S")
            time.sleep(1)
    return "left"


def _too_long(port: int, _: Iterator[str]) -> str:
    with Connection(port, 30, ADDRESS) as connection:
        try:
            return str(connection.send(_posted("#" * 4_000_000)).status)
        except OSError:
            return "cut"


def _open(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 30, source_address=(ADDRESS, 0))


if __name__ == "__main__":
    print(json.dumps(attack(int(sys.argv[1]), float(sys.argv[2]))))
