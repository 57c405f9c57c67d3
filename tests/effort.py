"""How much the tests try: all examples in CI, a quarter of them where somebody waits for the result."""

import os

THOROUGH = os.environ.get("TERTIUS_TESTS") == "thorough"


def tries(number: int) -> int:
    """How many examples a property gets that is worth `number` of them."""
    return number if THOROUGH else max(2, number // 4)
