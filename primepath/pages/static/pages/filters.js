// The filters of the page: division, class, grade and status. On a phone, a button shows all but the division.

import { createElement, label, STATUSES } from "./format.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);

/** Fills the divisions, and chooses `wanted` if it is one of them. */
export function showDivisions(rows, wanted) {
  const divisions = [...new Set(rows.map((row) => row.schoolClass.division))];
  const chosen = divisions.includes(wanted) ? wanted : "";
  const hasFocus = element("divisions").contains(document.activeElement);
  const choices = divisions.length > 1 ? ["", ...divisions] : [];
  element("divisions").replaceChildren(
    element("divisions").querySelector("legend"),
    ...choices.map((division) => {
      const input = createElement("input", { type: "radio", name: "division", value: division });
      input.checked = division === chosen;
      return createElement("label", {}, input, createElement("span", {}, division ? label(division) : text("all_divisions")));
    }),
  );
  if (hasFocus) element("divisions").querySelector("input:checked")?.focus({ preventScroll: true });
}

/** Fills the filters. What was chosen stays chosen. */
export function showFilters(rows) {
  const grades = [...new Set(rows.map((row) => row.schoolClass.grade))].sort((one, other) => one - other);
  const fill = (id, all, choices) => {
    const { value } = element(id);
    element(id).replaceChildren(
      createElement("option", { value: "" }, all),
      ...choices.map(([key, name]) => createElement("option", { value: key }, name)));
    if (choices.some(([key]) => String(key) === value)) element(id).value = value;
  };
  fill("filter-grade", text("all_grades"), grades.map((grade) => [grade, text("grade", { grade })]));
  fill("filter-status", text("all_statuses"), STATUSES.map((status) => [status, label(status)]));
}

/** Returns what is chosen, as `filterTable` expects it. */
export const chosenFilters = () => ({
  division: document.querySelector("#divisions input:checked")?.value ?? "",
  grade: element("filter-grade").value,
  words: element("filter-class").value,
  status: element("filter-status").value,
});

/** Returns what is chosen, as the API expects it, and the `words`. */
export function chosenForApi() {
  const { division, grade, words, status } = chosenFilters();
  return { division: division || null, grade: grade === "" ? null : Number(grade), statuses: status ? [status] : null, words };
}

/** Chooses everything, as on a new page. */
export function clearFilters() {
  for (const id of ["filter-class", "filter-grade", "filter-status"]) element(id).value = "";
  const all = document.querySelector('#divisions input[value=""]');
  if (all) all.checked = true;
}

/** Calls `listen` after a class, grade or status was chosen. */
export function onFilter(listen) {
  for (const id of ["filter-class", "filter-grade", "filter-status"]) element(id).addEventListener("input", listen);
}

element("show-filters").addEventListener("click", ({ currentTarget }) => {
  const isOpen = element("tools").classList.toggle("with-filters");
  currentTarget.setAttribute("aria-expanded", String(isOpen));
});
