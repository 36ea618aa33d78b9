"""What a name is that stands where it cannot: declared, but as something of another sort, or a word of the language."""

from __future__ import annotations

from collections.abc import Iterator

from licet.check.context import Context
from licet.ir.countries import CODES
from licet.ir.types import BOOLEAN, Kind
from licet.syntax import tree as t

_STATES = {
    "unknown": "no rule asks whether a fact is recorded: what is not known leaves the condition open, and its answer",
    "undetermined": "write `is undetermined` in a condition of its own",
    "applicable": "write `is not applicable` in a condition of its own",
    "today": "write `as_of`, the day as of which is decided",
    "now": "write `as_of`, the day as of which is decided",
    "empty": "write `not some x in ...`",
}
_STATES |= dict.fromkeys(("absent", "missing", "null", "none", "nil", "blank", "known", "recorded"), _STATES["unknown"])


def instead(name: str, context: Context, given: str = "") -> str:
    """How what bears the name is written; nothing where nothing does. `given` is what the author says it of."""
    found = next(_sorts(name, context, given), "")
    return found or _STATES.get(name, "")


def no_fact(name: str) -> str:
    """What to write for a word that says what is known of a fact, where a value is expected; nothing for others."""
    return _STATES.get(name, "")


def _sorts(name: str, context: Context, given: str) -> Iterator[str]:
    scope = context.scope
    if name in scope.defines:
        define = scope.defines[name].tree
        arguments = given or ", ".join(path_to(p.type.names[0].text, context) or p.name.text for p in define.parameters)
        yield f"`{name}` is a define: write `{name}({arguments})`"
    if name in scope.decisions:
        decision = scope.decisions[name]
        subject = given or path_to(decision.entity, context) or "x"
        yield f"`{name}` is a decision: write `{name} of {subject}`"
    for entity in scope.entities.values():
        field = entity.fields.get(name)
        if field is not None and (of := given or path_to(entity.name, context)):
            says = f"{of} is {name}" if field.derived and field.type == BOOLEAN else f"{of}.{name}"
            yield f"`{name}` is {'a term' if field.derived else 'a field'} of {entity.name}: write `{says}`"
    if name in scope.relations:
        first = next(iter(scope.relations[name].parameters))
        yield f"`{name}` is a relation: write `some r in {name} where (r.{first} is {given or '...'})`"
    if name in scope.lists:
        yield f"`{name}` is a list: write `{given or '...'} is in {name}`"
    if name in scope.parameters:
        yield f"`{name}` is a parameter: write `{name}` alone, or `{name} on` a day"
    if name in scope.scores:
        yield f"`{name}` is a score, and a score never feeds a decision: write the condition itself"
    if name in scope.entities:
        yield f"`{name}` is an entity: write `some x in {name} where (...)`"
    for decision in scope.decisions.values():
        if name in decision.outcomes and (of := given or _some_of(decision.entity, context)):
            yield f"`{name}` is an outcome: write `{decision.name} of {of} is {name}`"
    for rule in scope.rules_called(name):
        yield f"`{name}` is a rule, and what is read is what it concludes{_concludes(scope.rule_trees[rule][1])}"
    if not given and (
        name in CODES or any(name in f.type.values for e in scope.entities.values() for f in e.fields.values())
    ):
        yield f"`{name}` is a value, not a condition: write `... is one of [..., {name}]`"


def _some_of(entity: str, context: Context) -> str:
    """A variable that stands for a record of an entity."""
    return next((v for v, type_ in context.variables.items() if type_.kind is Kind.ENTITY and type_.name == entity), "")


def path_to(entity: str, context: Context) -> str:
    """A variable of an entity, or a field of a variable that leads to one."""
    if direct := _some_of(entity, context):
        return direct
    for variable, type_ in context.variables.items():
        owner = context.scope.entities.get(type_.name) if type_.kind is Kind.ENTITY else None
        for field in owner.fields.values() if owner else ():
            if field.type.kind is Kind.ENTITY and field.type.name == entity:
                return f"{variable}.{field.name}"
    return ""


def _concludes(item: t.Item) -> str:
    match item:
        case t.Table(decides=decides):
            return f": read `{decides.span.said}`"
        case t.Rule(effects=(effect, *_)) if effect.kind == "is":
            return f": read `{effect.target.span.said} is {effect.value.span.said}`"
        case t.Rule(effects=(effect, *_)):
            return f": read `{effect.target.span.said}`"
        case _:
            return ""
