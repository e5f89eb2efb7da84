"""What a step is made of: products, the searches that led to them, and texts as token ids."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from common.tokenizer import IMAGE, IMAGE_EDGE, IMAGE_GLOBAL, PAD, train_tokenizer
from encoder.catalogue import Product, Scene, Search
from encoder.model import MAX_TEXT_TOKENS

MAX_WRITTEN_TOKENS = 48
VOCABULARY = 3072
# Shares of the sources in a batch, of signals in stage a, and of searches by a label: all ours.
SOURCES = {"catalogue": 0.45, "grocery": 0.3, "luma": 0.17, "clothing": 0.08}
SIGNAL_SHARES = {"click": 0.3, "cart": 0.2, "purchase": 0.5}
LABEL_SHARE = 0.15


def catalogue_tokenizer(products: list[Product]) -> Tokenizer:
    """Byte-level BPE over the training products' texts."""
    texts = [
        text
        for p in products
        if p.split == "train"
        for text in (
            *p.titles, *p.enriched, *p.descriptions, *sorted(p.labels),
            *(text for search in p.texts("purchase") for text in search.texts),
        )
    ]  # fmt: skip
    return train_tokenizer(texts, VOCABULARY)


def encode_view(
    tokenizer: Tokenizer,
    text: str | None,
    image_tokens: int,
    images: int = 1,
    limit: int = MAX_TEXT_TOKENS,
) -> list[int]:
    """Token ids of a view: its images (if `image_tokens` > 0), then text (if any)."""
    ids: list[int] = []
    if image_tokens:
        edge, start, image = map(tokenizer.token_to_id, (IMAGE_EDGE, IMAGE_GLOBAL, IMAGE))
        ids += [edge, start, *[image] * image_tokens, edge] * images
    if text:
        ids += tokenizer.encode(text).ids[:limit]
    return ids


def pad(tokenizer: Tokenizer, sequences: list[list[int]]) -> tuple[Tensor, Tensor]:
    """ids [B, T] and valid [B, T]."""
    width, filler = max(len(s) for s in sequences), tokenizer.token_to_id(PAD)
    ids = torch.tensor([s + [filler] * (width - len(s)) for s in sequences])
    lengths = torch.tensor([len(s) for s in sequences])
    return ids, torch.arange(width)[None] < lengths[:, None]


@dataclass
class Batch:
    """Query and candidate views of n products.

    `positives` of a row are the products that may not be its negatives: what was clicked after the
    search, or everything that has the label searched for.
    """

    keys: list[str] = field(default_factory=list)
    positives: list[frozenset[str]] = field(default_factory=list)
    query_texts: list[str] = field(default_factory=list)
    query_rows: list[int] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    enriched: list[str] = field(default_factory=list)
    main_rows: list[int] = field(default_factory=list)
    expanded_rows: list[int] = field(default_factory=list)  # a further picture of the candidate


def allowed_negatives(positives: list[frozenset[str]], keys: list[str]) -> Tensor:
    """[rows, candidates] bool: True where a candidate may repel a query."""
    return torch.tensor([[key not in own for key in keys] for own in positives])


