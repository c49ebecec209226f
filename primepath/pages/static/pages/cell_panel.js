// The panel of a cell. Opening it sends one small query.

import { explorerAddress, send } from "./api.js";
import { showCell } from "./table.js";
import { count, createElement, date, dateTime, label, periodName, times } from "./format.js";

const element = (id) => document.getElementById(id);
const panel = element("cell");
const content = element("cell-content");
const { cell: query } = JSON.parse(element("queries").textContent);

/** Opens the panel of the cell that `button` shows, loads the cell, and updates the table. */
export async function openCell(button, { cell, schoolClass }, { academicYear, timeZone }) {
  const at = { classCode: schoolClass.code, academicYear, period: cell.period };
  const key = panel.dataset.cell = JSON.stringify(at);
  const operation = { query, variables: { at } };
  element("cell-title").textContent = schoolClass.name;
  element("cell-period").textContent = `${periodName(cell.period)} ${academicYear}`;
  element("cell-figures").textContent = "Loading …";
  element("see-cell-query").href = explorerAddress(operation);
  content.replaceChildren(statusOf(cell));
  content.setAttribute("aria-busy", "true");
  if (!panel.open) panel.showModal();

  const started = performance.now();
  const { result, problem, requestId } = await send(operation);
  if (panel.dataset.cell !== key) return;
  content.setAttribute("aria-busy", "false");
  element("cell-figures").textContent = `One query, ${Math.round(performance.now() - started)} ms`;
  const found = result.data?.matrixCell;
  if (found) {
    showCell(button, found);
    content.replaceChildren(statusOf(found), facts(found, timeZone), ...examsOf(found), ...notesOf(found));
  }
  if (problem || !found) {
    const message = problem ?? "You no longer have access to this cell. Reload the page.";
    const id = requestId ? ` Request ID ${requestId}.` : "";
    content.append(createElement("p", { class: "problem", role: "alert" }, message + id));
  }
}

function statusOf({ status, color, icon, canEdit }) {
  const chip = createElement("span", { class: "chip" }, createElement("span", { "aria-hidden": "true" }, icon), ` ${label(status)}`);
  chip.style.setProperty("--status", color);
  const line = createElement("p", {}, chip);
  if (canEdit !== undefined) line.append(createElement("small", {}, canEdit ? "You can edit this cell" : "View only"));
  return line;
}

function facts(cell, timeZone) {
  const { totalSessions, completed, completionRate } = cell.completion ?? {};
  const pupils = totalSessions &&
    `${completed} of ${count(totalSessions, "session")} completed (${Math.round(100 * completionRate)}%)`;
  const changed = cell.updatedAt &&
    [dateTime(cell.updatedAt, timeZone), cell.modifiedBy && `by ${cell.modifiedBy.name}`].filter(Boolean).join(" ");
  const list = createElement("dl");
  for (const [term, value] of [
    ["Date", cell.scheduledDate ? date(cell.scheduledDate) : "Not set"],
    ["Time", times(cell.startTime, cell.endTime) || "Not set"],
    ["Pupils", pupils],
    ["Last changed", changed],
  ]) {
    if (value) list.append(createElement("dt", {}, term), createElement("dd", {}, value));
  }
  return list;
}

function examsOf({ exams }) {
  const title = createElement("h3", {}, exams.length ? count(exams.length, "exam") : "No exams");
  const details = (exam) => [
    count(exam.totalQuestions, "question"),
    count(exam.timerMinutes, "minute"),
    exam.passingScore !== null && `pass mark ${exam.passingScore}%`,
  ].filter(Boolean).join(" · ");
  const list = createElement("ul", { class: "exams" }, ...exams.map((exam) =>
    createElement("li", {}, createElement("strong", {}, exam.name), createElement("small", {}, details(exam)))));
  return exams.length ? [title, list] : [title];
}

const notesOf = ({ notes }) =>
  notes ? [createElement("h3", {}, "Notes"), createElement("p", { class: "notes" }, notes)] : [];

element("close-cell").addEventListener("click", () => panel.close());
// A click outside the panel hits its backdrop, which belongs to the panel element.
panel.addEventListener("click", ({ target }) => target === panel && panel.close());
panel.addEventListener("close", () => delete panel.dataset.cell);
