// The home page: the matrix in colour, loaded by one query of the API.

import { explorerAddress, send } from "./api.js";
import { isAgenda, onAgendaCell, setKind, showAgenda } from "./agenda.js";
import { onBulkChange } from "./bulk_change.js";
import { onCopy, openCell } from "./cell_panel.js";
import { onUndo } from "./last_change.js";
import { queries, withRequestId } from "./operations.js";
import { isSelecting, select, startSelecting, stopSelecting } from "./selection.js";
import { filterTable, onCell, scrollToNow, showCells, showTable } from "./table.js";
import { count, createElement, currentPeriods, label, STATUSES } from "./format.js";
import { text } from "./texts.js";
import "./request_access.js";

const STATES = ["loading", "signed-out", "empty", "failed"];
const element = (id) => document.getElementById(id);
const query = queries.matrix;
const address = new URL(location);

let lastRequest = 0;
let shown = null;

async function load() {
  const number = ++lastRequest;
  // The API checks the year and returns a message if it is outside the school's years.
  const year = address.searchParams.get("year");
  const operation = { query, variables: { academicYear: year === null ? null : Number(year) } };
  element("matrix").setAttribute("aria-busy", "true");
  if (!shown) showState("loading");
  announce(text("loading_schedule"));

  const started = performance.now();
  const { result, problem, requestId } = await send(operation);
  const milliseconds = Math.round(performance.now() - started);
  if (number !== lastRequest) return;
  element("matrix").setAttribute("aria-busy", "false");
  const { school, viewer, scheduleMatrix } = result.data ?? {};
  showViewer(viewer);
  if (result.data && !viewer) showState("signed-out");
  else if (!scheduleMatrix) showFailure(problem, requestId);
  else {
    showProblem(problem && withRequestId(problem, requestId));
    showYears(school, scheduleMatrix.academicYear);
    element("see-query").href = explorerAddress(operation);
    if (scheduleMatrix.rows.length) showMatrix(school, scheduleMatrix, milliseconds);
    else showState("empty");
  }
}

function showMatrix(school, scheduleMatrix, milliseconds) {
  const isFirst = !shown;
  const { academicYear, rows } = scheduleMatrix;
  const now = school ? currentPeriods(school.timeZone, academicYear) : [];
  shown = { ...school, academicYear };
  showTable(scheduleMatrix, now);
  stopSelecting();
  showDivisions(rows);
  showFilters(rows);
  element("print-title").textContent = text("print_title", { year: academicYear });
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
  if (state === "signed-out" || state === "failed") element("tools").hidden = true;
  if (state !== null && state !== "loading") {
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
  element("viewer").hidden = element("sign-out").hidden = !viewer;
  element("administration").hidden = !viewer?.seesAllClasses;
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

function showDivisions(rows) {
  const divisions = [...new Set(rows.map((row) => row.schoolClass.division))];
  const wanted = address.searchParams.get("division");
  const chosen = divisions.includes(wanted) ? wanted : "";
  const choices = divisions.length > 1 ? ["", ...divisions] : [];
  element("divisions").replaceChildren(
    element("divisions").querySelector("legend"),
    ...choices.map((division) => {
      const input = createElement("input", { type: "radio", name: "division", value: division });
      input.checked = division === chosen;
      return createElement("label", {}, input, createElement("span", {}, division ? label(division) : text("all_divisions")));
    }),
  );
}

/** Fills the filters. What was chosen stays chosen. */
function showFilters(rows) {
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

/** Shows the chosen division and the number of its cells by status. Returns the number of all its cells. */
function filter() {
  const chosen = document.querySelector("#divisions input:checked")?.value ?? "";
  if (isAgenda()) showAgenda(shown);
  const cells = filterTable({
    division: chosen,
    grade: element("filter-grade").value,
    words: element("filter-class").value,
    status: element("filter-status").value,
  });
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

element("year").addEventListener("change", ({ target }) => {
  keepInAddress("year", target.value);
  load();
});
element("divisions").addEventListener("change", ({ target }) => {
  keepInAddress("division", target.value);
  announce(text("are_shown", { cells: count(filter(), "cell") }));
});
element("views").addEventListener("change", ({ target }) => {
  setKind(target.value);
  stopSelecting();
  if (shown) {
    showState(null);
    filter();
  }
});
onAgendaCell(
  (button, opened, school, reload) => openCell(button, opened, school, (cell) => {
    showCells([cell]);
    reload();
  }),
  () => ({
    division: document.querySelector("#divisions input:checked")?.value || null,
    grade: element("filter-grade").value === "" ? null : Number(element("filter-grade").value),
    statuses: element("filter-status").value ? [element("filter-status").value] : null,
    words: element("filter-class").value,
  }),
);
for (const id of ["filter-class", "filter-grade", "filter-status"]) {
  element(id).addEventListener("input", () => announce(text("are_shown", { cells: count(filter(), "cell") })));
}
for (const id of ["refresh", "retry"]) element(id).addEventListener("click", load);
onUndo(() => shown && filter());
onBulkChange(() => shown && filter());
onCopy(startSelecting);
onCell(async (button, opened, { shiftKey }) => {
  if (isSelecting()) {
    select(button, shiftKey);
    return;
  }
  await openCell(button, opened, shown);
  if (shown) filter();
});
// The script that ran before this one shows that message in browsers that lack what this page requires.
if (element("old-browser").hidden) load();
