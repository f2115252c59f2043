/**
 * Elements without markup in strings: `h("a", { href, class: "x", onClick: go }, "words", child)`.
 *
 * A property that begins with "on" is a listener, "vars" sets CSS custom properties (a style attribute would be
 * refused by the content security policy), true is an attribute without a value, and null, undefined and false are
 * left out. Children may be nodes, texts, numbers and lists of them; nothing is ever read as HTML.
 */

/** @returns {HTMLElement} */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function s(tag, properties = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
}

/** Put *children* in place of what *element* holds. */
export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** An id that no other element has, for labels and descriptions. */
let ids = 0;
export const newId = (what) => `${what}-${(ids += 1)}`;

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  element.append(...nodes(children));
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) element.addEventListener(name.slice(2).toLowerCase(), value);
  else if (name === "vars") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
  else element.setAttribute(name, value === true ? "" : value);
}

const nodes = (children) =>
  children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
