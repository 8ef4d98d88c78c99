// The terminal's report as a page.
import { make, prose } from "./elements";
import type { Failure, Report } from "./messages";

type Act = (command: string) => void;

export function reportOf(report: Report, act: Act): HTMLElement {
  return make("div", { class: "report" },
    make("h2", {}, report.title),
    make("p", { class: report.passed === report.count ? "sum good" : "sum" }, report.sum, " ", ...prose(report.next, act)),
    ...report.reasons.map((why) => make("section", { class: "why" },
      make("h3", {}, make("span", { class: "tag" }, why.heading), " ", why.title),
      ...why.paragraphs.map((text) => make("p", {}, ...prose(text, act))),
      ...why.alike.map((same) => make("div", {}, make("p", {}, same.heading), list(same.titles))),
    )),
    ...report.failures.map((failure) => inFull(failure, act)),
    report.reading && make("section", {}, make("h3", {}, report.reading.heading), list(report.reading.sources)),
    ...report.tasks.map((task) => make("section", { class: "task" },
      make("h3", {}, make("code", {}, task.name)),
      make("ul", {}, ...task.checks.map((check) => make("li", {},
        make("span", { class: `word ${check.colour}` }, check.word), " ", check.title))),
    )),
  );
}

function inFull(failure: Failure, act: Act): HTMLElement {
  return make("section", { class: "failure" },
    make("h3", {}, make("span", { class: `word ${failure.colour}` }, failure.word), ` ${failure.task}: ${failure.title}`),
    ...failure.message.map((text) => make("p", {}, ...prose(text, act))),
    ...failure.parts.map((part) => below(part, failure)),
    ...failure.also.map((text) => make("p", {}, text)),
  );
}

/** A part with its heading; of what was expected and came out, a table. */
function below(part: string, failure: Failure): HTMLElement {
  const [heading = "", ...lines] = part.split("\n");
  const isTable = failure.differences.length > 0 && lines[1]?.includes("expected ");
  const body = isTable ? table(failure) : make("pre", { tabindex: "0" }, lines.map((line) => line.replace(/^ {4}/, "")).join("\n"));
  return make("div", {}, make("h4", {}, heading), body);
}

function table(failure: Failure): HTMLElement {
  const rows = failure.differences.map((each) => make("tr", {},
    make("th", { scope: "row" }, make("code", {}, each.of)), make("td", {}, each.expected), make("td", {}, each.got)));
  const head = make("tr", {}, make("td"), make("th", { scope: "col" }, "expected"), make("th", { scope: "col" }, "got"));
  return make("div", { class: "wide", tabindex: "0", role: "region", "aria-label": failure.title },
    make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows)));
}

function list(texts: string[]): HTMLElement {
  return make("ul", {}, ...texts.map((text) => make("li", {}, text)));
}
