"use strict";

// Hides the list for readers without scripts while scripts are running, and shows it again if one of
// them fails.

document.documentElement.classList.add("working");
addEventListener("error", () => document.documentElement.classList.remove("working"));
