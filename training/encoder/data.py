"""Products with their views, from the generated catalogue and from real photographs.

A product offers query views (photos and texts a shopper would start from) and candidate views (its
catalogue picture and title). Rows of one `group` are never each other's negatives.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from common.tokenizer import IMAGE, IMAGE_EDGE, IMAGE_GLOBAL, PAD, train_tokenizer
from encoder.photos import (
    grocery_items,
    in_validation,
    load_pixels,
    luma_products,
    read_jsonl,
)

MAX_TEXT_TOKENS = 28
VOCABULARY = 3072
PIXEL_CACHE = Path(".cache/training/pixels")


@dataclass
class Scene:
    """A picture in which the product stands somewhere: what grounding asks for."""

    path: Path
    prompts: list[str]  # what to look for, one for each language
    places: list[str]  # where it stands and how large, in the same order
    row: int | None = None


@dataclass
class Product:
    """Paths become rows of the pixel table once loaded."""

    key: str
    source: str
    split: str
    group: str
    titles: list[str]
    enriched: list[str]
    query_texts: list[str]
    main_images: list[Path]
    query_images: list[Path]
    purchase_texts: list[str] = field(default_factory=list)
    descriptions: list[str] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    main_rows: list[int] | None = None
    query_rows: list[int] | None = None

    def __post_init__(self) -> None:
        """Without purchase logs, the title stands for the query of a purchase."""
        self.purchase_texts = self.purchase_texts or self.titles


def plain(text: str) -> str:
    return " ".join(text.replace("&frac14;", "1/4").split())


def entities(attributes: dict) -> str:
    """The attribute values as a short list: what title enrichment adds (the paper uses an MLLM)."""
    values = []
    for value in attributes.values():
        values += value if isinstance(value, list) else [str(value)]
    return ", ".join(values[:8])


def luma(root: Path) -> list[Product]:
    out = []
    for p in luma_products(root):
        title, first = plain(p["title"]), plain(p["description"]).split(". ")[0]
        category = p["categories"][0][-1] if p["categories"] else ""
        paths = [root / "luma" / image["file"] for image in p["images"]]
        mains = [x for x, i in zip(paths, p["images"], strict=True) if i["view"] == "main"]
        out.append(
            Product(
                key=f"luma:{p['id']}",
                source="luma",
                split="val" if p["validation"] else "train",
                group=f"luma:{p['id']}",
                titles=[title],
                enriched=[plain(f"{title}. {category}. {entities(p['attributes'])}")],
                query_texts=[title, first, plain(f"{category} {title.split()[-1]}")],
                main_images=mains or paths,
                query_images=paths,
            )
        )
    return out


def grocery(root: Path) -> list[Product]:
    photos: dict[int, dict[str, list[Path]]] = {}
    for row in read_jsonl(root / "grocery" / "train.jsonl"):
        split = "val" if in_validation(f"grocery:{row['image']}") else "train"
        of_item = photos.setdefault(row["class_id"], {"train": [], "val": []})
        of_item[split].append(root / "grocery" / row["image"])
    out = []
    for item in grocery_items(root):
        title, text = plain(item["title"]), plain(item["description"])
        for split in ("train", "val"):
            out.append(
                Product(
                    key=f"grocery:{item['id']}",
                    source="grocery",
                    split=split,
                    group=f"grocery:{item['id']}",
                    titles=[title],
                    enriched=[f"{title}. {item['coarse']}. {text}"],
                    query_texts=[title, text.split(". ")[0], f"{item['coarse']} {title}"],
                    main_images=[root / "grocery" / item["image"]],
                    query_images=photos[item["id"]][split],
                )
            )
    return out


def clothing(root: Path) -> list[Product]:
    kinds: dict[tuple[str, str], list[Path]] = {}
    for row in read_jsonl(root / "clothing" / "items.jsonl"):
        split = "val" if in_validation(f"clothing:{row['sender']}", 0.1) else "train"
        kinds.setdefault((row["label"], split), []).append(root / "clothing" / row["image"])
    return [
        Product(
            key=f"clothing:{kind}",
            source="clothing",
            split=split,
            group=f"clothing:{kind}",
            titles=[kind],
            enriched=[kind],
            query_texts=[kind, f"a photo of a {kind.lower()}"],
            main_images=paths,
            query_images=paths,
        )
        for (kind, split), paths in kinds.items()
    ]


HORIZONTAL = (("left", "左侧"), ("centre", "居中"), ("right", "右侧"))
VERTICAL = (("top", "上部"), ("middle", "中部"), ("bottom", "下部"))
SIZES = {"small": "小", "medium": "中等", "large": "大"}
THIRDS = (0.4, 0.6)


def place_texts(factors: dict) -> list[str]:
    """Where a creative's product stands, English and Chinese; x and y are shares of the picture."""
    across = HORIZONTAL[sum(factors["x"] > limit for limit in THIRDS)]
    down = VERTICAL[sum(factors["y"] > limit for limit in THIRDS)]
    level = factors["size_level"]
    return [f"{across[0]}, {down[0]}, {level}", f"{across[1]}，{down[1]}，{SIZES[level]}"]


