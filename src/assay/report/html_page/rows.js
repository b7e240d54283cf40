"use strict";

// One reference: a line with the outcome and, when opened, every rule's result and the lineage.
// The content is made only when the line is opened or the page is printed.

/** Makes the rows of the list, each once; `verdicts` is the data that Python wrote into the page. */
function rowMaker(verdicts) {
  const made = new Map();
  return (number) => {
    if (!made.has(number)) made.set(number, rowOf(verdicts, number));
    return made.get(number);
  };
}

function rowOf(verdicts, number) {
  const row = verdicts.rows[number];
  const results = row.results.map((each) => verdicts.results[each]);
  const member = row.group !== undefined; // its group shows the rest
  const details = filledLater(
    member ? memberSummaryOf(row) : summaryOf(row, results),
    () => (member ? element("div", { class: "body" }, factsOf(row)) : bodyOf(verdicts, row, results, factsOf(row))),
  );
  return element("li", { class: `row ${row.standing}`, id: `reference-${number + 1}` }, details);
}

/** A `details` element whose body is made when it is opened or when `fill()` is called. */
function filledLater(summary, body) {
  const details = element("details", {}, summary);
  let empty = true;
  details.fill = () => {
    if (empty) details.append(body());
    empty = false;
  };
  details.addEventListener("toggle", () => details.open && details.fill());
  return details;
}

function summaryOf(row, results) {
  return element(
    "summary",
    { class: "head" },
    badge(row.standing),
    element("h3", { class: "address" }, row.address),
    element(
      "span",
      { class: "about" },
      element("code", {}, row.what),
      ` in ${row.account}/${row.region}`,
      row.file ? element("span", { class: "file" }, row.file) : null,
    ),
    brokenRules(results),
  );
}

function brokenRules(results) {
  const broken = results.filter((each) => each.standing !== "pass");
  return broken.length ? element("span", { class: "broken" }, ...broken.map(brokenRule)) : null;
}

function brokenRule(result) {
  return element(
    "span",
    { class: `tag ${result.standing}` },
    ["tolerated", "warning"].includes(result.standing) ? `${result.standing}: ${result.rule}` : result.rule,
  );
}

/** The rules' results and the lineage, below the facts about this reference. */
function bodyOf(verdicts, row, results, facts) {
  const passed = results.filter((each) => each.standing === "pass");
  const others = results.filter((each) => each.standing !== "pass");
  const rank = (each) => verdicts.standings.indexOf(each.standing);
  others.sort((one, two) => rank(one) - rank(two));
  const lineage = row.lineage === undefined ? null : verdicts.lineages[row.lineage];
  return element(
    "div",
    { class: "body whole" },
    element("div", { class: "said" }, facts, ...others.map(resultOf), passed.length ? passedRules(passed) : null),
    element(
      "div",
      { class: "descent" },
      element("h4", {}, "Lineage"),
      lineage
        ? lineageList(lineage)
        : element("p", { class: "nothing" }, "None, because no image with a readable lineage was found."),
    ),
  );
}

function factsOf(row) {
  const lines = [`kind ${row.kind}`, `action ${row.action}`];
  if (row.input) lines.push(`in ${row.input}`);
  const via = (row.via ?? []).map((step) => element("p", { class: "via" }, `via ${step}`));
  return element(
    "div",
    { class: "reference" },
    element("p", { class: "about" }, lines.join(", ")),
    ...via,
    row.exception ? element("p", { class: "by-exception" }, `By exception: ${row.exception}`) : null,
  );
}

function resultOf(result) {
  const page = document.getElementById(`rule-${result.rule}`);
  const name = page
    ? element("a", { class: "rule", href: `#rule-${result.rule}` }, result.rule)
    : element("span", { class: "rule" }, result.rule);
  return element(
    "div",
    { class: `result ${result.standing}` },
    element("h4", {}, badge(result.standing), " ", name),
    element("p", { class: "message" }, result.message),
    result.fix ? element("p", { class: "fix" }, element("strong", {}, "Fix:"), ` ${result.fix}`) : null,
    evidenceOf(result),
  );
}

function evidenceOf(result) {
  if (!result.evidence) return null;
  return element(
    "ul",
    { class: "evidence", "aria-label": "Evidence" },
    ...result.evidence.map((line) => element("li", {}, line)),
  );
}

function passedRules(passed) {
  return element(
    "details",
    { class: "passed" },
    element(
      "summary",
      {},
      `${counted(passed.length, "rule")} passed`,
      element("span", { class: "on-paper" }, `: ${passed.map((each) => each.rule).join(", ")}`),
    ),
    ...passed.map(resultOf),
  );
}
