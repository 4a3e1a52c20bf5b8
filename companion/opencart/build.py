"""Builds the two packages of the extension from this folder: python build.py [FOLDER TO WRITE TO].

tieout-opencart3.ocmod.zip for 3.x; tieout.ocmod.zip for 4.x, where the file's name is the extension's code.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Fixed, so that the same source makes the same bytes.
TIME = (2026, 1, 1, 0, 0, 0)
#: name of the package: (folder, where the shared part goes)
PACKAGES = {
    "tieout-opencart3.ocmod.zip": ("3.x", "upload/system/library/tieout/door.php"),
    "tieout.ocmod.zip": ("4.x", "system/library/door.php"),
}


def build(target: Path) -> list[Path]:
    """Writes both packages into a folder and returns where they are."""
    target.mkdir(parents=True, exist_ok=True)
    made = []
    for name, (folder, place) in PACKAGES.items():
        source = HERE / folder
        files = {str(file.relative_to(source)): file for file in source.rglob("*") if file.is_file()}
        files[place] = HERE / "shared" / "door.php"
        with zipfile.ZipFile(target / name, "w", zipfile.ZIP_DEFLATED) as package:
            for inside, file in sorted(files.items()):
                package.writestr(zipfile.ZipInfo(inside, TIME), file.read_bytes(), zipfile.ZIP_DEFLATED)
        made.append(target / name)
    return made


if __name__ == "__main__":
    for package in build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dist"):
        sys.stdout.write(f"{package}\n")
