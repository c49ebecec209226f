// The panel of a cell. Opening it sends one small query. Users who can edit the cell open its form here.

import { explorerAddress, send } from "./api.js";
import { editableExams } from "./cell_exams.js";
import { createForm } from "./cell_form.js";
import { examsOf, factsOf, notesOf, statusOf, warningsOf } from "./cell_view.js";
import { createElement, periodName } from "./format.js";
import { remember, undo } from "./last_change.js";
import { queries, withRequestId } from "./operations.js";
import { showCell } from "./table.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const panel = element("cell");
const content = element("cell-content");
const outcome = element("cell-outcome");
const query = queries.cell;
let opened = null;
let startCopy = () => {};

/** Calls `start({ id, name })` when the user wants to copy the cell that is open. */
export const onCopy = (start) => { startCopy = start; };

/** Opens the panel of the cell that `button` shows, and loads the cell. `show(cell)` shows its current state outside the panel. */
export async function openCell(button, { cell, schoolClass }, { academicYear, timeZone }, show = (now) => showCell(button, now)) {
  const at = { classCode: schoolClass.code, academicYear, period: cell.period };
  const name = `${schoolClass.name}, ${periodName(cell.period)}`;
  const own = opened = { show, timeZone, name, operation: { query, variables: { at } } };
  element("cell-title").textContent = schoolClass.name;
  element("cell-period").textContent = text("period_of_year", { period: periodName(cell.period), year: academicYear });
  element("cell-figures").textContent = text("loading");
  element("see-cell-query").href = explorerAddress(own.operation);
  outcome.replaceChildren();
  content.replaceChildren(statusOf(cell));
  content.setAttribute("aria-busy", "true");
  if (!panel.open) panel.showModal();

  const started = performance.now();
  const { cell: found, problem } = await load(own);
  if (opened !== own) return;
  content.setAttribute("aria-busy", "false");
  element("cell-figures").textContent = text("one_query", { milliseconds: Math.round(performance.now() - started) });
  if (found) showView(found);
  if (problem) content.append(createElement("p", { class: "problem", role: "alert" }, problem));
}

/** Loads the cell and updates the table. Returns the `cell`, or else a `problem`. */
async function load({ operation, show }) {
  const { result, problem, requestId } = await send(operation);
  const cell = result.data?.matrixCell ?? null;
  if (cell) show(cell);
  return { cell, problem: problem ? withRequestId(problem, requestId) : cell ? null : text("gone") };
}

/** Shows the cell. Returns the button that opens the form, or null if the viewer cannot edit the cell. */
function showView(cell) {
  opened.cell = cell;
  opened.form = null;
  const edit = cell.canEdit ? createElement("button", { type: "button", id: "edit-cell", class: "primary" }, text("edit")) : null;
  edit?.addEventListener("click", showForm);
  content.replaceChildren(
    statusOf(cell),
    ...warningsOf(cell),
    factsOf(cell, opened.timeZone),
    ...notesOf(cell),
    createElement("p", { class: "actions" }, ...(edit ? [edit] : []), ...copyOf(cell)),
    ...(edit ? editableExams(cell, (payload) => opened?.cell === cell && showSaved(payload)) : examsOf(cell)),
  );
  return edit;
}

/** Returns the button that closes the panel and lets the user select where to copy the cell, if there is something to copy. */
function copyOf({ id, exams }) {
  if (!exams.length) return [];
  const button = createElement("button", { type: "button" }, text("copy_to"));
  const { name } = opened;
  button.addEventListener("click", () => {
    panel.close();
    startCopy({ id, name });
  });
  return [button];
}

function showForm() {
  const own = opened;
  outcome.replaceChildren();
  own.form = createForm(own.cell, {
    reload: () => load(own),
    saved: (payload) => opened === own && showSaved(payload),
    cancelled: () => showView(own.cell)?.focus(),
  });
  content.replaceChildren(statusOf(own.cell), own.form);
  own.form.querySelector("select, input").focus();
}

/** Shows the cell after a change, and offers to undo the change. */
function showSaved({ cell, changeSetId }) {
  opened.show(cell);
  showView(cell)?.focus();
  if (!changeSetId) {
    outcome.replaceChildren(text("nothing_changed"));
    return;
  }
  remember(changeSetId, text("changed_cell", { cell: opened.name }));
  const button = createElement("button", { type: "button" }, text("undo"));
  button.addEventListener("click", undoHere);
  outcome.replaceChildren(createElement("span", {}, text("saved")), button);
}

async function undoHere() {
  const own = opened;
  const message = await undo();
  const { cell } = await load(own);
  if (opened !== own) return;
  if (cell) showView(cell)?.focus();
  outcome.replaceChildren(message);
}

/** Closes the panel, unless the user wants to keep unsaved changes. */
function close() {
  // The browser's question is the only one that also works when the page is closing.
  if (!opened?.form?.isChanged() || confirm(text("discard"))) panel.close();
}

element("close-cell").addEventListener("click", close);
// A click outside the panel hits its backdrop, which belongs to the panel element.
panel.addEventListener("click", ({ target }) => target === panel && close());
// Browsers do not always let a page prevent "cancel", so the key is handled as well.
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.preventDefault();
  close();
});
panel.addEventListener("cancel", (event) => {
  event.preventDefault();
  close();
});
panel.addEventListener("close", () => { opened = null; });
