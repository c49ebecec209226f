// The panel of a cell. Opening it sends one small query. Users who can edit the cell open its form here.

import { explorerAddress, send } from "./api.js";
import { createExamEditor } from "./cell_exams.js";
import { createForm } from "./cell_form.js";
import { historyOf } from "./cell_history.js";
import { examsOf, factsOf, notesOf, statusOf, warningsOf } from "./cell_view.js";
import { isOutdated, keyOf, markSeen, mergeCells, savingOf, showSaving, stateOf } from "./cells.js";
import { onEscape } from "./dialogs.js";
import { createElement, periodName } from "./format.js";
import { remember, showUndoOutcome, undo } from "./last_change.js";
import { queries, withRequestId } from "./operations.js";
import { text } from "./texts.js";
import { failForm, forgetForm, keepForm, setOpenCell, unsavedForm } from "./unsaved_forms.js";

const element = (id) => document.getElementById(id);
const panel = element("cell");
const content = element("cell-content");
const outcome = element("cell-outcome");
const query = queries.cell;
let opened = null;
let startCopy = () => {};

/** Calls `start({ key, id, version, name })` when the user wants to copy the cell that is open. */
export const onCopy = (start) => { startCopy = start; };

/** Opens the panel of a cell, and loads the cell. */
export async function openCell({ cell, schoolClass }, { academicYear, timeZone }) {
  const at = { classCode: schoolClass.code, academicYear, period: cell.period };
  const key = keyOf(at.classCode, academicYear, at.period);
  const name = `${schoolClass.name}, ${periodName(cell.period)}`;
  const own = opened = { key, timeZone, name, operation: { query, variables: { at } }, exams: unsavedForm(key, "exams") };
  element("cell-title").textContent = schoolClass.name;
  element("cell-period").textContent = text("period_of_year", { period: periodName(cell.period), year: academicYear });
  element("cell-figures").textContent = text("loading");
  element("see-cell-query").href = explorerAddress(own.operation);
  outcome.replaceChildren();
  content.replaceChildren(statusOf(cell));
  content.setAttribute("aria-busy", "true");
  if (!panel.open) panel.showModal();
  setOpenCell(key);
  markSeen(key);

  const started = performance.now();
  const { cell: found, problem } = await load(own);
  if (opened !== own) return;
  content.setAttribute("aria-busy", "false");
  element("cell-figures").textContent = text("one_query", { milliseconds: Math.round(performance.now() - started) });
  const form = unsavedForm(key, "cell");
  if (form && savingOf(key)) showPlanned(form.planned);
  else if (found && form) showForm(found, form);
  // A change that was saved meanwhile is newer than this answer.
  else if (found && !(own.cell?.version > found.version)) showView(found);
  if (problem) content.append(createElement("p", { class: "problem", role: "alert" }, problem));
}

/** Loads the cell and shows it in the table. Returns the `cell`, or else a `problem`. */
async function load({ operation }) {
  const { result, problem, requestId } = await send(operation);
  const cell = result.data?.matrixCell ?? null;
  if (cell) mergeCells([cell]);
  return { cell, problem: problem ? withRequestId(problem, requestId) : cell ? null : text("gone") };
}

/** Shows the cell. Returns the button that opens the form, or null if the viewer cannot edit the cell. */
function showView(cell) {
  const own = opened;
  opened.cell = cell;
  opened.form = null;
  const edit = cell.canEdit ? createElement("button", { type: "button", id: "edit-cell", class: "primary" }, text("edit")) : null;
  // A response would replace the form.
  edit?.addEventListener("click", () => !savingOf(own.key) && showForm(cell));
  content.replaceChildren(
    statusOf(cell),
    ...warningsOf(cell),
    factsOf(cell, opened.timeZone),
    ...notesOf(cell),
    createElement("p", { class: "actions" }, ...(edit ? [edit] : []), ...copyOf(cell)),
    ...(edit ? examEditor(cell).elementsOf(cell) : examsOf(cell)),
    historyOf(own, cell.canEdit, (message) => reload(own, message)),
  );
  return edit;
}

/** Shows the cell as it would be while its change is being saved. */
function showPlanned(cell) {
  opened.form = null;
  content.replaceChildren(statusOf({ ...cell, canEdit: undefined }), factsOf({ ...cell, updatedAt: null }, opened.timeZone), ...notesOf(cell), ...examsOf(cell));
  outcome.replaceChildren(text("saving"));
}

/** Returns the button that closes the panel and lets the user select where to copy the cell, if there is something to copy. */
function copyOf({ id, version, exams }) {
  if (!exams.length) return [];
  const button = createElement("button", { type: "button" }, text("copy_to"));
  const { key, name } = opened;
  button.addEventListener("click", () => close() && startCopy({ key, id, version, name }));
  return [button];
}

