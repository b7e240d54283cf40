// Parses and draws Mermaid diagrams in a browser, and says what is to be seen of each.
// node draw.js CHROMIUM DIAGRAMS.json: a list of texts; prints a list of {error, labels, links, html}.
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

async function draw(text) {
  const found = { error: null, labels: [], links: 0, handlers: 0, html: "" };
  try {
    await mermaid.parse(text);
    const { svg, bindFunctions } = await mermaid.render("drawn", text);
    const place = document.createElement("div");
    document.body.replaceChildren(place);
    place.innerHTML = svg;
    if (bindFunctions) bindFunctions(place);
    const svgs = [...place.querySelectorAll("svg *")];
    found.labels = [...place.querySelectorAll(".nodeLabel, .edgeLabel")].map((each) =>
      [...each.childNodes].map((node) => node.innerText ?? node.textContent).join("\n"),
    );
    found.links = place.querySelectorAll("a, img, script, iframe").length;
    found.handlers = svgs.filter((each) => each.classList.contains("clickable")
      || [...each.attributes].some((attribute) => attribute.name.startsWith("on"))).length;
    found.html = svg;
  } catch (error) {
    found.error = String(error);
  }
  return found;
}

(async () => {
  const [executablePath, file] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath, headless: true, args: ARGUMENTS });
  const page = await browser.newPage();
  await page.route("**/*", (route) => route.abort());
  await page.setContent("<!doctype html><body></body>");
  const home = path.dirname(require.resolve("mermaid/package.json"));
  await page.addScriptTag({ path: path.join(home, "dist", "mermaid.min.js") });
  // "loose" lets clicks and HTML through, which GitHub's own setting does not: what is harmless
  // here is harmless by what is written, and not because somebody takes it out again.
  await page.evaluate(() => mermaid.initialize({ startOnLoad: false, securityLevel: "loose" }));
  const drawn = [];
  for (const text of JSON.parse(fs.readFileSync(file, "utf-8"))) {
    drawn.push(await page.evaluate(draw, text));
  }
  await browser.close();
  process.stdout.write(JSON.stringify(drawn));
})().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
