"""Where a step's patch features come from: the live tower, or a frozen one whose work is kept.

Rows that compare methods (`encoder.rows`) train everything but the tower, so that many of them fit
into the hours of two processor cores; the shipped encoder trains the tower too.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from common.images import normalise
from common.vision import VisionTransformer

MAIN_STRENGTH = 0.5


def augment(images: Tensor, size: int, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Random crop, flip, rotation, light and colour cast for a batch.

    images: [n, 3, s, s] in 0..255; returns float [n, 3, size, size] in -1..1.
    """
    count = images.shape[0]

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(count, generator=generator)

    scale = uniform(1.0 - 0.5 * strength, 1.0).sqrt()
    ratio = torch.exp(uniform(-0.22, 0.22) * strength)
    angle = uniform(-0.2, 0.2) * strength
    flip = torch.where(torch.rand(count, generator=generator) < 0.5, -1.0, 1.0)
    width, height = scale * ratio.sqrt(), scale / ratio.sqrt()
    dx, dy = (1 - width).clamp(min=0) * uniform(-1, 1), (1 - height).clamp(min=0) * uniform(-1, 1)
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack(
        [
            torch.stack([flip * width * cos, -height * sin, dx], 1),
            torch.stack([flip * width * sin, height * cos, dy], 1),
        ],
        1,
    )
    grid = F.affine_grid(theta, [count, 3, size, size], align_corners=False)
    out = F.grid_sample(images.float(), grid, padding_mode="reflection", align_corners=False) / 255
    light = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    contrast = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    colour = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    tint = 1 + 0.08 * strength * torch.randn(count, 3, 1, 1, generator=generator)
    out = out * light * tint
    mean = out.mean(dim=(1, 2, 3), keepdim=True)
    out = (out - mean) * contrast + mean
    grey = out.mean(dim=1, keepdim=True)
    out = (out - grey) * colour + grey
    return out.clamp(0, 1).mul(2).sub(1)


def change_background(images: Tensor, rng: random.Random) -> Tensor:
    """Plain light backgrounds become a random tint, gradient, or floor and wall.

    images: [n, 3, s, s] in 0..255. Left as it is where the border is not plain and light or where
    the subject would vanish (the consistency filter).
    """
    light = images.amin(1, keepdim=True) > 229  # [n, 1, s, s]
    border = torch.cat([light[:, :, 0], light[:, :, -1], light[..., 0], light[..., -1]], -1)
    share = light.float().mean((1, 2, 3))
    fits = (border.float().mean((1, 2)) > 0.85) & (share > 0.15) & (share < 0.9)
    out, size = images.clone().float(), images.shape[-1]
    down = torch.arange(size).view(1, -1, 1) / size
    for i in torch.nonzero(fits).flatten().tolist():
        wall, floor = (
            torch.tensor([rng.uniform(50, 255) for _ in range(3)]).view(3, 1, 1) for _ in range(2)
        )
        kind = rng.choice(("tint", "gradient", "floor"))
        step = {"tint": 0 * down, "gradient": down, "floor": (down > rng.uniform(0.5, 0.8)) + 0.0}
        out[i] = torch.where(light[i], wall + (floor - wall) * step[kind], out[i])
    return out


def take(pixels: np.ndarray, rows: list[int]) -> Tensor:
    """Rows of a pixel table [N, S, S, 3] uint8 as [n, 3, S, S]."""
    return torch.from_numpy(pixels[rows]).permute(0, 3, 1, 2)


class Pictures(Protocol):
    """Patch features [n, P, D] of rows of the pixel table."""

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        """Strongly augmented, as a shopper's photo is."""
        ...

    def plain(self, rows: list[int]) -> Tensor:
        """As they are: a flipped or cropped picture would make its text untrue."""
        ...

    def main(self, rows: list[int], generator: torch.Generator) -> Tensor:
        """Mildly augmented."""
        ...

    def expanded(self, rows: list[int], generator: torch.Generator) -> Tensor:
        """Image expansion: another background where that can be, then as `query`."""
        ...


class LivePictures:
    """Augments anew for every step and runs the tower, which learns."""

    def __init__(self, tower: VisionTransformer, pixels: np.ndarray) -> None:
        self.tower, self.pixels = tower, pixels
        self.size = tower.config.image_size

    def _run(self, images: Tensor) -> Tensor:
        return self.tower(images.to(next(self.tower.parameters()).device))

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._run(augment(take(self.pixels, rows), self.size, generator))

    def plain(self, rows: list[int]) -> Tensor:
        return self._run(normalise(torch.from_numpy(self.pixels[rows])))

    def main(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._run(augment(take(self.pixels, rows), self.size, generator, MAIN_STRENGTH))

    def expanded(self, rows: list[int], generator: torch.Generator) -> Tensor:
        rng = random.Random(int(torch.randint(2**31, (1,), generator=generator)))
        images = change_background(take(self.pixels, rows), rng)
        return self._run(augment(images, self.size, generator))


class KeptPictures:
    """Features of a frozen tower for all pictures of some products, computed once.

    Of each picture: two query variants, two main ones, one expanded, one plain.
    """

    KINDS = ("query", "query", "main", "main", "expanded", "plain")

    def __init__(self, tower: VisionTransformer, pixels: np.ndarray, rows: Iterable[int]) -> None:
        wanted = sorted(set(rows))
        self.place = {row: i for i, row in enumerate(wanted)}
        self.device = next(tower.parameters()).device
        live, generator = LivePictures(tower.eval(), pixels), torch.Generator().manual_seed(7)
        variants: list[list[Tensor]] = [[] for _ in self.KINDS]
        with torch.no_grad():
            for at in range(0, len(wanted), 64):
                part = wanted[at : at + 64]
                for kind, kept in zip(self.KINDS, variants, strict=True):
                    drawn = () if kind == "plain" else (generator,)
                    kept.append(getattr(live, kind)(part, *drawn).half().cpu())
        self.variants = [torch.cat(kept) for kept in variants]

    def _pick(self, kind: str, rows: list[int], generator: torch.Generator | None) -> Tensor:
        found = [i for i, name in enumerate(self.KINDS) if name == kind]
        chosen = torch.zeros(len(rows), dtype=torch.long)
        if generator is not None:
            chosen = torch.randint(len(found), (len(rows),), generator=generator)
        pairs = zip(rows, chosen.tolist(), strict=True)
        picked = torch.stack([self.variants[found[v]][self.place[row]] for row, v in pairs])
        return picked.to(self.device).float()

    def query(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._pick("query", rows, generator)

    def plain(self, rows: list[int]) -> Tensor:
        return self._pick("plain", rows, None)

    def main(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._pick("main", rows, generator)

    def expanded(self, rows: list[int], generator: torch.Generator) -> Tensor:
        return self._pick("expanded", rows, generator)
