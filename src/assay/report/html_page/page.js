"use strict";

// Builds the page, and keeps the list, the graph and the counts in step with the filters.

const FIRST_ROWS = 100;
const OPEN_AT_FIRST = 5;
const TALLEST_ON_PAPER = 900; // pixels; a taller graph is not printed, only the lineages in words
const PAUSE = 150; // milliseconds without a key press before the search starts

let verdicts;
let paper;

function read() {
  verdicts ??= JSON.parse(document.getElementById("verdicts").textContent);
}

/** Builds the page, once; returns the functions to call before and after printing. */
function start() {
  if (paper) return paper;
  read();
  const list = new RowList(verdicts);
  const form = document.getElementById("filters");
  const wanted = filtersOf(form, verdicts);
  let undrawn = null;
  const draw = () => {
    if (undrawn) drawGraph(verdicts, undrawn, list);
    undrawn = null;
  };
  const apply = () => {
    undrawn = wanted();
    list.show(undrawn);
    later(draw);
  };
  let typing = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    if (event.target.name === "text") typing = setTimeout(apply, PAUSE);
    else apply();
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  if (verdicts.rows.length) {
    apply();
    list.openTheWorst();
    for (const waiting of document.querySelectorAll(".scripted")) waiting.hidden = false;
    list.tell();
  }
  document.getElementById("plain").remove(); // the list now has everything that it says
  list.follow(location.hash);
  addEventListener("hashchange", () => list.follow(location.hash));
  paper = onPaper(list, draw);
  return paper;
}

/** The list of references and their groups: a hundred at first, more on demand, all when printed. */
class RowList {
  constructor(verdicts) {
    this.total = verdicts.rows.length;
    this.verdicts = verdicts;
    this.make = rowMaker(verdicts);
    this.sizes = groupSizes(verdicts);
    this.rows = document.getElementById("rows");
    this.next = document.getElementById("next");
    this.rest = document.getElementById("rest");
    this.next.addEventListener("click", () => this.more(FIRST_ROWS, true));
    this.rest.addEventListener("click", () => this.all());
    this.show([]);
  }

  show(numbers) {
    this.numbers = numbers;
    this.entries = entriesOf(this.verdicts, numbers);
    this.listed = 0;
    this.rows.replaceChildren();
    this.more(FIRST_ROWS, false);
  }

  /** Appends entries; `focus` moves the focus to the first of them, for use with the keyboard. */
  more(count, focus) {
    const chunk = this.entries.slice(this.listed, this.listed + count).map((entry) => this.entryOf(entry));
    this.rows.append(...chunk);
    this.listed += chunk.length;
    if (focus) chunk[0]?.querySelector("summary").focus();
    this.tell();
  }

  /** The element that shows these references: a row, or a group. */
  entryOf(entry) {
    const { group } = this.verdicts.rows[entry[0]];
    return group === undefined ? this.make(entry[0]) : groupOf(this.verdicts, entry, this.sizes.get(group), this.make);
  }

  /** Lists all rows, in chunks, so that the page stays responsive. */
  all() {
    const numbers = this.numbers;
    const step = () => {
      if (this.numbers !== numbers) return;
      this.more(FIRST_ROWS, false);
      if (this.listed < this.entries.length) later(step);
    };
    step();
  }

  tell() {
    const { length } = this.numbers;
    const left = this.entries.length - this.listed;
    const of = length === this.total ? counted(length, "reference") : `${length.toLocaleString("en")} of ${counted(this.total, "reference")} with these filters`;
    const listed = this.entries.slice(0, this.listed).reduce((sum, entry) => sum + entry.length, 0);
    document.getElementById("shown").textContent = left ? `${of}; the first ${listed.toLocaleString("en")} are listed` : of;
    document.getElementById("more").hidden = !left;
    this.next.textContent = `Show ${Math.min(left, FIRST_ROWS)} more`;
    this.rest.textContent = `Show all ${length.toLocaleString("en")}`;
  }

  /** Opens what does not pass, or passes without proof, if there are few of these. */
  openTheWorst() {
    const { rows, standings, bad: most } = this.verdicts;
    const bad = this.entries.filter(([number]) => standings.indexOf(rows[number].standing) < most);
    if (bad.length <= OPEN_AT_FIRST) bad.forEach((_, at) => this.open(at)); // the worst come first
  }

  /** Opens a listed entry: the row, or what its group shares. */
  open(at) {
    const details = this.rows.children[at].querySelector("details");
    details.fill();
    details.open = true;
    return details;
  }

  /** Goes to the reference, or opens the rule's page, that a link on this page names. */
  follow(hash) {
    const found = /^#reference-(\d+)$/.exec(hash);
    const number = found ? Number(found[1]) - 1 : -1;
    const at = this.entries.findIndex((entry) => entry.includes(number));
    if (at >= 0) {
      if (at >= this.listed) this.more(at + 1 - this.listed, false);
      this.open(at);
      this.rows.children[at].reveal?.(this.numbers.length);
      const details = this.make(number).querySelector("details");
      details.fill();
      details.open = true;
      details.querySelector("summary").focus({ preventScroll: true });
      details.scrollIntoView({ block: "start" });
    } else if (/^#rule-[a-z-]+$/.test(hash)) {
      const page = document.getElementById(hash.slice(1));
      if (page) page.open = true;
    }
  }
}

function drawGraph(verdicts, numbers, list) {
  const { roots, without, undrawn } = lineageTrees(verdicts, numbers);
  const graph = document.getElementById("graph");
  graph.replaceChildren(...(roots.length ? [graphOf(verdicts, roots)] : []));
  graph.hidden = !roots.length;
  const drawing = graph.firstElementChild;
  document.getElementById("lineage").classList.toggle("tall", Boolean(drawing) && Number(drawing.getAttribute("height")) > TALLEST_ON_PAPER);
  const notes = [];
  if (undrawn) notes.push(`${counted(undrawn, "reference")} with other images ${undrawn === 1 ? "is" : "are"} not drawn. Use the filters to see them.`);
  if (without) notes.push(`${counted(without, "reference")} ${without === 1 ? "has" : "have"} no image with a readable lineage.`);
  if (!numbers.length) notes.push("No reference matches these filters.");
  document.getElementById("undrawn").textContent = notes.join(" ");
  graph.onclick = (event) => {
    const link = event.target.closest("a");
    if (link && link.getAttribute("href") === location.hash) list.follow(location.hash);
  };
}

/** Functions that open, list and draw everything for printing, and close it again afterwards. */
function onPaper(list, draw) {
  let closed = [];
  const open = () => {
    if (closed.length) return;
    draw();
    list.more(list.entries.length, false);
    for (const entry of list.rows.children) entry.reveal?.(list.numbers.length);
    for (const details of list.rows.querySelectorAll("li > details")) details.fill();
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  };
  const close = () => {
    for (const details of closed) details.open = false;
    closed = [];
  };
  return { open, close };
}

function later(task) {
  (globalThis.requestIdleCallback ?? setTimeout)(task, { timeout: 300 });
}

// Parsing the page, reading its data and showing the data are separate tasks, so that none of them takes
// long. A browser may print before they have run: `chromium --headless --print-to-pdf` does.
setTimeout(() => {
  read();
  setTimeout(start);
});
addEventListener("beforeprint", () => start().open());
addEventListener("afterprint", () => start().close());
matchMedia("print").addEventListener("change", (event) => (event.matches ? start().open() : start().close()));
