"""Which of millions of keys have come before, in eight bytes each."""

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]


class Seen:
    """A growing set of keys of 64 bits, asked and filled batch by batch.

    Sorted runs, each at least twice as long as the next: a key is looked for in few of them. Keys are ends of hashes:
    that two of ten million are equal by chance has a probability of three in a million.
    """

    def __init__(self) -> None:
        self._runs: list[Keys] = []

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Adds a batch; tells of each key whether it came before, earlier in the batch included."""
        order = np.argsort(keys, kind="stable")
        ordered = keys[order]
        repeats = np.zeros(len(keys), bool)
        repeats[order[1:]] = ordered[1:] == ordered[:-1]
        known = self.contains(keys)
        fresh = np.unique(keys[~known])
        if len(fresh):
            while self._runs and len(self._runs[-1]) < 2 * len(fresh):
                fresh = np.sort(np.concatenate([self._runs.pop(), fresh]), kind="stable")
            self._runs.append(fresh)
        return repeats | known

    def contains(self, keys: Keys) -> npt.NDArray[np.bool_]:
        """Of each key whether it was added."""
        found = np.zeros(len(keys), bool)
        for run in self._runs:
            at = np.minimum(np.searchsorted(run, keys), len(run) - 1)
            found |= run[at] == keys
        return found
