// The panel of one cell, made by one small query when it is opened.

import { explorerAddress, send } from "./api.js";
import { showCell } from "./table.js";
import { count, day, instant, make, periodName, times, words } from "./words.js";

const element = (id) => document.getElementById(id);
const panel = element("cell");
const content = element("cell-content");
const { cell: query } = JSON.parse(element("queries").textContent);

/** Opens the panel for the cell that `button` shows; the table then shows it as it is now. */
export async function openCell(button, { cell, schoolClass }, { academicYear, timeZone }) {
  const at = { classCode: schoolClass.code, academicYear, period: cell.period };
  const key = panel.dataset.cell = JSON.stringify(at);
  const operation = { query, variables: { at } };
  element("cell-title").textContent = schoolClass.name;
  element("cell-period").textContent = `${periodName(cell.period)} ${academicYear}`;
  element("cell-figures").textContent = "One small query …";
  element("see-cell-query").href = explorerAddress(operation);
  content.replaceChildren(statusOf(cell));
  content.setAttribute("aria-busy", "true");
  if (!panel.open) panel.showModal();

  const started = performance.now();
  const { answer, problem, requestId } = await send(operation);
  if (panel.dataset.cell !== key) return;
  content.setAttribute("aria-busy", "false");
  element("cell-figures").textContent = `One small query, ${Math.round(performance.now() - started)} ms`;
  const found = answer.data?.matrixCell;
  if (found) {
    showCell(button, found);
    content.replaceChildren(statusOf(found), facts(found, timeZone), ...examsOf(found), ...notesOf(found));
  }
  if (problem || !found) {
    const message = problem ?? "You may not see this cell any more: reload the page.";
    const id = requestId ? ` Request id ${requestId}.` : "";
    content.append(make("p", { class: "problem", role: "alert" }, message + id));
  }
}

function statusOf({ status, color, icon, canEdit }) {
  const chip = make("span", { class: "chip" }, make("span", { "aria-hidden": "true" }, icon), ` ${words(status)}`);
  chip.style.setProperty("--status", color);
  const line = make("p", {}, chip);
  if (canEdit !== undefined) line.append(make("small", {}, canEdit ? "You may change it" : "View only"));
  return line;
}

function facts(cell, timeZone) {
  const { totalSessions, completed, completionRate } = cell.completion ?? {};
  const pupils = totalSessions &&
    `${completed} of ${count(totalSessions, "session")} completed (${Math.round(100 * completionRate)} %)`;
  const changed = cell.updatedAt &&
    [instant(cell.updatedAt, timeZone), cell.modifiedBy && `by ${cell.modifiedBy.name}`].filter(Boolean).join(" ");
  const list = make("dl");
  for (const [term, value] of [
    ["Date", cell.scheduledDate ? day(cell.scheduledDate) : "Not set"],
    ["Time", times(cell.startTime, cell.endTime) || "Not set"],
    ["Pupils", pupils],
    ["Last changed", changed],
  ]) {
    if (value) list.append(make("dt", {}, term), make("dd", {}, value));
  }
  return list;
}

function examsOf({ exams }) {
  const title = make("h3", {}, exams.length ? count(exams.length, "exam") : "No exams");
  const details = (exam) => [
    count(exam.totalQuestions, "question"),
    count(exam.timerMinutes, "minute"),
    exam.passingScore !== null && `pass with ${exam.passingScore} %`,
  ].filter(Boolean).join(" · ");
  const list = make("ul", { class: "exams" }, ...exams.map((exam) =>
    make("li", {}, make("strong", {}, exam.name), make("small", {}, details(exam)))));
  return exams.length ? [title, list] : [title];
}

const notesOf = ({ notes }) =>
  notes ? [make("h3", {}, "Notes"), make("p", { class: "notes" }, notes)] : [];

element("close-cell").addEventListener("click", () => panel.close());
// What is outside the panel belongs to the backdrop, which counts as the panel itself.
panel.addEventListener("click", ({ target }) => target === panel && panel.close());
panel.addEventListener("close", () => delete panel.dataset.cell);