/** Returns what changes the exams of the open cell. */
function examEditor(cell) {
  const own = opened;
  const { key, name } = own;
  let settle = () => {};
  own.exams ??= createExamEditor(cell, {
    saving: () => {
      keepForm(key, "exams", own.exams);
      settle = showSaving([key], {});
      outcome.replaceChildren(text("saving"));
    },
    saved: (payload) => {
      settle();
      forgetForm(key, "exams");
      showSaved(own, payload);
    },
    failed: () => {
      settle();
      failForm(key, "exams", name);
      if (opened?.key === key) outcome.replaceChildren();
    },
  });
  return own.exams;
}

function showForm(cell, form = formOf(cell, opened)) {
  opened.form = form;
  outcome.replaceChildren();
  content.replaceChildren(statusOf(cell), form);
  form.focusFirst();
}

function formOf(cell, own) {
  const { key } = own;
  const isOpen = () => opened?.key === key;
  let settle = () => {};
  const done = () => {
    settle();
    forgetForm(key, "cell");
  };
  const form = createForm(cell, {
    reload: () => load(own),
    saving: (planned) => {
      form.planned = planned;
      keepForm(key, "cell", form);
      settle = showSaving([key], { status: planned.status });
      if (isOpen()) showPlanned(planned);
    },
    saved: (payload) => {
      done();
      showSaved(own, payload);
    },
    failed: () => {
      settle();
      failForm(key, "cell", own.name);
      if (isOpen()) showForm(cell, form);
    },
    cancelled: (base) => {
      done();
      // Before the cell is loaded, because the user would not be asked about entries of a form that stays.
      showCurrent(base);
    },
  });
  return form;
}

/** Shows the cell after a change, and offers to undo the change. */
function showSaved({ key, name }, { cell, changeSetId }) {
  mergeCells([cell]);
  const change = remember(changeSetId, text("changed_cell", { cell: name }));
  if (opened?.key !== key) return;
  showCurrent(cell);
  if (!changeSetId) {
    outcome.replaceChildren(text("nothing_changed"));
    return;
  }
  const own = opened;
  const button = createElement("button", { type: "button" }, text("undo"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    await reload(own, await undo(change));
  });
  outcome.replaceChildren(createElement("span", {}, text("saved")), button);
}

/** Loads and shows a cell with a message about an undo, if it is still open. A form that was opened meanwhile stays. */
async function reload(own, message = "") {
  const isViewed = () => opened === own && !own.form;
  const { cell, problem } = isViewed() ? await load(own) : {};
  if (cell && isViewed()) showView(cell)?.focus();
  if (opened === own) outcome.replaceChildren(problem ?? message);
  else if (message) showUndoOutcome(message);
}

/** Shows that others have just changed the open cell, if its key is one of these. Without a form, shows its current state. */
export async function showChangeByOthers(keys) {
  const own = opened;
  if (!own || !keys.includes(own.key) || savingOf(own.key)) return;
  const name = stateOf(own.key).changedBy;
  markSeen(own.key);
  if (own.form || own.exams?.isChanged()) {
    outcome.replaceChildren(text(own.form ? "changed_before_save" : "changed_before_assigning", { name }));
    return;
  }
  if (await showNewest(own)) outcome.replaceChildren(text("changed_just_now", { name }));
}

/** Shows a cell that was saved or not changed, and then its current state if others have changed it since. */
async function showCurrent(cell) {
  const own = opened;
  showView(cell)?.focus();
  if (!isOutdated(own.key, cell)) return;
  const name = stateOf(own.key).changedBy;
  markSeen(own.key);
  if (await showNewest(own) && name) outcome.append(createElement("span", {}, text("changed_just_now", { name })));
}

/** Loads the open cell and shows it, unless a form was opened meanwhile. The focus stays. Returns whether it is shown. */
async function showNewest(own) {
  const { cell } = await load(own);
  if (!cell || opened !== own || own.form || savingOf(own.key)) return false;
  const focused = document.activeElement;
  const hasFocus = content.contains(focused);
  const edit = showView(cell);
  if (hasFocus) (content.contains(focused) ? focused : edit ?? element("close-cell")).focus();
  return true;
}

/** Closes the panel, unless the user wants to keep unsaved changes. Returns whether it is closed. */
function close() {
  // The browser's question is the only one that also works when the page is closing.
  if (hasOpenChanges() && !confirm(text("discard"))) return false;
  const { key, form, exams } = opened;
  if (form) forgetForm(key, "cell");
  if (!exams?.isSaving()) forgetForm(key, "exams");
  panel.close();
  return true;
}

/** Returns whether an open form has changes that are not saved. */
export const hasOpenChanges = () => Boolean(opened?.form?.isChanged() || opened?.exams?.isChanged());

element("close-cell").addEventListener("click", close);
// A click outside the panel hits its backdrop, which belongs to the panel element. Selecting text can end there, and so does the
// second click of a double click on a cell.
let isPressedOutside = false;
panel.addEventListener("pointerdown", ({ target }) => { isPressedOutside = target === panel; });
panel.addEventListener("click", ({ target, detail }) => target === panel && isPressedOutside && detail < 2 && close());
onEscape(panel, close);
panel.addEventListener("close", () => {
  opened = null;
  setOpenCell(null);
});
