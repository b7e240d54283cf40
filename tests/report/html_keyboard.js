"use strict";

// Goes through a page by the keyboard alone and tells what is listed after every step.
// Arguments: the browser, then a file.

const { pathToFileURL } = require("node:url");
const { open, run } = require("../node/browser.js");

const [, , chromium, file] = process.argv;

run(chromium, async (browser) => {
  const { context, page, seen } = await open(browser, pathToFileURL(file).href);
  await page.waitForFunction(() => !document.getElementById("plain")); // scripts are done
  const steps = {};
  const told = async (step) => { steps[step] = await page.evaluate(listed); };
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const settle = () => page.waitForTimeout(300); // typing is looked for after a pause
  await told("at first");
  await press("Tab");
  steps.skip = await page.evaluate(() => document.activeElement.className);
  await press("Enter");
  steps.skipped = await page.evaluate(() => document.activeElement.id);
  await tabTo(page, "[name=standing][value=fail]");
  await press("Space");
  await told("without fail");
  await press("Space");
  await tabTo(page, "[name=text]");
  await page.keyboard.type("FIREWALL vendor");
  await settle();
  await told("found by words");
  await press("Control+A");
  await page.keyboard.type("no such thing");
  await settle();
  await told("nothing found");
  await press("Control+A", "Delete");
  await tabTo(page, "[name=account]");
  await page.keyboard.type("333");
  await settle();
  await told("by account");
  await tabTo(page, "[name=region]");
  await page.keyboard.type("eu-w");
  await settle();
  await told("by account and Region");
  await tabTo(page, "[type=reset]");
  await press("Enter");
  await settle();
  await told("cleared");
  await press("Shift+Tab");
  await page.keyboard.type("unres");
  await settle();
  await told("by rule");
  await press("Tab", "Enter");
  await settle();
  await tabTo(page, "#rows summary.head", "passes");
  steps.closed = await page.evaluate(inside);
  await press("Enter");
  await settle();
  steps.opened = await page.evaluate(inside);
  await tabTo(page, "#graph a");
  steps.link = await page.evaluate(() => document.activeElement.querySelector("title").textContent);
  await press("Enter");
  await settle();
  steps.followed = await page.evaluate(inside);
  await context.close();
  return { steps, errors: [...seen.errors, ...seen.console] };
});

/** Presses Tab until an element is reached that fits, and, if asked, holds this text. */
async function tabTo(page, selector, text = "") {
  for (let presses = 0; presses < 200; presses += 1) {
    await page.keyboard.press("Tab");
    const there = await page.evaluate(
      ([wanted, holding]) => document.activeElement.matches(wanted) && document.activeElement.textContent.includes(holding),
      [selector, text],
    );
    if (there) return;
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

/** What the list holds, and what is said of it to those who do not see it. */
function listed() {
  return {
    addresses: [...document.querySelectorAll("#rows .address")].map((each) => each.textContent),
    status: document.querySelector("[role=status]").textContent,
  };
}

/** The reference that has the focus: its address, whether it is open, and what can be read of it. */
function inside() {
  const details = document.activeElement.closest("details");
  return { address: details.querySelector(".address").textContent, open: details.open, text: details.innerText };
}
