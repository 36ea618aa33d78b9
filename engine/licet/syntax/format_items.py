"""Items as canonical lines, without the comments in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from licet.syntax import tree as t
from licet.syntax.format_expressions import WIDTH, Expressions, written
from licet.syntax.format_vocabulary import notes_lines, parameter_text, quoted, type_text, vocabulary_lines
from licet.values import format_number


def item_lines(item: t.Item, x: Expressions) -> Iterator[str]:
    """The lines of one item."""
    match item:
        case t.Rule():
            yield from _rule(item, x)
        case t.Coverage():
            yield from _coverage(item)
        case t.Define():
            yield from _define(item, x)
        case t.DatedParameter():
            yield from _dated_parameter(item, x)
        case t.Table():
            yield from _table(item, x)
        case t.Score():
            yield from _score(item, x)
        case t.Weighing():
            yield from _weighing(item)
        case t.Obligation():
            yield from _obligation(item, x)
        case t.Property():
            yield from _property(item, x)
        case t.Check():
            yield from _check(item, x)
        case t.Obtainable():
            yield from _obtainable(item, x)
        case t.Test():
            yield from _test(item, x)
        case _:
            yield from vocabulary_lines(item, x)


# ---- rules


def _clauses(clauses: t.Clauses) -> Iterator[str]:
    if clauses.parameters:
        yield f"  for {', '.join(parameter_text(p) for p in clauses.parameters)}"
    yield from (f"  {_cites(c)}" for c in clauses.cites)
    yield from (f"  source {c.level}{quoted(c.note)}" for c in clauses.certainties)
    if clauses.tags:
        yield f"  tagged {', '.join('@' + w.text for w in clauses.tags)}"
    for word, intervals in (
        ("in force", clauses.in_force),
        ("suspended", clauses.suspended),
        ("not enforced", clauses.not_enforced),
        ("unconfirmed", clauses.unconfirmed),
    ):
        yield from (f"  {word}{_interval(i)}" for i in intervals)
    yield from notes_lines(clauses.notes)


def _cites(cites: t.Cites) -> str:
    return f"cites {cites.authority.text} " + ", ".join(f"{written(w.text)}" for w in cites.sections)


def _interval(interval: t.Interval) -> str:
    start = f" from {interval.start}" if interval.start else ""
    end = f" until {interval.end}" if interval.end else ""
    return f"{start}{end}{quoted(interval.note)}"


def _rule(item: t.Rule, x: Expressions) -> Iterator[str]:
    yield f"{item.kind} {item.name.text}{quoted(item.title)}"
    if item.targets:
        yield f"  to {', '.join(map(_target, item.targets))}"
    yield from _clauses(item.clauses)
    for names in item.names:
        yield f"  {_names(names)}"
    for event in item.events:
        yield from _event(event)
    yield from _when(item.when, x)
    if item.effects:
        yield from _then(item, x)


def _define(item: t.Define, x: Expressions) -> Iterator[str]:
    parameters = ", ".join(parameter_text(p) for p in item.parameters)
    head = f"define {item.name.text}({parameters}){quoted(item.phrase)} means"
    first, *others = x.block(item.means, 0)
    if not others and len(head) + len(first) < WIDTH:
        yield f"{head} {first}"
    elif others:
        yield f"{head} {first}"
        yield from others
    else:
        yield head
        yield f"  {first}"


def _dated_parameter(item: t.DatedParameter, x: Expressions) -> Iterator[str]:
    yield f"parameter {item.name.text} : {type_text(item.type)}{quoted(item.phrase)}"
    yield from _clauses(item.clauses)
    if item.file is not None:
        yield f"  from {written(item.file.text)}"
    words = [row.kind if row.value is None else x.inline(row.value) for row in item.rows]
    width = max(map(len, words), default=0)
    for row, said in zip(item.rows, words, strict=True):
        cites = f" {_cites(row.cites)}" if row.cites else ""
        yield f"  is {said:<{width}}{_interval(row.interval)}{cites}"


def _target(target: t.Target) -> str:
    match target.kind:
        case "rule":
            return target.name
        case "tag":
            return f"@{target.name}"
        case "decision":
            return f"every rule of {target.name}"
        case "module":
            return f"every rule in {target.name}"


def _coverage(item: t.Coverage) -> Iterator[str]:
    within = ""
    if item.review is not None:
        within = f" review within {format_number(item.review.value)} day{'' if item.review.value == 1 else 's'}"
    yield f"coverage of {item.authority.text} as read {item.as_read}{within}"
    for line in item.lines:
        head = f"  {line.state} " + ", ".join(f"{written(w.text)}" for w in line.sections)
        because = f" because {written(line.because)}" if line.because else ""
        if len(head) + len(because) <= WIDTH:
            yield head + because
        else:
            yield head
            if because:
                yield f"   {because}"


def _names(names: t.Names) -> str:
    return f"names {names.entity.text} " + ", ".join(f"{written(w.text)}" for w in names.things)


def _as_to(names: t.Names | None) -> str:
    if names is None:
        return ""
    return f" as to {names.entity.text} " + ", ".join(f"{written(w.text)}" for w in names.things)


def _event(event: t.LetterEvent) -> Iterator[str]:
    own = _as_to(event.as_to) if event.kind == "lifted" else ""
    yield f"  {event.kind} {event.on}{own}{quoted(event.note)}"
    parts: list[t.Names | t.Exempts] = [*event.names, *event.exempts]
    for part in sorted(parts, key=lambda p: p.span.start):
        if isinstance(part, t.Names):
            yield f"    {_names(part)}"
        else:
            things = ", ".join(f"{written(w.text)}" for w in part.things)
            yield f"    exempts {part.entity.text} {things}{_as_to(part.as_to)}"


def _when(when: t.Condition | None, x: Expressions) -> Iterator[str]:
    if when is None:
        return
    first, *others = x.block(when, 2)
    yield f"  when {first}"
    yield from others


def _then(item: t.Rule, x: Expressions) -> Iterator[str]:
    said = [_effect(e, x) for e in item.effects]
    effects = " and ".join(said)
    because = f" because {written(item.because)}" if item.because else ""
    if len(effects) + len(because) + 7 <= WIDTH:
        yield f"  then {effects}{because}"
    else:
        if any(e.each for e in item.effects):
            yield f"  then {said[0]}"
            yield from (f"    and {effect}" for effect in said[1:])
        else:
            yield f"  then {effects}"
        if because:
            yield f"   {because}"


def _effect(effect: t.Effect, x: Expressions) -> str:
    details = f" with {', '.join(w.text for w in effect.details)}" if effect.details else ""
    verb = t.verb(effect.kind, may=effect.may)
    if effect.each is not None:
        over = f"{x.operand(effect.value)} over {x.each(effect.each)}{x.where(effect.where)}"
        return f"{x.inline(effect.target)} {verb} each {over}"
    return f"{x.inline(effect.target)} {verb} {x.inline(effect.value)}{details}"


# ---- tables, scores, obligations, properties


def _table(item: t.Table, x: Expressions) -> Iterator[str]:
    yield f"table {item.name.text}{quoted(item.title)}"
    yield from _clauses(item.clauses)
    decides = f"  decides {x.inline(item.decides)} hit {item.hit}"
    if item.file is not None:
        yield f"{decides} from {written(item.file.text)}"
        return
    yield decides
    rows = [([_cell(c, x) for c in r.inputs], [_cell(c, x) for c in r.outputs], r) for r in item.rows]
    widths = [
        max((len(i[k]) for i, _, _ in rows if k < len(i)), default=0) for k in range(max(len(r[0]) for r in rows))
    ]
    out = [max((len(o[k]) for _, o, _ in rows if k < len(o)), default=0) for k in range(max(len(r[1]) for r in rows))]
    for inputs, outputs, row in rows:
        left = " | ".join(f"{c:<{w}}" for c, w in zip(inputs, widths, strict=False))
        right = " | ".join(f"{c:<{w}}" for c, w in zip(outputs, out, strict=False))
        because = f" because {written(row.because)}" if row.because else ""
        cites = "".join(f" {_cites(c)}" for c in row.cites)
        yield f"  | {left} => {right} |{because}{cites}"


def _cell(cell: t.Cell, x: Expressions) -> str:
    if cell.kind in ("any", "otherwise"):
        return cell.kind
    entries = ", ".join(_entry(entry, x) for entry in cell.entries)
    entries += f" with {', '.join(word.text for word in cell.details)}" if cell.details else ""
    return f"not {entries}" if cell.kind == "not entries" else entries


def _entry(entry: t.Entry, x: Expressions) -> str:
    operator = "" if entry.operator == "is" else f"{entry.operator} "
    until = "" if entry.until is None else f" to {x.inline(entry.until)}"
    return f"{operator}{x.inline(entry.value)}{until}"


def _score(item: t.Score, x: Expressions) -> Iterator[str]:
    yield f"score {item.name.text} of {parameter_text(item.parameter)}{quoted(item.phrase)}"
    yield from (f"  source {c.level}{quoted(c.note)}" for c in item.certainties)
    yield from notes_lines(item.notes)
    told = "" if item.told_below is None else " told below {} of {}".format(*(word.text for word in item.told_below))
    yield f"  range {item.low.span.said} to {item.high.span.said}{told}"
    if item.told_where is not None:
        yield f"  told where {x.inline(item.told_where)}"
    for part in item.items:
        head = f"  add {part.points.span.said}" + (f" as {part.factor.text}" if part.factor else "")
        if part.per is not None:
            most = f" max {part.maximum.span.said}" if part.maximum else ""
            head += f" per {x.each(part.per)}{x.where(part.where)}{most}"
        elif part.when is not None:
            head += f" when {x.inline(part.when)}"
        tail = (f" because {written(part.because)}" if part.because else "") + "".join(
            f" {_cites(c)}" for c in part.cites
        )
        if len(head) + len(tail) <= WIDTH:
            yield head + tail
        else:
            yield head
            yield "   " + tail
    yield from _bands(item.bands)


def _weighing(item: t.Weighing) -> Iterator[str]:
    yield f"weigh {item.score.text}{quoted(item.phrase)}"
    yield from notes_lines(item.notes)
    yield from (f"  {factor.text} {points.span.said}" for factor, points in item.points)
    yield from _bands(item.bands)


def _bands(bands: Sequence[tuple[t.Word, t.NumberLiteral]]) -> Iterator[str]:
    if bands:
        yield "  bands " + ", ".join(f"{word.text} from {number.span.said}" for word, number in bands)


def _obligation(item: t.Obligation, x: Expressions) -> Iterator[str]:
    yield f"obligation {item.name.text}{quoted(item.title)}"
    yield from _clauses(item.clauses)
    yield from _when(item.when, x)
    deadline = f" {item.deadline[0]} {x.inline(item.deadline[1])}" if item.deadline else ""
    yield f"  then {x.inline(item.bearer)} {item.modal} {written(item.act)}{deadline}"


def _check(item: t.Check, x: Expressions) -> Iterator[str]:
    yield f"check {item.name.text}{quoted(item.title)}"
    yield from _clauses(item.clauses)
    yield from _when(item.when, x)
    then, because = f"  then {item.subject.text} is {item.verdict}", f"because {written(item.because)}"
    if len(then) + len(because) + 1 <= WIDTH:
        yield f"{then} {because}"
    else:
        yield then
        yield f"    {because}"


def _property(item: t.Property, x: Expressions) -> Iterator[str]:
    yield f"property {item.name.text}{quoted(item.title)}"
    yield from notes_lines(item.notes)
    yield f"  for every {', '.join(parameter_text(p) for p in item.parameters)}"
    yield from _when(item.when, x)
    lines = x.block(item.then, 2)
    yield f"  then {lines[0]}"
    yield from (line for line in lines[1:])


def _obtainable(item: t.Obtainable, x: Expressions) -> Iterator[str]:
    yield f"obtainable {item.name.text}{quoted(item.title)}"
    yield from _clauses(item.clauses)
    yield f"  given by {written(item.giver)}"
    yield f"  is {_record(item.record, item.fields, x)}"


# ---- tests


def _test(item: t.Test, x: Expressions) -> Iterator[str]:
    as_of = f" as of {item.as_of}" if item.as_of else ""
    yield f"test {written(item.title)}{as_of}"
    yield from notes_lines(item.notes)
    for given in item.givens:
        yield f"  given {_given(given, x)}"
    for expect in item.expects:
        yield f"  expect {_expect(expect, x)}"


def _given(given: t.GivenRecord | t.GivenMember | t.GivenRow, x: Expressions) -> str:
    match given:
        case t.GivenRecord(name=name, entity=entity, fields=fields):
            return f"{name.text} is {_record(entity, fields, x)}"
        case t.GivenMember(member=member, list=list_):
            quoted = member.span.text.startswith('"')
            return f"{written(member.text)} is in {list_.text}" if quoted else f"{member.text} is in {list_.text}"
        case t.GivenRow(relation=relation, values=values):
            return f"{relation.text}({', '.join(_given_value(v, x) for v in values)})"


def _record(entity: t.Word, fields: Sequence[tuple[t.Word, t.GivenValue]], x: Expressions) -> str:
    inner = ", ".join(f"{w.text}: {_given_value(v, x)}" for w, v in fields)
    return f"{entity.text} {{ {inner} }}" if inner else f"{entity.text} {{ }}"


def _given_value(value: t.GivenValue, x: Expressions) -> str:
    match value:
        case t.GivenState(state=state):
            return state
        case t.GivenRange(low=low, high=high):
            return f"{x.inline(low)} to {x.inline(high)}"
        case _:
            return x.inline(value)


def _expect(expect: t.Expect | t.ExpectRule, x: Expressions) -> str:
    if isinstance(expect, t.ExpectRule):
        words = {
            "unknown": "is unknown",
            "defeated": "is defeated",
            "not_in_force": "is not in force",
            "not_encoded": "is not encoded",
        }
        by = f" by {expect.by.text}" if expect.by else ""
        subject = f" for {expect.subject.text}" if expect.subject else ""
        what = "check" if expect.is_check else "rule"
        return f"{what} {expect.rule.text} {words.get(expect.status, expect.status)}{by}{subject}"
    if expect.unknown:
        return f"unknown whether {x.inline(expect.condition)}"
    details = f" with {', '.join(w.text for w in expect.details)}" if expect.details else ""
    because = f" because {', '.join(p.text for p in expect.because)}" if expect.because else ""
    return f"{x.inline(expect.condition)}{details}{because}"
