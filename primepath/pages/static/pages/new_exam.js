// The form that creates an exam for a cell and assigns it.

import { clearErrors, field, mistakesIn, nameInputs, showErrors } from "./fields.js";
import { createElement } from "./format.js";
import { change } from "./operations.js";
import { text } from "./texts.js";

const EXAM_TYPES = { MONTHLY: "REVIEW", QUARTERLY: "QUARTERLY" };

/**
 * Creates the form. `assign([id])` sends the assignment of an exam. `run(attempt, show)` saves what `attempt()` sends, and calls
 * `show(outcome)` if that fails.
 */
export function newExamForm(cell, { assign, run }) {
  const number = { type: "number", min: "0", inputmode: "numeric" };
  const inputs = nameInputs("exam", {
    name: createElement("input", { type: "text", autocomplete: "off" }),
    totalQuestions: createElement("input", { ...number, value: "20" }),
    timerMinutes: createElement("input", { ...number, value: "40" }),
    passingScore: createElement("input", number),
  });
  const problem = createElement("p", { class: "problem", role: "alert" });
  const submit = createElement("button", { class: "primary" }, text("create_and_assign"));
  const form = createElement("form", { novalidate: "" },
    ...Object.entries(inputs).map(([name, input]) => field(text(name), input)),
    problem, createElement("p", { class: "actions" }, submit));
  let created = null;

  async function attempt() {
    if (!created) {
      const outcome = await change("create_exam", {
        name: inputs.name.value,
        type: EXAM_TYPES[cell.periodType],
        academicYear: cell.academicYear,
        totalQuestions: Number(inputs.totalQuestions.value),
        timerMinutes: Number(inputs.timerMinutes.value),
        passingScore: inputs.passingScore.value === "" ? null : Number(inputs.passingScore.value),
      });
      if (!outcome.payload?.exam) return outcome;
      created = outcome.payload.exam;
    }
    return assign([created.id]);
  }

  function show(outcome) {
    // Sent again, the form assigns the exam that is there.
    for (const input of Object.values(inputs)) input.disabled = Boolean(created);
    problem.textContent = [created && text("created_only"), showErrors(form, inputs, outcome)].filter(Boolean).join(" ");
    if (problem.textContent) problem.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearErrors(form);
    const errors = mistakesIn(inputs);
    show({ errors });
    if (!errors.length) run(attempt, show);
  });
  form.isChanged = () => created || Object.values(inputs).some(({ value, defaultValue, validity }) => value !== defaultValue || validity.badInput);
  return form;
}
