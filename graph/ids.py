"""Ids of statements: 16 bytes, written in 26 letters and digits of base 32."""

import base64

import numpy as np
import numpy.typing as npt

# Python reads numbers of base 32, in other digits, four times as fast as its base64 module reads base 32.
_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_DIGITS = str.maketrans(_ALPHABET.tobytes().decode(), "0123456789abcdefghijklmnopqrstuv")


def id_bytes(id: str) -> bytes:
    """The 16 bytes of a statement's id. For what is no id: other bytes, ValueError or OverflowError."""
    return (int(id.translate(_DIGITS), 32) >> 2).to_bytes(16, "big")


def id_text(raw: bytes) -> str:
    """The statement's id of 16 bytes."""
    return base64.b32encode(raw).decode().rstrip("=").lower()


def id_texts(raw: npt.NDArray[np.uint8]) -> list[str]:
    """The statements' ids of rows of 16 bytes."""
    bits = np.zeros((len(raw), 130), np.uint8)
    bits[:, :128] = np.unpackbits(raw, axis=1)
    letters = _ALPHABET[bits.reshape(-1, 26, 5) @ np.array([16, 8, 4, 2, 1], np.uint8)]
    found: list[str] = np.ascontiguousarray(letters).view("S26").ravel().astype("U26").tolist()
    return found
