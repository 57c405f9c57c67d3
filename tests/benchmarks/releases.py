"""An invented release of event data in the form of ICEWS, the same one for the same seed: nothing is about anybody.

A few actors do most of it, stories return, rows of one act come in pairs where the act has two sides.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from graph.importing.codes import icews_codes
from graph.importing.formats.icews import COLUMNS

_FIRST_DAY, _DAYS, _MANY = date(1995, 1, 1), 9000, 100_000
_MIRRORED = {"040": "040", "042": "043", "043": "042", "046": "046", "057": "057"}
_COMMON = {
    "010": 12, "040": 10, "042": 8, "043": 8, "046": 3, "036": 5, "051": 5, "057": 2, "111": 6, "112": 5, "173": 4,
    "190": 4, "045": 2, "020": 4, "141": 2,
}  # fmt: skip
"""How often the most common codes come; the others come seldom."""


def write_release(path: Path, size: int, seed: int = 20310301) -> None:
    """A table of `size` rows in the order of their days."""
    with path.open("w", encoding="utf-8") as file:
        for line in _lines(size, random.Random(seed)):
            file.write(line)


def _lines(size: int, rng: random.Random) -> Iterator[str]:
    yield "\t".join(COLUMNS) + "\n"
    labels = {code: label for label, code in icews_codes().items()}
    codes = sorted(labels)
    weights = list(accumulate(_COMMON.get(c, 0.3) for c in codes))
    countries = [f"Country {n}" for n in range(1, 201)]
    actors = [*((c, "", c) for c in countries), *_people(rng, countries, min(_MANY, max(400, size // 20)))]
    shares = list(accumulate(1 / rank**0.9 for rank in range(1, len(actors) + 1)))
    number = 0
    while number < size:
        day = (_FIRST_DAY + timedelta(_DAYS * number // size)).isoformat()
        one, other = rng.choices(actors, cum_weights=shares, k=2)
        [code] = rng.choices(codes, cum_weights=weights)
        story = str(number // 3)
        pairs = [(one, other, code)]
        if code in _MIRRORED:
            pairs.append((other, one, _MIRRORED[code]))
        for a, b, told in pairs[: size - number]:
            number += 1
            yield "\t".join((
                str(number), day, a[0], a[1], a[2], labels[told], told, "1", b[0], b[1], b[2], story, "2", "A gazette",
                "NA", "NA", "NA", a[2], "1.5", "2.5",
            )) + "\n"  # fmt: skip


def _people(rng: random.Random, countries: list[str], number: int) -> Iterator[tuple[str, str, str]]:
    for n in range(number):
        country = rng.choice(countries)
        yield (
            (f"Person {n}", "Executive,Government", country)
            if n % 3
            else (f"Police {n} ({country})", "Police", country)
        )
