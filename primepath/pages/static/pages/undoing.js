// Undoing a change set, for the last change, the list of changes and the history of a cell.

import { mergeCells } from "./cells.js";
import { createElement, label } from "./format.js";
import { change, messageOf } from "./operations.js";
import { text } from "./texts.js";

/**
 * Undoes a change set and shows its cells, also if it is refused.
 *
 * Returns the `changeSetId` of the undo, or `refusal`: an element with the reasons.
 */
export async function undoChanges(changeSetId) {
  const outcome = await change("undo_changes", { changeSetId });
  mergeCells(outcome.payload?.cells ?? []);
  if (!outcome.problem && !outcome.errors.length) return { changeSetId: outcome.payload.changeSetId };
  return { refusal: refusalOf(outcome) };
}

/**
 * Returns the texts for a button that undoes an action, and what it does. Undoing an undo is "Redo" for users.
 *
 * `title` is the text of the button and `name` its accessible name. `done` is the message afterwards, `question` the one before
 * other cells are changed together. `details` complete the description of the change.
 */
export function undoTexts(action, details = "") {
  const isRedo = action === "UNDO_CHANGES";
  return textsFor([isRedo ? text("the_changes") : label(action), details].filter(Boolean).join(", "), isRedo);
}

/** Returns the same texts for a change that is already described. */
export function textsFor(change, isRedo) {
  const verb = isRedo ? "redo" : "undo";
  return {
    change,
    isRedo,
    title: text(verb),
    name: text(`${verb}_change`, { change }),
    done: text(isRedo ? "redone" : "undone", { change }),
    question: (summary) => text(`${verb}_all`, { change, summary }),
  };
}

/** Returns what has changed since as a list, or the message of another problem. */
export function refusalOf(outcome) {
  const since = outcome.errors.filter(({ code }) => code === "CHANGED_SINCE");
  if (!since.length) return createElement("p", { class: "problem", role: "alert" }, messageOf(outcome));
  return createElement("div", { class: "conflict", role: "alert" },
    createElement("p", {}, createElement("strong", {}, text("changed_since"))),
    createElement("ul", {}, ...since.map(({ message }) => createElement("li", {}, message))));
}
