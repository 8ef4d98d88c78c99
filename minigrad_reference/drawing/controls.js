"use strict";

// The panel under the graph, and what the reader can press.

const inner = run.steps.findIndex((step) => step.kind === "seed");

// A template with names in its places, or numbers: in brackets where they are negative and have none around them.
function written(i, template, asNumbers = false) {
  return template.replace(/\{(\d+|y)\}/g, (found, place, at) => {
    const of = place === "y" ? i : nodes[i].operands[place];
    const isAlone = template[at - 1] === "(" && template[at + found.length] === ")";
    return asNumbers ? (isAlone ? shown : bracketed)(run.data[of]) : nodes[of].name;
  });
}

// How a value is made of its operands, by their names or by their numbers; nothing for a leaf.
function formula(i, asNumbers = false) {
  const { op, operands, known, text } = nodes[i];
  if (!operands.length) return "";
  return known ? written(i, text, asNumbers) : `${op}(${operands.map((o) => nodes[o].name).join(", ")})`;
}

function short(words) {
  return words.length <= 80 ? words : `${words.slice(0, 79)}…`;
}

function sentence(step) {
  if (!step) return "The leaves are given; every other value has yet to be computed.";
  const { name, op, known } = nodes[step.node];
  const i = step.node;
  if (step.kind === "forward") {
    if (!known) return `${name} = ${short(formula(i))} = ${shown(run.data[i])}, as the engine says: ${op} is not known here.`;
    return `${name} = ${short(formula(i))} = ${short(formula(i, true))} = ${shown(run.data[i])}.`;
  }
  if (step.kind === "seed") return `The way back begins at ${name}: its gradient by itself is 1.`;
  if (!known) return `What ${op} passes back is not known here, so gradients behind ${name} are not complete.`;
  const told = step.shares.slice(0, 3).map((share) => `${nodes[share.to].name} receives ${bracketed(share.local)} * ${bracketed(step.upstream)} = ${shown(share.product)}`);
  const more = step.shares.length > 3 ? `; and ${step.shares.length - 3} more` : "";
  return `${name} passes its gradient ${shown(step.upstream)} back: ${told.join("; ")}${more}.`;
}

function drawPanel(step) {
  const next = question && stepAt(done + 1);
  const phase = !(next || step) ? "start" : (next || step).kind === "forward" ? "forward" : "backward";
  document.body.className = phase;
  byId("phase").replaceChildren(`Step ${done} of ${run.steps.length} · `, make("b", "", phase));
  byId("ask").hidden = !question;
  byId("sentence").textContent = question ? questionText(next) : sentence(step);
  byId("formula").replaceChildren(...(step && !question ? equations(step) : []));
  byId("shares").replaceChildren(...(question ? [] : (step?.shares ?? []).map((share, use) => equationOfShare(step, share, use))));
  byId("moved").replaceChildren(...(step && !question ? movedTexts(step) : []));
  if (question) byId("asked").textContent = `${question.ask} =`;
}

function questionText(step) {
  const { name } = nodes[step.node];
  if (step.kind === "forward") return `${name} = ${short(formula(step.node))} = ${short(formula(step.node, true))}. What is ${question.ask}?`;
  if (step.kind === "seed") return `The way back begins at ${name}. What is ${question.ask}?`;
  const to = question.ask.slice(0, -".grad".length);
  const { before } = step.shares.find((share) => nodes[share.to].name === to);
  return `${name} = ${short(formula(step.node))} passes its gradient ${shown(step.upstream)} back. ${question.ask} is ${shown(before)} so far. What is it after this step?`;
}

function equations(step) {
  const { node: i, kind } = step;
  const { name } = nodes[i];
  if (kind === "forward") {
    return [make("div", "equation", term(formula(i), "formula"), sign("="), term(formula(i, true), "with its numbers"), sign("="), term(run.data[i], `${name}.data`, "result"))];
  }
  if (kind === "seed") {
    return [make("div", "equation", term(`∂${name}/∂${name}`, "slope of itself"), sign("="), term(1, `${name}.grad`, "result"))];
  }
  return [];
}

function equationOfShare(step, share, use) {
  const { name, rules } = nodes[step.node];
  const to = nodes[share.to].name;
  return make("div", "equation",
    term(share.local, `local: ∂${name}/∂${to} = ${written(step.node, rules[use])}`, "local"), sign("×"),
    term(step.upstream, `upstream: ${name}.grad`, "upstream"), sign("="),
    term(share.product, `share for ${to}`), sign("→"),
    term(share.before, `${to}.grad so far`), sign("+"),
    term(share.product, "share"), sign("="),
    term(share.after, `${to}.grad now`, "result"));
}

