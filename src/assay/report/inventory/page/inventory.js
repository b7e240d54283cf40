"use strict";

// Sorts tables by a column, and shows the rows that contain a text. Without scripts they show every row.
for (const table of document.querySelectorAll("table[data-sorts]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") !== "descending";
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const worth = (row) => row.cells[column].dataset.worth ?? row.cells[column].textContent;
      const sign = down ? -1 : 1;
      const rows = [...body.rows].sort((one, other) =>
        sign * worth(one).localeCompare(worth(other), "en", { numeric: true }));
      body.append(...rows);
    });
  });
  const filter = document.getElementById(`${table.id}-filter`);
  filter?.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
  });
}