def scenes(folder: Path) -> dict[str, list[Scene]]:
    """Creatives that show the right product once, by the product's id: their place is recorded."""
    table = folder / "creatives.jsonl"
    out: dict[str, list[Scene]] = {}
    for row in read_jsonl(table) if table.exists() else []:
        factors = row["factors"]
        shown_once = factors["count"] == 1 and not factors["inset"] and not factors["columns"]
        if factors["match"] == "right" and shown_once:
            scene = Scene(folder / row["file"], [], place_texts(factors))
            out.setdefault(row["product_id"], []).append(scene)
    return out


def catalogue(folder: Path) -> list[Product]:
    """The generated catalogue, English and Chinese."""
    out, shown = [], scenes(folder)
    for p in read_jsonl(folder / "products.jsonl"):
        views = [folder / view["file"] for view in p["views"]]
        queries = [text for q in p["queries"] for text in (q["en"], q["zh"])]
        last = p["queries"][-1]
        names = [p["title"]["en"], p["title"]["zh"]]
        first = p["queries"][0]
        for scene in shown.get(p["id"], []):
            scene.prompts = [f"{first['en']}: ", f"{first['zh']}："]
        out.append(
            Product(
                key=p["id"],
                source="catalogue",
                split=p["split"],
                group=p["id"],
                titles=names,
                enriched=[f"{n}. {entities(p['attributes'])}" for n in names],
                query_texts=queries + names,
                purchase_texts=[last["en"], last["zh"], *names],
                descriptions=[p["description"]["en"], p["description"]["zh"]],
                scenes=shown.get(p["id"], []),
                main_images=views[:1],
                query_images=views[1:] or views,
            )
        )
    return out


def load_products(
    photos: Path, generated: list[Path], size: int, grounding: bool = False
) -> tuple[list[Product], Tensor]:
    """All products and the pixel table [n, 3, size, size] uint8 that their rows point into.

    generated: folders that `npm run creatives -- dataset` wrote. grounding: creatives too, after
    the rest, so that the decoded pixels of the rest are kept apart.
    """
    products = luma(photos) + grocery(photos) + clothing(photos)
    for folder in generated:
        products += catalogue(folder)
    rows: dict[Path, int] = {}
    for p in products:
        p.main_rows = [rows.setdefault(path, len(rows)) for path in p.main_images]
        p.query_rows = [rows.setdefault(path, len(rows)) for path in p.query_images]
    pixels = load_pixels(list(rows), size, PIXEL_CACHE)
    placed = [scene for p in products for scene in p.scenes if p.split == "train"]
    if not grounding or not placed:
        return products, pixels
    for number, scene in enumerate(placed):
        scene.row = len(rows) + number
    more = load_pixels([scene.path for scene in placed], size, PIXEL_CACHE)
    return products, torch.cat([pixels, more])


def catalogue_tokenizer(products: list[Product]) -> Tokenizer:
    """Byte-level BPE over the training products' texts."""
    texts = [
        text
        for p in products
        if p.split == "train"
        for text in (*p.titles, *p.enriched, *p.query_texts)
    ]
    return train_tokenizer(texts, VOCABULARY)


def encode_view(tokenizer: Tokenizer, text: str | None, image_tokens: int) -> list[int]:
    """Token ids of a view: image tokens (if `image_tokens` > 0), then text (if any)."""
    ids: list[int] = []
    if image_tokens:
        edge, start, image = map(tokenizer.token_to_id, (IMAGE_EDGE, IMAGE_GLOBAL, IMAGE))
        ids += [edge, start, *[image] * image_tokens, edge]
    if text:
        ids += tokenizer.encode(text).ids[:MAX_TEXT_TOKENS]
    return ids


