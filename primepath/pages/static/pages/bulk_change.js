// The dialog that changes the selected cells together, or copies a cell to them. A dry run shows the warnings first.

import { cellOfTarget, loadBlock, showBlockConflicts } from "./bulk_conflict.js";
import { bulkFields } from "./bulk_fields.js";
import { changeRequest, copyRequest, problemsOf, targetOf } from "./bulk_requests.js";
import { warningsOf } from "./cell_view.js";
import { mergeCells, showSaving } from "./cells.js";
import { askBeforeEscape } from "./dialogs.js";
import { clearErrors, field, mistakesIn, nameInputs, selectOf, showErrors } from "./fields.js";
import { count, createElement } from "./format.js";
import { remember } from "./last_change.js";
import { change } from "./operations.js";
import { reveal } from "./reveal.js";
import { allowSelecting, selection, sourceOfCopy, stopSelecting } from "./selection.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const dialog = element("bulk");
const form = element("bulk-form");

function open() {
  const source = sourceOfCopy();
  const targets = selection().map(targetOf);
  const fields = source ? null : bulkFields();
  const { onExisting } = source ? nameInputs("bulk", { onExisting: existing() }) : {};
  const conflict = createElement("div", { class: "conflict", role: "alert" });
  const result = createElement("div", { id: "bulk-result", role: "status" });
  const problem = createElement("p", { class: "problem", role: "alert" });
  // The enter key in a field shows the preview.
  const preview = createElement("button", {}, text("preview"));
  const save = createElement("button", { type: "button", class: "primary", disabled: "" }, text("save"));
  const cancel = createElement("button", { type: "button" }, text("cancel"));
  const number = count(targets.length, "cell");
  element("bulk-title").textContent = source ? text("copy_title", { cell: source.name, number }) : text("change_title", { number });
  form.replaceChildren(
    ...(source
      ? [field(text("onExisting"), onExisting)]
      : [createElement("p", {}, createElement("small", {}, text("empty_is_unchanged"))), ...fields.elements]),
    conflict, result, problem, createElement("p", { class: "actions" }, preview, save, cancel));

  let edits = 0;

  const given = () => fields && { given: fields.given(), days: fields.days(), teachers: fields.inputs.invigilatorId };
  const showConflicts = ({ cells }) => showBlockConflicts(conflict, targets, cells, given());

  async function run(dryRun) {
    const opener = document.activeElement;
    problem.textContent = "";
    result.replaceChildren();
    preview.disabled = save.disabled = true;
    problem.textContent = (await attempt(dryRun)) ?? "";
    preview.disabled = false;
    if (!save.disabled) reveal(result, opener, save);
    // A dialog that opens again has focused its first field.
    else if (problem.textContent) reveal(problem, dryRun ? opener : document.activeElement);
  }

  /** Returns the message of a problem, or nothing. */
  async function attempt(dryRun) {
    const before = edits;
    clearErrors(form);
    const errors = fields ? mistakesIn(fields.inputs) : [];
    if (errors.length) return showErrors(form, fields.inputs, { errors });
    if (given()?.days) {
      const block = await loadBlock(targets);
      if (block.problem || showConflicts(block)) return block.problem;
      for (const target of targets) target.date = cellOfTarget(block.cells, target)?.scheduledDate;
    }
    const chosen = targets.filter(({ isSkipped }) => !isSkipped);
    const request = source ? copyRequest(chosen, source, onExisting.value) : changeRequest(chosen, given());
    // If "theirs" is chosen for all cells, or if no date can be moved, there is nothing to send.
    if (!request.targets.length) return text("no_cell_left");
    const outcome = await (dryRun ? change(request.document, { ...request.input, dryRun }) : send(request));
    if (outcome.errors.some(({ code }) => code === "STALE_VERSION")) {
      const block = await loadBlock(targets);
      if (block.problem || showConflicts(block)) return block.problem;
    }
    if (outcome.problem || outcome.errors.length) return problemsOf(outcome, [...request.targets, source]);
    if (!dryRun) finish(outcome.payload, source);
    // Otherwise it would be the preview of other values.
    else if (edits === before) showPreview(outcome.payload);
    return null;
  }

  function showPreview({ warnings, cells }) {
    const title = text(warnings?.length ? "would_change_warned" : "would_change", { number: count(cells.length, "cell") });
    result.replaceChildren(createElement("p", {}, title), ...warningsOf({ warnings }));
    save.disabled = false;
  }

  form.oninput = () => {
    edits += 1;
    save.disabled = true;
    result.replaceChildren();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    run(true);
  };
  save.addEventListener("click", () => run(false));
  cancel.addEventListener("click", () => dialog.close());
  askBeforeEscape(dialog, () => edits > 0);
  dialog.showModal();
  form.querySelector("select, input").focus();
}

/** Saves a change. The dialog closes, and opens again as it was if the change is not saved. */
async function send({ document, input, targets }) {
  const [first] = input.changes ?? [];
  const settle = showSaving(targets.map(({ key }) => key), first?.status ? { status: first.status } : {});
  dialog.close();
  stopSelecting();
  allowSelecting(false);
  element("announcement").textContent = text("saving");
  const outcome = await change(document, { ...input, dryRun: false });
  allowSelecting(true);
  settle();
  if (outcome.problem || outcome.errors.length) dialog.showModal();
  return outcome;
}

function finish({ cells, changeSetId }, source) {
  mergeCells(cells);
  const number = count(cells.length, "cell");
  remember(changeSetId, source ? text("copied_cell", { cell: source.name, number }) : text("changed_cells", { number }));
  element("announcement").textContent = text(changeSetId ? "saved" : "nothing_changed");
  if (document.activeElement === document.body) (changeSetId ? element("undo") : element("select-cells")).focus();
}

const existing = () => selectOf(["MERGE", "REPLACE", "REJECT"], (each) => text(`existing_${each.toLowerCase()}`));

element("change-selected").addEventListener("click", open);
