"""Compares two files with answers: exit status 1 where they differ or hold no answer."""

import json
import sys
from pathlib import Path

one, other = (json.loads(Path(name).read_text(encoding="utf-8"))["answers"] for name in sys.argv[1:3])
if not one:
    sys.exit(f"{sys.argv[1]} holds no answer")
if one != other:
    sys.exit(f"{sys.argv[1]} and {sys.argv[2]} hold different answers")
