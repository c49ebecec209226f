// The fields of a change of several cells. Each can be left as it is, set or cleared. Dates can be moved by days.

import { nameInputs, valueFor } from "./fields.js";
import { createElement, label, STATUSES } from "./format.js";
import { teacherSelect } from "./teachers.js";
import { text } from "./texts.js";

const CLEARABLE = ["scheduledDate", "startTime", "endTime", "room", "notes"];
const DAY = 86_400_000;

/**
 * Creates the fields.
 *
 * Returns their `elements` and `inputs`. `given()` returns the fields of the change as the API expects them. `days()` returns by how
 * many days dates move, or 0.
 */
export function bulkFields() {
  const unchanged = ["", text("unchanged")];
  const inputs = nameInputs("bulk", {
    status: createElement("select", {}, ...[unchanged, ...STATUSES.map((each) => [each, label(each)])]
      .map(([value, name]) => createElement("option", { value }, name))),
    scheduledDate: createElement("input", { type: "date" }),
    shiftDays: createElement("input", { type: "number", step: "1", min: "-366", max: "366", inputmode: "numeric" }),
    startTime: createElement("input", { type: "time" }),
    endTime: createElement("input", { type: "time" }),
    room: createElement("input", { type: "text", autocomplete: "off" }),
    invigilatorId: teacherSelect([unchanged, ["none", text("no_invigilator")]]),
    notes: createElement("textarea", { rows: 2 }),
  });
  const clears = Object.fromEntries(CLEARABLE.map((name) =>
    [name, createElement("input", { type: "checkbox", id: `bulk-clear-${name}`, "aria-label": text("clear_field", { field: text(name) }) })]));
  const isCleared = (name) => clears[name]?.checked ?? false;
  const update = () => {
    for (const name of CLEARABLE) inputs[name].disabled = isCleared(name);
    // A date is either the same for all cells or moved in each.
    inputs.shiftDays.disabled = Boolean(inputs.scheduledDate.value) || isCleared("scheduledDate");
    if (inputs.shiftDays.value) inputs.scheduledDate.disabled = clears.scheduledDate.disabled = true;
    else clears.scheduledDate.disabled = false;
  };
  for (const input of [...Object.values(inputs), ...Object.values(clears)]) input.addEventListener("input", update);
  return {
    inputs,
    elements: Object.keys(inputs).map((name) => fieldOf(name, inputs[name], clears[name])),
    given: () => Object.fromEntries(Object.entries(inputs)
      .filter(([name, { value }]) => name !== "shiftDays" && (isCleared(name) || value))
      .map(([name, { value }]) => [name, isCleared(name) || value === "none" ? null : valueFor(name, value)])),
    days: () => (inputs.shiftDays.disabled ? 0 : Number(inputs.shiftDays.value)),
  };
}

function fieldOf(name, input, clear) {
  const extra = clear ? [createElement("label", { class: "clear" }, clear, text("clear"))] : [];
  return createElement("div", { class: "field", "data-field": name },
    createElement("label", { for: input.id }, text(name)), input, ...extra);
}

/** Returns a date moved by days, or null without a date. */
export const moved = (date, days) => date && new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10);
