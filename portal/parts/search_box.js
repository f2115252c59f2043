/** A search field that waits until the typing pauses. */

import { h } from "./h.js";
import { icon } from "./icons.js";

const PAUSE = 250;

/** @param {{label: string, value?: string, onSearch: (words: string) => void}} options */
export function searchBox({ label, value = "", onSearch }) {
  let timer;
  let last = value.trim();
  const input = h("input", { type: "search", class: "input", placeholder: label, "aria-label": label, maxlength: 100 });
  input.value = value;
  const search = () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words !== last) onSearch((last = words));
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && search());
  return h("div", { class: "search-box", role: "search" }, icon("search"), input);
}
