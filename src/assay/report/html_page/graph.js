"use strict";

// The lineages of many references as one graph. An image is made from one other image, so lineages
// that share ancestors form trees: roots are on the left, what was made from them on their right.

const BOX = { width: 196, gap: 102, pad: 9, line: 15, reference: 18, apart: 22, top: 8 }; // pixels
const MOST_LINEAGES = 40;
const MOST_REFERENCES = 4;
const LETTERS = { image: 24, fact: 30, key: 28, reference: 27 };

/** The trees of the lineages of these references, and what was left out. */
function lineageTrees(verdicts, wanted) {
  const top = { children: new Map() };
  const ends = new Map();
  let without = 0;
  let undrawn = 0;
  for (const number of wanted) {
    const row = verdicts.rows[number];
    if (row.lineage === undefined) without += 1;
    else if (!ends.has(row.lineage) && ends.size >= MOST_LINEAGES) undrawn += 1;
    else {
      if (!ends.has(row.lineage)) ends.set(row.lineage, plant(top, verdicts, row.lineage));
      ends.get(row.lineage).references.push(number);
    }
  }
  return { roots: [...top.children.values()], without, undrawn };
}

/** Adds one lineage to the trees. Steps are merged if all their facts agree, except for marks that
 * were first attached to the image: those come from descendants, and each shows only its own. */
function plant(top, verdicts, lineage) {
  let at = top;
  const steps = verdicts.lineages[lineage];
  for (let depth = steps.length - 1; depth >= 0; depth -= 1) {
    const step = steps[depth];
    const key = joined(step, lineage);
    if (!at.children.has(key)) {
      at.children.set(key, { step, marks: [], origin: "", children: new Map(), references: [] });
    }
    at = at.children.get(key);
    at.marks = [...new Set([...at.marks, ...(step.marks ?? [])])];
    if (step.origin && at.origin !== "golden") at.origin = step.origin;
  }
  return at;
}

/** The key by which steps are merged; an image without an AMI id is never merged across lineages. */
function joined(step, lineage) {
  const own = step.image.startsWith("ami-") ? "" : lineage;
  const carried = (step.marks ?? []).filter((mark) => !mark.startsWith("first "));
  return JSON.stringify([step.image, step.facts, carried, step.how, step.end, own]);
}

/** The marks of an image, without repeating those that were first attached here. */
function marksOf(node) {
  return node.marks.filter((mark) => !node.marks.includes(`first ${mark}`));
}

/** What a box says below the image's id: [kind of text, text]. */
function linesOf(node) {
  const lines = node.step.facts.map((fact) => ["fact", fact]);
  for (const mark of marksOf(node)) {
    const key = mark.replace(/^(first )?marked /, "");
    lines.push(["fact", mark.slice(0, -key.length - 1)], ["key", key]);
  }
  return node.origin === "golden" ? [["origin", "golden origin"], ...lines] : lines;
}

/** Positions a node and those below it; returns how far down the tree reaches. */
function place(node, depth, y) {
  const { pad, line, reference, apart, width, gap } = BOX;
  node.lines = linesOf(node);
  node.lead = node.step.end ? line + 4 : 0;
  node.x = depth * (width + gap);
  node.y = y + node.lead;
  node.height = 2 * pad + line * (1 + node.lines.length);
  const listed = Math.min(node.references.length, MOST_REFERENCES);
  const lines = listed + (node.references.length > MOST_REFERENCES ? 1 : 0);
  let below = y;
  for (const child of node.children.values()) below = place(child, depth + 1, below + (below > y ? apart : node.lead));
  return Math.max(below, node.y + node.height + lines * reference + (lines ? 6 : 0));
}

/** The graph as one SVG, in which every reference is a link to its place in the list. */
function graphOf(verdicts, roots) {
  let y = BOX.top;
  for (const root of roots) y = place(root, 0, y) + BOX.apart;
  const nodes = roots.flatMap((root) => [...within(root)]);
  const width = Math.max(...nodes.map((node) => node.x)) + BOX.width + 14; // the last references may reach a little further
  const svg = drawn("svg", {
    width, height: y, viewBox: `-1 0 ${width} ${y}`, role: "group", "aria-label": "Images, what was made from each to its right",
  });
  svg.append(drawn("defs", {}, drawn("marker", {
    id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, orient: "auto", markerUnits: "userSpaceOnUse",
  }, drawn("path", { d: "M0 0.5 L8 4 L0 7.5 z", class: "arrow" }))));
  for (const node of nodes) {
    for (const child of node.children.values()) svg.append(edge(node, child));
  }
  for (const node of nodes) svg.append(box(node), ...references(verdicts, node));
  return svg;
}

