"""How long checking takes: policies of growing size, and the shipped library cold and with the saved grammar.

python benchmarks/check_speed.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from licet.check.policy import check
from licet.diagnostics import Source
from licet.syntax.from_text import parse

_HEAD = """module big "Big" jurisdiction US
  authority EAR "15 CFR"

entity Thing "thing"
  n : number "n"
  t : boolean derived "t"
"""
_RULE = """
rule r{i} "Rule {i}"
  for x: Thing
  cites EAR "{i}"
  when all of
    (a) x.n is at least {i}
    (b) x.n is at most {j}
  end
  then x is t
"""


def seconds(rules: int) -> float:
    text = _HEAD + "".join(_RULE.format(i=i, j=i + 5) for i in range(rules))
    start = time.perf_counter()
    found = check("big", [parse(Source("big.licet", text))], {}).diagnostics
    assert not any(d.severity == "error" for d in found), found[0]
    return time.perf_counter() - start


def library(cache: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "licet", "check", "--quiet"], env=environment, check=True)
    return time.perf_counter() - start


def main() -> None:
    seconds(100)
    print(f"{'rules':>6} {'seconds':>8} {'ms a rule':>10}")
    for rules in (500, 1000, 2500, 5000):
        took = median(seconds(rules) for _ in range(3))
        print(f"{rules:>6} {took:>8.2f} {took / rules * 1000:>10.3f}")
    with tempfile.TemporaryDirectory() as folder:
        cold = library(str(Path(folder)))
        warm = median(library(str(Path(folder))) for _ in range(5))
    print(f"the shipped library as a whole process: {cold:.2f} s cold, {warm:.2f} s with the saved grammar")


if __name__ == "__main__":
    main()
