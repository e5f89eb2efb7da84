"""Products with their views and searches, generated or photographed.

A product has candidate views (its catalogue picture and title) and is what a shopper bought, put
into the cart or clicked after a search by words, by a photo, or both. Photographs come without such
logs: there a photo, or words about the item, count as the search after which it was bought (ours).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from common.images import decode_all
from common.jsonl import read_jsonl
from encoder.splits import in_validation, last_fifth

CACHE = Path(".cache/pixels")
SIGNALS = ("click", "cart", "purchase")  # a product's place in a session, weakest first


@dataclass(frozen=True)
class Search:
    """One session, as one of its products sees it."""

    texts: tuple[str, ...]  # the same words in each language; empty: by photo alone
    image: Path | None
    clicked: frozenset[str]  # keys of all products clicked: none of them is a negative
    passed: tuple[str, ...] = ()  # keys shown and not clicked: exposures of low relevance


@dataclass
class Scene:
    """A picture in which the product stands somewhere: what grounding asks for."""

    path: Path
    prompts: list[str]  # what to look for, one for each language
    places: list[str]  # where it stands and how large, in the same order
    row: int | None = None


@dataclass
class Product:
    """Paths become rows of the pixel table once loaded. Colours of one product are one product."""

    key: str
    source: str
    split: str
    category: str  # same-category negatives, class-aware negatives
    titles: list[str]
    enriched: list[str]
    main_images: list[Path]
    other_images: list[Path]
    searches: dict[str, list[Search]]  # by signal
    labels: frozenset[str] = frozenset()  # names of its categories and attribute values
    unseen: bool = False  # of a kind that training never shows
    descriptions: list[str] = field(default_factory=list)
    scenes: list[Scene] = field(default_factory=list)
    main_rows: list[int] = field(default_factory=list)
    other_rows: list[int] = field(default_factory=list)

    def texts(self, *signals: str) -> list[Search]:
        """Its searches that have words."""
        return [s for signal in signals for s in self.searches.get(signal, ()) if s.texts]

    def photos(self, *signals: str) -> list[Search]:
        """Its searches that have a photo."""
        return [s for signal in signals for s in self.searches.get(signal, ()) if s.image]


def plain(text: str) -> str:
    """One line; the one entity that luma's texts hold."""
    return " ".join(text.replace("&frac14;", "1/4").split())


def entities(attributes: dict) -> list[str]:
    """Attribute values: what title enrichment adds (the paper extracts them by a tool)."""
    values: list[str] = []
    for value in attributes.values():
        values += value if isinstance(value, list) else [str(value)]
    return values


def bought(key: str, texts: list[str], images: list[Path]) -> dict[str, list[Search]]:
    """Searches of a product without logs: each text and each photo alone."""
    clicked = frozenset({key})
    by_text = [Search((text,), None, clicked) for text in texts]
    return {"purchase": by_text + [Search((), image, clicked) for image in images]}


def luma(root: Path) -> list[Product]:
    """134 products of an outdoor shop; its photos show colours and views of one product."""
    out = []
    for p in read_jsonl(root / "luma" / "products.jsonl"):
        key, title = f"luma:{p['id']}", plain(p["title"])
        first = plain(p["description"]).split(". ")[0]
        path = p["categories"][0] if p["categories"] else ["Gear"]
        files = [root / "luma" / image["file"] for image in p["images"]]
        mains = [x for x, i in zip(files, p["images"], strict=True) if i["view"] == "main"]
        values = ", ".join(entities(p["attributes"])[:8])
        out.append(
            Product(
                key=key,
                source="luma",
                split="val" if in_validation(key) else "train",
                category=path[-1],
                titles=[title],
                enriched=[plain(f"{title}. {path[-1]}. {values}")],
                main_images=mains or files,
                other_images=files,
                searches=bought(key, [first, plain(f"{path[-1]} {title.split()[-1]}")], files),
                labels=frozenset(path),
            )
        )
    return out


def grocery(root: Path) -> list[Product]:
    """81 items photographed in shops; both parts show the same items."""
    photos: dict[int, list[str]] = defaultdict(list)
    for row in read_jsonl(root / "grocery" / "train.jsonl"):
        photos[row["class_id"]].append(row["image"])
    out = []
    for item in json.loads((root / "grocery" / "classes.json").read_text(encoding="utf-8")):
        key, title, coarse = f"grocery:{item['id']}", plain(item["title"]), item["coarse"]
        text, held = plain(item["description"]), last_fifth(photos[item["id"]])
        for split in ("train", "val"):
            names = [name for name in photos[item["id"]] if (name in held) == (split == "val")]
            files = [root / "grocery" / name for name in names]
            asked = [title, text.split(". ")[0], f"{coarse} {title}"]
            out.append(
                Product(
                    key=key,
                    source="grocery",
                    split=split,
                    category=coarse,
                    titles=[f"{title}. {text}"],
                    enriched=[f"{title}. {coarse}. {text}"],
                    main_images=[root / "grocery" / item["image"]],
                    other_images=files,
                    searches=bought(key, asked if split == "train" else [], files),
                    labels=frozenset({coarse}),
                )
            )
    return out


