"use strict";

// Opens pages, looks at everything in them, and lets axe judge them in light and dark.
// Arguments: the browser, then files.

const { readFileSync } = require("node:fs");
const { basename } = require("node:path");
const { pathToFileURL } = require("node:url");
const { open, run } = require("../node/browser.js");

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf-8");
const [, , chromium, ...files] = process.argv;

run(chromium, async (browser) => {
  const found = {};
  for (const file of files) found[basename(file, ".html")] = await judge(browser, pathToFileURL(file).href);
  return found;
});

async function judge(browser, url) {
  const { context, page, seen } = await open(browser, url, { viewport: { width: 1280, height: 900 } });
  await openAll(page);
  const result = { ...seen, url, ...(await page.evaluate(look)) };
  await page.evaluate(AXE);
  result.axe = {};
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    result.axe[colorScheme] = await page.evaluate(axeRuns);
  }
  await page.setViewportSize({ width: 400, height: 800 });
  result.overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  result.violations = await page.evaluate(() => globalThis.violations);
  await context.close();
  return result;
}

async function openAll(page) {
  await page.waitForFunction(() => !document.getElementById("plain")); // scripts are done
  await page.waitForFunction(() => document.querySelector("#rows:empty, #graph svg, #graph[hidden]"));
  await page.evaluate(async () => {
    const details = () => {
      const closed = [...document.querySelectorAll("details:not([open])")];
      return closed.length < 100 ? closed : closed.slice(0, 5); // axe would take minutes
    };
    const groups = [...document.querySelectorAll(".group p.more:not([hidden]) button")];
    if (groups.length < 10) groups.forEach((each) => each.click());
    for (let round = 0; round < 2; round += 1) {
      for (const each of details()) each.open = true;
      await new Promise((done) => setTimeout(done, 50)); // `toggle` comes later
    }
  });
}

/** What stands in the document: its text, its scripts, what could run or load something. */
function look() {
  const all = [...document.querySelectorAll("*")];
  return {
    text: document.body.innerText,
    drawn: [...document.querySelectorAll("#graph title")].map((each) => each.textContent),
    graph: {
      images: document.querySelectorAll("#graph .node").length,
      golden: [...document.querySelectorAll("#graph .node.golden .image")].map((each) => each.textContent),
      made: [...document.querySelectorAll("#graph .edge .how")].map((each) => each.textContent),
      crossing: [...document.querySelectorAll("#graph .edge.crossing .into")].map((each) => each.textContent),
      used: document.querySelectorAll("#graph a").length,
      more: document.getElementById("undrawn").textContent,
    },
    elements: [...new Set(all.map((each) => each.localName))].sort(),
    attributes: [...new Set(all.flatMap((each) => each.getAttributeNames()))].sort(),
    links: [...new Set(all.map((each) => each.getAttribute("href")).filter((href) => href))],
    scripts: document.scripts.length,
  };
}

async function axeRuns() {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations, passes } = await globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] });
  const told = violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(" | ")}`);
  return { violations: told, passed: passes.length };
}
