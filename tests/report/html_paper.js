"use strict";

// Prints pages, and opens them without scripts; one named broken is opened with them.
// Arguments: the browser, then files.

const { basename } = require("node:path");
const { pathToFileURL } = require("node:url");
const { open, run } = require("../node/browser.js");

const [, , chromium, ...files] = process.argv;

run(chromium, async (browser) => {
  const found = {};
  for (const file of files) {
    const url = pathToFileURL(file).href;
    const name = basename(file, ".html");
    found[name] = name === "broken" ? await plain(browser, url, true) : await printed(browser, url);
    if (name !== "broken") found[name].plain = await plain(browser, url, false);
    if (name !== "broken") found[name].atOnce = await atOnce(browser, url);
  }
  return found;
});

async function printed(browser, url) {
  const { context, page, seen } = await open(browser, url);
  await page.waitForFunction(() => !document.getElementById("plain")); // scripts are done
  const before = await page.evaluate(state);
  await page.emulateMedia({ media: "print" });
  await page.waitForFunction(() => !document.querySelector("details:not([open])"));
  const paper = await page.evaluate(state);
  await page.emulateMedia({ media: "screen" });
  await page.waitForFunction((open_) => document.querySelectorAll("details[open]").length === open_, before.open);
  await page.evaluate(() => addEventListener("beforeprint", () => { globalThis.onPaper = document.querySelectorAll("details:not([open])").length; }));
  await page.emulateMedia({ media: null }); // or it would print what the screen shows
  const pdf = await page.pdf({ format: "A4", preferCSSPageSize: true });
  const closedOnPaper = await page.evaluate(() => globalThis.onPaper);
  await context.close();
  return { before, paper, closedOnPaper, pages: pdf.toString("latin1").split("/Type /Page\n").length - 1, errors: [...seen.errors, ...seen.console] };
}

/** Prints a page none of whose tasks has run yet, as a browser does that prints when it has loaded. */
async function atOnce(browser, url) {
  const { context, page, seen } = await open(browser, "about:blank");
  await page.addInitScript(() => { globalThis.setTimeout = () => 0; });
  await page.goto(url);
  await page.emulateMedia({ media: "print" });
  await page.waitForFunction(() => !document.querySelector("details:not([open])"));
  const paper = await page.evaluate(state);
  await context.close();
  return { ...paper, errors: [...seen.errors, ...seen.console] };
}

function state() {
  const visible = (each) => each.checkVisibility({ contentVisibilityAuto: false });
  return {
    open: document.querySelectorAll("details[open]").length,
    closed: document.querySelectorAll("details:not([open])").length,
    addresses: [...document.querySelectorAll("#rows .address")].filter(visible).map((each) => each.textContent),
    controls: [...document.querySelectorAll("input, select, button, nav")].filter(visible).length,
    text: document.body.innerText,
    drawn: document.querySelectorAll("#graph svg").length,
  };
}

async function plain(browser, url, javaScriptEnabled) {
  const { context, page, seen } = await open(browser, url, { javaScriptEnabled });
  await page.waitForTimeout(200); // scripts, where they are on, have had their chance
  const text = await page.locator("body").innerText();
  await context.close();
  return { text, requests: seen.requests.length, errors: seen.errors };
}
