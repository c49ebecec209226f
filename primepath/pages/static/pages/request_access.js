// The dialog that requests access to a class.

import { askBeforeEscape } from "./dialogs.js";
import { clearErrors, field, nameInputs, selectOf, showErrors } from "./fields.js";
import { createElement } from "./format.js";
import { change, loadAll, loadPage } from "./operations.js";
import { text } from "./texts.js";

const dialog = document.getElementById("access");
const form = document.getElementById("access-form");
const EDITING_LEVELS = ["CO_TEACHER", "FULL"];
const LEVELS = ["VIEW", "SUBSTITUTE", ...EDITING_LEVELS];
let isSending = false;

/** Opens the dialog: as it is while a request is being sent, otherwise with a new form. */
async function open() {
  if (isSending) {
    dialog.showModal();
    return;
  }
  const option = (value, name) => createElement("option", { value }, name);
  const inputs = nameInputs("access", {
    classCode: createElement("select", {}, option("", text("loading"))),
    accessLevel: selectOf(LEVELS, (each) => text(`level_${each.toLowerCase()}`)),
    reason: createElement("textarea", { rows: 3 }),
  });
  const problem = createElement("p", { class: "problem", role: "alert" });
  const submit = createElement("button", { class: "primary" }, text("send_request"));
  const cancel = createElement("button", { type: "button" }, text("cancel"));
  cancel.addEventListener("click", () => dialog.close());
  form.replaceChildren(...Object.entries(inputs).map(([name, input]) => field(text(name), input)),
    problem, createElement("p", { class: "actions" }, submit, cancel));
  const setSending = (is) => {
    isSending = is;
    for (const each of [...Object.values(inputs), submit]) each.disabled = is;
  };
  form.onsubmit = async (event) => {
    event.preventDefault();
    clearErrors(form);
    setSending(true);
    const outcome = await change("request_access",
      Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value])));
    setSending(false);
    // With an error, the payload has an earlier request.
    const isSent = Boolean(outcome.payload?.request) && !outcome.errors.length;
    if (!isSent && !dialog.open) dialog.showModal();
    submit.focus();
    problem.textContent = showErrors(form, inputs, outcome);
    if (isSent) showSent();
  };
  askBeforeEscape(dialog, () => inputs.reason.isConnected && inputs.reason.value !== "");
  dialog.showModal();
  const { classes, isComplete } = await loadClasses();
  inputs.classCode.replaceChildren(...classes.map(({ code, name }) => option(code, name)));
  if (!isComplete) problem.textContent = text("classes_not_loaded");
  else if (!classes.length) problem.textContent = text("can_edit_all_classes");
}

/** Loads the `classes` that the user cannot edit, or only until a date. If not all could be loaded, `isComplete` is false. */
async function loadClasses() {
  const [{ all, isComplete }, { page: viewer }] = await Promise.all([loadAll("class_directory"), loadPage("own_access", {}, "viewer")]);
  const editable = new Set(viewer?.assignments
    .filter(({ accessLevel, expiresAt }) => EDITING_LEVELS.includes(accessLevel) && !expiresAt)
    .map(({ schoolClass }) => schoolClass.code));
  return { classes: all.filter(({ code }) => !editable.has(code)), isComplete: isComplete && Boolean(viewer) };
}

function showSent() {
  const close = createElement("button", { type: "button" }, text("close"));
  close.addEventListener("click", () => dialog.close());
  form.replaceChildren(createElement("p", { role: "status" }, text("request_sent")), createElement("p", { class: "actions" }, close));
  close.focus();
}

for (const button of document.querySelectorAll(".request-access")) button.addEventListener("click", open);
