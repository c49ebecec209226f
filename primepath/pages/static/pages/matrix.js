// The home page: the matrix in colour, loaded by one query of the API.

import { explorerAddress, send } from "./api.js";
import { isAgenda, onAgendaCell, showAgenda } from "./agenda.js";
import { hasOpenChanges, onCopy, openCell, showChangeByOthers } from "./cell_panel.js";
import { hasUnsaved, mergeCells, onCells } from "./cells.js";
import { setTimeZone } from "./change_list.js";
import { hasOpenEntries } from "./dialogs.js";
import { chosenFilters, chosenForApi, clearFilters, onFilter, showDivisions, showFilters } from "./filters.js";
import { follow, stopFollowing } from "./live.js";
import { onNewYear } from "./new_year.js";
import { queries, withRequestId } from "./operations.js";
import { onImport } from "./schedule_import.js";
import { isSelecting, keepSelection, keepShown, select, startSelecting, stopSelecting } from "./selection.js";
import { filterTable, onCell, scrollToNow, showTable } from "./table.js";
import { count, createElement, currentPeriods, dateTime, label, STATUSES } from "./format.js";
import { text } from "./texts.js";
import "./bulk_change.js";
import "./request_access.js";
import "./schedule_export.js";

const STATES = ["loading", "not-started", "signed-out", "empty", "failed"];
const element = (id) => document.getElementById(id);
const query = queries.matrix;
const address = new URL(location);

let lastRequest = 0;
let shown = null;

/** Loads the year of the address and shows it. Returns false if that failed and the table stays as it is. */
async function load() {
  const number = ++lastRequest;
  // The API checks the year and returns a message if it is outside the school's years.
  const year = address.searchParams.get("year");
  const operation = { query, variables: { academicYear: year === null ? null : Number(year) } };
  element("matrix").setAttribute("aria-busy", "true");
  if (!shown) showState("loading");
  announce(text("loading_schedule"));

  const started = performance.now();
  const { result, problem, requestId, isTemporary } = await send(operation);
  const milliseconds = Math.round(performance.now() - started);
  if (number !== lastRequest) return true;
  element("matrix").setAttribute("aria-busy", "false");
  const { school, viewer, scheduleMatrix } = result.data ?? {};
  if (isTemporary && !scheduleMatrix && isShown(year)) {
    // The table and what is selected in it stay. "Refresh" tries again.
    showProblem(withRequestId(problem, requestId));
    return false;
  }
  showViewer(viewer);
  if (result.data && !viewer) showState("signed-out");
  else if (!scheduleMatrix) showFailure(problem, requestId);
  else {
    showProblem(problem && withRequestId(problem, requestId));
    showYears(school, scheduleMatrix.academicYear);
    element("see-query").href = explorerAddress(operation);
    if (scheduleMatrix.rows.length) showMatrix(school, scheduleMatrix, milliseconds);
    else showState("empty");
    const isByOthers = ({ modifiedBy }) => modifiedBy?.id !== viewer.teacher?.id;
    follow(scheduleMatrix, {
      show: (cells) => showChanges(cells, isByOthers),
      reload: load,
      end: () => showProblem(text("session_ended")),
    });
  }
  return true;
}

/** Returns whether the table shows this year of the address. Without a year, it shows the current one. */
const isShown = (year) => shown !== null && (year === null || Number(year) === shown.academicYear);

/** Shows cells that have changed, also by this user on another page. */
function showChanges(cells, isByOthers) {
  const keys = mergeCells(cells, isByOthers);
  if (keys.length) announce(text("others_changed", { cells: count(keys.length, "cell") }));
  showChangeByOthers(keys);
}

function showMatrix(school, scheduleMatrix, milliseconds) {
  const isFirst = !shown;
  const { academicYear, rows } = scheduleMatrix;
  const now = school ? currentPeriods(school.timeZone, academicYear) : [];
  shown = { ...school, academicYear };
  setTimeZone(school?.timeZone);
  keepSelection(() => showTable(scheduleMatrix, now));
  showDivisions(rows, address.searchParams.get("division"));
  showFilters(rows);
  element("print-year").textContent = text("print_title", { year: academicYear });
  showState(null);
  const cells = rows.reduce((sum, row) => sum + row.cells.length, 0);
  element("cells").textContent = count(cells, "cell");
  element("time").textContent = `${milliseconds} ms`;
  filter();
  if (isFirst) scrollToNow();
  announce(text("loaded", { year: academicYear, cells: count(cells, "cell"), milliseconds }));
}

