"use strict";

// The curve under the plane: the loss and the rate after each step, and where the page stands on it.

function drawCurve(step) {
  const svg = byId("curve");
  const last = losses.length - 1;
  const x = (k) => 34 + (k * 280) / Math.max(1, last);
  const top = Math.max(...losses);
  const topRate = Math.max(...rates, 0);
  const y = (value, most) => 108 - (98 * value) / (most || 1);
  const way = (values, most) => values.map((value, k) => `${k ? "L" : "M"}${x(k)} ${y(value, most)}`).join("");
  const parts = [
    ["path", { class: "axis", d: "M34 10V108H314" }], ["path", { class: "rate", d: way(rates, topRate) || "M0 0" }], ["path", { class: "loss", d: way(losses, top) }],
    ["path", { class: "at", d: `M${x(step)} 10V108` }], ["circle", { cx: x(step), cy: y(losses[step], top), r: 4 }],
  ].map(([tag, attributes]) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  });
  const words = [[2, 16, shown(top)], [24, 112, "0"], [34, 124, "step 0"], [278, 124, `step ${last}`]].map(([left, down, text]) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", "text");
    element.setAttribute("x", left);
    element.setAttribute("y", down);
    element.textContent = text;
    return element;
  });
  svg.replaceChildren(...parts, ...words);
}
