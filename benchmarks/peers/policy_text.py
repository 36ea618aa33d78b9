"""The generated policy as text in the language, as an author would have written it."""

from __future__ import annotations

from datetime import date, timedelta

from benchmarks.peers.policy import OUTCOMES, All, Any, Atom, Column, Formula, Not, Policy, Rule, Test


def text(policy: Policy) -> str:
    """The policy as an author would have written it."""
    parts = [_head(policy), *(_rule_text(policy, rule) for rule in policy.rules)]
    return "\n".join(parts)


def _head(policy: Policy) -> str:
    fields = [f'  {c.name} : {_type_text(c)} "{c.name.replace("_", " ")}"' for c in policy.columns]
    fields += [f'  {term} : boolean derived "{term.replace("_", " ")}"' for term in policy.terms]
    return "\n".join(
        [
            f"# Generated: {len(policy.rules)} rules, {len(policy.atoms)} distinct conditions, seed {policy.seed}.",
            'module generated.transfers "Generated rules"',
            "  jurisdiction US",
            '  authority GEN "generated"',
            'unit exaoperation, exaoperations "10^18 operations"',
            'unit USD "United States dollars"',
            'entity Transfer "transfer"',
            *fields,
            'decision licensing of t: Transfer "licence duty"',
            f"  outcomes {' < '.join(OUTCOMES)}",
            f"  otherwise {OUTCOMES[0]}",
            "",
        ]
    )


def _type_text(column: Column) -> str:
    if column.kind == "enumeration":
        return "one of " + ", ".join(column.values)
    return f"quantity {column.unit}" if column.kind == "quantity" else column.kind


def _rule_text(policy: Policy, rule: Rule) -> str:
    kind = "exception" if rule.excepts else "rule"
    lines = [f'{kind} {rule.name} "{rule.name.replace("_", " ")}"']
    lines += [f"  to {', '.join(rule.excepts)}"] if rule.excepts else []
    lines += ["  for t: Transfer", f'  cites GEN "{rule.name}"', "  source verified"]
    lines += [f"  in force from {rule.since}"] if rule.since else []
    lines += [f"  when {_block(policy, rule.body)}"]
    if rule.term is not None:
        lines += [f'  then t is {rule.term} because "{rule.name}"']
    elif rule.outcome is not None:
        lines += [f'  then licensing of t is {OUTCOMES[rule.outcome]} because "{rule.name}"']
    return "\n".join([*lines, ""])


def _block(policy: Policy, formula: Formula) -> str:
    assert isinstance(formula, All | Any), formula
    word = "all" if isinstance(formula, All) else "any"
    limbs = [f"    ({'abcdef'[i]}) {_part(policy, part)}" for i, part in enumerate(formula.parts)]
    return "\n".join([f"{word} of", *limbs, "  end"])


def _part(policy: Policy, formula: Formula) -> str:
    match formula:
        case Test(of=int(i)):
            return _atom_text(policy.atoms[i])
        case Test(of=term):
            return f"t is {term}"
        case Not(part=part):
            return f"not {_part(policy, part)}"
        case All(parts=parts):
            return "(" + " and ".join(_part(policy, p) for p in parts) + ")"
        case Any(parts=parts):
            return "(" + " or ".join(_part(policy, p) for p in parts) + ")"


def _atom_text(atom: Atom) -> str:
    column = atom.column
    subject = f"t.{column.name}"
    if isinstance(atom.operands, int):
        return f"{subject} {atom.operator} {operand_text(column, atom.operands)}"
    if atom.operator == "yes":
        return subject
    if atom.operator in ("is", "is not"):
        return f"{subject} {atom.operator} {atom.operands[0]}"
    word = "is one of" if atom.operator == "in" else "is not one of"
    return f"{subject} {word} [{', '.join(atom.operands)}]"


def operand_text(column: Column, number: int) -> str:
    """A number of a column as the language writes it."""
    if column.kind == "percent":
        return f"{number / 100:g}%"
    if column.kind == "date":
        return (date(1970, 1, 1) + timedelta(days=number)).isoformat()
    return f"{number} {column.unit}".strip()
