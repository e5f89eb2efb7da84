"""The encoder's losses and negatives, against values that are known."""

import pytest
import torch

from encoder import batches
from encoder.batches import allowed_negatives
from encoder.losses import (
    FILTERED_WEIGHT,
    ObjectiveWeights,
    Switches,
    filter_weights,
    info_nce,
    load_balance,
)
from encoder.moon import BANK_SIZE, MemoryBank, circle_loss, purchase_loss
from encoder.train import ABLATIONS


def test_circle_loss_falls_as_positives_rise_and_ignores_what_is_not_allowed() -> None:
    allowed = torch.tensor([[False, True, True], [True, False, False]])
    similarity = torch.tensor([[0.2, 0.4, -0.1], [0.1, 0.3, 0.9]])
    better = similarity.clone()
    better[0, 0] = 0.9
    assert circle_loss(better, allowed) < circle_loss(similarity, allowed)
    hidden = similarity.clone()
    hidden[1, 2] = -0.9  # not allowed as a negative
    assert torch.equal(circle_loss(hidden, allowed), circle_loss(similarity, allowed))


def test_memory_bank_keeps_the_last_rows() -> None:
    bank = MemoryBank()
    for step in range(3):
        bank.push(torch.full((100, 4), float(step)), [f"g{step}"] * 100)
    assert bank.vectors is not None
    assert bank.vectors.shape == (BANK_SIZE, 4)
    assert bank.keys == ["g0"] * 56 + ["g1"] * 100 + ["g2"] * 100


class TwoWorkers:
    """The first of two workers; the other has one candidate."""

    rank, count = 0, 2

    def __init__(self, vector: torch.Tensor, key: str) -> None:
        self.other = (vector, [key])

    def gather(self, value: object) -> list:
        return [value, self.other]


def test_purchases_meet_temporal_and_spatial_negatives() -> None:
    query, candidate = torch.eye(2, 4), torch.eye(2, 4)
    batch = batches.Batch(keys=["a", "b"], positives=[frozenset("a"), frozenset({"b", "x"})])
    near = torch.tensor([[1.0, 0.0, 0.0, 0.0]])

    def loss(bank: MemoryBank, worker: TwoWorkers | None) -> float:
        return purchase_loss([query], candidate, batch, bank, (4,), worker).item()

    alone = loss(MemoryBank(), None)
    assert loss(MemoryBank(near, ["n"]), None) > alone + 0.1
    assert loss(MemoryBank(), TwoWorkers(near, "n")) > alone + 0.1
    own = torch.tensor([[0.0, 1.0, 0.0, 0.0]])  # near b, which clicked on x: no negative of b
    assert loss(MemoryBank(own, ["x"]), None) < alone + 0.1


def test_info_nce_equals_cross_entropy_when_all_negatives_count() -> None:
    similarity = torch.randn(4, 4, generator=torch.Generator().manual_seed(2))
    allowed = ~torch.eye(4, dtype=torch.bool)
    expected = torch.nn.functional.cross_entropy(similarity / 0.1, torch.arange(4))
    assert torch.allclose(info_nce(similarity, allowed, 0.1), expected)
    assert torch.allclose(info_nce(similarity, allowed, 0.1, torch.ones(4, 4)), expected)


def test_filtered_triplets_count_less_in_the_sum() -> None:
    similarity = torch.tensor([[0.9, 0.1], [0.8, 0.2]])
    weights = filter_weights(similarity, 0.0)
    low = pytest.approx(FILTERED_WEIGHT)
    assert weights.tolist() == [[1.0, 1.0], [low, 1.0]]  # 0.2 - 0.8 is below the threshold
    allowed = ~torch.eye(2, dtype=torch.bool)
    found = info_nce(similarity, allowed, 1.0, weights)
    e = torch.exp(similarity)
    rows = [e[0, 0] / (e[0, 0] + e[0, 1]), e[1, 1] / (e[1, 1] + FILTERED_WEIGHT * e[1, 0])]
    assert torch.allclose(found, -torch.stack(rows).log().mean())


def test_objective_weights_start_near_one_and_balance_is_one_when_even() -> None:
    torch.manual_seed(0)
    even = torch.full((5, 4), 0.25)
    assert ObjectiveWeights(4).weight("mm", even).item() == pytest.approx(1.0, abs=0.02)
    assert load_balance(even, even).item() == pytest.approx(1.0)


def test_objective_weights_teach_their_matrix_and_leave_the_gates_alone() -> None:
    torch.manual_seed(0)
    objective = ObjectiveWeights(4)
    logits = torch.zeros(5, 4, requires_grad=True)
    (objective.weight("t", logits.softmax(-1)) * 2.0).backward()
    assert logits.grad is None
    assert objective.matrix.grad is not None
    assert (objective.matrix.grad[:, 0] > 0).all()  # a loss shrinks its own column


def test_rows_outside_the_batch_are_never_positives() -> None:
    allowed = allowed_negatives([frozenset("a"), frozenset({"b", "c"})], ["a", "b", "c"])
    assert allowed.tolist() == [[False, True, True], [True, False, False]]
    assert Switches() == ABLATIONS.get("none", Switches())
