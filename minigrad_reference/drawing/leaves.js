"use strict";

// Leaves that can be dragged and typed, and the address that keeps them, the step and the expression.

function compute() {
  run = played(nodes, leaves);
  memo = fresh();
}

function setLeaf(i, x) {
  leaves[i] = x;
  compute();
  if (question) question = questionOf(nodes, run.data, stepAt(done + 1));
  showLeaves();
  render();
}

function showLeaves() {
  for (const field of document.querySelectorAll("#leaves input")) {
    const x = leaves[leafOf(field)];
    if (document.activeElement !== field) field.value = String(x);
    field.setAttribute("aria-invalid", "false");
  }
  byId("reset").disabled = !isChanged();
  announce();
}

function leafOf(field) {
  return field.dataset.leaf ?? byId("leaf").value;
}

function typed(field) {
  const x = Number(field.value.trim().replaceAll("−", "-") || NaN);
  if (Number.isFinite(x)) setLeaf(leafOf(field), x);
  field.setAttribute("aria-invalid", String(!Number.isFinite(x)));
}

// A number that follows the pointer from side to side. `leaf` is asked when it begins; without a move it is a click.
function scrub(element, leaf, click = () => {}) {
  let from = null;
  element.addEventListener("pointerdown", (event) => {
    const i = leaf(event);
    from = { i, x: event.clientX, value: leaves[i], dragged: false, event: { target: event.target } };
    if (i !== undefined) element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (from?.i === undefined || !event.buttons || (!from.dragged && Math.abs(event.clientX - from.x) < 4)) return;
    from.dragged = true;
    setLeaf(from.i, Math.round((from.value + (event.clientX - from.x) / 40) * 20) / 20);
  });
  element.addEventListener("pointerup", () => {
    if (from && !from.dragged) click(from.event);
    from = null;
  });
}

function listLeaves() {
  const all = Object.keys(given);
  const field = (name) => {
    const input = make("input", "");
    Object.assign(input, { type: "text", autocomplete: "off", spellcheck: false });
    input.setAttribute("aria-label", name);
    input.addEventListener("input", () => typed(input));
    input.addEventListener("keydown", (event) => {
      const by = { ArrowUp: 0.1, ArrowDown: -0.1 }[event.key];
      if (by) setLeaf(leafOf(input), Math.round((leaves[leafOf(input)] + by) * 1e9) / 1e9);
      if (by) input.value = String(leaves[leafOf(input)]);
      if (event.key === "Enter") pane.focus();
      if (by) event.preventDefault();
    });
    input.addEventListener("blur", showLeaves);
    return input;
  };
  if (all.length <= 8) {
    byId("leaf").hidden = true;
    for (const i of all) {
      const input = field(nodes[i].name);
      input.dataset.leaf = i;
      const name = make("span", "scrub", `${nodes[i].name} =`);
      scrub(name, () => i);
      byId("leaves").insertBefore(make("span", "leaf-field", name, input), byId("reset"));
    }
  } else {
    byId("leaf").append(...all.map((i) => Object.assign(make("option", "", nodes[i].name), { value: i })));
    byId("leaf").addEventListener("change", showLeaves);
    byId("leaves").insertBefore(make("span", "leaf-field", "=", field("the chosen leaf")), byId("reset"));
  }
  scrub(svg, (event) => {
    const i = boxAt(event);
    return i in given ? i : undefined;
  }, (event) => {
    const i = boxAt(event);
    if (i !== undefined) move(nodes[i][done > inner ? "complete" : "computed"] ?? run.steps.length);
  });
}

function boxAt(event) {
  const box = event.target.closest(".node");
  if (!box) return undefined;
  if (/^n\d+$/.test(box.id)) return Number(box.id.slice(1));
  const { head } = groups[Number(/\d+$/.exec(box.id)?.[0] ?? root)];
  return box.id.startsWith("group") ? head : groups.findIndex((group) => box.id === `layer${group.layer}`);
}

// The address

function writeAddress() {
  const words = new URLSearchParams({ step: done });
  const named = Object.keys(given).filter((i) => Object.keys(given).length <= 12 || !Object.is(given[i], leaves[i]));
  for (const i of named) words.set(nodes[i].name, leaves[i]);
  words.set("expression", expression);
  try {
    history.replaceState(null, "", `#${words}`);
  } catch {
    // a page inside a notebook has no address of its own
  }
}

function readAddress() {
  const text = location.hash.slice(1);
  const words = new URLSearchParams(text);
  const other = words.get("expression");
  byId("other").hidden = !other || other === expression;
  byId("other").textContent = `The address was made for ${other}; this page plays another expression.`;
  if (byId("other").hidden) {
    for (const i of Object.keys(given)) {
      const x = Number(words.get(nodes[i].name) ?? NaN);
      if (words.has(nodes[i].name) && Number.isFinite(x)) leaves[i] = x;
    }
  }
  compute();
  return Number(words.get("step") ?? text) || 0;
}
