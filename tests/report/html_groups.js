"use strict";

// Looks at groups of references: at first, where a link leads into one, and behind a filter.
// Arguments: the browser, then a file.

const { pathToFileURL } = require("node:url");
const { open, run } = require("../node/browser.js");

const [, , chromium, file] = process.argv;

run(chromium, async (browser) => {
  const { context, page, seen } = await open(browser, pathToFileURL(file).href);
  await page.waitForFunction(() => !document.getElementById("plain")); // scripts are done
  const said = () => page.locator("#shown").textContent();
  const listed = () => page.locator("#rows .address").count();
  const abouts = () => page.locator("#rows .group > details > summary .about").allTextContents();
  const first = { said: await said(), groups: (await abouts()).map((each) => Number(each.split(" ")[0])), listed: await listed() };
  await page.evaluate(() => { location.hash = "#reference-30"; });
  await page.waitForFunction(() => document.activeElement.closest("#reference-30"));
  const followed = {
    focus: await page.evaluate(() => document.activeElement.closest("li").id),
    open: await page.evaluate(() => document.activeElement.closest(".group").querySelector("details").open),
    listed: await listed(),
  };
  await page.locator("[name=text]").fill("a[1");
  await page.waitForFunction(() => document.getElementById("shown").textContent.includes("with these filters"));
  const filtered = { said: await said(), listed: await listed() };
  const headings = await abouts();
  await context.close();
  return { first, followed, filtered, headings, errors: [...seen.errors, ...seen.console] };
});
