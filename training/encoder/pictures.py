"""Where a step's patch features come from: the live tower, or a frozen one whose work is kept.

Rows that compare methods (`encoder.rows`) train everything but the tower, so that many of them fit
into the hours of two processor cores; the shipped encoder trains the tower too.
"""

from __future__ import annotations

import random
from typing import Protocol

import torch
from torch import Tensor

from common.vision import VisionTransformer
from encoder.data import Product, expand_background
from encoder.photos import augment, normalise

MAIN_STRENGTH = 0.5


class Pictures(Protocol):
    """Patch features [n, P, D] of rows of the pixel table."""

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        """Strongly augmented, as a shopper's photo is."""
        ...

    def plain(self, rows: list[int]) -> Tensor:
        """As they are: a flipped or cropped picture would make its text untrue."""
        ...

    def main(
        self, rows: list[int], generator: torch.Generator, rng: random.Random | None
    ) -> Tensor:
        """Mildly augmented; with `rng`, some plain backgrounds are replaced."""
        ...


class LivePictures:
    """Augments anew for every step and runs the tower, which learns."""

    def __init__(self, tower: VisionTransformer, pixels: Tensor) -> None:
        self.tower, self.pixels = tower, pixels
        self.size = tower.config.image_size

    def _run(self, images: Tensor) -> Tensor:
        return self.tower(images.to(next(self.tower.parameters()).device))

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._run(augment(self.pixels[rows], self.size, generator))

    def plain(self, rows: list[int]) -> Tensor:
        return self._run(normalise(self.pixels[rows]))

    def main(
        self, rows: list[int], generator: torch.Generator, rng: random.Random | None
    ) -> Tensor:
        images = augment(self.pixels[rows], self.size, generator, MAIN_STRENGTH)
        return self._run(images if rng is None else expand_background(images, rng))


class KeptPictures:
    """Features of a frozen tower, computed once.

    Two query variants, one main and one expanded; plain ones when first asked for.
    """

    QUERIES = 2

    def __init__(self, tower: VisionTransformer, pixels: Tensor, products: list[Product]) -> None:
        wanted = {row for p in products for row in (*(p.query_rows or []), *(p.main_rows or []))}
        rows = sorted(wanted)
        self.place = {row: i for i, row in enumerate(rows)}
        self.live = live = LivePictures(tower.eval(), pixels)
        self.device = next(tower.parameters()).device
        self.kept_plain: dict[int, Tensor] = {}
        generator, rng = torch.Generator().manual_seed(7), random.Random(7)
        variants: list[list[Tensor]] = [[] for _ in range(self.QUERIES + 2)]
        with torch.no_grad():
            for at in range(0, len(rows), 64):
                part = rows[at : at + 64]
                made = [live.query(part, generator) for _ in range(self.QUERIES)]
                made += [live.main(part, generator, None), live.main(part, generator, rng)]
                for kept, features in zip(variants, made, strict=True):
                    kept.append(features.half().cpu())
        self.variants = [torch.cat(kept) for kept in variants]

    def _pick(self, rows: list[int], first: int, count: int, generator: torch.Generator) -> Tensor:
        chosen = first + torch.randint(count, (len(rows),), generator=generator)
        pairs = zip(rows, chosen.tolist(), strict=True)
        picked = torch.stack([self.variants[v][self.place[row]] for row, v in pairs])
        return picked.to(self.device).float()

    def plain(self, rows: list[int]) -> Tensor:
        missing = sorted({row for row in rows if row not in self.kept_plain})
        if missing:
            with torch.no_grad():
                features = self.live.plain(missing).half().cpu()
            self.kept_plain.update(zip(missing, features, strict=True))
        return torch.stack([self.kept_plain[row] for row in rows]).to(self.device).float()

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._pick(rows, 0, self.QUERIES, generator)

    def main(
        self, rows: list[int], generator: torch.Generator, rng: random.Random | None
    ) -> Tensor:
        return self._pick(rows, self.QUERIES, 1 if rng is None else 2, generator)