def pad(tokenizer: Tokenizer, sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
    """ids [B, T] and valid [B, T]."""
    width, filler = max(len(s) for s in sequences), tokenizer.token_to_id(PAD)
    ids = torch.tensor([s + [filler] * (width - len(s)) for s in sequences])
    lengths = torch.tensor([len(s) for s in sequences])
    return ids, torch.arange(width)[None] < lengths[:, None]


@dataclass
class Batch:
    """Texts and pixel rows of the query and candidate views of n products."""

    query_texts: list[str]
    query_rows: list[int]
    titles: list[str]
    main_rows: list[int]
    groups: list[str]


@dataclass
class Written:
    """Texts to write about pictures: `prompts` are given, `texts` follow them."""

    prompts: list[str]
    texts: list[str]
    rows: list[int]


def tasks_of(product: Product) -> dict[str, list]:
    """What the generative stage can ask of a product: by task, the texts or scenes to draw from."""
    offered = {
        "title": product.titles,
        "attributes": product.enriched,
        "describe": product.descriptions,
        "ground": [scene for scene in product.scenes if scene.row is not None],
    }
    return {task: found for task, found in offered.items() if found}


def sample_written(
    products: list[Product], shares: dict[str, float], count: int, rng: random.Random
) -> Written:
    """`count` examples of describing, attribute extraction, title writing and grounding.

    Each product's tasks are equally likely; grounding asks where a creative shows the product.
    """
    by_source = {s: [p for p in products if p.source == s] for s in shares}
    sources = [s for s in shares if by_source[s]]
    weights = [shares[s] for s in sources]
    out = Written([], [], [])
    for _ in range(count):
        product = rng.choice(by_source[rng.choices(sources, weights)[0]])
        offered = tasks_of(product)
        task = rng.choice(list(offered))
        drawn = rng.choice(offered[task])
        if task == "ground":
            scene: Scene = drawn
            language = rng.randrange(len(scene.places))
            out.prompts.append(scene.prompts[language])
            out.texts.append(scene.places[language])
            out.rows.append(scene.row)
            continue
        out.prompts.append("")
        out.texts.append(drawn)
        out.rows.append(rng.choice(product.main_rows))
    return out


def sample_batch(
    products: list[Product],
    shares: dict[str, float],
    count: int,
    rng: random.Random,
    enrich: bool,
    purchases: bool = False,
) -> Batch:
    """`count` products, the sources drawn by `shares`; same-category rows arise by themselves.

    purchases: only the texts a buyer would type last (`Product.purchase_texts`).
    """
    by_source = {s: [p for p in products if p.source == s] for s in shares}
    sources = [s for s in shares if by_source[s]]
    weights = [shares[s] for s in sources]
    batch = Batch([], [], [], [], [])
    for _ in range(count):
        product = rng.choice(by_source[rng.choices(sources, weights)[0]])
        wanted = product.purchase_texts if purchases else product.query_texts
        batch.query_texts.append(rng.choice(wanted))
        batch.query_rows.append(rng.choice(product.query_rows))
        texts = product.titles + (product.enriched if enrich else [])
        batch.titles.append(rng.choice(texts))
        batch.main_rows.append(rng.choice(product.main_rows))
        batch.groups.append(product.group)
    return batch


def allowed_negatives(groups: list[str]) -> Tensor:
    """[n, n] bool: True where row and column belong to different groups."""
    index = {g: i for i, g in enumerate(dict.fromkeys(groups))}
    ids = torch.tensor([index[g] for g in groups])
    return ids[:, None] != ids[None, :]


def expand_background(images: Tensor, rng: random.Random) -> Tensor:
    """Image expansion: plain light backgrounds are replaced by a random tint or gradient.

    images: float [n, 3, s, s] in -1..1. A row is left alone when its border is not plain and light
    or when the subject would vanish (the consistency filter).
    """
    light = images.amin(1, keepdim=True) > 0.8  # [n, 1, s, s]
    border = torch.cat([light[:, :, 0], light[:, :, -1], light[..., 0], light[..., -1]], -1)
    share = light.float().mean((1, 2, 3))
    fits = (border.float().mean((1, 2)) > 0.85) & (share > 0.15) & (share < 0.9)
    out = images.clone()
    ramp = torch.linspace(-0.3, 0.3, images.shape[-1]).view(1, -1, 1)
    for i in torch.nonzero(fits).flatten().tolist():
        if rng.random() < 0.5:
            continue
        tint = torch.tensor([rng.uniform(-0.6, 1.0) for _ in range(3)]).view(3, 1, 1)
        out[i] = torch.where(light[i], (tint + ramp * rng.choice([-1, 1])).clamp(-1, 1), images[i])
    return out