function term(x, caption, className = "") {
  const text = make("b", "", typeof x === "string" ? x : shown(x));
  if (typeof x !== "string") text.title = String(x);
  return make("div", `term ${className}`, text, make("span", "", caption));
}

function sign(text) {
  return make("span", "sign", text);
}

// What a gradient says, beside what happens when the value is really moved.
function movedTexts(step) {
  const whole = [...new Set((step.shares ?? []).map(({ to }) => to))].filter((i) => nodes[i].complete !== null && nodes[i].complete <= done);
  return whole.slice(0, 3).map((i) => {
    const name = nodes[i].name;
    return make("span", "", `If ${name} grows by ${NUDGE}, ${nodes[root].name} changes by ${signed(nudge(i))}, really computed; ${NUDGE} × ${name}.grad is ${shown(NUDGE * run.grads[i])}. `);
  });
}

function answer() {
  const said = judged(question, byId("answer").value);
  byId("verdict").textContent = said.words;
  byId("verdict").className = said.right ? "good" : "bad";
  if (!said.right) return byId("answer").select();
  byId("answer").value = "";
  move(done + 1);
  pane.focus({ preventScroll: true });
}

const keys = {
  ArrowRight: next,
  ArrowLeft: () => move(done - 1),
  Home: () => move(0),
  End: () => move(run.steps.length),
  " ": () => (timer ? pause() : play()),
};
const OWN = { SELECT: ["Home", "End", " "], BUTTON: [" "], RANGE: ["ArrowLeft", "ArrowRight", "Home", "End"], CHECKBOX: [" "], TEXT: Object.keys(keys) };

addEventListener("keydown", (event) => {
  const { tagName, type } = event.target;
  const own = OWN[tagName === "INPUT" ? type.toUpperCase() : tagName] ?? [];
  if (own.includes(event.key) || event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

function listJumps() {
  const group = (label, moment) => {
    const found = nodes.map((node, i) => [node[moment], node.name]).filter(([step]) => step);
    found.sort(([a], [b]) => a - b);
    const element = make("optgroup", "", ...found.map(([step, name]) => Object.assign(make("option", "", name), { value: step })));
    element.label = label;
    return element;
  };
  const choose = Object.assign(make("option", "", "a value …"), { value: "" });
  byId("jump").append(choose, group("data computed", "computed"), group("gradient complete", "complete"));
}

function announce() {
  const mine = compared && !isChanged();
  byId("agreement").hidden = !mine || Boolean(first);
  byId("difference").hidden = !first || !mine;
  byId("changed").hidden = !compared || !isChanged();
  byId("unknown").hidden = unknown.length === 0;
  byId("unknown").textContent = `Not known here: ${unknown.join(", ")}. Its data is taken as it is, and nothing is passed back through it.`;
  if (first) byId("difference").querySelector("span").textContent = first.sentence;
}

function begin() {
  for (const [id, key] of [["to-start", "Home"], ["back", "ArrowLeft"], ["play", " "], ["forward", "ArrowRight"], ["to-end", "End"]]) byId(id).addEventListener("click", keys[key]);
  byId("nudged").textContent = `${effect("−0.06")}: if this grows by ${NUDGE}, ${nodes[root].name} changes by −0.06`;
  byId("position").max = run.steps.length;
  byId("position").addEventListener("input", (event) => move(Number(event.target.value)));
  byId("speed").addEventListener("change", () => { if (timer) { pause(); play(); } });
  byId("jump").addEventListener("change", (event) => move(Number(event.target.value)));
  byId("view").addEventListener("change", render);
  byId("predict").addEventListener("change", () => show(done));
  byId("check").addEventListener("click", answer);
  byId("answer").addEventListener("keydown", (event) => { if (event.key === "Enter") answer(); });
  byId("reveal").addEventListener("click", () => move(done + 1));
  byId("reset").addEventListener("click", () => { leaves = { ...given }; setLeaf(Object.keys(given)[0], given[Object.keys(given)[0]]); });
  if (first) byId("show-difference").addEventListener("click", () => move(first.step));
  addEventListener("resize", render);
  addEventListener("hashchange", () => { const step = readAddress(); showLeaves(); show(step); });
  listLeaves();
  listJumps();
  const step = readAddress();
  showLeaves();
  show(step);
  beginLanes(bothLanes);
}

begin();
