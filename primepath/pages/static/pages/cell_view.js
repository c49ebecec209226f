// What the panel shows of a cell: its status, warnings, date, exams and notes.

import { count, createElement, date, dateTime, label, times } from "./format.js";
import { text } from "./texts.js";

/** Returns the status as a coloured chip, and whether the viewer can edit the cell if that is loaded. */
export function statusOf({ status, color, icon, canEdit }) {
  const chip = createElement("span", { class: "chip" }, createElement("span", { "aria-hidden": "true" }, icon), ` ${label(status)}`);
  chip.style.setProperty("--status", color);
  const line = createElement("p", {}, chip);
  if (canEdit !== undefined) line.append(createElement("small", {}, text(canEdit ? "can_edit" : "view_only")));
  return line;
}

/** Returns the warnings of a cell or of a payload as a list with a title, or nothing. */
export function warningsOf({ warnings }) {
  if (!warnings?.length) return [];
  const items = warnings.map(({ message, hiddenCells, accepted }) => {
    const item = createElement("li", {}, message);
    if (hiddenCells) item.append(createElement("small", {}, text("hidden_cells", { count: hiddenCells })));
    if (accepted) item.append(createElement("small", {}, text("accepted", { reason: accepted.reason })));
    return item;
  });
  return [createElement("h3", {}, text("warnings")), createElement("ul", { class: "warnings" }, ...items)];
}

/** Returns date, time, room, invigilator and the last change. */
export function factsOf(cell, timeZone) {
  const { totalSessions, completed, completionRate } = cell.completion ?? {};
  const pupils = totalSessions &&
    text("progress", { completed, sessions: count(totalSessions, "session"), percentage: Math.round(100 * completionRate) });
  const time = cell.updatedAt && dateTime(cell.updatedAt, timeZone);
  const changed = time && cell.modifiedBy ? text("changed_by", { time, name: cell.modifiedBy.name }) : time;
  const list = createElement("dl");
  for (const [term, value] of [
    [text("scheduledDate"), cell.scheduledDate ? date(cell.scheduledDate) : text("not_set")],
    [text("time"), times(cell.startTime, cell.endTime) || text("not_set")],
    [text("room"), cell.room],
    [text("invigilatorId"), cell.invigilator?.name],
    [text("pupils"), pupils],
    [text("last_changed"), changed],
  ]) {
    if (value) list.append(createElement("dt", {}, term), createElement("dd", {}, value));
  }
  return list;
}

/** Returns the exams as a list with a title. */
export function examsOf({ exams }) {
  const title = createElement("h3", {}, exams.length ? count(exams.length, "exam") : text("no_exams"));
  const list = createElement("ul", { class: "exams" }, ...exams.map((exam) => examItem(exam)));
  return exams.length ? [title, list] : [title];
}

/** Returns an exam as an item of a list, with its size and pass mark. */
export function examItem(exam, ...actions) {
  const details = [
    count(exam.totalQuestions, "question"),
    count(exam.timerMinutes, "minute"),
    exam.passingScore !== null && text("pass_mark", { score: exam.passingScore }),
  ].filter(Boolean).join(" · ");
  return createElement("li", {},
    createElement("div", {}, createElement("strong", {}, exam.name), createElement("small", {}, details)), ...actions);
}

/** Returns the notes with a title, or nothing. */
export const notesOf = ({ notes }) =>
  notes ? [createElement("h3", {}, text("notes")), createElement("p", { class: "notes" }, notes)] : [];
