"""The committed report and card are of the registered encoder, and what their figures render to."""

import json
from pathlib import Path

from encoder.report import RESULTS, card, render

MODELS = Path(__file__).parents[2] / "public/models"


def test_report_and_card_are_renderings_of_the_figures_of_the_registered_weights() -> None:
    results = json.loads(RESULTS.read_text("utf-8"))
    registered = json.loads((MODELS / "index.json").read_text("utf-8"))["models"]
    revision = next(m["revision"] for m in registered if m["id"] == "moon2-nano")
    folder = MODELS / "moon2-nano" / revision
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert results["revision"] == revision
    assert results["weights"] == manifest["files"]["model.safetensors"]["sha256"]
    assert RESULTS.with_suffix(".md").read_text("utf-8") == render(results)
    assert (folder / "MODEL_CARD.md").read_text("utf-8") == card(folder, results)
