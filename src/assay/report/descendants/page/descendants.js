"use strict";

// Shows and opens what contains a text. Without scripts the page shows everything.
const filter = document.getElementById("filter");
filter?.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const each of document.querySelectorAll("[data-row]")) {
    each.hidden = !each.textContent.toLowerCase().includes(wanted);
  }
  if (!wanted) return;
  for (const each of document.querySelectorAll("details:not([hidden])")) each.open = true;
});
