"""Image preprocessing (the contract of preprocessor_config.json) and a decoded-pixel cache."""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

MEAN = (0.5, 0.5, 0.5)
STD = (0.5, 0.5, 0.5)


def load_rgb(path: Path) -> Image.Image:
    """Opens an image: EXIF orientation applied, alpha composited over white."""
    image = ImageOps.exif_transpose(Image.open(path))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        image = Image.alpha_composite(white, image)
    return image.convert("RGB")


def letterbox(image: Image.Image, size: int, fill: tuple[int, int, int] = (255, 255, 255)) -> Image:
    """Scales the longer side to `size` (bilinear, antialiased) and centres on a `fill` canvas."""
    scale = size / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    if (width, height) != image.size:
        image = image.resize((width, height), Image.Resampling.BILINEAR)
    if (width, height) == (size, size):
        return image
    canvas = Image.new("RGB", (size, size), fill)
    canvas.paste(image, ((size - width) // 2, (size - height) // 2))
    return canvas


def squash(image: Image.Image, size: int) -> Image.Image:
    """Scales to `size` x `size` (bilinear, antialiased), whatever the shape."""
    return image.resize((size, size), Image.Resampling.BILINEAR)


FITS = {"letterbox": letterbox, "squash": squash}


def preprocessor_config(size: int, fit: str = "letterbox") -> dict:
    """preprocessor_config.json that describes a way to fit, and `normalise`."""
    return {
        "size": {"height": size, "width": size},
        "resample": 2,
        "mode": fit,
        "fill": [255, 255, 255],
        "rescale_factor": 1 / 255,
        "image_mean": list(MEAN),
        "image_std": list(STD),
        "do_convert_rgb": True,
    }


def normalise(pixels: Tensor) -> Tensor:
    """uint8 [B, H, W, 3] -> float [B, 3, H, W], channels last in memory: (x / 255 - mean) / std."""
    scaled = pixels.permute(0, 3, 1, 2).float() / 255
    return (scaled - torch.tensor(MEAN).view(1, 3, 1, 1)) / torch.tensor(STD).view(1, 3, 1, 1)


def decode_all(
    files: list[Path], size: int, cache: Path, fit: str = "letterbox", workers: int = 2
) -> np.ndarray:
    """Pixels of all files as a memory map [N, size, size, 3] uint8, decoded once.

    fit: one of `FITS`. The cache is keyed by the list of files with their sizes; a changed list
    decodes anew.
    """
    listing = json.dumps([[str(f), f.stat().st_size] for f in files])
    key = hashlib.sha256(f"{fit}{size}{listing}".encode()).hexdigest()[:16]
    path = cache / f"{fit}-{size}-{key}.npy"
    if path.exists():
        return np.load(path, mmap_mode="r")
    cache.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    shape = (len(files), size, size, 3)
    out = np.lib.format.open_memmap(temporary, mode="w+", dtype=np.uint8, shape=shape)

    def decode(index: int) -> None:
        out[index] = np.asarray(FITS[fit](load_rgb(files[index]), size))

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(decode, range(len(files))))
    out.flush()
    temporary.rename(path)
    return np.load(path, mmap_mode="r")
