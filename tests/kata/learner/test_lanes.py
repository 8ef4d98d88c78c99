"""Your order beside one that works: what the learner's own engine did on its way back, share by share."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.core.catalogue import read_catalogue
from grader.course.bank.chaffs import read_bank
from grader.learner.explain import simplest
from grader.learner.picture import sketch_page
from minigrad_reference.drawing.lanes import Event, frames, lanes, right_events
from minigrad_reference.drawing.play import boxes_of, play
from tests.kata.drawing.test_stepper import leaf, node

ROOT = Path(__file__).parents[3]
CATALOGUE = read_catalogue()
OWN_ORDER = {
    "backward-level-by-level",
    "backward-in-order-of-making",
    "backward-when-met",
}  # backward goes another way than the list


def page_of(page):
    """The data that the page's script reads."""
    (found,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', page.html, re.DOTALL)
    return json.loads(found)


def replayed(content):
    """The gradients at the end of the first lane, as its stacks of shares give them."""
    grads = {entry["name"]: 0.0 for entry in content["nodes"]}
    names = list(grads)
    for frame in content["lanes"]["theirs"]:
        for arrival in frame["arrivals"]:
            name = names[arrival["to"]]
            sets = frame["node"] is None or arrival["kind"] == "replaces"
            grads[name] = arrival["amount"] if sets else grads[name] + arrival["amount"]
    return grads


@pytest.mark.parametrize("number", [3, 4, 5, 6])
def test_the_lane_is_what_the_engine_did_for_every_mistake_with_an_order_or_a_share_to_show(number, tmp_path):
    shown = 0
    for place, chaff in enumerate(read_bank([number])):
        folder = shutil.copytree(ROOT / "solutions", tmp_path / str(place))
        (folder / CATALOGUE[number].file.name).write_text(chaff.source, encoding="utf-8")
        found = simplest(CATALOGUE[number], folder)
        if found is None or found.fault is not None or not any(map(found.wrong_grad, found.sketch.nodes)):
            continue
        page = sketch_page(found)
        if page is None or any(map(found.wrong_data, found.sketch.nodes)):
            continue
        content = page_of(page)
        shown += 1
        assert content["lanes"] is not None, chaff.misconception.id
        got = {node.name: found.got[node.grad] for node in found.sketch.nodes}
        assert {name: replayed(content)[name] for name in got} == pytest.approx(got), chaff.misconception.id
        named = [content["nodes"][frame["node"]] for frame in content["lanes"]["theirs"] if frame["node"] is not None]
        passed = [entry["name"] for entry in named if entry["operands"]]
        inner = [name for name in reversed(found.order) if name in passed]
        if number == 4 and len(set(found.order)) == len(found.order) and len(inner) == len(set(passed)) == len(passed):
            own = chaff.misconception.id in OWN_ORDER
            assert own or sorted(passed, key=inner.index) == passed, chaff.misconception.id
    assert shown >= {3: 15, 4: 8, 5: 8, 6: 15}[number]


def graph():
    """c is used twice, by d and by e."""
    a, b = leaf(2.0, "a"), leaf(-3.0, "b")
    c = node("*", b, a, label="c")
    d = node("*", c, a, label="d")
    boxes = boxes_of([a, b, c, d, node("*", c, d, label="e")])
    play(boxes)
    return boxes


A, B, C, D, E = range(5)
SEED = Event(None, 1.0, ((E, 0.0, 1.0),))
OF_E = Event(E, 1.0, ((C, 0.0, -12.0), (D, 0.0, -6.0)))


def kinds(*events):
    found = frames(graph(), events)
    return [(arrival.to, arrival.kind) for arrival in found[len(events) - 1].arrivals]


def test_a_share_for_what_has_passed_on_is_late_and_one_that_comes_again_is_told():
    of_c = Event(C, -12.0, ((A, 0.0, 36.0), (B, 0.0, -24.0)))
    of_d = Event(D, -6.0, ((A, 36.0, 72.0), (C, -12.0, -24.0)))
    assert kinds(SEED, OF_E, of_c, of_d) == [(A, "right"), (C, "late")]
    assert kinds(SEED, OF_E, Event(E, 1.0, ((C, -12.0, -24.0), (D, -6.0, -12.0)))) == [(C, "again"), (D, "again")]


def test_a_share_that_replaces_is_lost_or_is_not_the_product_is_told():
    assert kinds(SEED, OF_E, Event(D, -6.0, ((A, 0.0, 36.0), (C, -12.0, -12.0 + 7.0)))) == [(A, "right"), (C, "wrong")]
    instead = Event(D, -6.0, ((A, 5.0, 36.0), (C, -10.0, -12.0)))
    assert kinds(SEED, OF_E, instead) == [(A, "replaces"), (C, "replaces")]
    assert kinds(SEED, Event(E, 1.0, ((C, 0.0, -12.0),))) == [(C, "right"), (D, "missing")]
    assert kinds(Event(None, 0.0, ((E, 0.0, 72.0),))) == [(E, "wrong")]
    assert kinds(Event(E, 0.0, ())) == [(E, "missing")]


def test_what_never_passes_on_is_told_at_the_end():
    found = frames(graph(), [SEED, OF_E])
    assert [frame.words for frame in found[2:]] == ["d never passes on.", "c never passes on."]


def test_a_right_way_back_has_nothing_wrong_and_no_lanes():
    boxes = [replace(box, grad=0.0) for box in graph()]
    steps = play(boxes)
    events = list(right_events(steps))
    assert not any(frame.is_wrong for frame in frames(boxes, events))
    assert lanes(boxes, steps, events) is None
