"""Writes a model revision in the Hugging Face layout with a manifest."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor


def write_json(path: Path, value: Any) -> None:
    """Indented UTF-8 JSON with a final newline."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def half_precision(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """float16 copies; an overflow is an error, not an infinity in the file."""
    out = {}
    for name, tensor in state.items():
        half = tensor.detach().to("cpu", torch.float16).contiguous()
        if not torch.isfinite(half).all():
            raise ValueError(f"{name}: not finite in float16 (max {tensor.abs().max().item()})")
        out[name] = half
    return out


def write_weights(path: Path, state: dict[str, Tensor]) -> None:
    """model.safetensors in float16."""
    save_file(half_precision(state), path, metadata={"format": "pt"})
    path.chmod(0o644)  # save_file leaves it readable by its owner alone


def write_manifest(folder: Path, facts: dict[str, Any]) -> None:
    """manifest.json: the given facts, then size and SHA-256 of every other file of the folder."""
    files = {}
    for path in sorted(folder.iterdir()):
        if path.name == "manifest.json" or not path.is_file():
            continue
        content = path.read_bytes()
        files[path.name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    write_json(folder / "manifest.json", {**facts, "files": files, "created": created})


def register_model(models: Path, model_id: str, revision: str) -> None:
    """Puts the revision into models/index.json, replacing an older one of the same model."""
    path = models / "index.json"
    index = json.loads(path.read_text("utf-8")) if path.exists() else {"models": []}
    kept = [entry for entry in index["models"] if entry["id"] != model_id]
    entries = sorted([*kept, {"id": model_id, "revision": revision}], key=lambda e: e["id"])
    write_json(path, {"models": entries})
