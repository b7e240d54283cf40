"use strict";

// Shows what holds a text, and opens it. Without scripts the page is whole.
const filter = document.getElementById("filter");
filter?.addEventListener("input", () => {
  const wanted = filter.value.trim().toLowerCase();
  for (const each of document.querySelectorAll("[data-row]")) {
    each.hidden = !each.textContent.toLowerCase().includes(wanted);
  }
  if (!wanted) return;
  for (const each of document.querySelectorAll("details:not([hidden])")) each.open = true;
});
