// The matrix as a table: a body for each division, a row for each class, a button in each cell.

import { keyOf, onCells, replaceCells, stateOf } from "./cells.js";
import { isFocusLost } from "./dialogs.js";
import { count, createElement, finderOf, isQuarter, label, periodName } from "./format.js";
import { moveTo, shownRows } from "./table_keys.js";
import { text } from "./texts.js";

const scroller = document.getElementById("matrix");
const table = scroller.querySelector("table");
const keys = new WeakMap();
const buttons = new Map();
let shownYear = null;

/** Shows the rows of `scheduleMatrix` and highlights the periods `now`. */
export function showTable(scheduleMatrix, now) {
  const { academicYear, rows } = scheduleMatrix;
  const current = currentButton();
  const hasFocus = current !== null && current === document.activeElement;
  replaceCells(scheduleMatrix);
  shownYear = academicYear;
  buttons.clear();
  const periods = rows[0].cells.map(({ period }) => period);
  const column = (period) =>
    [now.includes(period) && "now", isQuarter(period) && "quarter", period === "Q1" && "first"]
      .filter(Boolean).join(" ");
  table.caption.textContent = text("caption", { year: academicYear });
  table.tHead.replaceChildren(
    createElement("tr", {},
      createElement("th", { scope: "col" }, text("classCode")),
      ...periods.map((period) => createElement(
        "th",
        { scope: "col", class: column(period), "aria-current": now.includes(period) ? "date" : null },
        createElement("abbr", { title: periodName(period) }, label(period)),
      )),
    ),
  );
  for (const body of [...table.tBodies]) body.remove();
  for (const [division, ofDivision] of Map.groupBy(rows, (row) => row.schoolClass.division)) {
    const title = `${label(division)} · ${count(ofDivision.length, "class")}`;
    table.append(
      createElement("tbody", { "data-division": division },
        createElement("tr", { class: "division" },
          createElement("th", { scope: "rowgroup", colspan: periods.length + 1 }, createElement("span", {}, title))),
        ...ofDivision.map((row) => rowOf(row, academicYear, column)),
      ),
    );
  }
  const next = moveTo(buttons.get(keys.get(current)) ?? table.querySelector("td button"));
  if (hasFocus) next.focus({ preventScroll: true });
}

/** Returns the button that the tab key reaches, or null. */
const currentButton = () => table.querySelector('td button[tabindex="0"]');

function rowOf(row, academicYear, column) {
  const { code, name } = row.schoolClass;
  const level = row.curriculum && (row.curriculum.primary ? row.curriculum.label : text("no_level"));
  const details = [level, !row.canEdit && text("only_view")].filter(Boolean).join(" · ");
  return createElement("tr", {},
    createElement("th", { scope: "row" }, createElement("span", {}, name), createElement("small", {}, details)),
    ...row.cells.map((cell) => {
      const button = createElement("button", { type: "button", tabindex: "-1" });
      const key = keyOf(code, academicYear, cell.period);
      keys.set(button, key);
      buttons.set(key, button);
      showCell(key);
      return createElement("td", { class: column(cell.period) }, button);
    }),
  );
}

/** Returns what a button shows: see `stateOf`. */
export const cellOf = (button) => stateOf(keys.get(button));

/** Returns the button of the cell with this key, or undefined. */
export const buttonOf = (key) => buttons.get(key);

/** Returns the buttons of the shown cells in the block between two buttons. */
export function rectangle(one, other) {
  const rows = shownRows();
  const sorted = (numbers) => numbers.sort((first, second) => first - second);
  const [top, bottom] = sorted([one, other].map((button) => rows.indexOf(button.closest("tr"))));
  const [left, right] = sorted([one, other].map((button) => button.parentElement.cellIndex));
  return rows.slice(Math.max(top, 0), bottom + 1).flatMap((row) =>
    [...row.cells].slice(left, right + 1).map((each) => each.querySelector("button")));
}

/** Shows the current state of the cell with this key, if it is in the table. */
function showCell(key) {
  const button = buttons.get(key);
  if (!button) return;
  const { cell, schoolClass, isSaving, isUnsaved, changedBy } = stateOf(key);
  const mark = isSaving ? "saving" : isUnsaved ? "unsaved" : changedBy ? "changed" : null;
  const exams = cell.examCount ? count(cell.examCount, "exam_of_cell") : text("without_exams");
  const parts = [`${schoolClass.name}, ${periodName(cell.period)}: ${label(cell.status)}`, exams, mark && text(`is_${mark}`, { name: changedBy })];
  button.dataset.status = cell.status;
  if (mark) button.dataset.mark = mark;
  else delete button.dataset.mark;
  button.style.setProperty("--status", cell.color);
  button.setAttribute("aria-label", parts.filter(Boolean).join(", "));
  button.replaceChildren(
    createElement("span", { class: "icon" }, cell.icon),
    createElement("span", { class: "count" }, String(cell.examCount || "")),
  );
}

onCells((changed) => changed.forEach(showCell));

/** Returns the classes of the rows that the filters show. */
export const shownClasses = () => shownRows().map((row) => cellOf(row.querySelector("td button")).schoolClass);

/** Returns the academic year of the table. While another one is being loaded, the field for the year has that one. */
export const yearOfTable = () => shownYear;

/** Scrolls the current month to the middle. */
export function scrollToNow() {
  const month = table.tHead.querySelector(".now");
  if (month) scroller.scrollLeft = month.offsetLeft - scroller.clientWidth / 2;
}

/**
 * Shows only the rows that match: of a `division`, a `grade`, and with `words` in the name or code. An empty value matches all.
 *
 * With a `status`, rows without such a cell are hidden, and other cells are empty. Returns the cells that are shown.
 */
export function filterTable({ division = "", grade = "", words = "", status = "" }) {
  const matches = finderOf(words);
  const shown = [];
  for (const body of table.tBodies) {
    let isEmpty = true;
    for (const row of body.querySelectorAll("tr:not(.division)")) {
      const inRow = [...row.querySelectorAll("td button")];
      const states = inRow.map(cellOf);
      const { schoolClass } = states[0];
      const matching = inRow.filter((_button, index) => !status || states[index].cell.status === status);
      for (const button of inRow) button.classList.toggle("other", !matching.includes(button));
      row.hidden = (division !== "" && schoolClass.division !== division) || (grade !== "" && String(schoolClass.grade) !== grade) ||
        !matches(`${schoolClass.name} ${schoolClass.code}`) || !matching.length;
      if (row.hidden) continue;
      isEmpty = false;
      shown.push(...matching);
    }
    body.hidden = isEmpty;
  }
  const focusable = currentButton();
  if (focusable?.closest("[hidden]") && shown.length) moveTo(shown[0]);
  return shown.map((button) => cellOf(button).cell);
}

// A new table can have replaced the button that opened the panel, which the browser would focus.
document.getElementById("cell").addEventListener("close", ({ target }) => isFocusLost(target) && currentButton()?.focus());

/** Calls `open(button, state, event)` with the state of the cell when a cell is clicked, tapped or opened with Enter. */
export function onCell(open) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("td button");
    if (!button) return;
    moveTo(button);
    open(button, cellOf(button), event);
  });
}
