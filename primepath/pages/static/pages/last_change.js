// The last change made on this page, which the button "Undo" undoes. Undoing is a change too: the button "Redo" undoes it.

import { textsFor, undoChanges } from "./undoing.js";

const button = document.getElementById("undo");
const outcome = document.getElementById("undo-outcome");
let last = null;

/** Remembers a change set as the last change. `description` completes the text "Undo …", or "Redo …" if the change `isUndo`. */
export function remember(changeSetId, description, isUndo = false) {
  if (!changeSetId) return null;
  last = { changeSetId, description, isUndo };
  button.hidden = false;
  button.textContent = textsFor(description, isUndo).name;
  outcome.textContent = "";
  return last;
}

/** Undoes the last change. Returns the message about the outcome, as a text or an element. */
export async function undo(own = last) {
  const { changeSetId, description, isUndo } = own;
  button.disabled = true;
  const { changeSetId: undoId, refusal } = await undoChanges(changeSetId);
  button.disabled = false;
  if (refusal) return refusal;
  if (last === own) {
    last = null;
    button.hidden = true;
  }
  remember(undoId, description, !isUndo);
  return textsFor(description, isUndo).done;
}

/** Shows the message about an undo after its panel or dialog was closed. */
export const showUndoOutcome = (message) => outcome.replaceChildren(message);

button.addEventListener("click", async () => showUndoOutcome(await undo()));
