"""Behind a proxy: links follow the host that the client asked for, where the proxy is one of ours."""

from collections.abc import Iterator

import pytest
import rdflib
from rdflib import RDF
from starlette.testclient import TestClient

from api.proxies import Proxied
from ontology import PREFIXES
from tests.api.services import NORLAND, Service, client_of

SD = rdflib.Namespace(PREFIXES["sd"])
OURS, NEAR, STRANGER = "192.0.2.1", "192.0.2.2", "203.0.113.9"
TOLD = {"X-Forwarded-Host": "kg.example", "X-Forwarded-Proto": "https", "Accept": "text/turtle"}


@pytest.fixture(scope="module")
def behind() -> Iterator[TestClient]:
    """The service, as it is behind two proxies."""
    with client_of(NORLAND) as client:
        yield client


def through(behind: TestClient, peer: str) -> TestClient:
    """Requests that come from an address."""
    return TestClient(Proxied(behind.app, [OURS, NEAR]), base_url="http://10.0.0.5:8000", client=(peer, 4000))


def endpoint(turtle: bytes) -> str:
    found = rdflib.Graph().parse(data=turtle, format="turtle")
    (service,) = found.subjects(RDF.type, SD.Service)
    return str(found.value(service, SD.endpoint))


@pytest.mark.parametrize(
    ("peer", "told", "address"),
    [
        (OURS, TOLD, "https://kg.example/sparql"),
        (NEAR, TOLD | {"X-Forwarded-Host": "kg.example:8443"}, "https://kg.example:8443/sparql"),
        (OURS, TOLD | {"X-Forwarded-Host": "what.a.client.said, kg.example"}, "https://kg.example/sparql"),
        (OURS, TOLD | {"X-Forwarded-Host": " "}, "https://10.0.0.5:8000/sparql"),
        (OURS, {"X-Forwarded-Host": "kg.example"}, "http://kg.example/sparql"),
        (OURS, {"X-Forwarded-For": OURS}, "http://10.0.0.5:8000/sparql"),
        (STRANGER, TOLD, "http://10.0.0.5:8000/sparql"),
        (STRANGER, TOLD | {"X-Forwarded-For": OURS}, "http://10.0.0.5:8000/sparql"),
        ("localhost", TOLD, "http://10.0.0.5:8000/sparql"),
    ],
)
def test_only_trusted_proxies_say_under_which_address_they_were_reached(
    behind: TestClient, peer: str, told: dict[str, str], address: str
) -> None:
    client = through(behind, peer)
    assert endpoint(client.get("/sparql", headers={"Accept": "text/turtle"} | told).content) == address
    page = client.get("/statements.csv?limit=1", headers=told)
    assert page.headers["link"].startswith(f"<{address.removesuffix('sparql')}statements.csv?")


def test_a_host_that_cannot_be_one_is_not_repeated_from_a_proxy_either(behind: TestClient) -> None:
    answer = through(behind, OURS).get("/void", headers=TOLD | {"X-Forwarded-Host": 'a.example/"><script>'})
    assert answer.status_code == 400 or b"<script>" not in answer.content


def test_the_running_service_believes_the_proxies_that_it_is_set_to_trust(running: Service) -> None:
    with running.client() as client:
        assert endpoint(client.get("/sparql", headers=TOLD).content) == "https://kg.example/sparql"
