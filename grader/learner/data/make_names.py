"""Writes names.txt once: the given names of the United States census of 1990, which the package `names` carries.

All that are borne by somebody of the sample, of women and men together, each once, in small letters. They stand in an
order that is mixed and always the same, so that the first thousand are like the others.
"""

import random
import re
from pathlib import Path

import names

found = set()
for kind in ("first:female", "first:male"):
    lines = Path(names.FILES[kind]).read_text(encoding="ascii").splitlines()
    found |= {line.split()[0].lower() for line in lines if line.strip()}
mixed = sorted(name for name in found if re.fullmatch("[a-z]{2,15}", name))
random.Random(1990).shuffle(mixed)
Path(__file__).with_name("names.txt").write_text("\n".join(mixed) + "\n", encoding="ascii", newline="\n")
