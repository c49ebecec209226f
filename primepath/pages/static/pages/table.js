// The matrix as a table: a body for each division, a row for each class, a button in each cell.

import { count, createElement, finderOf, isQuarter, label, periodName } from "./format.js";
import { text } from "./texts.js";

const scroller = document.getElementById("matrix");
const table = scroller.querySelector("table");
const cells = new WeakMap();

/** Shows the rows of `scheduleMatrix` and highlights the periods `now`. */
export function showTable({ academicYear, rows }, now) {
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
        ...ofDivision.map((row) => rowOf(row, column)),
      ),
    );
  }
  table.querySelector("td button").tabIndex = 0;
}

function rowOf(row, column) {
  const { name } = row.schoolClass;
  const details = [row.curriculum?.label, !row.canEdit && text("only_view")].filter(Boolean).join(" · ");
  return createElement("tr", {},
    createElement("th", { scope: "row" }, createElement("span", {}, name), createElement("small", {}, details)),
    ...row.cells.map((cell) => {
      const button = createElement("button", { type: "button", tabindex: "-1" });
      showCell(button, cell, row.schoolClass, row.canEdit);
      return createElement("td", { class: column(cell.period) }, button);
    }),
  );
}

/** Returns what a button shows: its `cell`, the `schoolClass`, and whether the viewer can edit it. */
export const cellOf = (button) => cells.get(button);

/** Returns the buttons of the shown cells in the block between two buttons. */
export function rectangle(one, other) {
  const rows = shownRows();
  const sorted = (numbers) => numbers.sort((first, second) => first - second);
  const [top, bottom] = sorted([one, other].map((button) => rows.indexOf(button.closest("tr"))));
  const [left, right] = sorted([one, other].map((button) => button.parentElement.cellIndex));
  return rows.slice(Math.max(top, 0), bottom + 1).flatMap((row) =>
    [...row.cells].slice(left, right + 1).map((each) => each.querySelector("button")));
}

const shownRows = () => [...table.querySelectorAll("tbody:not([hidden]) tr:not(.division, [hidden])")];

/** Shows the current state of a cell. The class and `canEdit` are only required when the button shows its first cell. */
export function showCell(button, cell, schoolClass = cells.get(button).schoolClass, canEdit = cells.get(button).canEdit) {
  cells.set(button, { cell, schoolClass, canEdit });
  const exams = cell.examCount ? count(cell.examCount, "exam_of_cell") : text("without_exams");
  button.dataset.status = cell.status;
  button.style.setProperty("--status", cell.color);
  button.setAttribute(
    "aria-label", `${schoolClass.name}, ${periodName(cell.period)}: ${label(cell.status)}, ${exams}`);
  button.replaceChildren(
    createElement("span", { class: "icon" }, cell.icon),
    createElement("span", { class: "count" }, String(cell.examCount || "")),
  );
}

/** Shows the current state of each of the `changed` cells that is in the table. */
export function showCells(changed) {
  const key = ({ code }, { period }) => `${code} ${period}`;
  const byKey = new Map(changed.map((cell) => [key(cell.schoolClass, cell), cell]));
  for (const button of table.querySelectorAll("td button")) {
    const { cell, schoolClass } = cells.get(button);
    const now = byKey.get(key(schoolClass, cell));
    if (now) showCell(button, now);
  }
}

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
      const buttons = [...row.querySelectorAll("td button")];
      const { schoolClass } = cells.get(buttons[0]);
      const matching = buttons.filter((button) => !status || cells.get(button).cell.status === status);
      for (const button of buttons) button.classList.toggle("other", !matching.includes(button));
      row.hidden = (division !== "" && schoolClass.division !== division) || (grade !== "" && String(schoolClass.grade) !== grade) ||
        !matches(`${schoolClass.name} ${schoolClass.code}`) || !matching.length;
      if (row.hidden) continue;
      isEmpty = false;
      shown.push(...matching);
    }
    body.hidden = isEmpty;
  }
  const focusable = table.querySelector('td button[tabindex="0"]');
  if (focusable?.closest("[hidden]") && shown.length) moveTo(shown[0]);
  return shown.map((button) => cells.get(button).cell);
}

/** Calls `open(button, { cell, schoolClass }, event)` when a cell is clicked, tapped or opened with Enter. */
export function onCell(open) {
  table.addEventListener("click", (event) => {
    const button = event.target.closest("td button");
    if (!button) return;
    moveTo(button);
    open(button, cells.get(button), event);
  });
}

function moveTo(button) {
  for (const each of table.querySelectorAll('td button[tabindex="0"]')) each.tabIndex = -1;
  button.tabIndex = 0;
  return button;
}

table.addEventListener("keydown", (event) => {
  const button = event.target.closest("td button");
  if (!button || event.altKey || event.metaKey) return;
  const rows = shownRows();
  const row = rows.indexOf(button.closest("tr"));
  const column = button.parentElement.cellIndex;
  const last = rows[row].cells.length - 1;
  const [toRow, toColumn] = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    PageUp: [Math.max(row - 10, 0), column],
    PageDown: [Math.min(row + 10, rows.length - 1), column],
    Home: [event.ctrlKey ? 0 : row, 1],
    End: [event.ctrlKey ? rows.length - 1 : row, last],
  }[event.key] ?? [];
  if (toRow === undefined) return;
  event.preventDefault();
  const next = toColumn > 0 && rows[toRow]?.cells[toColumn]?.querySelector("button");
  if (next) moveTo(next).focus();
});
