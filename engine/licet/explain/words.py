"""Formulas and values in English, from the phrases of the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, assert_never

from licet.ir import nodes as n
from licet.ir.operators import COMPARISONS
from licet.ir.places import PLACES
from licet.ir.policy import Policy
from licet.ir.remembered import by_node
from licet.ir.types import Kind, Type
from licet.ir.units import in_plural
from licet.run.reference.unknown_values import Bounded, OneOf, SetReading
from licet.values import Duration, Range, State, Truth, format_number, format_percent, with_article

_SINGULAR, _PLURAL = "'s", "'"  # `the item's`, `the goods'`


class Words:
    """Says one policy's conditions. `names` are what variables stand for, where that is known.

    `brief` words call a define by its name where it is long, or stands in another one; a reader has its text elsewhere.
    Read `aloud`, a define is called as its author calls it in words, a country by its name, and a field without what
    its phrase adds for whoever fills it in.
    """

    def __init__(
        self, policy: Policy, names: Mapping[str, str] | None = None, *, brief: bool = False, aloud: bool = False
    ) -> None:
        self.policy = policy
        self._brief = brief
        self._aloud = aloud
        self._within = False  # a define
        self.names = dict(names or {})
        self._kinds: dict[str, str] = {}  # of quantified variables: what each ranges over

    # ---- conditions

    def condition(self, formula: n.Formula) -> str:
        """A condition as a clause: `the consignee is restricted`."""
        match formula:
            case n.Compare():
                return self._compare(formula)
            case n.AllOf(parts=parts):
                return self._joined(parts, "and")
            case n.Earlier(sides=(one, other)):
                return f"{self.operand(one)} is earlier than {self.operand(other)}"
            case n.AnyOf(parts=parts):
                return self._joined(parts, "or")
            case n.Counted(exactly=exactly, number=number, parts=parts):
                word = "exactly" if exactly else "at least"
                return f"{word} {number} of: {'; '.join(self.condition(p) for p in parts)}"
            case n.Limb(label=label, part=part):
                return f"{label} {self.condition(part)}" if label.startswith("(") else self._defined(label, part)
            case n.Not(part=part):
                return self._not(part)
            case n.Holds(subject=subject, term=term, entity=entity, view=_, negated=negated):
                verb = "is not" if negated else "is"
                return f"{self.operand(subject)} {verb} {self._term_phrase(entity, term)}"
            case n.Outcome(decision=decision, subject=subject, operator=operator, outcome=outcome):
                declared = self.policy.decisions[decision]
                said = declared.outcomes[outcome].replace("_", " ")
                return f"the {declared.phrase} of {self.operand(subject)} {COMPARISONS[operator].words} {said}"
            case n.Member() | n.CodeTest() | n.HasState() | n.Named():
                return self._asked(formula)
            case n.Some(each=each, where=where):
                return self._some(each, where)
            case n.Every(each=each, where=where, condition=condition):
                inner = self._with(each)
                filter_ = f" where {inner.condition(where)}" if where is not None else ""
                over = self._member_phrase(each)
                aloud = self._aloud and each.kind == "members"
                told = f"for each of {over[len(_MEMBER) :]}" if aloud else f"for every {over}"
                return f"{told}{filter_}, {inner.condition(condition)}"
            case n.RowAbove():
                return "a row above it holds"
            case n.Constant(truth=truth):
                return {Truth.T: "always", Truth.U: "unknown", Truth.F: "never"}[truth]
            case _:
                assert_never(formula)

    def _defined(self, name: str, part: n.Formula) -> str:
        """A define by its name, and what it says unless that is long."""
        phrase = self.policy.defines.get(name) if self._aloud else None
        called, within = f"“{phrase}”" if phrase else name.replace("_", " "), self._within
        said = ""
        if not (self._brief and within):
            self._within = True
            said = self.condition(part)
            self._within = within
        return f"“{called}” holds" if self._brief and (within or len(said) > _LONG) else f"{called} ({said})"

    def _asked(self, formula: n.Member | n.CodeTest | n.HasState | n.Named) -> str:
        match formula:
            case n.Member(item=item, collection=collection, negated=negated):
                return self._member(item, collection, negated=negated)
            case n.CodeTest(item=item, asks=asks, codes=codes, negated=negated):
                said = " and ".join(map(self.operand, codes))
                if _type(item).kind is Kind.SET:
                    return f"{'none' if negated else 'one'} of {self.operand(item)} is {asks} {said}"
                return f"{self.operand(item)} is {'not ' if negated else ''}{asks} {said}"
            case n.HasState(operand=operand, state=state, negated=negated):
                return f"{self.operand(operand)} is {'not ' if negated else ''}{state}"
            case n.Named(thing=thing, name=name):
                return f"{self.operand(thing)} is the one named {name}"
            case _:
                assert_never(formula)

    def _compare(self, formula: n.Compare) -> str:
        left, right = formula.left, formula.right
        type_ = _type(left)
        if type_.kind is Kind.BOOLEAN and isinstance(right, n.Known):
            holds = right.value == (formula.operator == "=")
            return self._fact_holds(left, holds=holds)
        comparison = COMPARISONS[formula.operator]
        verb = comparison.words_of_dates if type_.kind is Kind.DATE else comparison.words
        return f"{self.operand(left)} {verb} {self.operand(right)}"

    def _fact_holds(self, operand: n.Operand, *, holds: bool) -> str:
        """A boolean fact as a clause: its phrase begins with a verb, such as `is of United States origin`."""
        said = self.operand(operand)
        if isinstance(operand, n.FieldOf):
            owner = self.operand(operand.base)
            phrase = self.field_phrase(_type(operand.base), operand.name)
            verb, _, rest = phrase.partition(" ")
            if verb in _VERBS:
                return f"{owner} {phrase}" if holds else f"{owner} {_VERBS[verb]} {rest}"
        if isinstance(operand, n.Call):
            return said if holds else f"not: {said}"
        return f"{said} is {'yes' if holds else 'no'}"

    def _not(self, part: n.Formula) -> str:
        match part:
            case n.Holds() | n.Member() | n.CodeTest():
                return self.condition(replace(part, negated=not part.negated))
            case n.Compare(operator="=", left=left, right=n.Known(value=value)) if isinstance(value, bool):
                return self._fact_holds(left, holds=not value)
            case n.Some(each=each, where=where):
                return "not: " + self._some(each, where)
            case n.RowAbove():
                return "no row above it holds"
            case other:
                return f"not ({self.condition(other)})"

    def _joined(self, parts: tuple[n.Formula, ...], word: str) -> str:
        said = [self.condition(p) for p in parts]
        if not said:
            return "always" if word == "and" else "never"
        if any(isinstance(p, n.Limb) for p in parts):
            return f"{'all' if word == 'and' else 'any'} of: " + "; ".join(said)
        return f" {word} ".join(
            f"({s})" if isinstance(p, n.AnyOf | n.AllOf) and not isinstance(p, n.Earlier) else s
            for s, p in zip(said, parts, strict=True)
        )

    def _member(self, item: n.Operand, collection: n.Operand, *, negated: bool) -> str:
        if isinstance(collection, n.TermOf | n.FieldOf):
            verb = "does not include" if negated else "includes"
            return f"{self.operand(collection)} {verb} {self.operand(item)}"
        verb = "is not in" if negated else "is in"
        if isinstance(collection, n.SetOf) and not negated and not _holds_lists(collection):
            return f"{self.operand(item)} is one of {self._items(collection)}"
        return f"{self.operand(item)} {verb} {self.operand(collection)}"

    def _some(self, each: n.Each, where: n.Formula | None) -> str:
        inner = self._with(each)
        filter_ = f" where {inner.condition(where)}" if where is not None else ""
        over = self._member_phrase(each)
        if self._aloud and each.kind == "members":
            return f"there is one among {over[len(_MEMBER) :]}{filter_}"
        return f"there is {with_article(over)}{filter_}"

    def _with(self, each: n.Each) -> Words:
        """Inside a quantifier its member is `it`; the member of an outer one keeps its full name."""
        names = {k: self._kinds.get(k, v) if v == _IT else v for k, v in self.names.items()}
        inner = Words(self.policy, names, brief=self._brief, aloud=self._aloud)
        inner._within = self._within
        inner._kinds = {**self._kinds, each.variable: f"that {self._member_phrase(each)}"}
        inner.names[each.variable] = _IT
        return inner

    def _member_phrase(self, each: n.Each) -> str:
        match each.kind:
            case "rows":
                return f"`{each.name}` record"
            case "population":
                return self.policy.entities[each.name].phrase or each.name
            case "members":
                assert each.members is not None
                return f"{_MEMBER}{self.operand(each.members)}"
            case _:
                assert_never(each.kind)

    # ---- operands

    def operand(self, operand: n.Operand) -> str:
        """An operand as a noun: `the consignee's country of headquarters`."""
        match operand:
            case n.Known(value=value, type=type_):
                place = PLACES.get(str(value)) if self._aloud and type_.kind is Kind.COUNTRY else None
                return place.name if place else show(value, type_)
            case n.Variable(name=name, type=type_):
                return self.names.get(name) or f"the {self._entity_phrase(type_)}"
            case n.AsOf():
                return "the date of the decision"
            case n.FieldOf(base=base, name=name) | n.TermOf(base=base, name=name):
                return self._field(base, name)
            case n.Arithmetic(operator=operator, left=left, right=right):
                return self._arithmetic(operator, left, right)
            case n.Call(function=function, arguments=arguments):
                said = [self.operand(a) for a in arguments]
                if operand.calendar:
                    said.append(self.policy.lists[operand.calendar].phrase or operand.calendar.replace("_", " "))
                return _CALLS[function].format(*said, all=" and ".join(said))
            case n.SetOf():
                return self._items(operand)
            case n.ListNamed(name=name):
                return self.policy.lists[name].phrase or name.replace("_", " ")
            case n.ParameterNamed(name=name):
                return f"the {self.policy.parameters[name].phrase}"
            case n.OnDay(part=part, day=day):
                return f"{self.operand(part)} on {self.operand(day)}"
            case n.Aggregate():
                return self._aggregate(operand)
            case n.ScoreOf(name=name, subject=subject):
                return f"the {self.policy.scores[name].phrase} of {self.operand(subject)}"
            case _:
                assert_never(operand)

    def _field(self, base: n.Operand, name: str) -> str:
        owner = _type(base)
        phrase = self.field_phrase(owner, name)
        if self._aloud and phrase.partition(" ")[0] not in _VERBS:
            phrase = in_short(phrase)
        if isinstance(base, n.Variable) and base.name not in self.names and owner.kind is Kind.ENTITY:
            return f"the {phrase}"
        said = self.operand(base)
        if said == _IT:
            return f"its {phrase}"
        plural = said.startswith("the ") and said.endswith("s")
        return f"{said}{_PLURAL if plural else _SINGULAR} {phrase}"

    def fact(self, id_: str, owner: Type, name: str) -> str:
        """A fact of a thing as a noun, or as a clause where its phrase is one."""
        phrase = self.field_phrase(owner, name)
        return f"{id_} {phrase}" if phrase.partition(" ")[0] in _VERBS else f"{id_}'s {phrase}"

    def field_phrase(self, owner: Type, name: str) -> str:
        """The phrase of a field, or its name in words."""
        if owner.kind is Kind.ENTITY:
            field = self.policy.entities[owner.name].fields.get(name)
        else:
            field = self.policy.relations[owner.name].parameters.get(name)
        return field.phrase if field else name.replace("_", " ")

    def _term_phrase(self, entity: str, term: str) -> str:
        phrase = self.policy.entities[entity].fields[term].phrase
        return phrase if phrase.split(" ")[0] not in ("is", "are") else phrase.split(" ", 1)[1]

    def _entity_phrase(self, type_: Type) -> str:
        if type_.kind is Kind.ENTITY:
            phrase = self.policy.entities[type_.name].phrase
            return phrase if phrase and len(phrase) <= 24 and "," not in phrase else type_.name.lower()
        return type_.name

    def _arithmetic(self, operator: str, left: n.Operand, right: n.Operand) -> str:
        if operator == "*" and isinstance(left, n.Known) and left.type.kind is Kind.PERCENT:
            return f"{self.operand(left)} of {self.operand(right)}"
        if operator == "-" and _type(left).kind is Kind.DATE and _type(right).kind is Kind.DATE:
            return f"the days from {self.operand(right)} to {self.operand(left)}"
        words = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
        return f"{self.operand(left)} {words[operator]} {self.operand(right)}"

    def _items(self, operand: n.SetOf) -> str:
        said = [self.operand(item) for item in operand.items]
        return said[0] if len(said) == 1 else ", ".join(said[:-1]) + " or " + said[-1] if said else "nothing"

    def _aggregate(self, operand: n.Aggregate) -> str:
        inner = self._with(operand.each)
        over = self._member_phrase(operand.each)
        filter_ = f" where {inner.condition(operand.where)}" if operand.where is not None else ""
        if operand.operand is None:
            first, word, rest = over.partition(" of ") if operand.each.kind == "members" else (over, "", "")
            return f"the number of {first}s{word}{rest}{filter_}"
        of = operand.operand
        what = inner.field_phrase(_type(of.base), of.name) if isinstance(of, n.FieldOf) else inner.operand(of)
        if operand.kind == "each":
            if isinstance(of, n.Variable) and of.name == operand.each.variable:
                return f"each {over}{filter_}"
            own = (
                isinstance(of, n.FieldOf) and isinstance(of.base, n.Variable) and of.base.name == operand.each.variable
            )
            return (f"the {what} of" if own else f"{what}, for") + f" each {over}{filter_}"
        return f"the {operand.kind} {what} over each {over}{filter_}"


@by_node
def condition_in_words(policy: Policy, formula: n.Formula) -> str:
    """A condition of a rule as a short clause, its variables by what they are."""
    return Words(policy, brief=True).condition(formula)


def in_short(phrase: str) -> str:
    """A phrase of the vocabulary without what it adds: `exporter` of `exporter, where it is on record`."""
    return re.split(r"[,:(]", phrase, maxsplit=1)[0].strip() or phrase


_IT = "it"
_MEMBER = "member of "
_LONG = 200  # characters of what a define says
_VERBS = {"is": "is not", "are": "are not", "has": "does not have", "have": "do not have"} | {
    f"{verb}{'es' if verb == 'go' else 's'}": f"does not {verb}"
    for verb in ("need", "come", "go", "stay", "leave", "replace", "correct")
}
_CALLS = {
    "max": "the greater of {all}",
    "min": "the smaller of {all}",
    "latest": "the latest of {all}",
    "earliest": "the earliest of {all}",
    "year": "the year of {0}",
    "month": "the month of {0}",
    "quarter": "the quarter of {0}",
    "month_end": "the end of the month of {0}",
    "quarter_end": "the end of the quarter of {0}",
    "year_end": "the end of the year of {0}",
    "working_days": "the working days after {0} up to {1} ({2})",
    "after_working_days": "{0} plus {1} working days ({2})",
    "rounded": "{0} rounded to {1}",
    "rounded_up": "{0} rounded up to {1}",
    "rounded_down": "{0} rounded down to {1}",
    "lineage": "{0} and the unpublished models it descends from",
    "derived_from_published": "{0} is derived from a published model",
}


def _type(operand: n.Operand) -> Type:
    return Type(Kind.DATE) if isinstance(operand, n.AsOf) else operand.type


def _holds_lists(operand: n.SetOf) -> bool:
    return any(isinstance(item, n.ListNamed) for item in operand.items)


def show(value: object, type_: Type) -> str:
    """A value, a range or a state, exactly and readably."""
    match value:
        case State():
            return "unknown" if value is State.ABSENT else value.value
        case bool():
            return "yes" if value else "no"
        case Range(low=low, high=high) | Bounded(low=low, high=high):
            return _between(low, high, type_)
        case OneOf(ids=ids):
            return "one of " + ", ".join(sorted(ids))
        case SetReading(members=members):
            sure = sorted(str(m) for m, truth in members.items() if truth is Truth.T)
            return ", ".join(sure) or "none"
        case frozenset():
            return ", ".join(sorted(value)) or "none"
        case int() | Fraction():
            return _number(value, type_)
        case Duration():
            return re.sub(r"\b1 (year|month|day)s", r"1 \1", str(value))
        case date():
            return str(value)
        case str():
            return (
                f'"{value}"'
                if type_.kind is Kind.TEXT
                else value.replace("_", " ")
                if (type_.kind is Kind.ENUMERATION)
                else value
            )
        case _:
            return str(value)


def _number(value: int | Fraction, type_: Type) -> str:
    if type_.kind is Kind.PERCENT:
        return format_percent(value)
    if type_.kind is Kind.QUANTITY:
        return f"{format_number(value)} {in_plural(type_.name)}"
    return format_number(value)


def _between(low: object, high: object, type_: Type) -> str:
    if low is None and high is None:
        return "unknown"
    if low is None:
        return f"at most {show(high, type_)}"
    if high is None:
        return f"at least {show(low, type_)}"
    return show(low, type_) if low == high else f"{show(low, type_)} to {show(high, type_)}"


def answer_in_words(answer: Any) -> str:
    """What is no outcome, as a document tells it: `yes`; `4E091, perhaps 5D002`; `12 to 20`; `due: us must report`."""
    if isinstance(answer, str):
        return {"true": "yes", "false": "no"}.get(answer, "not determined")
    if isinstance(answer, list):
        low, high = (format_number(Fraction(end)) for end in answer)
        return low if low == high else f"{low} to {high}"
    if "holds" in answer:
        told = {"true": "due", "false": "not due"}.get(answer["holds"], "may be due")
        return ": ".join(filter(None, (told, "; ".join(map(_duty_in_words, answer["duties"])))))
    sure = [value for value, truth in answer["members"].items() if truth == "true"]
    perhaps = [f"perhaps {value}" for value, truth in answer["members"].items() if truth == "unknown"]
    others = ["whether others is not known"] if answer["others"] == "unknown" else []
    return ", ".join([*sure, *perhaps, *others]).replace("_", " ") or "none"


def _duty_in_words(duty: Any) -> str:
    """`us must report by 2026-05-01`; of a day, what is known of it."""
    who = "nobody" if isinstance(duty["who"], dict) else duty["who"] or "somebody who is not known"
    said = f"{who} {duty['modal']} {duty['act']}"
    if duty["deadline"] is None:
        return said
    day = duty["deadline"]["day"]
    if day is None or "state" in day:
        return f"{said} {duty['deadline']['kind']} a day that is {'not applicable' if day else 'not known'}"
    if isinstance(day, dict):
        ends = {"at_least": "{} or later", "at_most": "{} or earlier"}
        day = " to ".join(day.values()) if len(day) > 1 else " ".join(ends[end].format(on) for end, on in day.items())
    return f"{said} {duty['deadline']['kind']} {day}"
