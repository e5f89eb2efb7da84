"""Which photographs are held out (the same as src/domain/benchmark/split.ts).

luma: by product. clothing: by the person who took the photo. grocery: of every item the last fifth
of its photos. They are numbered as they were taken, and neighbours often show the same pile, so
that single photos drawn by chance would have near-copies in training.
"""

import hashlib
from collections.abc import Iterable

VALIDATION_SHARE = 0.2


def in_validation(key: str, share: float = VALIDATION_SHARE) -> bool:
    """The first four bytes of SHA-256("perigee-split:" + key), over 2^32, below the share."""
    digest = hashlib.sha256(f"perigee-split:{key}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def last_fifth(names: Iterable[str]) -> set[str]:
    """The last ceil(n / 5) of the names in code-point order."""
    ordered = sorted(names)
    return set(ordered[len(ordered) - -(-len(ordered) // 5) :])
