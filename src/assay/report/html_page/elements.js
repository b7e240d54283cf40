"use strict";

// Makes elements by name. Text is added as text: nothing on this page makes HTML from a string, and
// its Content-Security-Policy (require-trusted-types-for) would reject that.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; children that are null are left out. */
function element(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** An SVG element. */
function drawn(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function filled(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** The label of an outcome: always a word, never a colour alone. */
function badge(standing) {
  return element("span", { class: `badge ${standing}` }, standing);
}

function counted(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}
