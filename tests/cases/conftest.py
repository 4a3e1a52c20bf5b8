"""Where the tests of the cases find the worlds that other tests have built."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("contract", "records", "unit/xero"):
    sys.path.append(str(Path(__file__).resolve().parent.parent / folder))
