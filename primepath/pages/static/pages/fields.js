// Fields of forms, and the errors of the API at them.

import { createElement, date, label } from "./format.js";
import { text } from "./texts.js";

/** Returns an input with its label. */
export const field = (label, input) =>
  createElement("div", { class: "field", "data-field": input.name }, createElement("label", { for: input.id }, label), input);

/** Returns a select with the `values`, each named by `name(value)`. The first one is chosen. */
export const selectOf = (values, name) =>
  createElement("select", {}, ...values.map((value) => createElement("option", { value }, name(value))));

/** Sets the name of each input, and an id that begins with `prefix`. Returns the inputs. */
export function nameInputs(prefix, inputs) {
  for (const [name, input] of Object.entries(inputs)) {
    input.id = `${prefix}-${name}`;
    input.name = name;
  }
  return inputs;
}

/** Returns the value of an input of a cell as the API expects it. Empty inputs are null. */
export function valueFor(name, value) {
  if (name === "status") return value;
  if (!value) return null;
  return name.endsWith("Time") ? `${value}:00` : value;
}

/** Returns the value of each field of a cell, as its input has it. */
export const valuesOf = (cell) => ({
  status: cell.status,
  scheduledDate: cell.scheduledDate ?? "",
  startTime: cell.startTime?.slice(0, 5) ?? "",
  endTime: cell.endTime?.slice(0, 5) ?? "",
  room: cell.room,
  invigilatorId: cell.invigilator?.id ?? "",
  // As a text area has them.
  notes: cell.notes?.replace(/\r\n?/g, "\n"),
});

/** Returns the value of an input for people: "09:00", "Thursday, 12 March 2026". `teachers` is a select with the names of teachers. */
export function shownValue(name, value, teachers) {
  if (!value) return text("empty_value");
  if (name === "status") return label(value);
  if (name === "scheduledDate") return date(value);
  if (name === "invigilatorId") return [...teachers.options].find((each) => each.value === value)?.text ?? value;
  return value;
}

/** Shows each error at the input that its path names, and returns the messages of the others as one text. */
export function showErrors(form, inputs, { errors, problem }) {
  const elsewhere = problem ? [problem] : [];
  for (const error of errors) {
    const name = error.field?.findLast((part) => part in inputs);
    if (name) showError(inputs[name], error.message);
    else elsewhere.push(error.message);
  }
  form.querySelector('[aria-invalid="true"]')?.focus();
  return elsewhere.join(" ");
}

function showError(input, message) {
  const id = `${input.id}-error`;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", id);
  const old = document.getElementById(id);
  if (old) old.append(` ${message}`);
  else input.after(createElement("p", { class: "problem", id }, message));
}

/**
 * Returns an error for each input with a part of a date, time or number, or with one that does not exist. Browsers report these as empty.
 * A number must be whole, and within the limits if the input has both.
 */
export const mistakesIn = (inputs) => Object.entries(inputs)
  .map(([name, input]) => ({ field: [name], message: mistakeOf(input) }))
  .filter(({ message }) => message);

function mistakeOf({ type, min, max, validity }) {
  if (type !== "number") return validity.badInput ? text("unfinished") : null;
  if (validity.badInput || validity.stepMismatch) return text("no_number");
  const isOutside = validity.rangeUnderflow || validity.rangeOverflow;
  return isOutside && min && max ? text("outside", { min, max }) : null;
}

/** Removes what `showErrors` has shown. */
export function clearErrors(form) {
  for (const each of form.querySelectorAll(".field .problem")) each.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}
