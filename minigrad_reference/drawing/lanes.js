"use strict";

// Your order beside one that works: two lanes, one slider. A gradient is a stack of shares; what is late, lost, doubled or
// wrong is red, marked and said in words.

const WORDS = { right: "", late: "too late", again: "once more", replaces: "takes the place", wrong: "not right", missing: "missing" };
let lanes = null;

// The stacks and gradients of a lane after a number of frames.
function stacked(frames, count) {
  const stacks = nodes.map(() => []);
  const sums = nodes.map(() => 0);
  for (const { node, arrivals } of frames.slice(0, count)) {
    for (const { to, amount, kind } of arrivals) {
      const sets = node === null || kind === "replaces";
      if (sets) for (const share of stacks[to]) share.lost = true;
      stacks[to].push({ amount, kind, giver: node === null ? "" : nodes[node].name, lost: false });
      sums[to] = sets ? amount : sums[to] + amount;
    }
  }
  return { stacks, sums };
}

function shareLine({ amount, kind, giver, lost }) {
  const words = [WORDS[kind], lost && "lost"].filter(Boolean).join(", ");
  const text = `${kind === "missing" ? "nothing" : shown(amount)}${giver && ` ◂ ${giver}`}`;
  return words ? { text: `✗ ${text}: ${words}`, kind: "wrong" } : { text, kind: "share" };
}

function laneLines(i, { stacks, sums }, wrong) {
  const grad = wrong ? { text: `grad ${shown(sums[i])} ✗`, kind: "wrong" } : { text: `grad ${shown(sums[i])}`, kind: "" };
  return [{ text: nodes[i].heading, kind: "name" }, { text: `data ${shown(Number(nodes[i].data))}` }, { ...grad, value: String(sums[i]) }, ...stacks[i].map(shareLine)];
}

function drawLane(id, frames, count) {
  const host = byId(id);
  const lane = stacked(frames, count);
  const end = stacked(frames, frames.length);
  const frame = frames[count - 1];
  const step = frame && frame.node !== null ? { kind: "backward", node: frame.node } : null;
  const active = new Set((frame?.arrivals ?? []).map(({ to }) => to));
  const isBad = (i) => count === frames.length && !isClose(lane.sums[i], run.grads[i]);
  const size = (box) => {
    const all = laneLines(box.members[0], end, true);
    return { width: Math.max(widthOf(all.map(({ text }) => text), true), 60), lines: all.length };
  };
  const paint = (view) => {
    const boxes = folded(nodes, groups, view, step);
    const edges = edgesOf(nodes, boxes).filter((edge) => view !== "step" || edge.node === step?.node);
    const place = placed(boxes, edges, size);
    const isAt = (box) => box.members.includes(step?.node);
    draw(host.querySelector("svg"), boxes, edges, place, {
      linesOf: ({ title, members }) => (title ? [{ text: title }] : laneLines(members[0], lane, isBad(members[0]))),
      titleOf: ({ members }) => nodes[members[0]].heading,
      lookOf: (box) => classes({ node: true, leaf: !nodes[box.members[0]].operands.length, work: isAt(box), input: !isAt(box) && active.has(box.members[0]) }),
      lookOfEdge: (edge) => classes({ edge: true, used: true, work: edge.node === step?.node }),
      passing: [],
    });
    return { ...place, active: boxes.filter((box) => isAt(box) || active.has(box.members[0])) };
  };
  const pane = host.querySelector(".pane");
  const place = paint("every");
  fit(pane, scaleOf("every", place, pane) ?? scaleOf("step", step ? paint("step") : place, pane));
  host.querySelector(".order").replaceChildren(...orderOf(frames, count));
  host.querySelector(".told").replaceChildren(...toldOf(frame));
}

function isClose(right, got) {
  return Math.abs(right - got) <= 1e-9 + 1e-6 * Math.abs(right) || (Number.isNaN(right) && Number.isNaN(got));
}

// The names in the order in which they pass on.
function orderOf(frames, count) {
  return frames.map((frame, i) => [frame, i]).filter(([{ node }]) => node !== null).map(([frame, i]) => {
    const bad = frame.arrivals.some(({ kind }) => kind !== "right");
    const name = make("span", classes({ past: i < count - 1, now: i === count - 1, bad }), `${bad ? "✗ " : ""}${nodes[frame.node].name}`);
    if (i === count - 1) name.setAttribute("aria-current", "step");
    return name;
  });
}

function toldOf(frame) {
  if (!frame) return ["Nothing has passed back yet."];
  const result = ({ amount, kind }) => (["right", "late", "again"].includes(kind) ? ` = ${shown(amount)}` : "");
  const marked = (note) => (note ? [make("b", "bad", `✗ ${note} `)] : []);
  const shares = frame.arrivals.filter(({ product }) => product).map((arrival) => {
    const product = arrival.product.replaceAll("*", "×");
    return make("span", "arrival", `To ${nodes[arrival.to].name}: ${product}${result(arrival)}. `, ...marked(arrival.note));
  });
  const rest = frame.arrivals.filter(({ product, note }) => !product && note).flatMap(({ note }) => marked(note));
  return [`${frame.words} `, ...shares, ...rest];
}

function showLanes() {
  const count = Number(byId("lane-step").value);
  drawLane("theirs", lanes.theirs, Math.min(count, lanes.theirs.length));
  drawLane("works", lanes.right, Math.min(count, lanes.right.length));
}

function beginLanes(found) {
  lanes = found;
  byId("lanes").hidden = !lanes;
  if (!lanes) return;
  byId("lanes-title").textContent = lanes.title;
  const slider = byId("lane-step");
  slider.max = Math.max(lanes.theirs.length, lanes.right.length);
  slider.value = lanes.first;
  slider.addEventListener("input", showLanes);
  for (const [id, by] of [["lane-back", -1], ["lane-next", 1]]) {
    byId(id).addEventListener("click", () => {
      slider.value = Number(slider.value) + by;
      showLanes();
    });
  }
  addEventListener("resize", showLanes);
  showLanes();
}
