"""Checks traced graphs with ONNX's own checker and shape inference.

npx tsx tools/golden/write-onnx.ts .cache/onnx && python tools/golden/check_onnx.py .cache/onnx
"""

import pathlib
import sys

import onnx

files = sorted(pathlib.Path(sys.argv[1]).glob("*.onnx"))
if not files:
    raise SystemExit(f"no .onnx files in {sys.argv[1]}")
for path in files:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    print(f"{path.name}: {len(model.graph.node)} nodes, opset {model.opset_import[0].version}: valid")
