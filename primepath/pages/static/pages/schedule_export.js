// The dialog that exports the cells of the page as a file.

import { field, nameInputs, selectOf } from "./fields.js";
import { chosenForApi } from "./filters.js";
import { createElement } from "./format.js";
import { messageOf, run } from "./operations.js";
import { shownClasses, yearOfTable } from "./table.js";
import { text } from "./texts.js";

const dialog = document.getElementById("export");
const form = document.getElementById("export-form");

function open() {
  const { format } = nameInputs("export", { format: selectOf(["XLSX", "CSV", "ICS"], (each) => text(`format_${each.toLowerCase()}`)) });
  const problem = createElement("p", { class: "problem", role: "alert" });
  const result = createElement("p", { role: "status" });
  const submit = createElement("button", { class: "primary" }, text("export"));
  const close = createElement("button", { type: "button" }, text("close"));
  close.addEventListener("click", () => dialog.close());
  form.onsubmit = async (event) => {
    event.preventDefault();
    problem.textContent = result.textContent = "";
    submit.disabled = true;
    const outcome = await run("export_schedule", { format: format.value, filter: chosenCells() });
    submit.disabled = false;
    if (outcome.payload?.url) download(outcome.payload.url, result);
    else problem.textContent = messageOf(outcome);
  };
  form.replaceChildren(createElement("p", {}, createElement("small", {}, text("export_filtered"))), field(text("format"), format),
    result, problem, createElement("p", { class: "actions" }, submit, close));
  dialog.showModal();
}

/** Returns the filter of the API for what the page shows. The page filters by words itself, so the classes are named then. */
function chosenCells() {
  const { words, ...chosen } = chosenForApi();
  const classCodes = words ? shownClasses().map(({ code }) => code) : null;
  return { ...chosen, classCodes, academicYear: yearOfTable() };
}

function download(url, result) {
  createElement("a", { href: url, download: "" }).click();
  result.textContent = text("export_ready");
}

document.getElementById("show-export").addEventListener("click", open);
