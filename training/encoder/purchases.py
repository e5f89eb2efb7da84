"""MOON's cleaning of purchase pairs before post-training b (Moon Embedding report, second-hand).

Of the queries tied to an item only the one least similar to it stays (hard, long-tail); queries
with fewer than two named entities are dropped; items are drawn so that the shares of categories are
those of the log. Merging variants of one product needs nothing here: colours of a product are one
product (`encoder.catalogue`), and generated products have no variants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from torch import Tensor

from encoder.catalogue import Product, Search

Similarity = Callable[[list[str], list[Product]], Tensor]  # of texts and products: cosines [n]
MIN_ENTITIES = 2


def named_entities(text: str, product: Product) -> int:
    """How many of the product's words a query names: attribute values, kind and brand.

    A word counts when a title of the product holds it; Chinese is written without blanks, so that
    there two characters in a row that stand in the title count as a word.
    """
    if not text.isascii():
        title = next((t for t in product.titles if not t.isascii()), "")
        return sum(text[i : i + 2] in title for i in range(0, len(text) - 1, 2))
    title = {word.strip(",.").lower() for t in product.titles for word in t.split()}
    return sum(word.lower() in title for word in text.split())


def cleaned(
    products: list[Product], similarity: Similarity
) -> tuple[list[Product], dict[str, float]]:
    """The products with what is left of their purchases, and each one's share in its source.

    Photographs have no logs; their searches stay as they are.
    """
    log = Counter((p.source, p.category) for p in products for _ in p.searches.get("purchase", ()))
    named = [
        (product, search, text)
        for product in products
        if product.source == "catalogue"
        for search in product.texts("purchase")
        for text in search.texts
        if named_entities(text, product) >= MIN_ENTITIES
    ]
    scores = similarity([text for *_, text in named], [product for product, *_ in named])
    hardest: dict[str, tuple[float, Search]] = {}
    for (product, search, text), score in zip(named, scores.tolist(), strict=True):
        if product.key not in hardest or score < hardest[product.key][0]:
            hardest[product.key] = (score, replace(search, texts=(text,), image=None))
    kept: list[Product] = []
    for product in products:
        searches = product.searches.get("purchase", [])
        if product.source == "catalogue":
            searches = [replace(s, texts=()) for s in searches if s.image]
            searches += [hardest[product.key][1]] if product.key in hardest else []
        if searches:
            kept.append(replace(product, searches={"purchase": searches}))
    items = Counter((p.source, p.category) for p in kept)
    shares = {
        p.key: log[p.source, p.category] / items[p.source, p.category]
        for p in kept
        if p.source == "catalogue"
    }
    return kept, shares
