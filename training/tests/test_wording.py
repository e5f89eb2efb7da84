"""Wordings whose facts the tower cannot tell in the pictures at hand are rarely drawn."""

from pathlib import Path

import numpy as np
import pytest
import torch
from stand_in import write_stand_in

from selector.data import load_creatives
from selector.factors import MeanHeads, infer_heads, with_read_price
from selector.wording import Wording

READ = 'The words differ: "Light as air" and "Fresh design"'
SEEN = "The backgrounds differ: plain and scene"
READ_OUT = "Two pictures: A shows the red mug, as titled, B the blue mug, as titled"  # kind, colour
SIDES = ("left", "right")


def told(**sure: tuple[float, float]) -> Wording:
    """A tower that is so sure of each factor of the left and the right picture."""
    columns = {name: np.array(values) for name, values in sure.items()}
    return Wording(columns, {"left": 0, "right": 1})


def test_doubt_is_one_minus_the_product_over_the_stated_facts() -> None:
    wording = told(background=(0.9, 0.8), headline=(0.25, 0.5), has_headline=(0.8, 1.0))
    assert wording.doubt("q1", "NO", "en", SEEN, SIDES) == pytest.approx(1 - 0.9 * 0.8)
    assert wording.doubt("q1", "NO", "en", READ, SIDES) == pytest.approx(1 - 0.25 * 0.5 * 0.8)


def test_what_no_template_says_is_wholly_doubtful() -> None:
    assert told().doubt("q1", "NO", "en", "A is nicer", SIDES) == 1


def test_a_fact_is_asked_of_the_picture_it_is_said_of() -> None:
    wording = told(person=(1.0, 1.0), kind=(0.3, 0.9))
    for answer, sure in (("A>B", 0.3), ("A<B", 0.9)):
        side = answer[1] == ">"
        text = f"{'A' if side else 'B'} shows a person with the mug"
        assert wording.doubt("q6", answer, "en", text, SIDES) == pytest.approx(1 - sure)


def test_the_readable_wording_is_drawn_far_more_often() -> None:
    wording = told(background=(0.95, 1.0), headline=(0.25, 1.0))
    rng = np.random.default_rng(1)
    variants = [{"q1": READ}, {"q1": SEEN}]
    drawn = [wording.choose({"q1": "NO"}, variants, "en", SIDES, rng)["q1"] for _ in range(200)]
    assert drawn.count(SEEN) > 195


def test_both_sides_are_read_out_however_much_the_tower_doubts_it() -> None:
    wording = told(kind=(0.1, 0.1), color=(0.1, 0.1))
    rng = np.random.default_rng(1)
    variants = [{"q1": SEEN}, {"q1": READ_OUT}, {"q1": READ}]
    drawn = {wording.choose({"q1": "NO"}, variants, "en", SIDES, rng)["q1"] for _ in range(50)}
    assert drawn == {READ_OUT}


def test_where_nothing_is_in_doubt_all_wordings_are_drawn() -> None:
    rng = np.random.default_rng(1)
    variants = [{"q1": READ}, {"q1": SEEN}]
    drawn = {told().choose({"q1": "NO"}, variants, "en", SIDES, rng)["q1"] for _ in range(50)}
    assert drawn == {READ, SEEN}


def test_what_is_shown_by_other_heads_is_counted_once() -> None:
    """A price is as doubtful as its characters together, a match as kind and colour."""
    wording = told(has_price=(1.0, 1.0), price_0=(0.9, 1.0), price_1=(0.8, 1.0))
    quoted = "Only A names the price, $12"
    assert wording.doubt("q5", "A>B", "en", quoted, SIDES) == pytest.approx(1 - 0.9 * 0.8)
    wording = told(kind=(0.5, 1.0), color=(0.6, 1.0))
    assert wording.doubt("q1", "NO", "en", READ_OUT, SIDES) == pytest.approx(1 - 0.5 * 0.6)


def test_sureness_is_read_off_the_heads_of_stage_0(tmp_path: Path) -> None:
    data = load_creatives(write_stand_in(tmp_path / "data"))
    factors = [with_read_price(creative["factors"]) for creative in data.creatives.values()]
    heads = infer_heads(factors)
    torch.manual_seed(3)
    model, features = MeanHeads(heads, 6), torch.randn(len(factors), 4, 6)
    weights = {f"mean_factors.{k}": v for k, v in model.state_dict().items()}
    extra = {"classes": {head.name: list(head.classes) for head in heads}}
    torch.save({"model": weights, "extra": extra}, tmp_path / "vision.pt")
    wording = Wording.read(tmp_path, data, features)
    assert "headline" in wording.sure
    assert "light" not in wording.sure  # a number is not said in words
    color = next(head for head in heads if head.name == "color")
    begin = sum(head.width for head in heads[: heads.index(color)])
    scores = model(features[5:6]).detach()[0, begin : begin + color.width].softmax(-1)
    wanted = float(scores[color.classes.index(factors[5]["color"])])
    assert wording.sure["color"][5] == pytest.approx(wanted, rel=1e-5)
