"""The proof as a graph: what bears on the answer, each edge between nodes that are there, and labels that are text."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from licet.cli.main import main
from licet.names import printable
from licet.report.escapes import for_mermaid
from tests.conftest import ROOT
from tests.report.test_explanation_markdown import HOSTILE

FRONTIER = ROOT / "fixtures" / "frontier"
LABEL = r'"((?:[^"#<>`&;\[\]{}|\\]|#\d+;)*)"'
NODE = re.compile(rf"  (\w+)(?:\[{LABEL}\]|\[\({LABEL}\)\]|\(\[{LABEL}\]\)|\{{\{{{LABEL}\}}\}})")
EDGE = re.compile(
    rf"  (\w+) (-->|-\.->\|does not apply\||-\.->\|{LABEL}\||--x\|excepts\||-\.-x?\|(?:may|does not) except\|) (\w+)"
)
OTHER = re.compile(
    rf"%% [^\n]*|flowchart LR|  (classDef [\w :-]+|direction LR|end|class [\w,]+ \w+|subgraph \w+\[{LABEL}\])"
)


def read(label: str) -> str:
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", label))


@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_a_label_is_text(text: str) -> None:
    label = for_mermaid(text)

    assert re.fullmatch(LABEL, f'"{label}"')
    assert read(label) == printable(text.replace("\n", " ")).strip()
    assert not re.match(r"[-+=>:]|\d+[.)]", label)  # Mermaid takes these for Markdown
    assert not re.search(r":[a-z]", label)  # and this for an icon


def graph_of(*words: Any) -> tuple[dict[str, str], set[tuple[str, str, str]], str]:
    """The nodes with their labels, the edges, and the whole: every line of it is one that we know."""
    done = CliRunner().invoke(
        main, ["explain", *map(str, words), "--format", "mermaid", "--no-check"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    nodes: dict[str, str] = {}
    edges = set()
    for line in done.output.splitlines():
        if node := NODE.fullmatch(line):
            nodes[node[1]] = read(next(filter(None, node.groups()[1:])))
        elif edge := EDGE.fullmatch(line):
            edges.add((edge[1], edge[2], edge[4]))
        else:
            assert OTHER.fullmatch(line), line
    assert {end for edge in edges for end in (edge[0], edge[2])} <= nodes.keys()
    return nodes, edges, done.output


def test_what_bears_on_an_open_answer() -> None:
    nodes, edges, text = graph_of(FRONTIER, "t-opaque", "--jurisdiction", "US")
    by_label = {label: id_ for id_, label in nodes.items()}
    (dashed,) = re.findall(r"class ([\w,]+) open", text)
    answer = by_label["licensing: from licence exception to licence required"]
    parent = by_label["Ultimate parent's country of Opaque Holdings Ltd. (fictional): unknown"]
    duty = by_label["Licence requirement, all destinations (EAR 742.6(a)(13)): is open"]
    weights = by_label[
        "Weights for entities seated or parented in listed destinations, where (a) is not met and (a)(3) is "
        "(EAR 740.27(a)(3), EAR 740.2(a)(9)(ii)): is open"
    ]

    assert (duty, "-->", answer) in edges
    assert (weights, "-.-x|may except|", duty) in edges
    assert (parent, "-->", weights) in edges
    assert {answer, parent, duty, weights} <= set(dashed.split(","))
    reached, before = {answer}, set()
    while reached != before:
        before = reached
        reached = reached | {start for start, _, end in edges if end in reached}
    left = set(nodes) - reached
    assert [nodes[id_][:9] for id_ in left] == ["left out:"]


def test_what_is_left_out_is_counted() -> None:
    done = CliRunner().invoke(main, ["explain", str(FRONTIER), "t-swiss", "--jurisdiction", "US", "--format", "json"])
    (part,) = json.loads(done.output)["parts"]
    nodes, _, _ = graph_of(FRONTIER, "t-swiss", "--jurisdiction", "US")
    (left,) = (label for label in nodes.values() if label.startswith("left out"))

    rules = sum(bool(re.fullmatch(r"p1r\d+", id_)) for id_ in nodes)
    assert f"{len(part['nodes']) - rules} rules" in left
    assert 5 <= rules <= 15


def test_a_suspended_rule_that_alone_releases_is_shown() -> None:
    nodes, edges, _ = graph_of(FRONTIER, "t-affiliate-2", "--jurisdiction", "US")
    answer = next(id_ for id_, label in nodes.items() if label == "licensing: no licence required")
    before = {nodes[start]: arrow for start, arrow, end in edges if end == answer}
    affiliate = next(label for label in before if label.startswith("Owned fifty percent or more, in aggregate"))

    assert affiliate.endswith("for Half Owned Pte. Ltd. (fictional): is not in force")
    assert before[affiliate] == '-.->|"if it stood, licence required"|'
    assert all(arrow != "-->" for arrow in before.values())


def test_what_files_say_is_no_syntax(tmp_path: Path) -> None:
    nasty = 'x"]; click p1answer "https://evil.example"\nend\n%% <img src=x> \u202e'
    transfer = {"id": 'end"] --> y', "date": "2025-09-01", "made_under": nasty, "item": "m", "destination": "CH"}
    model = {"id": "m", "name": nasty, "training_compute": "1e27", "weights_published": "no", "source": nasty}
    (tmp_path / "all.json").write_text(json.dumps({"Transfer": [transfer], "Model": [model]}), encoding="utf-8")
    nodes, edges, _ = graph_of(tmp_path / "all.json", transfer["id"], "--as-of", "2026-06-15", "--jurisdiction", "US")

    assert any("<img src=x>" in label for label in nodes.values())
    assert edges
