// The form of a cell: its fields, the errors at them, and the choice after another user has changed the cell.

import { conflictsOf } from "./conflict.js";
import { clearErrors, field, nameInputs, showErrors, valueFor } from "./fields.js";
import { createElement, date, label, periodDates, STATUSES } from "./format.js";
import { change, loadAll } from "./operations.js";
import { text } from "./texts.js";

const FIELDS = ["status", "scheduledDate", "startTime", "endTime", "room", "invigilatorId", "notes"];
let teachers = null;

/** Returns the value of each field of a cell, as its input shows it. */
export const valuesOf = (cell) => ({
  status: cell.status,
  scheduledDate: cell.scheduledDate ?? "",
  startTime: cell.startTime?.slice(0, 5) ?? "",
  endTime: cell.endTime?.slice(0, 5) ?? "",
  room: cell.room,
  invigilatorId: cell.invigilator?.id ?? "",
  notes: cell.notes,
});

/**
 * Creates the form of a cell.
 *
 * `reload()` returns the current cell. `saved(payload)` is called after saving, `cancelled()` after "Cancel".
 */
export function createForm(cell, { reload, saved, cancelled }) {
  let base = cell;
  const inputs = inputsOf(cell);
  const problem = createElement("p", { class: "problem", role: "alert" });
  const conflict = createElement("div", { class: "conflict", role: "alert" });
  const save = createElement("button", { class: "primary" }, text("save"));
  const cancel = createElement("button", { type: "button" }, text("cancel"));
  const form = createElement("form", { novalidate: "", id: "cell-form" },
    conflict,
    ...FIELDS.map((name) => field(text(name), inputs[name])),
    problem,
    createElement("p", { class: "actions" }, save, cancel));
  const changed = () => {
    const before = valuesOf(base);
    return FIELDS.filter((name) => inputs[name].value !== before[name]);
  };

  async function submit() {
    const names = changed();
    if (!names.length) return saved({ cell: base, changeSetId: null });
    clearErrors(form);
    problem.textContent = "";
    save.disabled = true;
    save.textContent = text("saving");
    const outcome = await change("update_cell", {
      cell: { id: base.id },
      expectedVersion: base.version,
      ...Object.fromEntries(names.map((name) => [name, valueFor(name, inputs[name].value)])),
    });
    save.disabled = false;
    save.textContent = text("save");
    if (outcome.errors.some(({ code }) => code === "STALE_VERSION")) return showConflict();
    problem.textContent = showErrors(form, inputs, outcome);
    return outcome.problem || outcome.errors.length ? undefined : saved(outcome.payload);
  }

  async function showConflict() {
    const { cell: now, problem: message } = await reload();
    if (now) {
      const show = (name, value) => shown(name, value, inputs);
      conflict.replaceChildren(...conflictsOf({ base: valuesOf(base), now, inputs, valuesOf, shown: show }));
      base = now;
      (conflict.querySelector("input") ?? save).focus();
    } else problem.textContent = message;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  cancel.addEventListener("click", cancelled);
  form.isChanged = () => changed().length > 0;
  fillTeachers(inputs.invigilatorId, cell.invigilator);
  return form;
}

function inputsOf(cell) {
  const values = valuesOf(cell);
  const [min, max] = periodDates(cell.period, cell.academicYear);
  const inputs = {
    status: createElement("select", {}, ...STATUSES.map((each) => createElement("option", { value: each }, label(each)))),
    scheduledDate: createElement("input", { type: "date", min, max }),
    startTime: createElement("input", { type: "time" }),
    endTime: createElement("input", { type: "time" }),
    room: createElement("input", { type: "text", autocomplete: "off" }),
    invigilatorId: createElement("select", {}),
    notes: createElement("textarea", { rows: 3 }),
  };
  fillOptions(inputs.invigilatorId, cell.invigilator ? [cell.invigilator] : []);
  for (const [name, input] of Object.entries(inputs)) input.value = values[name];
  return nameInputs("cell", inputs);
}

/** Loads the teachers once, when the first form opens. The chosen one is there before that. */
async function fillTeachers(select, current) {
  teachers ??= loadAll("teachers");
  const all = await teachers;
  if (!all.length) teachers = null;
  const chosen = select.value;
  const isMissing = current && !all.some(({ id }) => id === current.id);
  fillOptions(select, isMissing ? [current, ...all] : all);
  select.value = chosen;
}

function fillOptions(select, people) {
  select.replaceChildren(
    createElement("option", { value: "" }, text("no_invigilator")),
    ...people.map(({ id, name }) => createElement("option", { value: id }, name)));
}

/** Returns a value for people: "09:00", "Thursday, 12 March 2026". */
function shown(name, value, inputs) {
  if (!value) return text("empty_value");
  if (name === "status") return label(value);
  if (name === "scheduledDate") return date(value);
  if (name === "invigilatorId") return [...inputs[name].options].find((each) => each.value === value)?.text ?? value;
  return value;
}
