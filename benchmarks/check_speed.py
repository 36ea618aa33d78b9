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

from licet.loading.policy_files import check_files

_HEAD = """module big "Big" jurisdiction US
  authority EAR "15 CFR"

entity Thing "thing"
  n : number "n"
  t : boolean derived "t"
"""
_RULE = """
rule r{i} "Rule {i}"
  for x: Thing
  cites EAR "{i}"{tag}
  when all of
    (a) x.n is at least {i}
    (b) x.n is at most {j}
  end
  then x is t
"""


_EXCEPTION = """
exception e{i} "Exception {i}"
  to r{i}, @odd
  for x: Thing
  cites EAR "{i}"
  when x.n is {i}
"""


def policy(rules: int, shape: str) -> str:
    """A policy of so many rules: all plain, or each tenth an exception to a rule and to a group."""
    text = _HEAD
    for i in range(rules):
        if shape == "exceptions" and i % 10 == 9:
            text += _EXCEPTION.format(i=i - 1)
        else:
            text += _RULE.format(i=i, j=i + 5, tag="\n  tagged @odd" if i in (1, 11) else "")
    return text


def seconds(rules: int, shape: str) -> float:
    """The processor time for one file of so many rules."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "big.licet"
        file.write_text(policy(rules, shape), encoding="utf-8")
        start = time.process_time()
        checked = check_files([file])
        took = time.process_time() - start
    assert not any(d.severity == "error" for d in checked.diagnostics), checked.diagnostics[0]
    assert len(checked.policy.rules) == rules
    return took


def library(cache: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "licet", "check", "--quiet"], env=environment, check=True)
    return time.perf_counter() - start


def main() -> None:
    seconds(100, "plain")
    for shape in ("plain", "exceptions"):
        print(f"{shape:>10} {'seconds':>8} {'ms a rule':>10}")
        for rules in (500, 1000, 2500, 5000, 10000):
            took = median(seconds(rules, shape) for _ in range(3))
            print(f"{rules:>10} {took:>8.2f} {took / rules * 1000:>10.3f}")
    with tempfile.TemporaryDirectory() as folder:
        cold = library(str(Path(folder)))
        warm = median(library(str(Path(folder))) for _ in range(5))
    print(f"the shipped library as a whole process: {cold:.2f} s cold, {warm:.2f} s with the saved grammar")


if __name__ == "__main__":
    main()
