// The exams of a cell in its panel: remove, search and assign, create.

import { send } from "./api.js";
import { examItem } from "./cell_view.js";
import { count, createElement, finderOf } from "./format.js";
import { newExamForm } from "./new_exam.js";
import { change, messageOf, queries, withRequestId } from "./operations.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";

// More would slow down reading and the tab key. The search finds the others.
const SHOWN_CHOICES = 40;

/**
 * Creates what changes the exams of a cell that the viewer can edit. Its form stays when the cell is shown again.
 *
 * Returns `elementsOf(cell)`, the elements for the current cell, `isChanged()`, whether its form has entries that were not sent, and
 * `isSaving()`. `saving()` is called before a change is sent. Then `saved(payload)`, with the `cell` and the `changeSetId`, or
 * `failed()` is called.
 */
export function createExamEditor(cell, { saving, saved, failed }) {
  const problem = createElement("p", { class: "problem", role: "alert" });
  const place = createElement("div", {});
  const form = () => place.firstElementChild;
  let version = null;
  let isSaving = false;
  let sent = null;
  let lastOpened = null;
  const changeExams = (document, examIds) => change(document, { cells: [{ id: cell.id }], examIds }, {}, version);
  const showProblem = (outcome) => { problem.textContent = messageOf(outcome); };

  /** Saves a change. `attempt()` sends it and returns the outcome. `show(outcome)` shows why it was not saved. `own` is the form, if it has one. */
  async function run(attempt, show = showProblem, own = null) {
    if (isSaving) return;
    isSaving = true;
    sent = own;
    problem.textContent = "";
    const focused = document.activeElement;
    // What is entered after sending would be lost with the form.
    own?.toggleAttribute("inert", true);
    saving();
    const outcome = await attempt();
    isSaving = false;
    sent = null;
    own?.toggleAttribute("inert", false);
    if (outcome.problem || outcome.errors.length) {
      if (document.activeElement?.contains(own)) focused.focus();
      show(outcome);
      failed();
      return;
    }
    own?.remove();
    saved({ cell: outcome.payload.cells[0], changeSetId: outcome.payload.changeSetId });
  }

  const isChanged = () => form() !== sent && Boolean(form()?.isChanged?.());
  const assign = (ids) => changeExams("assign_exams", ids);
  const open = (create) => async ({ currentTarget }) => {
    if (isSaving || (isChanged() && !confirm(text("discard")))) return;
    const own = lastOpened = {};
    place.replaceChildren();
    const content = await create(cell, { assign, run: (attempt, show) => run(attempt, show, content) });
    // The user has opened another form meanwhile.
    if (lastOpened !== own) return;
    place.replaceChildren(content);
    reveal(content, currentTarget, content.querySelector("input") ?? content);
  };
  const elementsOf = ({ exams, version: shown }) => {
    version = shown;
    const items = exams.map((exam) => examItem(exam, button(
      text("remove"), () => run(() => changeExams("unassign_exams", [exam.id])), { "aria-label": text("remove_exam", { name: exam.name }) })));
    return [
      createElement("h3", {}, items.length ? count(items.length, "exam") : text("no_exams")),
      ...(items.length ? [createElement("ul", { class: "exams" }, ...items)] : []),
      problem,
      createElement("p", { class: "actions" },
        button(text("assign_exams"), open(choiceForm)), button(text("new_exam"), open(newExamForm))),
      place,
    ];
  };
  return { elementsOf, isChanged, isSaving: () => isSaving };
}

function button(label, act, attributes = {}) {
  const created = createElement("button", { type: "button", ...attributes }, label);
  created.addEventListener("click", act);
  return created;
}

/** Loads the exams that can be assigned: exams of the levels of the class first, then the others, by name. */
async function loadChoices({ schoolClass: { code: classCode }, academicYear, period }) {
  const at = { classCode, academicYear, period };
  const found = [];
  let levels = new Set();
  for (let after = null, more = true; more;) {
    const { result, problem, requestId } = await send(
      { query: queries.exam_choices, variables: { at, academicYear, after } });
    const page = result.data?.matrixCell?.availableExams;
    if (!page) return { exams: [], levels, problem: withRequestId(problem ?? text("gone"), requestId) };
    levels = new Set(result.data.matrixCell.schoolClass.curriculum?.levels.map(({ id }) => id));
    found.push(...page.edges.map(({ node }) => node));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  const isOfLevel = (exam) => levels.has(exam.curriculumLevel?.id);
  return { exams: [...found.filter(isOfLevel), ...found.filter((exam) => !isOfLevel(exam))], levels };
}

async function choiceForm(cell, { assign, run }) {
  const { exams, levels, problem } = await loadChoices(cell);
  if (problem) return createElement("p", { class: "problem", role: "alert" }, problem);
  const chosen = new Set();
  const search = createElement("input", { type: "search", id: "exam-search", autocomplete: "off" });
  const list = createElement("ul", { class: "choices" });
  const result = createElement("p", { role: "status" });
  const error = createElement("p", { class: "problem", role: "alert" });
  const submit = createElement("button", { class: "primary", disabled: "" }, text("assign"));
  const itemOf = (exam) => {
    const box = createElement("input", { type: "checkbox", value: exam.id });
    box.checked = chosen.has(exam.id);
    box.addEventListener("change", () => {
      if (box.checked) chosen.add(exam.id);
      else chosen.delete(exam.id);
      submit.disabled = !chosen.size;
    });
    const level = exam.curriculumLevel?.name;
    const details = [levels.has(exam.curriculumLevel?.id) ? text("of_level", { level }) : level, count(exam.timerMinutes, "minute")];
    return createElement("li", {}, createElement("label", {}, box,
      createElement("span", {}, createElement("strong", {}, exam.name), createElement("small", {}, details.filter(Boolean).join(" · ")))));
  };
  const show = () => {
    const matches = finderOf(search.value);
    const matching = exams.filter(({ name, curriculumLevel }) => matches(`${name} ${curriculumLevel?.name ?? ""}`));
    list.replaceChildren(...matching.slice(0, SHOWN_CHOICES).map(itemOf));
    result.textContent = text(matching.length > SHOWN_CHOICES ? "first_of_exams" : "found_exams", { shown: SHOWN_CHOICES, count: matching.length });
  };
  search.addEventListener("input", show);
  show();
  const form = createElement("form", {},
    createElement("div", { class: "field" }, createElement("label", { for: search.id }, text("search_exams")), search),
    result, list, error, createElement("p", { class: "actions" }, submit));
  const showError = (outcome) => {
    error.textContent = messageOf(outcome);
    error.scrollIntoView({ block: "nearest" });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    error.textContent = "";
    if (chosen.size) run(() => assign([...chosen]), showError);
  });
  form.isChanged = () => chosen.size > 0;
  return form;
}
