"use strict";

// The list for readers without scripts is not laid out while scripts are at work, and comes back
// where one of them fails.

document.documentElement.classList.add("working");
addEventListener("error", () => document.documentElement.classList.remove("working"));
