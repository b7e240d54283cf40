"use strict";

// One lineage in words: the image used on top, below it what it was made from, and why it ends.

function lineageList(steps) {
  const list = element("ol", { class: "chain" });
  for (const step of steps) list.append(lineageStep(step));
  return list;
}

function lineageStep(step) {
  const marks = step.marks ?? [];
  return element(
    "li",
    { class: `step ${step.origin ?? ""} ${step.seen ?? "visible"}` },
    element("code", { class: "image" }, step.image),
    step.origin === "golden" ? element("strong", { class: "origin" }, "golden origin") : null,
    element("span", { class: "facts-line" }, step.facts.join(", ")),
    marks.length ? markList(marks) : null,
    step.made ? element("span", { class: "made" }, step.made) : null,
    step.ending ? element("span", { class: step.open ? "end open" : "end" }, step.ending) : null,
  );
}

function markList(marks) {
  return element(
    "ul",
    { class: "marks" },
    ...marks.map((mark) => element("li", {}, mark)),
  );
}
