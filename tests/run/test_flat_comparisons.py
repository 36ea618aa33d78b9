"""Plain columns compare as the numbers and days that they stand for, exactly."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from licet.facts.tables import Plain, Table, Tables, number_of_day
from licet.ir import nodes as n
from licet.ir.types import DATE, NUMBER, PERCENT, Kind, Type, entity
from licet.run.columnar.bitmaps import unpacked
from licet.run.columnar.flat_comparisons import compared
from licet.run.columnar.row_batch import Binding, Frame, World
from licet.run.reference.unknown_values import compare, of_type
from licet.values import State
from tests.run.worlds import VOCABULARY, compiled

POLICY = compiled(VOCABULARY)
OPERATORS = st.sampled_from(["=", "!=", ">=", "<=", ">", "<"])
STATES = st.sampled_from([0, 0, 0, 1, 2, 3])
EDGES = [0.1, 0.3, 1e26, 1e22, 9007199254740993.0, 2.5e25, 5e-324, 0.0]
FLOATS = st.one_of(st.sampled_from(EDGES), st.floats(0, 1e30, allow_nan=False))
NUMBERS = st.one_of(
    st.sampled_from([10**26, Fraction(1, 10), Fraction(3, 10), 10**22, 9007199254740993, 25 * 10**24, 0]),
    st.integers(-5, 10**27),
    st.fractions(0, 10, max_denominator=1000),
)


def truths(column: Plain, type_: Type, operator: Any, value: Any, value_type: Type) -> list[tuple[int, int]]:
    """The must and may of a comparison of each cell with a value."""
    assert POLICY is not None
    table = Table("Thing", len(column.values), {"x": column}, pa.array([str(i) for i in range(len(column.values))]))
    zeros = np.zeros(table.length, np.int32)
    frame = Frame(World(POLICY, Tables({}, {})), {"self": Binding(table)}, table.length, (None,), zeros, zeros)
    field = n.FieldOf(None, n.Variable(None, "self", entity("Thing")), "x", type_)
    found = compared(n.Compare(None, operator, field, n.Known(None, value, value_type)), frame)
    assert found is not None
    must, may = (unpacked(bits, table.length).tolist() for bits in found)
    return list(zip(must, may, strict=True))


def expected(column: Plain, type_: Type, operator: Any, value: Any) -> list[tuple[int, int]]:
    facts = [column.fact(row) for row in range(len(column.values))]
    readings = [of_type(fact, type_) if isinstance(fact, State) else fact for fact in facts]
    found = [compare(operator, reading, value) for reading in readings]  # type: ignore[arg-type]
    return [(int(truth.must), int(truth.may)) for truth in found]


@given(st.lists(st.tuples(FLOATS, STATES), min_size=1, max_size=70), OPERATORS, NUMBERS)
@example([(1e26, 0)], ">=", 10**26)
@example([(0.1, 0)], "=", Fraction(1, 10))
@example([(9007199254740993.0, 0)], "=", 9007199254740993)
def test_binary_numbers_stand_for_their_shortest_decimal(cells: Any, operator: Any, value: Any) -> None:
    column = Plain(np.array([c for c, _ in cells]), np.array([s for _, s in cells], np.uint8))
    for type_ in (NUMBER, Type(Kind.QUANTITY, "op")):
        assert truths(column, type_, operator, value, type_) == expected(column, type_, operator, value)


@given(
    st.lists(st.tuples(st.integers(-50, 50), STATES), min_size=1, max_size=70), OPERATORS, NUMBERS, st.integers(0, 4)
)
def test_scaled_numbers(cells: Any, operator: Any, value: Any, scale: int) -> None:
    column = Plain(np.array([c for c, _ in cells], np.int64), np.array([s for _, s in cells], np.uint8), scale=scale)
    for type_ in (NUMBER, PERCENT):
        assert truths(column, type_, operator, value, type_) == expected(column, type_, operator, value)


@given(st.lists(st.tuples(st.dates(), STATES), min_size=1, max_size=70), OPERATORS, st.dates())
@example([(date(2026, 1, 1), 0)], ">=", date(2026, 1, 1))
def test_days(cells: Any, operator: Any, value: date) -> None:
    days = np.array([number_of_day(day) for day, _ in cells], np.int64)
    column = Plain(days, np.array([s for _, s in cells], np.uint8), days=True)
    assert truths(column, DATE, operator, value, DATE) == expected(column, DATE, operator, value)


@given(
    st.lists(st.tuples(st.integers(0, 4), STATES, st.integers(0, 900)), min_size=1, max_size=70),
    OPERATORS,
    st.sampled_from([None, "on its own day"]),
    st.integers(1, 2),
)
def test_what_a_parameter_says_on_the_day_of_each_row(cells: Any, operator: Any, on: str | None, times: int) -> None:
    """None where it is no value on some of the days: the reference is asked then."""
    assert POLICY is not None
    days = [date.fromordinal(date(2024, 6, 1).toordinal() + day) for *_, day in cells]
    column = Plain(np.array([c for c, *_ in cells], np.int64), np.array([s for _, s, _ in cells], np.uint8))
    own = Plain(np.array([number_of_day(day) for day in days], np.int64), np.zeros(len(cells), np.uint8), days=True)
    table = Table("Thing", len(cells), {"q": column, "d": own}, pa.array([str(i) for i in range(len(cells))]))
    codes = np.arange(len(cells), dtype=np.int32)
    governing = days if on is None else [date(2024, 1, 1)] * len(cells)
    frame = Frame(World(POLICY, Tables({}, {})), {"self": Binding(table)}, table.length, governing, codes, codes)
    thing = n.Variable(None, "self", entity("Thing"))
    type_ = Type(Kind.QUANTITY, "op")
    fee: n.Operand = n.ParameterNamed(None, "fee", type_)
    if on is not None:
        fee = n.OnDay(None, n.ParameterNamed(None, "fee", type_), n.FieldOf(None, thing, "d", DATE), type_)
    if times > 1:
        fee = n.Arithmetic(None, "*", fee, n.Known(None, times, NUMBER), type_)
    found = compared(n.Compare(None, operator, n.FieldOf(None, thing, "q", type_), fee), frame)
    said = [POLICY.parameters["fee"].on(day) for day in days]
    assert (found is None) is any(isinstance(value, State) for value in said)
    for row, (must, may) in enumerate(
        zip(*(unpacked(bits, table.length).tolist() for bits in found or ()), strict=True)
    ):
        fact, value = column.fact(row), said[row]
        assert isinstance(value, int)
        truth = compare(operator, of_type(fact, type_) if isinstance(fact, State) else fact, value * times)  # type: ignore[arg-type]
        assert (must, may) == (int(truth.must), int(truth.may))