/** Shows one of the states instead of the matrix, or the matrix if `state` is null. */
function showState(state) {
  for (const each of STATES) element(each).hidden = each !== state;
  element("matrix").hidden = element("legend").hidden = state !== null || isAgenda();
  element("agenda").hidden = state !== null || !isAgenda();
  element("figures").hidden = element("views").hidden = state !== null;
  element("divisions").hidden = element("filters").hidden = state !== null;
  element("select-cells").hidden = state !== null || isAgenda();
  element("show-changes").hidden = element("show-export").hidden = element("show-filters").hidden = state !== null;
  if (state === "signed-out" || state === "failed") element("tools").hidden = true;
  if (state !== null && state !== "loading") {
    stopFollowing();
    stopSelecting();
    shown = null;
    announce(element(state).querySelector("h2").textContent);
  }
}

function showFailure(message, requestId) {
  element("failure").textContent = message ?? text("no_answer");
  element("request-id").hidden = !requestId;
  element("request-id").querySelector("code").textContent = requestId ?? "";
  element("this-year").hidden = !address.searchParams.has("year");
  showProblem("");
  showState("failed");
}

function showProblem(message) {
  element("problem").hidden = !message;
  element("problem").textContent = message ?? "";
}

function showViewer(viewer) {
  element("viewer").hidden = element("sign-out").hidden = element("account").hidden = !viewer;
  for (const id of ["administration", "show-import", "show-new-year"]) element(id).hidden = !viewer?.seesAllClasses;
  element("request-access").hidden = Boolean(viewer?.seesAllClasses);
  element("viewer").textContent = viewer?.teacher?.name ?? viewer?.username ?? "";
  // After signing in, the user returns to the same year and division.
  const next = encodeURIComponent(location.pathname + location.search);
  element("sign-in").search = `?next=${next}`;
}

function showYears(school, academicYear) {
  const first = school?.firstAcademicYear ?? academicYear;
  const last = school?.lastAcademicYear ?? academicYear;
  const years = Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  element("year").replaceChildren(...years.map((year) => createElement("option", { value: year }, year)));
  element("year").value = String(academicYear);
  element("tools").hidden = false;
}

/** Shows the chosen division and the number of its cells by status. Returns the number of all its cells. */
function filter() {
  if (isAgenda()) showAgenda(shown);
  const cells = filterTable(chosenFilters());
  keepShown();
  element("no-match").hidden = cells.length > 0;
  const byStatus = Map.groupBy(cells, (cell) => cell.status);
  const statuses = [...byStatus].sort(([one], [other]) => STATUSES.indexOf(one) - STATUSES.indexOf(other));
  element("legend").replaceChildren(...statuses.map(([status, ofStatus]) => {
    const swatch = createElement("span", { class: "swatch", "aria-hidden": "true" }, ofStatus[0].icon);
    swatch.style.setProperty("--status", ofStatus[0].color);
    const number = createElement("strong", {}, String(ofStatus.length));
    return createElement("li", { "data-status": status }, swatch, `${label(status)} `, number);
  }));
  return cells.length;
}

function keepInAddress(name, value) {
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
  history.replaceState(null, "", address);
}

function announce(message) {
  element("announcement").textContent = message;
}

function showYear(year) {
  keepInAddress("year", String(year));
  stopSelecting();
  load();
}

element("year").addEventListener("change", ({ target }) => showYear(target.value));
onNewYear(showYear);
onImport(load);
element("divisions").addEventListener("change", ({ target }) => {
  keepInAddress("division", target.value);
  announce(text("are_shown", { cells: count(filter(), "cell") }));
});
element("views").addEventListener("change", () => {
  stopSelecting();
  if (shown) {
    showState(null);
    filter();
  }
});
onAgendaCell(openCell, chosenForApi);
onFilter(() => announce(text("are_shown", { cells: count(filter(), "cell") })));
element("clear-filters").addEventListener("click", () => {
  clearFilters();
  keepInAddress("division", "");
  announce(text("are_shown", { cells: count(filter(), "cell") }));
  // The button that had the focus is gone.
  element("matrix").focus();
});
addEventListener("beforeprint", () => {
  if (shown) element("print-date").textContent = dateTime(new Date(), shown.timeZone);
});
for (const id of ["refresh", "retry"]) element(id).addEventListener("click", load);
onCells(() => shown && filter());
onCopy((source) => {
  if (isAgenda()) {
    element("views").value = "matrix";
    element("views").dispatchEvent(new Event("change"));
  }
  startSelecting(source);
});
onCell((button, state, { shiftKey }) => {
  if (isSelecting()) select(button, shiftKey);
  else openCell(state, shown);
});
// The browser asks before it closes the page and loses a change.
addEventListener("beforeunload", (event) => (hasUnsaved() || hasOpenChanges() || hasOpenEntries()) && event.preventDefault());
// The script that ran before this one shows that message in browsers that lack what this page requires.
if (element("old-browser").hidden) load();
