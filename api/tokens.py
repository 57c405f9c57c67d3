"""Who may write: bearer tokens (RFC 6750), of which only hashes are kept."""

import hashlib
import hmac
import re
from collections.abc import Iterable

NAME = re.compile(r"[\w.@-]{1,64}", re.ASCII)
_HASH = re.compile(r"sha256:([0-9a-f]{64})", re.I)
_SHORTEST = 8


def hashed(pair: str) -> str:
    """NAME:sha256:HEX for NAME:SECRET, or for what is hashed already. Raises ValueError, which repeats no secret."""
    name, colon, secret = pair.partition(":")
    if not colon or not NAME.fullmatch(name):
        raise ValueError("each token is NAME:SECRET or NAME:sha256:HEX, the name of letters, digits and . _ - @")
    if match := _HASH.fullmatch(secret):
        return f"{name}:sha256:{match[1].lower()}"
    if secret.startswith("sha256:"):
        raise ValueError("a hash is sha256: and 64 hexadecimal digits")
    if len(secret) < _SHORTEST or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise ValueError(f"each token is NAME:SECRET, the secret at least {_SHORTEST} characters of plain ASCII long")
    return f"{name}:sha256:{_digest(secret).hex()}"


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


class Tokens:
    """The tokens that are set, by their hashes.

    >>> tokens = Tokens([hashed("ada:open-sesame")])
    >>> tokens.holder("Bearer open-sesame"), tokens.holder("Bearer open-door")
    ('ada', None)
    """

    def __init__(self, pairs: Iterable[str]) -> None:
        split = [pair.partition(":sha256:") for pair in pairs]
        self._hashes = [(name, bytes.fromhex(hexadecimal)) for name, _, hexadecimal in split]

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def holder(self, authorization: str | None) -> str | None:
        """The name of whoever holds the token of the header, None where it is none of these.

        It takes equally long whichever of them it is, and however much of it is right.
        """
        scheme, _, secret = (authorization or "").strip().partition(" ")
        digest = _digest(secret.strip())
        found = None
        for name, known in self._hashes:
            if hmac.compare_digest(digest, known) and found is None:
                found = name
        return found if scheme.lower() == "bearer" else None
