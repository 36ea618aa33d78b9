"""What every name of a policy stands for, and which module may see it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from licet.diagnostics import Edit, Findings, Span
from licet.ir import nodes as n
from licet.ir import policy as ir
from licet.ir.types import BOOLEAN, COUNTRY, DATE, DAYS, NUMBER, PERCENT, TEXT, Kind, Type, entity, set_of
from licet.ir.units import names_in, unit_named
from licet.suggest import did_you_mean
from licet.syntax import tree as t
from licet.values import Duration, Number

SIMPLE_TYPES = {
    "boolean": BOOLEAN,
    "number": NUMBER,
    "percent": PERCENT,
    "date": DATE,
    "country": COUNTRY,
    "text": TEXT,
}
DURATIONS = {
    "day": Duration(days=1),
    "days": Duration(days=1),
    "week": Duration(days=7),
    "weeks": Duration(days=7),
    "month": Duration(months=1),
    "months": Duration(months=1),
    "year": Duration(months=12),
    "years": Duration(months=12),
}
_UNITS_MEANT = {"flops": "operations", "flop": "operations", "ops": "operations", "dollars": "USD", "dollar": "USD"}
_TYPES_MEANT = {
    **dict.fromkeys(("string", "str", "char", "varchar"), "text"),
    **dict.fromkeys(("int", "integer", "float", "double", "decimal", "real"), "number"),
    **dict.fromkeys(("bool", "flag", "yesno"), "boolean"),
    **dict.fromkeys(("datetime", "timestamp", "day"), "date"),
    **dict.fromkeys(("percentage", "share", "ratio"), "percent"),
}
_RULE_WORDS = frozenset(
    {"rule", "exception", "directive", "table", "obligation", "property", "test", "check", "obtainable"}
)
_MEASURED = (Kind.BOOLEAN, Kind.NUMBER, Kind.PERCENT, Kind.DATE)
_SHORT = 3  # letters of a name that one slip makes another name of
_MOST_COMPARED = 50_000  # names that suggestions of one check look at


@dataclass(slots=True, eq=False)
class DefineInScope:
    """A named text, the types of its parameters, and what it means once somebody asked; None where it has an error."""

    tree: t.Define
    module: ModuleScope
    parameters: Mapping[str, Type]
    meaning: n.Formula | n.Operand | None = None
    extent: tuple[int, int] = (0, 0)  # of the meaning: its parts, and how deep they nest
    is_known: bool = False
    is_lost: bool = False  # it uses one that has no meaning, which has been said
    is_used: bool = False

    @property
    def name(self) -> str:
        return self.tree.name.text


@dataclass(slots=True)
class ModuleScope:
    """A module and the items that stand under its header."""

    tree: t.Module | None
    name: str
    jurisdiction: str | None = None
    authorities: dict[str, str] = field(default_factory=dict)
    uses: list[t.Use] = field(default_factory=list)
    items: list[t.Item] = field(default_factory=list)
    sees: set[str] = field(default_factory=set)
    short_names: dict[str, str] = field(default_factory=dict)  # after `as`: the module meant


class Scope:
    """The names of a whole policy. A name that does not stand for anything is reported here, with suggestions."""

    def __init__(self, findings: Findings, unread: Collection[str] = ()) -> None:
        self.findings = findings
        # names that may stand in an item that could not be read are not reported as unknown
        self.forgives_rules = bool(unread)
        self.forgives_names = not _RULE_WORDS.issuperset(unread)
        self.lacks_days = self.forgives_names  # what was to say which day governs has an error of its own
        # names, and fields of an owner, that are declared in a way that was told: nothing is said where they are used
        self.lost: set[str | tuple[str, str]] = set()
        self.modules: dict[str, ModuleScope] = {}
        self.entities: dict[str, ir.Entity] = {}
        self.relations: dict[str, ir.Relation] = {}
        self.lists: dict[str, ir.DatedList] = {}
        self.enumerations: dict[str, Type] = {}
        self.enumeration_trees: dict[str, t.Enumeration] = {}
        self.codes: dict[str, Type] = {}
        self.units: dict[str, tuple[str, Number]] = {  # any name of a unit: base unit and factor
            name: (DAYS.name, length.days) for name, length in DURATIONS.items() if not length.months
        }
        self.unit_phrases: dict[str, str] = {}
        self.decisions: dict[str, ir.Decision] = {}
        self.scores: dict[str, ir.Score] = {}
        self.weighed: dict[str, tuple[ModuleScope, t.Weighing]] = {}  # by score
        self.defines: dict[str, DefineInScope] = {}
        self.checks: dict[str, t.Check] = {}
        self.parameters: dict[str, ir.Parameter] = {}
        self.governed: list[tuple[str, Span]] = []  # entities whose decisions say which day governs them, and where
        self.defining: list[DefineInScope] = []  # those whose meaning is being found, each used by the one before it
        self.defines_too_deep = False  # told, and once
        self.circles: set[str] = set()  # defines of a circle that was told
        self.analysed_tables: set[str] = set()  # those in which every case was looked at
        self.rule_trees: dict[str, tuple[ModuleScope, t.Item]] = {}
        self._rules_by_last_name: dict[str, list[str]] = {}
        self._rules_by_tag: dict[str | None, dict[str, list[str]]] = {}  # by jurisdiction, then by tag
        self.rule_groups: dict[str, list[t.Target]] = {}  # of exceptions `to every rule ...`, by their id
        self._compared = 0
        self.forgiven: set[str] = set()  # files without a module, or whose modules use one that is not there
        self._missing_uses: dict[str, dict[str, list[tuple[str, t.Word]]]] = {}  # by module, then by what declares
        self._owner: dict[tuple[str, str], tuple[str, Span]] = {}  # (sort, name): module, where

    # ---- declaring

    def declare(self, sort: str, word: t.Word, module: ModuleScope) -> bool:
        """Claims a name; False, and an error with both places, if it is taken."""
        key = (sort, word.text)
        if key in self._owner:
            self.findings.error(
                "E034",
                f"the {sort} `{word.text}` is declared twice",
                word.span,
                label="second time",
                others=((self._owner[key][1], "first time"),),
                help="rename one of them, or delete one",
            )
            return False
        self._owner[key] = (module.name, word.span)
        return True

    def declare_rule(self, module: ModuleScope, item: t.Rule | t.Table | t.Obligation) -> None:
        """Claims the name of a rule in its module, and keeps the rule under its tags."""
        rule_id = f"{module.name}.{item.name.text}"
        if not self.declare("rule", t.Word(item.name.span, rule_id), module):
            return
        self.rule_trees[rule_id] = (module, item)
        self._rules_by_last_name.setdefault(item.name.text, []).append(rule_id)
        tags = self._rules_by_tag.setdefault(module.jurisdiction, {})
        for tag in dict.fromkeys(word.text for word in item.clauses.tags):
            tags.setdefault(tag, []).append(rule_id)

    def see_modules(self) -> None:
        """Works out which modules each module sees: those it uses, and those they use."""
        lost = set()
        for module in self.modules.values():
            for use in module.uses:
                if use.name.text not in self.modules:
                    self.unknown("E030", "module", use.name.text, use.name.span, self.modules)
                    lost.add(module.name)
                if use.alias is not None:
                    self._short_name(module, use.alias, use.name.text)
        for module in self.modules.values():
            pending = [module.name]
            while pending:
                name = pending.pop()
                if name not in module.sees and name in self.modules:
                    module.sees.add(name)
                    pending += [use.name.text for use in self.modules[name].uses]
        # what a module lacks may stand in one that it uses and that is not there: that one error is said
        for module in self.modules.values():
            if lost & module.sees and module.tree is not None:
                self.forgiven.add(module.tree.span.source.name)

    def _short_name(self, module: ModuleScope, alias: t.Word, name: str) -> None:
        if alias.text in module.short_names:
            self.findings.error(
                "E034",
                f"`{alias.text}` is the short name of two modules",
                alias.span,
                label="second time",
                help="choose another short name",
            )
        module.short_names.setdefault(alias.text, name)

    # ---- looking up

    def did_you_mean(self, name: str, known: Iterable[str]) -> str:
        """A suggestion, until so many names were compared that a file full of mistakes would take minutes."""
        names = set(known)
        self._compared += len(names)
        return did_you_mean(name, names) if self._compared <= _MOST_COMPARED else ""

    def rules_called(self, name: str) -> list[str]:
        """The ids of rules that end with a name."""
        return [r for r in self._rules_by_last_name.get(name.rpartition(".")[2], ()) if r.endswith(f".{name}")]

    def rules_tagged(self, jurisdiction: str | None) -> Mapping[str, list[str]]:
        """The ids of the rules of one jurisdiction, by tag."""
        return self._rules_by_tag.get(jurisdiction, {})

    def full_name(self, name: str, module: ModuleScope) -> str:
        """`law.embargo` after `use us.ear as law` is `us.ear.embargo`; any other name is itself."""
        first, dot, rest = name.partition(".")
        return f"{module.short_names[first]}.{rest}" if dot and first in module.short_names else name

    def qualified(self, sort: str, path: t.Path, module: ModuleScope) -> t.Word | None:
        """The name at the end of `law.supplement_5a`, if `law` or what stands there is the module that declares it."""
        home, dot, name = self.full_name(path.text, module).rpartition(".")
        owner, _ = self._owner.get((sort, name), ("", path.span))
        return path.parts[-1] if dot and owner == home else None

    def unknown_in_module(self, path: t.Path, module: ModuleScope) -> None:
        """Says that nothing of that name stands in the module a path begins with."""
        home, _, name = self.full_name(path.text, module).rpartition(".")
        owners = {owned: owner for (sort, owned), (owner, _) in self._owner.items() if sort in ("list", "relation")}
        elsewhere = f"write `{name}`: it is declared in module `{owners[name]}`" if name in owners else ""
        known = [owned for owned, owner in owners.items() if owner == home]
        self.unknown(
            "E030", "list or relation", path.text, path.span, known, elsewhere or self.did_you_mean(name, known)
        )

    def check_visible(self, sort: str, word: t.Word, module: ModuleScope) -> bool:
        """Whether a module sees what it names; that it does not is told at the end."""
        owner, _ = self._owner.get((sort, word.text), (module.name, word.span))
        if owner in module.sees or owner == module.name:
            return True
        self._missing_uses.setdefault(module.name, {}).setdefault(owner, []).append((sort, word))
        return False

    def report_missing_uses(self) -> None:
        """One error for each module that another does not use and needs; what a missing one uses comes with it."""
        for name, owners in self._missing_uses.items():
            module = self.modules[name]
            if module.tree is None or module.tree.span.source.name in self.forgiven:
                continue
            for owner, needed in owners.items():
                if any(
                    owner in self.modules[o].sees and o not in self.modules[owner].sees for o in owners if o != owner
                ):
                    continue
                sort, word = min(needed, key=lambda n: (n[1].span.source.name, n[1].span.start))
                others = len({found.text for _, found in needed}) - 1
                self.findings.error(
                    "E031",
                    f"the {sort} `{word.text}` is declared in module `{owner}`, which `{name}` does not use",
                    word.span,
                    help=f"add `use {owner}` under the module's header",
                    notes=(f"and {others} more of its names",) if others else (),
                    fix=_use(module, owner),
                )

    def unknown(self, code: str, sort: str, name: str, span: Span, known: Iterable[str], help_: str = "") -> None:
        forgives = self.forgives_rules if code in ("E054", "E055") else self.is_forgiven(name, span)
        if not forgives and span.source.name not in self.forgiven:
            self.findings.error(
                code, f"there is no {sort} `{name}`", span, help=help_ or self.did_you_mean(name, known)
            )

    def is_forgiven(self, name: str, span: Span) -> bool:
        """Whether a name may be one that an error told before declares, so that nothing is to be said of it."""
        return self.forgives_names or name in self.lost or span.source.name in self.forgiven

    def has_lost(self, owner: str) -> bool:
        """Whether a field of an entity, or a parameter of a relation, has a type that is not known."""
        return self.forgives_names or any(key[0] == owner for key in self.lost if isinstance(key, tuple))

    def entity_named(self, word: t.Word, module: ModuleScope) -> ir.Entity | None:
        found = self.entities.get(word.text)
        if found is None:
            self.unknown("E030", "entity", word.text, word.span, self.entities)
            return None
        self.check_visible("entity", word, module)
        return found

    def field_named(self, owner: str, word: t.Word, instead: Callable[[], str] = str) -> ir.Field | None:
        """A field of an entity or a parameter of a relation; `instead` says what else bears the name."""
        if owner in self.entities:
            fields = self.entities[owner].fields
            sort = "field"
        else:
            fields = self.relations[owner].parameters
            sort = "parameter"
        found = fields.get(word.text)
        if found is None and (owner, word.text) not in self.lost and not self.is_forgiven(word.text, word.span):
            names = [*fields, "id"] if owner in self.entities else list(fields)
            self.findings.error(
                "E032",
                f"`{owner}` has no {sort} `{word.text}`",
                word.span,
                help=instead() or self.did_you_mean(word.text, names),
            )
        return found

    def type_of(self, tree: t.TypeName, module: ModuleScope) -> Type | None:
        """The type an author wrote; None, and an error, if there is none such."""
        match tree.kind:
            case "quantity":
                found = self.unit(tree.names[0])
                return None if found is None else Type(Kind.QUANTITY, found[0])
            case "one of":
                return self._enumeration(tree)
            case "set":
                return self._set(tree.names[0], module)
            case "name":
                return self._named_type(tree.names[0], module)

    def _set(self, word: t.Word, module: ModuleScope) -> Type | None:
        """Members are known by their texts, in facts of every format: `10 %` and `0.1` would be two of them."""
        element = self._named_type(word, module)
        if element is None or element.kind not in _MEASURED:
            return None if element is None else set_of(element)
        self.findings.error(
            "E042",
            f"a set holds texts, countries, codes, named values or references, and `{word.text}` is none of these",
            word.span,
            help="declare a relation with a row for each of them",
        )
        return None

    def unit(self, word: t.Word) -> tuple[str, Number] | None:
        """The base and the factor of a unit that an author wrote; None, and an error, if there is none such."""
        found = unit_named(self.units, word.text)
        if found is not None and found[0]:
            return found
        if found is not None:
            help_ = "write the number without a unit, or as a share"
            self.findings.error("E079", f"`{word.text}` is no unit: it cancels", word.span, help=help_)
            return None
        name = next(part for part in names_in(word.text) if part not in self.units)
        if name in DURATIONS:
            help_ = "months and years differ in length: write `day` or `week`"
            self.findings.error("E079", f"`{name}` is no unit", word.span, help=help_)
            return None
        meant = _UNITS_MEANT.get(name.lower())
        help_ = f"did you mean `{meant}`?" if meant in self.units else ""
        if name.lower() in ("percent", "per_cent", "pct"):
            help_ = "a share is written with its sign, as in `25%`"
        elif not help_ and len(name) <= _SHORT:  # another unit is another amount: `g` is not meant to be `kg`
            known = [f"`{unit}`" for unit in sorted(self.units) if unit not in DURATIONS]
            more = f"; known here: {', '.join(known)}" if 0 < len(known) <= 12 else ""
            help_ = f"declare it: `unit {name} is 0.001 another`{more}"
        self.unknown("E030", "unit", name, word.span, [*self.units, *DURATIONS], help_)
        return None

    def _named_type(self, word: t.Word, module: ModuleScope) -> Type | None:
        if word.text in SIMPLE_TYPES:
            return SIMPLE_TYPES[word.text]
        if word.text in self.entities or ("entity", word.text) in self._owner:
            self.check_visible("entity", word, module)
            return entity(word.text)
        if word.text in self.enumerations:
            self.check_visible("enumeration", word, module)
            return self.enumerations[word.text]
        if word.text in self.codes:
            self.check_visible("code", word, module)
            return self.codes[word.text]
        known = [*SIMPLE_TYPES, *self.enumerations, *self.codes, *self.entities]
        meant = _TYPES_MEANT.get(word.text.lower())
        self.unknown("E030", "type", word.text, word.span, known, f"write `{meant}`" if meant else "")
        return None

    def _enumeration(self, tree: t.TypeName) -> Type:
        self.check_values(tree.names)
        return Type(Kind.ENUMERATION, values=self.once_each("value", tree.names))

    def once_each(self, what: str, words: Iterable[t.Word]) -> tuple[str, ...]:
        """Names that have one place each, in their order; one that stands twice is told."""
        first: dict[str, t.Word] = {}
        for word in words:
            if first.setdefault(word.text, word) is not word:
                self.findings.error(
                    "E034",
                    f"the {what} `{word.text}` stands twice",
                    word.span,
                    label="second time",
                    others=((first[word.text].span, "first time"),),
                    help="rename one of them, or delete one",
                )
        return tuple(first)

    def check_values(self, words: Iterable[t.Word]) -> None:
        """A state of a fact is no value of an enumeration."""
        for word in words:
            if word.text in ("unknown", "undetermined", "not_applicable"):
                self.findings.error(
                    "E035",
                    f"`{word.text}` says what is known of a fact and cannot be a value",
                    word.span,
                    help="leave it out: every fact can be unknown, undetermined or not applicable",
                )


def _use(module: ModuleScope, owner: str) -> tuple[Edit, ...]:
    """A line below those that are there, or below the module's header."""
    last = module.uses[-1].span if module.uses else module.tree.span if module.tree else None
    return () if last is None else (Edit(Span(last.source, last.end, last.end), f"\nuse {owner}"),)
