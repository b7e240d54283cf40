"use strict";

// The longest task of the browser's main thread, in milliseconds, while a page opens and while it
// is used. Arguments: the browser, a file, and what is allowed. Neighbours on the machine make tasks
// longer and never shorter, so the best of three tries is what the page itself takes.

const { pathToFileURL } = require("node:url");
const { run } = require("../node/browser.js");

const [, , chromium, file, allowed] = process.argv;
const TRIES = 3;

run(chromium, async (browser) => {
  let best = await used(browser);
  for (let number = 1; number < TRIES && Math.max(...Object.values(best.longest)) >= Number(allowed); number += 1) {
    const again = await used(browser);
    for (const [what, time] of Object.entries(best.longest)) {
      again.longest[what] = Math.min(time, again.longest[what]);
    }
    best = again;
  }
  return best;
});

async function used(browser) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map((entry) => entry.duration)))
      .observe({ type: "longtask", buffered: true });
  });
  const longest = {};
  const tasksOf = async (work) => {
    await work();
    await page.waitForTimeout(600); // past the pause after typing, and the drawing of the graph
    return page.evaluate(() => Math.max(0, ...globalThis.tasks.splice(0)));
  };
  const measured = async (what, work) => { longest[what] = await tasksOf(work); };
  await measured("opening", () => page.goto(pathToFileURL(file).href));
  await measured("searching", () => page.locator("[name=text]").pressSequentially("web[4"));
  await measured("clearing", () => page.locator("[type=reset]").click());
  await measured("by outcome", () => page.locator("[name=standing][value=fail]").uncheck());
  await measured("by rule", () => page.locator("[name=rule]").selectOption("unresolved"));
  await measured("clearing again", () => page.locator("[type=reset]").click());
  await measured("more", () => page.locator("#next").click());
  await measured("all", async () => {
    await page.locator("#rest").click();
    await page.locator("#more").waitFor({ state: "hidden", timeout: 90_000 }); // how soon is not asked: pieces wait for idle time
  });
  const rows = await page.locator("#rows > li").count();
  const control = await tasksOf(() => page.evaluate(busy)); // would a long task be noticed?
  await context.close();
  return { longest, rows, control };
}

/** Three tenths of a second in which the page can do nothing else. */
function busy() {
  return new Promise((done) => setTimeout(() => {
    const end = performance.now() + 300;
    while (performance.now() < end);
    done();
  }));
}
