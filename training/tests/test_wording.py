"""Wordings whose facts the tower cannot tell are rarely drawn."""

import json
from pathlib import Path

import numpy as np
import pytest

from common.logs import RunLog
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


def test_a_quoted_price_is_as_doubtful_as_its_characters_together(tmp_path: Path) -> None:
    scores = {"has_price": 1.0, "price_0": 0.9, "price_1": 0.8, "kind": 0.5, "color": 0.5}
    RunLog(tmp_path, "pretrain-vision", quiet=False).write(event="val", scores=json.dumps(scores))
    wording = Wording.read(tmp_path)
    quoted = "Only A names the price, $12"
    assert wording.doubt("q5", "A>B", "en", quoted) == pytest.approx(1 - 0.9 * 0.8)
    assert wording.accuracy["match"] == pytest.approx(0.25)
