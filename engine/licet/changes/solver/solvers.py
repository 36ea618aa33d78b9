"""The two solvers, which read the same text: z3 and cvc5, of the extra `analyse`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from importlib.util import find_spec
from typing import Literal

from licet.changes.solver.script import Term

Said = Literal["sat", "unsat", "unknown"]
Assigned = Mapping[Term, bool | int | Fraction]
_STEPS = 40_000_000  # of z3: a budget of work, not of time, so that the same question has the same answer
_STEPS_OF_THE_OTHER = 2_000_000
EXTRA = "pip install 'licet[analyse]'"


def are_there() -> bool:
    """Whether both are installed."""
    return find_spec("z3") is not None and find_spec("cvc5") is not None


class SolverQuestion:
    """A text that z3 has read; it is asked with further conditions, and of a world that satisfies them."""

    def __init__(self, text: str) -> None:
        import z3

        self._z3 = z3
        self._context = z3.Context()
        self._solver = z3.SolverFor("QF_LIRA", ctx=self._context)
        self._solver.set("random_seed", 0)
        self._solver.set("rlimit", _STEPS)
        self._solver.from_string(text)
        self._marked = 0  # times: a name of z3 is declared once

    def asked(self, names: Iterable[Term], conditions: Iterable[str] = ()) -> tuple[Said, Assigned]:
        """What is said with some conditions, in SMT-LIB; where they can hold, a value for each of some unknowns."""
        self._solver.push()
        try:
            text = "".join(f"(assert {condition})" for condition in conditions)
            self._solver.from_string(text)
            said = str(self._solver.check())
            if said != "sat":
                return ("unsat" if said == "unsat" else "unknown"), {}
            return "sat", self._values(set(names))
        finally:
            self._solver.pop()

    def asked_with(
        self, names: Iterable[Term], marked: Sequence[str], conditions: Iterable[str], *, otherwise: bool
    ) -> tuple[Assigned | None, list[int]]:
        """A value for each of some unknowns where conditions hold, and marked ones too; where they cannot and it may
        be `otherwise`, all but a least set of them, given by their places. The last of them are the first to go.
        """
        self._solver.push()
        try:
            self._marked += 1
            marks = [f"m{self._marked}_{i}" for i in range(len(marked))]
            lines = [f"(declare-const {m} Bool)(assert (=> {m} {said}))" for m, said in zip(marks, marked, strict=True)]
            self._solver.from_string("".join([*lines, *(f"(assert {condition})" for condition in conditions)]))
            every = range(len(marks))
            if self._holds(marks, every):
                return self._values(set(names)), []
            if not otherwise or not self._holds(marks, ()):
                return None, []
            kept = self._kept(marks, every)
            found = self._values(set(names)) if self._holds(marks, kept) else None
            return found, sorted(set(every) - set(kept)) if found is not None else []
        finally:
            self._solver.pop()

    def _holds(self, marks: Sequence[str], places: Iterable[int]) -> bool:
        assumed = [self._z3.Bool(marks[place], ctx=self._context) for place in places]
        return str(self._solver.check(*assumed)) == "sat"

    def _kept(self, marks: Sequence[str], places: Iterable[int]) -> list[int]:
        """All but a least set. Of what cannot hold together the last goes, until the rest can; what may comes back."""
        kept, gone = list(places), []
        while not self._holds(marks, kept):
            core = {str(mark) for mark in self._solver.unsat_core()}
            gone.append(max((place for place in kept if marks[place] in core), default=kept[-1]))
            kept.remove(gone[-1])
        for place in reversed(gone[:-1]):
            if self._holds(marks, [*kept, place]):
                kept.append(place)
        return kept

    def _values(self, names: set[Term]) -> Assigned:
        found = self._solver.model()
        return {d.name(): self._value(found[d]) for d in found.decls() if d.name() in names}

    def _value(self, value: object) -> bool | int | Fraction:
        z3 = self._z3
        if z3.is_bool(value):
            return bool(z3.is_true(value))
        if z3.is_int_value(value):
            return int(value.as_long())  # type: ignore[attr-defined]
        return Fraction(value.numerator_as_long(), value.denominator_as_long())  # type: ignore[attr-defined]


def says_the_other(text: str) -> Said:
    """What cvc5 says of a text."""
    import cvc5

    solver = cvc5.Solver()
    solver.setOption("rlimit", str(_STEPS_OF_THE_OTHER))
    solver.setLogic("QF_LIRA")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "licet")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    found = solver.checkSat()
    return "sat" if found.isSat() else "unsat" if found.isUnsat() else "unknown"
