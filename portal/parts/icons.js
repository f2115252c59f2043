/** Icons, 20 by 20, drawn in the colour of the text beside them; they say nothing to screen readers. */

import { s } from "./h.js";

const PATHS = {
  add: "M10 4v12M4 10h12",
  approve: "M4 10.5l4 4 8-9",
  arrowDown: "M10 4v12M5 11l5 5 5-5",
  arrowUp: "M10 16V4M5 9l5-5 5 5",
  chevron: "M8 5l5 5-5 5",
  chevronDown: "M5 8l5 5 5-5",
  clock: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 6v4l3 2",
  close: "M5 5l10 10M15 5L5 15",
  copy: "M7 7h9v9H7zM4 13V4h9",
  delete: "M4 6h12M8 6V4h4v2M6 6l1 11h6l1-11M9 9v5M11 9v5",
  dot: "M10 7a3 3 0 100 6 3 3 0 000-6z",
  download: "M10 3v9M6 9l4 4 4-4M4 16h12",
  edit: "M4 16l1-4 8-8 3 3-8 8zM12 5l3 3",
  error: "M10 3a7 7 0 100 14 7 7 0 000-14zM7.5 7.5l5 5M12.5 7.5l-5 5",
  external: "M8 5H5v10h10v-3M11 4h5v5M16 4l-7 7",
  groups: "M7 9a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM2.5 16c0-3 2-5 4.5-5s4.5 2 4.5 5M13 9.5a2 2 0 100-4M13.5 11.5c2.5 0 4 1.800 4 4.500",
  info: "M10 3a7 7 0 100 14 7 7 0 000-14zM10 9v5M10 6.500v.5",
  link: "M8 12l4-4M9 6l2-2a3 3 0 014.500 4.500l-2 2M11 14l-2 2A3 3 0 014.500 11.500l2-2",
  menu: "M3 5h14M3 10h14M3 15h14",
  more: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  pause: "M7 4v12M13 4v12",
  person: "M10 9.500a3 3 0 100-6 3 3 0 000 6zM4 17c0-3.500 2.500-5.500 6-5.500s6 2 6 5.500",
  play: "M6 4l10 6-10 6z",
  plug: "M7 3v4M13 3v4M5 7h10v3a5 5 0 01-10 0zM10 15v3",
  preview: "M2 10c2-4 5-5.500 8-5.500S16 6 18 10c-2 4-5 5.500-8 5.500S4 14 2 10zM10 7.500a2.500 2.500 0 100 5 2.500 2.500 0 000-5z",
  refresh: "M16 10a6 6 0 11-2-4.500M14.500 2.500V6H11",
  search: "M9 3.500a5.500 5.500 0 100 11 5.500 5.500 0 000-11zM13 13l4 4",
  settings: "M3 6h7M14 6h3M12 4v4M3 14h3M10 14h7M8 12v4",
  stop: "M5 5h10v10H5z",
  success: "M10 3a7 7 0 100 14 7 7 0 000-14zM6.500 10l2.500 2.500 4.500-5",
  undo: "M7 5L3.500 8.500 7 12M4 8.500h8a4 4 0 010 8H9",
  warning: "M10 3l7.500 13.500h-15zM10 8v4M10 14v.5",
};

/** @param {keyof typeof PATHS} name @param {string} [slot] of the component that it stands in */
export function icon(name, slot) {
  return s("svg", { class: `icon icon-${name}`, slot, viewBox: "0 0 20 20", "aria-hidden": "true" }, s("path", { d: PATHS[name] }));
}
