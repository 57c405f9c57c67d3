"""Networks to measure: one that is published, and those that hypothesis draws."""

import networkx as nx
from hypothesis import strategies as st

from graph.measures.arrays import Network

STRIKE = """
Frank: Gill; Gill: Ike Hal John; Ike: Mike Bob; Mike: Bob; Hal: John Bob; John: Karl Lanny Bob; Karl: Lanny Ozzie;
Lanny: Bob; Bob: Alejandro Norm; Alejandro: Carlos Eduardo Domingo; Carlos: Eduardo Domingo; Eduardo: Domingo;
Norm: Ozzie Vern Paul Utrecht Sam; Vern: Ted; Paul: Quint; Quint: Utrecht Russ; Utrecht: Russ Sam; Russ: Ted;
Sam: Xavier Wendle; Xavier: Wendle
"""
"""Who talks with whom of a strike: Michael (1997), in de Nooy, Mrvar and Batagelj, Exploratory Social Network Analysis
with Pajek, chapter 7."""
SPANISH = ["Alejandro", "Carlos", "Eduardo", "Domingo"]
YOUNG = ["Frank", "Gill", "Ike", "Mike", "Hal", "John", "Karl", "Lanny", "Bob"]


def strike() -> "nx.Graph[str]":
    """The workers of the strike, with the groups of the book: Spanish, young English, older English."""
    network: nx.Graph[str] = nx.Graph()
    for line in STRIKE.replace("\n", " ").split(";"):
        one, _, others = line.partition(":")
        network.add_edges_from((one.strip(), other) for other in others.split())
    for worker in network:
        group = "spanish" if worker in SPANISH else "young" if worker in YOUNG else "older"
        network.nodes[worker]["group"] = group
    return network


@st.composite
def networks(draw: st.DrawFn, *, directed: bool | None = None, most: int = 9) -> Network:
    """Any network of a few actors, with loops, which hardly matter, and with weights."""
    n = draw(st.integers(0, most))
    is_directed = draw(st.booleans()) if directed is None else directed
    network: Network = nx.DiGraph() if is_directed else nx.Graph()
    network.add_nodes_from(range(n))
    if n:
        actors = st.integers(0, n - 1)
        for a, b in draw(st.lists(st.tuples(actors, actors), max_size=n * n)):
            network.add_edge(a, b, weight=draw(st.integers(1, 5)))
    return network
