// The last change made on this page, which the button "Undo" undoes. Undoing is a change too: it can be undone.

import { change } from "./operations.js";
import { showCells } from "./table.js";
import { text } from "./texts.js";

const button = document.getElementById("undo");
const outcome = document.getElementById("undo-outcome");
let last = null;
let listener = () => {};

/** Remembers a change set as the last change. `description` completes the text "Undo …". */
export function remember(changeSetId, description) {
  if (!changeSetId) return;
  last = { changeSetId, description };
  button.hidden = false;
  button.textContent = text("undo_change", { change: description });
  outcome.textContent = "";
}

/** Returns whether there is a change to undo. */
export const hasLastChange = () => last !== null;

/** Calls `listen` after a change was undone. */
export const onUndo = (listen) => { listener = listen; };

/** Undoes the last change. Returns the message about the outcome. */
export async function undo() {
  const { changeSetId, description } = last;
  button.disabled = true;
  const { payload, errors, problem } = await change("undo_changes", { changeSetId });
  button.disabled = false;
  if (problem || errors.length) return problem ?? errors.map(({ message }) => message).join(" ");
  showCells(payload.cells ?? []);
  last = null;
  button.hidden = true;
  remember(payload.changeSetId, description);
  listener();
  return text("undone", { change: description });
}

button.addEventListener("click", async () => { outcome.textContent = await undo(); });
