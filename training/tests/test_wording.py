"""Wordings whose facts the tower cannot tell are rarely drawn."""

import numpy as np
import pytest

from selector.wording import Wording

READ = 'The words differ: "Light as air" and "Fresh design"'
SEEN = "The backgrounds differ: plain and scene"


def test_doubt_is_one_minus_the_product_over_the_stated_factors() -> None:
    wording = Wording({"background": 0.9, "headline": 0.25, "has_headline": 0.8})
    assert wording.doubt("q1", "NO", "en", SEEN) == pytest.approx(0.1)
    assert wording.doubt("q1", "NO", "en", READ) == pytest.approx(1 - 0.25 * 0.8)


def test_what_no_template_says_is_wholly_doubtful() -> None:
    assert Wording({}).doubt("q1", "NO", "en", "A is nicer") == 1


def test_the_readable_wording_is_drawn_far_more_often() -> None:
    wording = Wording({"background": 0.95, "headline": 0.25})
    rng = np.random.default_rng(1)
    variants = [{"q1": READ}, {"q1": SEEN}]
    drawn = [wording.choose({"q1": "NO"}, variants, "en", rng)["q1"] for _ in range(200)]
    assert drawn.count(SEEN) > 195


def test_without_measured_accuracies_all_wordings_are_drawn() -> None:
    rng = np.random.default_rng(1)
    variants = [{"q1": READ}, {"q1": SEEN}]
    drawn = {Wording({}).choose({"q1": "NO"}, variants, "en", rng)["q1"] for _ in range(50)}
    assert drawn == {READ, SEEN}