class Sampler:
    """Draws batches from training products.

    share_of: a product's weight within its source; all alike without it. rows: file -> pixel row.
    """

    def __init__(
        self,
        products: Iterable[Product],
        rows: dict[Path, int],
        share_of: dict[str, float] | None = None,
    ) -> None:
        self.products = [p for p in products if p.searches]
        self.rows, self.share_of = rows, share_of or {}
        self.by_key = {p.key: p for p in self.products}
        self.of_source = _grouped(self.products, lambda p: p.source)
        self.of_category = _grouped(self.products, lambda p: p.category)
        self.labelled: dict[str, set[str]] = defaultdict(set)
        for p in self.products:
            for label in p.labels:
                self.labelled[label].add(p.key)
        self.sources = [s for s in SOURCES if s in self.of_source]

    def product(self, rng: random.Random) -> Product:
        """One product; its source is drawn first."""
        source = rng.choices(self.sources, [SOURCES[s] for s in self.sources])[0]
        found = self.of_source[source]
        return rng.choices(found, [self.share_of.get(p.key, 1.0) for p in found])[0]

    def batch(
        self,
        count: int,
        rng: random.Random,
        signals: dict[str, float] | None = None,
        alike: int = 1,
    ) -> Batch:
        """`count` rows. Who bought is followed by what they were shown and passed by.

        signals: shares of clicks, carts and purchases; purchases alone without it.
        alike: if more than 1, so many products of a category stand side by side instead.
        """
        batch, wanted = Batch(), signals or {"purchase": 1.0}
        while len(batch.keys) < count:
            product = self.product(rng)
            passed = self._add(batch, product, wanted, rng)
            if alike > 1:
                others = [p for p in self.of_category[product.category] if p is not product]
                followers = rng.sample(others, min(len(others), alike - 1))
            else:
                known = [self.by_key[key] for key in passed if key in self.by_key]
                followers = [rng.choice(known)] if known else []
            for follower in followers[: count - len(batch.keys)]:
                self._add(batch, follower, wanted, rng)
        return batch

    def _add(
        self, batch: Batch, product: Product, wanted: dict[str, float], rng: random.Random
    ) -> tuple[str, ...]:
        """Adds a row; returns what its shoppers passed by."""
        text, positives, passed = self._words(product, wanted, rng)
        photos = product.photos(*_strongest(product, wanted, rng))
        photo = rng.choice(photos) if photos else None
        images = product.other_rows or product.main_rows
        query_row = self.rows[photo.image] if photo and photo.image else rng.choice(images)
        mains = [row for row in product.main_rows if row != query_row] or product.main_rows
        main_row = rng.choice(mains)
        others = [row for row in product.other_rows if row not in (query_row, main_row)]
        language = rng.randrange(len(product.titles))
        batch.keys.append(product.key)
        batch.positives.append(positives | {product.key} | (photo.clicked if photo else set()))
        batch.query_texts.append(text)
        batch.query_rows.append(query_row)
        batch.titles.append(product.titles[language])
        batch.enriched.append(product.enriched[language])
        batch.main_rows.append(main_row)
        batch.expanded_rows.append(rng.choice(others) if others else main_row)
        return passed + (photo.passed if photo else ())

    def _words(
        self, product: Product, wanted: dict[str, float], rng: random.Random
    ) -> tuple[str, frozenset[str], tuple[str, ...]]:
        """What is typed, which products it fits, and what was passed by."""
        searches = product.texts(*_strongest(product, wanted, rng))
        if product.labels and (rng.random() < LABEL_SHARE or not searches):
            label = rng.choice(sorted(product.labels))
            return label, frozenset(self.labelled[label]), ()
        search: Search = rng.choice(searches)
        return rng.choice(search.texts), search.clicked, search.passed


def _grouped(products: list[Product], key_of) -> dict[str, list[Product]]:
    found = defaultdict(list)
    for p in products:
        found[key_of(p)].append(p)
    return dict(found)


def _strongest(product: Product, wanted: dict[str, float], rng: random.Random) -> list[str]:
    """One of the wanted signals that the product has; any it has where it has none of them."""
    held = [signal for signal in wanted if product.searches.get(signal)]
    return rng.choices(held, [wanted[s] for s in held]) if held else list(product.searches)


@dataclass
class Written:
    """Texts to write about pictures: `prompts` are given, `texts` follow them."""

    prompts: list[str]
    texts: list[str]
    rows: list[int]


PROMPTS = {"title": "Title: ", "attributes": "Attributes: ", "describe": "Description: "}


def tasks_of(product: Product) -> dict[str, list]:
    """What the generative stage can ask of a product: by task, the texts or scenes to draw from."""
    offered = {
        "title": product.titles,
        "attributes": [", ".join(sorted(product.labels))] if product.labels else [],
        "describe": product.descriptions,
        "ground": [scene for scene in product.scenes if scene.row is not None],
    }
    return {task: found for task, found in offered.items() if found}


def sample_written(sampler: Sampler, count: int, rng: random.Random) -> Written:
    """`count` examples of describing, attribute extraction, title writing and grounding.

    Each product's tasks are equally likely; grounding asks where a creative shows the product.
    """
    out = Written([], [], [])
    for _ in range(count):
        product = sampler.product(rng)
        offered = tasks_of(product)
        task = rng.choice(list(offered))
        drawn = rng.choice(offered[task])
        if task == "ground":
            scene: Scene = drawn
            language = rng.randrange(len(scene.places))
            out.prompts.append(scene.prompts[language])
            out.texts.append(scene.places[language])
            out.rows.append(scene.row or 0)
            continue
        out.prompts.append(PROMPTS[task])
        out.texts.append(drawn)
        out.rows.append(rng.choice(product.main_rows))
    return out
