// Forms of cells with a change that is being saved or was not saved. They keep what was entered, also when the panel is closed.

import { markUnsaved } from "./cells.js";
import { text } from "./texts.js";

const forms = new Map();
const message = document.getElementById("unsaved");
let openKey = null;

/** Returns the form of the cell with this key, or undefined. */
export const unsavedForm = (key) => forms.get(key);

/** Keeps a form while its change is being saved. */
export const keepForm = (key, form) => forms.set(key, Object.assign(form, { failedName: null }));

/** Marks the cell after its change was not saved. `name` is for people. */
export function failForm(key, name) {
  forms.get(key).failedName = name;
  markUnsaved(key, true);
  showNames();
}

/** Forgets the form, because its change was saved or discarded. */
export function forgetForm(key) {
  forms.delete(key);
  markUnsaved(key, false);
  showNames();
}

/** Names the cells with a change that was not saved, except the one that is open. */
function showNames() {
  const names = [...forms].filter(([key, form]) => form.failedName && key !== openKey).map(([, form]) => form.failedName);
  message.textContent = names.map((name) => text("unsaved_cell", { cell: name })).join(" ");
}

/** Sets which cell is open, or null. */
export function setOpenCell(key) {
  openKey = key;
  showNames();
}
