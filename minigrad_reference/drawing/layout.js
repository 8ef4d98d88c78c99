"use strict";

// What of a graph is drawn, and where: whole values or folds of many, in ranks from left to right.

const GAP = { across: 132, down: 18, passing: 10 }; // between ranks, between boxes, beside a way that passes through
const SWEEPS = 12;
const FEW = 6; // operands that are drawn one by one
const CURVES = new Set(["tanh", "relu", "sigmoid", "exp", "log"]);

// The group of each node, named by its head: a value that several others use, that an activation made, or the root; with
// it goes everything that serves it alone. In a network such a group is a neuron. Its layer is how many lie before it.
function groupsOf(nodes) {
  const users = nodes.map(() => new Set());
  nodes.forEach((node, i) => node.operands.forEach((o) => users[o].add(i)));
  const head = nodes.map((_, i) => i);
  for (let i = nodes.length - 2; i >= 0; i -= 1) {
    if (users[i].size === 1 && !CURVES.has(nodes[i].op)) head[i] = head[[...users[i]][0]];
  }
  const layer = nodes.map(() => 0);
  nodes.forEach((node, i) => {
    for (const o of node.operands) layer[head[i]] = Math.max(layer[head[i]], layer[head[o]] + (head[o] === head[i] ? 0 : 1));
  });
  return nodes.map((_, i) => ({ head: head[i], layer: layer[head[i]] }));
}

// The boxes to be drawn, each with its members: `view` is every, neurons, layers or step.
function folded(nodes, groups, view, step) {
  if (view === "step" && step) return near(nodes, step);
  if (view === "every" || view === "step") return nodes.map((_, i) => ({ key: `n${i}`, members: [i] }));
  const open = step ? groups[step.node].head : -1;
  const boxes = new Map();
  nodes.forEach((node, i) => {
    const { head, layer } = groups[i];
    const own = head === open && (node.operands.length || ownLeaves(nodes, groups, open) <= FEW);
    const [key, title] = own ? [`n${i}`, ""]
      : head === open ? [`leaves${head}`, `leaves of ${nodes[head].name}`]
      : view === "layers" ? [`layer${layer}`, layer ? `layer ${layer}` : "inputs"]
      : [`group${head}`, nodes[head].name];
    if (!boxes.has(key)) boxes.set(key, { key, title, members: [] });
    boxes.get(key).members.push(i);
  });
  return [...boxes.values()].map((box) => (box.members.length === 1 ? { key: `n${box.members[0]}`, members: box.members } : box));
}

function ownLeaves(nodes, groups, head) {
  return nodes.filter((node, i) => groups[i].head === head && !node.operands.length).length;
}

// Who gives and who receives in this step, and nobody else; of many, those with the largest shares.
function near(nodes, step) {
  const operands = [...new Set(nodes[step.node].operands)];
  const size = (i) => Math.max(...(step.shares ?? []).filter(({ to }) => to === i).map(({ product }) => Math.abs(product)), 0);
  const chosen = operands.length > FEW ? [...operands].sort((a, b) => size(b) - size(a)).slice(0, FEW - 2) : operands;
  const others = operands.filter((i) => !chosen.includes(i));
  const rest = others.length ? [{ key: "others", title: `${others.length} more`, members: others }] : [];
  const one = (i) => ({ key: `n${i}`, members: [i] });
  return [...operands.filter((i) => chosen.includes(i)).map(one), ...rest, one(step.node)];
}

// An edge for every use between single values, one for all between folds.
function edgesOf(nodes, boxes) {
  const home = new Map(boxes.flatMap((box) => box.members.map((i) => [i, box])));
  const edges = new Map();
  for (const to of boxes) {
    for (const i of to.members) {
      nodes[i].operands.forEach((o, use) => {
        const from = home.get(o);
        if (!from || from === to) return;
        const single = !from.title && !to.title;
        const key = single ? `e${i}-${use}` : `${from.key}-${to.key}`;
        if (!edges.has(key)) edges.set(key, { key, from, to, node: i, uses: [] });
        edges.get(key).uses.push({ node: i, use, operand: o });
      });
    }
  }
  return [...edges.values()];
}

// Places for boxes that have a width and a height. An edge over several ranks gets a point in each between.
function arrange(boxes, edges) {
  const rank = new Map(boxes.map((box) => [box, 0]));
  for (let again = true, rounds = 0; again && rounds <= boxes.length; rounds += 1) {
    again = false;
    for (const { from, to } of [...edges].reverse()) {
      if (rank.get(from) > rank.get(to)) continue;
      rank.set(from, rank.get(to) + 1);
      again = true;
    }
  }
  const ranks = [];
  const put = (item, at) => (ranks[at] ??= []).push(item);
  boxes.forEach((box) => put(Object.assign(box, { near: [] }), rank.get(box)));
  for (const edge of edges) {
    edge.points = [];
    let last = edge.to;
    for (let at = rank.get(edge.to) + 1; at < rank.get(edge.from); at += 1) {
      const point = { near: [], width: 0, height: 0 };
      put(point, at);
      edge.points.unshift(point);
      last.near.push(point);
      point.near.push(last);
      last = point;
    }
    last.near.push(edge.from);
    edge.from.near.push(last);
  }
  const sorted = [...ranks].map((items) => items ?? []);
  across(sorted);
  down(sorted);
  return bounds(boxes);
}

function across(ranks) {
  let right = 0;
  for (const items of ranks) {
    const width = Math.max(...items.map((item) => item.width));
    for (const item of items) item.x = right - width / 2;
    right -= width + GAP.across;
  }
}

// Each rank in the order of what it is tied to, then every box as near to that as its neighbours allow.
function down(ranks) {
  const wish = (item) => (item.near.length ? item.near.reduce((total, other) => total + other.y, 0) / item.near.length : item.y);
  for (const items of ranks) spread(items, (item) => item.y ?? 0, false);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const items of sweep % 2 ? ranks : [...ranks].reverse()) spread(items, wish, sweep < SWEEPS - 4);
  }
}

function spread(items, wish, sorts) {
  const wishes = new Map(items.map((item) => [item, wish(item)]));
  if (sorts) items.sort((a, b) => wishes.get(a) - wishes.get(b));
  let shift = 0;
  items.forEach((item, i) => {
    const above = items[i - 1];
    item.y = wishes.get(item);
    if (above) item.y = Math.max(item.y, above.y + (above.height + item.height) / 2 + (above.height && item.height ? GAP.down : GAP.passing));
    shift += (wishes.get(item) - item.y) / items.length;
  });
  for (const item of items) item.y += shift;
}

function bounds(boxes) {
  const left = Math.min(...boxes.map((box) => box.x - box.width / 2));
  const right = Math.max(...boxes.map((box) => box.x + box.width / 2));
  const top = Math.min(...boxes.map((box) => box.y - box.height / 2));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height / 2));
  return { left, top, width: right - left, height: bottom - top };
}
