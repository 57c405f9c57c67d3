"""How much the tests try: all examples in CI, a quarter of them where somebody waits for the result."""

import os
from collections.abc import Iterable

import pytest

THOROUGH = os.environ.get("TERTIUS_TESTS") == "thorough"


def tries(number: int) -> int:
    """How many examples a property gets that is worth `number` of them."""
    return number if THOROUGH else max(2, number // 4)


def first(number: int, values: Iterable[object]) -> list[object]:
    """Parameters of which `make test` takes the first ones, and CI all."""
    each = [value if isinstance(value, tuple) else (value,) for value in values]
    return [pytest.param(*value, marks=[pytest.mark.slow] * (n >= number)) for n, value in enumerate(each)]
