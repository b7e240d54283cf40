"use strict";

// Filters references by outcome, account, Region, a rule that they do not pass, and text.

/** Prepares the form; returns a function that lists the numbers of the references to show. */
function filtersOf(form, verdicts) {
  const texts = new Map();
  const textOf = (number) => {
    if (!texts.has(number)) texts.set(number, searchable(verdicts, verdicts.rows[number]));
    return texts.get(number);
  };
  offer(form.elements.account, verdicts.rows.map((row) => row.account));
  offer(form.elements.region, verdicts.rows.map((row) => row.region));
  const broken = verdicts.results.map((each) => each.standing !== "pass" && each.rule);
  offer(form.elements.rule, broken.filter((rule) => rule));
  return () => chosen(form, verdicts, broken, textOf);
}

/** Adds one option for each distinct value. */
function offer(select, values) {
  for (const value of [...new Set(values)].sort()) select.append(element("option", { value }, value));
}

function chosen(form, verdicts, broken, textOf) {
  const standings = new Set(
    [...form.elements.standing].filter((box) => box.checked).map((box) => box.value),
  );
  const { account, region, rule } = form.elements;
  const words = form.elements.text.value.toLowerCase().split(/\s+/).filter((word) => word);
  const wanted = [];
  verdicts.rows.forEach((row, number) => {
    if (!standings.has(row.standing)) return;
    if (account.value && row.account !== account.value) return;
    if (region.value && row.region !== region.value) return;
    if (rule.value && !row.results.some((each) => broken[each] === rule.value)) return;
    if (words.length && !words.every((word) => textOf(number).includes(word))) return;
    wanted.push(number);
  });
  return wanted;
}

/** Everything about a reference that can be searched for, in lower case. */
function searchable(verdicts, row) {
  const parts = [row.address, row.what, `${row.account}/${row.region}`, row.kind, row.action];
  parts.push(row.file ?? "", row.input ?? "", row.exception ?? "", ...(row.via ?? []));
  for (const number of row.results) {
    const result = verdicts.results[number];
    if (result.standing !== "pass") parts.push(result.rule, result.message);
  }
  for (const step of row.lineage === undefined ? [] : verdicts.lineages[row.lineage]) {
    parts.push(step.image, ...(step.marks ?? []));
  }
  return parts.join("\n").toLowerCase();
}