function* within(node) {
  yield node;
  for (const child of node.children.values()) yield* within(child);
}

/** The edge from an image to one made from it: how, and into which account or Region. */
function edge(from, to) {
  const start = from.x + BOX.width;
  const y1 = from.y + BOX.pad + 6;
  const y2 = to.y + BOX.pad + 6;
  const into = crossing(from.step, to.step);
  const bend = y1 === y2 ? `L${to.x - 2} ${y2}` : `C${start + 30} ${y1} ${start + 8} ${y2} ${start + 34} ${y2} L${to.x - 2} ${y2}`;
  const middle = start + BOX.gap / 2 + (y1 === y2 ? 0 : 10);
  return drawn(
    "g",
    { class: into.length ? "edge crossing" : "edge", "aria-hidden": "true" },
    drawn("path", { d: `M${start} ${y1} ${bend}`, "marker-end": "url(#arrow)" }),
    drawn("text", { x: middle, y: y2 - 6, class: "how" }, to.step.how),
    ...into.map((line, row) => drawn("text", { x: middle, y: y2 + 14 + row * 13, class: "into" }, line)),
  );
}

function crossing(from, to) {
  const into = [];
  if (from.owner && to.owner && from.owner !== to.owner) into.push(`into ${cut(to.owner, 13)}`);
  if (from.region && to.region && from.region !== to.region) into.push(`into ${to.region}`);
  return into;
}

function box(node) {
  const { step } = node;
  const said = [step.image, ...step.facts, ...marksOf(node)];
  if (node.origin === "golden") said.splice(1, 0, "golden origin");
  if (step.made) said.push(step.made.replace(/,? from$/, ""));
  if (step.ending) said.push(step.ending);
  const group = drawn(
    "g",
    { class: `node ${node.origin} ${step.seen ?? "visible"}`, role: "img", "aria-label": said.join(", ") },
    drawn("title", {}, said.join("\n")),
    drawn("rect", { x: node.x, y: node.y, width: BOX.width, height: node.height, rx: 6 }),
  );
  if (step.end) group.append(...endOf(node));
  const x = node.x + BOX.pad;
  let y = node.y + BOX.pad + 10;
  group.append(drawn("text", { x, y, class: "image" }, cut(step.image, LETTERS.image)));
  for (const [kind, line] of node.lines) {
    y += BOX.line;
    group.append(drawn("text", { x, y, class: kind }, cut(line, LETTERS[kind] ?? LETTERS.fact)));
  }
  return group;
}

/** Why the record ends, above the last image. */
function endOf(node) {
  const kind = node.step.open ? "end open" : "end";
  return [
    drawn("path", { d: `M${node.x + 8} ${node.y} v-6`, class: kind }),
    drawn("text", { x: node.x + 14, y: node.y - 4, class: kind }, cut(node.step.end, 40)),
  ];
}

/** The references that use the image, as links, worst first. */
function references(verdicts, node) {
  const x = node.x + BOX.pad;
  let y = node.y + node.height;
  const links = node.references.slice(0, MOST_REFERENCES).map((number) => {
    const row = verdicts.rows[number];
    const word = SHORT[row.standing] ?? row.standing;
    y += BOX.reference;
    return drawn(
      "a",
      { href: `#reference-${number + 1}`, class: `use ${row.standing}`, "data-number": number },
      drawn("title", {}, `${row.standing}: ${row.address}`),
      drawn("circle", { cx: x + 4, cy: y - 4, r: 4 }),
      drawn("text", { x: x + 13, y }, `${word} ${cutFront(row.address, LETTERS.reference - word.length)}`),
    );
  });
  const more = node.references.length - MOST_REFERENCES;
  if (more > 0) {
    links.push(drawn("text", { x: x + 13, y: y + BOX.reference, class: "fact" }, `and ${counted(more, "more reference")}`));
  }
  return links;
}

const SHORT = { undetermined: "undet." };

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function cutFront(text, most) {
  return text.length > most ? `…${text.slice(1 - most)}` : text;
}
