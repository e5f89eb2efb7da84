"""Real photographs for the encoder: what there is, how it is split, and augmentation on batches.

Splits are ours and deterministic: grocery by photo (the items are shared, as in image search),
luma by product, clothing by the person who took the photo.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

VALIDATION_SHARE = 0.2


@dataclass(frozen=True)
class Photo:
    """One photograph: `label` is its class within `source` (item, product+colour, garment kind)."""

    path: Path
    source: str
    label: int
    is_validation: bool


def in_validation(key: str, share: float = VALIDATION_SHARE) -> bool:
    digest = hashlib.sha256(f"perigee-split:{key}".encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def read_jsonl(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def grocery_items(root: Path) -> list[dict]:
    return json.loads((root / "grocery" / "classes.json").read_text(encoding="utf-8"))


def luma_products(root: Path) -> list[dict]:
    """Products with a `validation` flag."""
    products = read_jsonl(root / "luma" / "products.jsonl")
    return [{**p, "validation": in_validation(f"luma:{p['id']}")} for p in products]


def load_photos(root: Path) -> list[Photo]:
    photos: list[Photo] = []
    for item in grocery_items(root):
        photos.append(Photo(root / "grocery" / item["image"], "grocery-item", item["id"], False))
    for row in read_jsonl(root / "grocery" / "train.jsonl"):
        held = in_validation(f"grocery:{row['image']}")
        photos.append(Photo(root / "grocery" / row["image"], "grocery", row["class_id"], held))
    kinds: dict[str, int] = {}
    for row in read_jsonl(root / "clothing" / "items.jsonl"):
        label = kinds.setdefault(row["label"], len(kinds))
        held = in_validation(f"clothing:{row['sender']}", 0.1)
        photos.append(Photo(root / "clothing" / row["image"], "clothing", label, held))
    variants: dict[tuple[str, str | None], int] = {}
    for product in luma_products(root):
        for image in product["images"]:
            label = variants.setdefault((product["id"], image["color"]), len(variants))
            path = root / "luma" / image["file"]
            photos.append(Photo(path, "luma", label, product["validation"]))
    return photos


def load_pixels(paths: list[Path], size: int, cache: Path | None = None) -> torch.Tensor:
    """Squashed to size x size with Pillow's bilinear filter: uint8 [n, 3, size, size].

    Decoded once: `cache` is a folder that keeps the table of exactly this list of files.
    """
    if cache is not None:
        listing = "\n".join(f"{p} {p.stat().st_size}" for p in paths)
        kept = cache / f"squash-{size}-{hashlib.sha256(listing.encode()).hexdigest()[:16]}.npy"
        if kept.exists():
            return torch.from_numpy(np.load(kept)).permute(0, 3, 1, 2).contiguous()
    out = np.empty((len(paths), size, size, 3), dtype=np.uint8)
    for i, path in enumerate(paths):
        with Image.open(path) as image:
            rgba = image.convert("RGBA")
            white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
            rgb = Image.alpha_composite(white, rgba).convert("RGB")
            out[i] = np.asarray(rgb.resize((size, size), Image.Resampling.BILINEAR))
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        np.save(kept, out)
    return torch.from_numpy(out).permute(0, 3, 1, 2).contiguous()


def normalise(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 0..255 to float32 -1..1 (mean 0.5, standard deviation 0.5)."""
    return pixels.float().div_(127.5).sub_(1.0)


def augment(pixels: torch.Tensor, size: int, generator: torch.Generator, strength: float = 1.0):
    """Random crop, flip, rotation, light and colour cast for a batch.

    pixels: uint8 [n, 3, s, s]; returns float [n, 3, size, size] in -1..1.
    """
    count = pixels.shape[0]

    def uniform(low: float, high: float) -> torch.Tensor:
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
    source = pixels.float()
    images = F.grid_sample(source, grid, padding_mode="reflection", align_corners=False)
    images = images / 255.0
    light = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    contrast = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    colour = uniform(1 - 0.35 * strength, 1 + 0.35 * strength).view(-1, 1, 1, 1)
    tint = 1 + 0.08 * strength * torch.randn(count, 3, 1, 1, generator=generator)
    images = images * light * tint
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (images - mean) * contrast + mean
    grey = images.mean(dim=1, keepdim=True)
    images = (images - grey) * colour + grey
    return images.clamp(0, 1).mul(2).sub(1)
