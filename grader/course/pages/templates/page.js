"use strict";

// Tables sort by their headers: a click or the keyboard, once more for the other way round. Without this script they
// are plain tables in a sensible order.
for (const table of document.querySelectorAll("table.sortable")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...header.childNodes);
    header.append(button);
    button.addEventListener("click", () => sort(table, headers, column));
  });
}

function sort(table, headers, column) {
  const header = headers[column];
  const numeric = header.dataset.kind === "number";
  const before = header.getAttribute("aria-sort");
  const descending = before ? before === "ascending" : numeric;
  const keyed = [...table.tBodies[0].rows].map((row) => [key(row.cells[column], numeric), row]);
  keyed.sort(([a], [b]) => compare(a, b, descending));
  table.tBodies[0].append(...keyed.map(([, row]) => row));
  for (const other of headers) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", descending ? "descending" : "ascending");
  document.getElementById("announcement").textContent =
    `Sorted by ${header.textContent.trim()}, ${descending ? "descending" : "ascending"}.`;
}

// What a cell sorts by: a number or a text; null where there is nothing, which comes last either way.
function key(cell, numeric) {
  const text = (cell.dataset.sort ?? cell.textContent).trim();
  return text === "" ? null : numeric ? Number.parseFloat(text) : text;
}

function compare(a, b, descending) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" });
  return descending ? -order : order;
}

// What is wider than the window says so above it, and fades where it goes on.
for (const region of document.querySelectorAll(".scroll")) {
  const sign = document.createElement("p");
  sign.className = "sideways";
  sign.textContent = "There is more to the right: scroll sideways →";
  region.before(sign);
  const show = () => {
    const hidden = region.scrollWidth - region.clientWidth;
    sign.hidden = hidden < 2;
    region.classList.toggle("more", hidden - region.scrollLeft > 1);
  };
  region.addEventListener("scroll", show, { passive: true });
  new ResizeObserver(show).observe(region);
}

// On paper nothing can be opened: what a learner has to read is opened for it.
const forPaper = [...document.querySelectorAll("details[data-print]:not([open])")];
addEventListener("beforeprint", () => forPaper.forEach((details) => { details.open = true; }));
addEventListener("afterprint", () => forPaper.forEach((details) => { details.open = false; }));
