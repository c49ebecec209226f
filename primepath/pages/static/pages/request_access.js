// The dialog that requests access to a class.

import { askBeforeEscape } from "./dialogs.js";
import { clearErrors, field, nameInputs, selectOf, showErrors } from "./fields.js";
import { createElement } from "./format.js";
import { change, loadAll } from "./operations.js";
import { text } from "./texts.js";

const dialog = document.getElementById("access");
const form = document.getElementById("access-form");
const LEVELS = ["VIEW", "SUBSTITUTE", "CO_TEACHER", "FULL"];
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
  const { all, isComplete } = await loadAll("class_directory");
  inputs.classCode.replaceChildren(...all.map(({ code, name }) => option(code, name)));
  if (!isComplete) problem.textContent = text("classes_not_loaded");
}

function showSent() {
  const close = createElement("button", { type: "button" }, text("close"));
  close.addEventListener("click", () => dialog.close());
  form.replaceChildren(createElement("p", { role: "status" }, text("request_sent")), createElement("p", { class: "actions" }, close));
  close.focus();
}

for (const button of document.querySelectorAll(".request-access")) button.addEventListener("click", open);
