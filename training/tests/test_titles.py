"""Invented brands leave alone what the answers turn on."""

import numpy as np

from selector.titles import retitle, retitled

ENGLISH = "Juno Eco-friendly Tripod Lamp, Teal Linen"
CHINESE = "Juno 环保三脚青色亚麻台灯"


def test_what_is_sold_stays_and_the_brand_goes() -> None:
    rng = np.random.default_rng(1)
    seen = {retitle(ENGLISH, "en", rng) for _ in range(200)}
    assert len(seen) > 150
    for title in seen:
        assert "Eco-friendly Tripod Lamp, Teal Linen" in title
        assert "Juno" not in title
    for _ in range(50):
        assert "环保三脚青色亚麻台灯" in retitle(CHINESE, "zh", rng)


def test_a_title_of_one_word_is_kept() -> None:
    rng = np.random.default_rng(1)
    assert all("Lamp" in retitle("Lamp", "en", rng) for _ in range(20))


def test_the_pair_itself_is_not_changed() -> None:
    pair = {"id": "p", "title": {"en": ENGLISH, "zh": CHINESE}}
    other = retitled(pair, np.random.default_rng(2))
    assert other["title"] != pair["title"]
    assert pair == {"id": "p", "title": {"en": ENGLISH, "zh": CHINESE}}