def clothing(root: Path) -> list[Product]:
    """17 kinds of garment, each photographed by many people: a kind is one product."""
    kinds: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for row in read_jsonl(root / "clothing" / "items.jsonl"):
        split = "val" if in_validation(f"clothing:{row['sender']}", 0.1) else "train"
        kinds[row["label"], split].append(root / "clothing" / row["image"])
    return [
        Product(
            key=f"clothing:{kind}",
            source="clothing",
            split=split,
            category="garment",
            titles=[kind],
            enriched=[kind],
            main_images=files,
            other_images=files,
            searches=bought(f"clothing:{kind}", [f"a photo of a {kind.lower()}"], files),
        )
        for (kind, split), files in kinds.items()
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
    out: dict[str, list[Scene]] = defaultdict(list)
    for row in read_jsonl(table) if table.exists() else []:
        factors = row["factors"]
        shown_once = factors["count"] == 1 and not factors["inset"] and not factors["columns"]
        if factors["match"] == "right" and shown_once:
            out[row["product_id"]].append(Scene(folder / row["file"], [], place_texts(factors)))
    return out


def sessions(folder: Path) -> dict[str, dict[str, list[Search]]]:
    """The generated shopping logs: product id -> strongest signal -> searches."""
    out: dict[str, dict[str, list[Search]]] = defaultdict(lambda: defaultdict(list))
    for row in read_jsonl(folder / "sessions.jsonl"):
        words, clicked = row.get("query"), frozenset(row["clicked"])
        search = Search(
            (words["en"], words["zh"]) if words else (),
            folder / row["image"] if "image" in row else None,
            clicked,
            tuple(key for key in row["shown"] if key not in clicked),
        )
        strongest = dict.fromkeys(row["clicked"], "click") | dict.fromkeys(row["carted"], "cart")
        for key, signal in (strongest | dict.fromkeys(row["purchased"], "purchase")).items():
            out[key][signal].append(search)
    return out


def generated(folder: Path) -> list[Product]:
    """The drawn products of a generated data set, English and Chinese."""
    out, shown, logs = [], scenes(folder), sessions(folder)
    for p in read_jsonl(folder / "products.jsonl"):
        if p["source"] != "drawn":
            continue
        views = [folder / view["file"] for view in p["views"]]
        names = [p["title"]["en"], p["title"]["zh"]]
        broad = p["categories"][-1]
        for scene in shown.get(p["id"], []):
            scene.prompts = [f"Find: {names[0]}. ", f"找出：{names[1]}。"]
        values = entities(p["attributes"])
        extra = ", ".join([broad, *values])
        out.append(
            Product(
                key=p["id"],
                source="catalogue",
                split=p["split"],
                category=p["kind"],
                titles=names,
                enriched=[f"{name}. {extra}" for name in names],
                main_images=views[:1],
                other_images=views[1:],
                searches=dict(logs.get(p["id"], {})),
                labels=frozenset([*p["categories"], *values]),
                unseen=p["unseen"],
                descriptions=[p["description"]["en"], p["description"]["zh"]],
                scenes=shown.get(p["id"], []),
            )
        )
    return out


@dataclass(frozen=True)
class Catalogue:
    """Products of all sources, the pixel table [n, S, S, 3] uint8, and each file's row in it."""

    products: list[Product]
    pixels: np.ndarray
    rows: dict[Path, int]

    @property
    def training(self) -> list[Product]:
        """Those of the training parts."""
        return [p for p in self.products if p.split == "train"]


def load_catalogue(photos: Path, folders: list[Path], size: int) -> Catalogue:
    """Everything that can be trained on or is held out; pictures are decoded once.

    photos: the folder with luma, grocery and clothing; folders: generated data sets with
    sessions.jsonl. Of creatives the training products' are loaded.
    """
    products = luma(photos) + grocery(photos) + clothing(photos)
    for folder in folders:
        products += generated(folder)
    rows: dict[Path, int] = {}
    for p in products:
        p.main_rows = [rows.setdefault(path, len(rows)) for path in p.main_images]
        p.other_rows = [rows.setdefault(path, len(rows)) for path in p.other_images]
    for scene in (scene for p in products if p.split == "train" for scene in p.scenes):
        scene.row = rows.setdefault(scene.path, len(rows))
    return Catalogue(products, decode_all(list(rows), size, CACHE, "squash"), rows)
