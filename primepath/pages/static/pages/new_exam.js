// The form that creates an exam for a cell and assigns it.

import { clearErrors, field, nameInputs, showErrors } from "./fields.js";
import { createElement } from "./format.js";
import { change } from "./operations.js";
import { text } from "./texts.js";

const EXAM_TYPES = { MONTHLY: "REVIEW", QUARTERLY: "QUARTERLY" };

/** Creates the form. `assign([id])` assigns the exam to the cell after it was created. */
export function newExamForm(cell, assign) {
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
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearErrors(form);
    submit.disabled = true;
    const outcome = await change("create_exam", {
      name: inputs.name.value,
      type: EXAM_TYPES[cell.periodType],
      academicYear: cell.academicYear,
      totalQuestions: Number(inputs.totalQuestions.value),
      timerMinutes: Number(inputs.timerMinutes.value),
      passingScore: inputs.passingScore.value === "" ? null : Number(inputs.passingScore.value),
    });
    problem.textContent = showErrors(form, inputs, outcome);
    if (outcome.payload?.exam) await assign([outcome.payload.exam.id]);
    submit.disabled = false;
  });
  return form;
}
