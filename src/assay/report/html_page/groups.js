"use strict";

// References that share an image (or the reason why none is known) and all its results: these are
// shown once, with the references below them.

const FIRST_MEMBERS = 5;

/** Turns numbers of references into entries of the list, in order; a group is one entry. */
function entriesOf(verdicts, numbers) {
  const entries = [];
  let before;
  for (const number of numbers) {
    const { group } = verdicts.rows[number];
    if (group === undefined || group !== before) entries.push([]);
    entries.at(-1).push(number);
    before = group;
  }
  return entries;
}

/** How many references each group has, regardless of filters. */
function groupSizes(verdicts) {
  const sizes = new Map();
  for (const { group } of verdicts.rows) {
    if (group !== undefined) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return sizes;
}

/** A group: its image, the rules' results, the lineage, and its first references. */
function groupOf(verdicts, numbers, total, make) {
  const row = verdicts.rows[numbers[0]];
  const name = row.image ?? row.shared;
  const results = row.results.map((each) => verdicts.results[each]);
  const of = numbers.length === total ? "" : ` of ${total.toLocaleString("en")}`;
  const details = filledLater(
    element(
      "summary",
      { class: "head" },
      badge(row.standing),
      element("h3", { class: row.image ? "shared" : "shared words" }, name),
      element("span", { class: "about" }, `${numbers.length.toLocaleString("en")}${of} references in ${row.account}/${row.region}`),
      brokenRules(results),
    ),
    () => bodyOf(verdicts, row, results, null),
  );
  const members = element("ol", { class: "members", "aria-label": `References: ${name}` });
  const rest = element("button", { type: "button" });
  const more = element("p", { class: "more" }, rest);
  const group = element("li", { class: `group ${row.standing}` }, details, members, more);
  let listed = 0;
  /** Lists up to `most` references. */
  group.reveal = (most) => {
    members.append(...numbers.slice(listed, most).map(make));
    listed = Math.max(listed, Math.min(most, numbers.length));
    rest.textContent = `Show ${counted(numbers.length - listed, "more reference")}`;
    more.hidden = listed === numbers.length;
  };
  rest.addEventListener("click", () => {
    const next = numbers[listed];
    group.reveal(numbers.length);
    make(next).querySelector("summary").focus();
  });
  group.reveal(FIRST_MEMBERS);
  return group;
}

/** The line of a reference in its group: what distinguishes it from the others. */
function memberSummaryOf(row) {
  return element(
    "summary",
    { class: "head" },
    element("h4", { class: "address" }, row.address),
    element(
      "span",
      { class: "about" },
      element("code", {}, row.what),
      row.file ? element("span", { class: "file" }, row.file) : null,
    ),
  );
}
