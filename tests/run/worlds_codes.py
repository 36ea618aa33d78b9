"""Generated conditions about codes; `worlds` declares what they read."""

from __future__ import annotations

from datetime import date

from licet.ir import policy as ir
from licet.ir.codes import CodeForm
from licet.ir.types import Kind, Type
from tests.run import kept_strategies as st
from tests.run.from_texts import THROUGHOUT, dated_list

KIND = Type(Kind.CODE, "kind_code", form=CodeForm("kind_code", "kind", ("[0-9]{1,2}", "[A-B]"), ".?[a-b]"))
CODES = ["1", "1A", "1A.a", "1A.a.b", "1B", "2A", "10A", "10A.a"]
LIST = dated_list("ctl", KIND, {"1A.a": THROUGHOUT, "10": ir.Interval(date(2026, 1, 1), None)})


def written(code: str) -> str:
    return f'"{code}"'


@st.composite
def code_atoms(draw: st.DrawFn, x: str, ref: str) -> str:
    """What stands below a code, a set or a list of them; what lies between two; what is equal."""
    code, other = (written(draw(st.sampled_from(CODES))) for _ in range(2))
    item = draw(st.sampled_from([f"{ref}.z", f"{ref}.z", f"{ref}.zs"]))
    asked = draw(st.sampled_from([code, code, f"[{code}, {other}]", "ctl", f"[{code}, ctl]", f"{x}.z", f"{x}.zs"]))
    asked = draw(st.sampled_from([asked, asked, f"ctl on {x}.d"]))
    kind = draw(st.integers(0, 6))
    if kind == 0:
        return f"{item} is between {code} and {draw(st.sampled_from([other, f'{x}.z']))}"
    if kind == 1:
        equal = draw(st.sampled_from([f"is {code}", f"is not {code}", f"is {x}.z", f"is one of [{code}, ctl]"]))
        return f"{ref}.z {equal}"
    if kind == 2:
        return f"(some h in {ref}.zs where (h is {draw(st.sampled_from(['under', 'not under']))} {code}))"
    return f"{item} is {draw(st.sampled_from(['under', 'under', 'not under']))} {asked}"
