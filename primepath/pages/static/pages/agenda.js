// The week and the month as a list of days with their cells, instead of the matrix.

import { send } from "./api.js";
import { isFocusLost } from "./dialogs.js";
import { count, createElement, date, dateRange, finderOf, label, monthOf, periodName, times, today } from "./format.js";
import { queries, withRequestId } from "./operations.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const DAY = 86_400_000;
let anchor = null;
let shown = null;
let filters = () => ({});
let open = () => {};
let lastRequest = 0;
let lastOpened = null;

/** Calls `opener({ cell, schoolClass }, school)` when a cell is opened. `read()` returns the filters of the page. */
export function onAgendaCell(opener, read) {
  open = opener;
  filters = read;
}

/** The view: "matrix", "month" or "week". Browsers restore it after a reload. */
const kind = () => element("views").value;

export const isAgenda = () => kind() !== "matrix";

/** Shows the days of `school`, which has `academicYear` and `timeZone`. Another year starts at its first day. */
export function showAgenda(school) {
  const day = today(school.timeZone);
  if (!shown || shown.academicYear !== school.academicYear) {
    anchor = day.startsWith(`${school.academicYear}-`) ? day : `${school.academicYear}-01-01`;
  }
  shown = school;
  return load();
}

/** Returns the first and last day of the week or month around the anchor. A week ends with its year, as cells belong to a year. */
function range() {
  const [year, month] = anchor.split("-").map(Number);
  if (kind() === "month") return [iso(Date.UTC(year, month - 1, 1)), iso(Date.UTC(year, month, 0))];
  const noon = Date.parse(anchor);
  const monday = noon - ((new Date(noon).getUTCDay() + 6) % 7) * DAY;
  return [iso(Math.max(monday, Date.UTC(year, 0, 1))), iso(Math.min(monday + 6 * DAY, Date.UTC(year, 11, 31)))];
}

const iso = (time) => new Date(time).toISOString().slice(0, 10);

async function load() {
  const number = ++lastRequest;
  const [from, to] = range();
  const title = kind() === "month" ? monthOf(from) : dateRange(from, to);
  if (title !== element("agenda-title").textContent) {
    // The days of another title would look like days of this one.
    element("agenda-title").textContent = title;
    element("agenda-count").textContent = text("loading");
    element("agenda-days").replaceChildren();
  }
  const { words, ...chosen } = filters();
  const filter = { ...chosen, academicYear: Number(anchor.slice(0, 4)), scheduledFrom: from, scheduledTo: to };
  const cells = [];
  for (let after = null, more = true; more;) {
    const { result, problem, requestId } = await send({ query: queries.dated_cells, variables: { filter, after } });
    if (number !== lastRequest) return;
    const page = result.data?.matrixCells;
    if (!page) {
      element("agenda-count").textContent = "";
      element("agenda-days").replaceChildren(createElement("p", { class: "problem", role: "alert" }, withRequestId(problem, requestId)));
      return;
    }
    cells.push(...page.edges.map(({ node }) => node));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  const matches = finderOf(words);
  showDays(cells.filter(({ schoolClass: { name, code } }) => matches(`${name} ${code}`)));
}

function showDays(cells) {
  const days = [...Map.groupBy(cells, (cell) => cell.scheduledDate)];
  const focused = element("agenda-days").querySelector(":focus")?.dataset.cell;
  element("agenda-count").textContent = count(cells.length, "cell");
  element("agenda-days").replaceChildren(...days.map(([day, ofDay]) =>
    createElement("section", {}, createElement("h3", {}, date(day)), createElement("ul", {}, ...ofDay.map(itemOf)))));
  if (focused) focusCell(focused);
}

/** Focuses the cell that was opened last, if a new list has replaced the button that opened it. */
function restoreFocus() {
  if (lastOpened && isFocusLost(element("cell"))) focusCell(lastOpened);
}

const focusCell = (key) => element("agenda-days").querySelector(`[data-cell="${CSS.escape(key)}"]`)?.focus();

function itemOf(cell) {
  const details = [times(cell.startTime, cell.endTime), cell.room, label(cell.status), count(cell.examCount, "exam")];
  if (cell.warnings?.length) details.push(text("warning_count", { count: cell.warnings.length }));
  const chip = createElement("span", { class: "chip", "aria-hidden": "true" }, cell.icon);
  chip.style.setProperty("--status", cell.color);
  const key = `${cell.schoolClass.code} ${cell.academicYear} ${cell.period}`;
  const button = createElement("button", { type: "button", "data-cell": key }, chip,
    createElement("span", {}, createElement("strong", {}, `${cell.schoolClass.name}, ${periodName(cell.period)}`),
      createElement("small", {}, details.filter(Boolean).join(" · "))));
  button.addEventListener("click", () => {
    lastOpened = key;
    open({ cell, schoolClass: cell.schoolClass }, { ...shown, academicYear: cell.academicYear });
  });
  return createElement("li", {}, button);
}

function move(step) {
  const [from, to] = range();
  const next = iso(step < 0 ? Date.parse(from) - DAY : Date.parse(to) + DAY);
  const year = Number(next.slice(0, 4));
  if (year < shown.firstAcademicYear || year > shown.lastAcademicYear) return;
  anchor = next;
  load();
}

element("agenda-before").addEventListener("click", () => move(-1));
element("agenda-after").addEventListener("click", () => move(1));
element("cell").addEventListener("close", restoreFocus);
