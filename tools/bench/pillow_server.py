"""Resizes one picture with Pillow on request, for tools/bench/resampler.ts.

Arguments: a file of raw RGB bytes, its width and its height. Prints Pillow's version; then, for each
line "filter side repeats" on standard input, resizes that often and prints the result's SHA-256.
"""

import hashlib
import pathlib
import sys

import PIL
from PIL import Image

path, width, height = sys.argv[1:]
image = Image.frombytes("RGB", (int(width), int(height)), pathlib.Path(path).read_bytes())
print(PIL.__version__, flush=True)
for line in sys.stdin:
    name, side, repeats = line.split()
    for _ in range(int(repeats)):
        resized = image.resize((int(side), int(side)), Image.Resampling[name.upper()])
        digest = hashlib.sha256(resized.tobytes()).hexdigest()
    print(digest, flush=True)
