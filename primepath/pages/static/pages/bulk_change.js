// The dialog that changes the selected cells together, or copies a cell to them. A dry run shows the warnings first.

import { warningsOf } from "./cell_view.js";
import { field, nameInputs, valueFor } from "./fields.js";
import { count, createElement, label, periodName, STATUSES } from "./format.js";
import { remember } from "./last_change.js";
import { change } from "./operations.js";
import { selection, sourceOfCopy, stopSelecting } from "./selection.js";
import { showCells } from "./table.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const dialog = element("bulk");
const form = element("bulk-form");
let listener = () => {};

/** Calls `listen` after cells were changed. */
export const onBulkChange = (listen) => { listener = listen; };

function open() {
  const source = sourceOfCopy();
  const targets = selection();
  const inputs = nameInputs("bulk", source ? { onExisting: existing() } : changes());
  const result = createElement("div", { id: "bulk-result", role: "status" });
  const problem = createElement("p", { class: "problem", role: "alert" });
  const preview = createElement("button", { type: "button" }, text("preview"));
  const save = createElement("button", { class: "primary", disabled: "" }, text("save"));
  const cancel = createElement("button", { type: "button" }, text("cancel"));
  element("bulk-title").textContent = source
    ? text("copy_title", { cell: source.name, number: count(targets.length, "cell") })
    : text("change_title", { number: count(targets.length, "cell") });
  const hint = source ? [] : [createElement("p", {}, createElement("small", {}, text("empty_is_unchanged")))];
  form.replaceChildren(...hint, ...Object.entries(inputs).map(([name, input]) => field(text(name), input)),
    result, problem, createElement("p", { class: "actions" }, preview, save, cancel));

  const run = async (dryRun) => {
    const [document, input] = source ? copyInput(source, targets, inputs) : changeInput(targets, inputs);
    problem.textContent = "";
    result.replaceChildren();
    preview.disabled = save.disabled = true;
    const outcome = await change(document, { ...input, dryRun });
    preview.disabled = false;
    if (outcome.problem || outcome.errors.length) problem.textContent = problemsOf(outcome, targets);
    else if (dryRun) {
      const { warnings, cells } = outcome.payload;
      const title = text(warnings?.length ? "would_change_warned" : "would_change", { number: count(cells.length, "cell") });
      result.replaceChildren(createElement("p", {}, title), ...warningsOf({ warnings }));
      save.disabled = false;
      save.focus();
    } else finish(outcome.payload);
  };
  form.oninput = () => {
    save.disabled = true;
    result.replaceChildren();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    run(save.disabled);
  };
  preview.addEventListener("click", () => run(true));
  cancel.addEventListener("click", () => dialog.close());
  dialog.showModal();
  form.querySelector("select, input").focus();
}

function finish({ cells, changeSetId }) {
  const source = sourceOfCopy();
  showCells(cells);
  const number = count(cells.length, "cell");
  remember(changeSetId, source ? text("copied_cell", { cell: source.name, number }) : text("changed_cells", { number }));
  dialog.close();
  stopSelecting();
  listener();
  (changeSetId ? element("undo") : element("select-cells")).focus();
}

function changes() {
  return {
    status: createElement("select", {}, createElement("option", { value: "" }, text("unchanged")),
      ...STATUSES.map((each) => createElement("option", { value: each }, label(each)))),
    scheduledDate: createElement("input", { type: "date" }),
    startTime: createElement("input", { type: "time" }),
    endTime: createElement("input", { type: "time" }),
    room: createElement("input", { type: "text", autocomplete: "off" }),
    notes: createElement("textarea", { rows: 2 }),
  };
}

const existing = () => createElement("select", {},
  ...["MERGE", "REPLACE", "REJECT"].map((each) => createElement("option", { value: each }, text(`existing_${each.toLowerCase()}`))));

const keyOf = ({ cell, schoolClass }) =>
  ({ classCode: schoolClass.code, academicYear: Number(element("year").value), period: cell.period });

function changeInput(targets, inputs) {
  const given = Object.entries(inputs)
    .filter(([, input]) => input.value)
    .map(([name, input]) => [name, valueFor(name, input.value)]);
  return ["update_cells", { changes: targets.map((target) =>
    ({ cell: { at: keyOf(target) }, expectedVersion: target.cell.version, ...Object.fromEntries(given) })) }];
}

function copyInput(source, targets, inputs) {
  return ["clone_cell", {
    source: { id: source.id },
    targets: targets.map(keyOf),
    onExisting: inputs.onExisting.value,
    expectedVersions: targets.map((target) => ({ cell: { at: keyOf(target) }, version: target.cell.version })),
  }];
}

/** Returns the messages of an outcome, each after the name of its cell. */
function problemsOf({ errors, problem }, targets) {
  const lines = errors.map(({ code, message, field: path }) => {
    const target = targets[path?.find((part) => /^\d+$/.test(part))];
    const name = target ? `${target.schoolClass.name}, ${periodName(target.cell.period)}: ` : "";
    return name + message + (code === "STALE_VERSION" ? ` ${text("refresh_first")}` : "");
  });
  return [problem, ...lines].filter(Boolean).join("\n");
}

element("change-selected").addEventListener("click", open);
