// Forms of cells with a change that is being saved or was not saved. They keep what was entered, also when the panel is closed.
// A cell has two: "cell" changes its fields, "exams" its exams.

import { markUnsaved } from "./cells.js";
import { text } from "./texts.js";

const forms = new Map();
const message = document.getElementById("unsaved");
let openKey = null;

const idOf = (key, kind) => `${kind} ${key}`;

/** Returns the form of this kind of the cell with this key, or undefined. */
export const unsavedForm = (key, kind) => forms.get(idOf(key, kind))?.form;

/** Keeps a form while its change is being saved. */
export const keepForm = (key, kind, form) => forms.set(idOf(key, kind), { key, form, failedName: null });

/** Marks the cell after its change was not saved. `name` is for people. */
export function failForm(key, kind, name) {
  forms.get(idOf(key, kind)).failedName = name;
  showMarks(key);
}

/** Forgets the form, because its change was saved or discarded. */
export function forgetForm(key, kind) {
  forms.delete(idOf(key, kind));
  showMarks(key);
}

/** Sets which cell is open, or null. */
export function setOpenCell(key) {
  openKey = key;
  showNames();
}

function showMarks(key) {
  markUnsaved(key, [...forms.values()].some((each) => each.key === key && each.failedName));
  showNames();
}

/** Names the cells with a change that was not saved, except the one that is open. */
function showNames() {
  const names = new Set([...forms.values()].filter(({ key, failedName }) => failedName && key !== openKey).map(({ failedName }) => failedName));
  message.textContent = [...names].map((name) => text("unsaved_cell", { cell: name })).join(" ");
}
