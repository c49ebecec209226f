// The form of a cell: its fields, the errors at them, and the choice after another user has changed the cell.

import { lookOf } from "./cells.js";
import { conflictsOf } from "./conflict.js";
import { clearErrors, field, mistakesIn, nameInputs, selectOf, showErrors, shownValue, valueFor, valuesOf } from "./fields.js";
import { createElement, label, periodDates, STATUSES } from "./format.js";
import { change } from "./operations.js";
import { teacherSelect } from "./teachers.js";
import { text } from "./texts.js";

const FIELDS = ["status", "scheduledDate", "startTime", "endTime", "room", "invigilatorId", "notes"];

/**
 * Creates the form of a cell.
 *
 * `reload()` returns the current cell. `saving(planned)` is called before a change is sent, with the cell as it would be. Then
 * `saved(payload)` or `failed()` is called. `cancelled(base)` is called after "Cancel", with the cell as it was last loaded. The form keeps
 * its inputs outside of the page too.
 */
export function createForm(cell, { reload, saving, saved, failed, cancelled }) {
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
    return FIELDS.filter((name) => inputs[name].value !== before[name] || inputs[name].validity.badInput);
  };

  async function submit() {
    const names = changed();
    if (!names.length) return saved({ cell: base, changeSetId: null });
    clearErrors(form);
    const errors = mistakesIn(inputs);
    problem.textContent = showErrors(form, inputs, { errors });
    if (errors.length) return null;
    const given = Object.fromEntries(names.map((name) => [name, valueFor(name, inputs[name].value)]));
    saving(plannedCell(base, given, inputs));
    const outcome = await change("update_cell", { cell: { id: base.id }, expectedVersion: base.version, ...given });
    if (!outcome.problem && !outcome.errors.length) return saved(outcome.payload);
    const isStale = outcome.errors.some(({ code }) => code === "STALE_VERSION");
    const now = isStale ? await reload() : null;
    failed();
    if (now?.cell) showConflict(now.cell);
    else {
      problem.textContent = now?.problem ?? showErrors(form, inputs, outcome);
      form.focusFirst();
    }
  }

  function showConflict(now) {
    const show = (name, value) => shownValue(name, value, inputs.invigilatorId);
    conflict.replaceChildren(...conflictsOf({ base: valuesOf(base), now, inputs, valuesOf, shown: show }));
    base = now;
    form.focusFirst();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  cancel.addEventListener("click", () => cancelled(base));
  form.isChanged = () => changed().length > 0;
  form.focusFirst = () =>
    (form.querySelector('[aria-invalid="true"], .conflict input') ?? (conflict.childElementCount || problem.textContent ? save : inputs.status)).focus();
  return form;
}

function inputsOf(cell) {
  const values = valuesOf(cell);
  const [min, max] = periodDates(cell.period, cell.academicYear);
  const inputs = {
    status: selectOf(STATUSES, label),
    scheduledDate: createElement("input", { type: "date", min, max }),
    startTime: createElement("input", { type: "time" }),
    endTime: createElement("input", { type: "time" }),
    room: createElement("input", { type: "text", autocomplete: "off" }),
    invigilatorId: teacherSelect([["", text("no_invigilator")]], cell.invigilator),
    notes: createElement("textarea", { rows: 3 }),
  };
  for (const [name, input] of Object.entries(inputs)) input.value = values[name];
  return nameInputs("cell", inputs);
}

/** Returns the cell as it would be after the change. Warnings are not known before the API returns them. */
function plannedCell(cell, given, { invigilatorId }) {
  const { invigilatorId: id, ...fields } = given;
  const name = invigilatorId.selectedOptions[0]?.text;
  const invigilator = id === undefined ? cell.invigilator : id && { id, name };
  // The API takes null for an empty text, and returns "".
  const { room, notes } = { ...cell, ...fields };
  return { ...cell, ...fields, ...lookOf(fields.status), room: room ?? "", notes: notes ?? "", invigilator, warnings: [] };
}
