"""Brokerage and balance as they are defined, word by word, in nested loops: what measures are compared with."""

from itertools import combinations

from graph.measures import Balance, SignedTies, Ties


def three_loops(ties: Ties, groups: dict[object, int]) -> list[list[int]]:
    """Gould and Fernandez's definition, word by word."""
    n = len(ties)
    there = [[False] * n for _ in range(n)]
    for a, b in zip(ties.source.tolist(), ties.target.tolist(), strict=True):
        there[a][b] = True
    counts = [[0] * 5 for _ in range(n)]
    group = [groups[a] for a in ties.actors]
    for a in range(n):
        for v in range(n):
            for c in range(n):
                if a != c and there[a][v] and there[v][c] and not there[a][c]:
                    if group[a] == group[v]:
                        role = 0 if group[v] == group[c] else 3
                    else:
                        role = 2 if group[v] == group[c] else 1 if group[a] == group[c] else 4
                    counts[v][role] += 1
    return counts


def looped(signs: SignedTies) -> Balance:
    """The triads of all actors, three by three."""
    n = len(signs.actors)
    sign = [[0] * n for _ in range(n)]
    for one, other, value in zip(signs.one.tolist(), signs.other.tolist(), signs.sign.tolist(), strict=True):
        sign[one][other] = sign[other][one] = value
    census = [0, 0, 0, 0]
    for a, b, c in combinations(range(n), 3):
        if sign[a][b] and sign[b][c] and sign[a][c]:
            census[(sign[a][b] < 0) + (sign[b][c] < 0) + (sign[a][c] < 0)] += 1
    below = int((signs.sign < 0).sum())
    above = len(signs.sign) - below
    return Balance(census[0], census[1], census[2], census[3], above, below, signs.mixed, signs.unsigned)
