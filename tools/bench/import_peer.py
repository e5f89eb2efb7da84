"""Imports a zip of images with Python's own means, for comparison with the import in the page.

Reads each file, hashes it, looks into its header with Pillow, keeps it under its hash in a folder
and notes it in SQLite, a thousand to a transaction. Prints the milliseconds as JSON.
Run by label-page.ts; needs pillow.
"""

import hashlib
import io
import json
import os
import sqlite3
import sys
import tempfile
import time
import zipfile

import PIL
from PIL import Image


def main(path: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        database = sqlite3.connect(os.path.join(folder, "creatives.sqlite"))
        database.execute("create table creatives (name text, sha256 text, width int, height int)")
        count = 0
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                digest = hashlib.sha256(data).hexdigest()
                width, height = Image.open(io.BytesIO(data)).size
                below = os.path.join(folder, digest[:2])
                os.makedirs(below, exist_ok=True)
                with open(os.path.join(below, digest), "wb") as file:
                    file.write(data)
                row = (name, digest, width, height)
                database.execute("insert into creatives values (?, ?, ?, ?)", row)
                count += 1
                if count % 1000 == 0:
                    database.commit()
        database.commit()
        database.close()
        milliseconds = (time.perf_counter() - start) * 1000
    version = f"Python {sys.version.split()[0]}, Pillow {PIL.__version__}"
    print(json.dumps({"version": version, "count": count, "milliseconds": milliseconds}))


main(sys.argv[1])
