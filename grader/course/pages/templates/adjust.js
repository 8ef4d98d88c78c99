"use strict";

// The form of the class page: each decision becomes a line of adjustments.csv, which is downloaded and not sent.
const form = document.getElementById("decide");
const lines = document.getElementById("decisions");
const names = ["who", "exercise", "points", "excused", "extension", "comment", "by"];

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const cells = names.map((name) => cell(form.elements[name]));
  const before = lines.value === "" || lines.value.endsWith("\n") ? lines.value : `${lines.value}\r\n`;
  lines.value = `${before}${cells.map(quoted).join(",")}\r\n`;
  for (const name of ["points", "extension", "comment"]) form.elements[name].value = "";
  form.elements.excused.checked = false;
  document.getElementById("announcement").textContent = `A line about ${cells[0]} was added.`;
});

document.getElementById("download").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", lines.value], { type: "text/csv" }));
  link.download = "adjustments.csv";
  link.click();
  URL.revokeObjectURL(link.href);
});

function cell(field) {
  if (field.type === "checkbox") return field.checked ? "yes" : "";
  return field.type === "datetime-local" ? field.value.replace("T", " ") : field.value.trim();
}

// A spreadsheet would take +1 for a formula and make 1 of it, which means something else here.
function quoted(text) {
  const safe = /^[=+@-]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
