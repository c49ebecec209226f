// Parts of the dialogs that change many objects: first a preview, then the button that saves.

import { createElement } from "./format.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";

// For each dialog, a function that returns whether it has entries that are not saved.
const entries = new Map();

/** Calls `close()` for the Escape key instead of closing the dialog. */
export function onEscape(dialog, close) {
  // Browsers do not always let a page prevent "cancel", so the key is handled as well.
  dialog.onkeydown = (event) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    close();
  };
  dialog.oncancel = (event) => {
    // A file input sends this event too.
    if (event.target !== dialog) return;
    event.preventDefault();
    close();
  };
}

/**
 * Closes a dialog with the Escape key. If `isChanged()`, the user is asked first, also before the page closes. While `isSaving()`, the
 * key does nothing.
 */
export function askBeforeEscape(dialog, isChanged, isSaving = () => false) {
  entries.set(dialog, () => isSaving() || isChanged());
  onEscape(dialog, () => !isSaving() && (!isChanged() || confirm(text("discard"))) && dialog.close());
}

/** Returns whether closing the page would lose entries of an open dialog. */
export const hasOpenEntries = () => [...entries].some(([dialog, isChanged]) => dialog.open && isChanged());

/** Returns whether the focus is nowhere after this dialog was closed, because what had it before is gone. */
export function isFocusLost(dialog) {
  const { activeElement } = document;
  return !activeElement || activeElement === document.body || dialog.contains(activeElement);
}

/** Returns a checkbox with its label, as `box` and `element`. */
export function checkboxOf(name, title, isChecked = false) {
  const box = createElement("input", { type: "checkbox", name });
  box.checked = isChecked;
  return { box, element: createElement("label", { class: "check" }, box, ` ${title}`) };
}

/**
 * Fills a form with `elements`, a place for the result, and the buttons "Preview", "Save" and "Close".
 *
 * `run(isPreview)` returns what to show: `elements`, a `problem`, and whether it `canSave`. A changed input ends a preview.
 */
export function previewForm(form, elements, run) {
  const problem = createElement("p", { class: "problem", role: "alert" });
  const result = createElement("div", { class: "result", role: "status" });
  const preview = createElement("button", {}, text("preview"));
  const save = createElement("button", { type: "button", class: "primary", disabled: "" }, text("save"));
  const close = createElement("button", { type: "button" }, text("close"));
  const dialog = form.closest("dialog");
  let edits = 0;
  let isSaving = false;
  let isEntered = false;
  const forget = () => {
    edits += 1;
    save.disabled = true;
    result.replaceChildren();
    problem.textContent = "";
  };
  async function attempt(isPreview) {
    const opener = document.activeElement;
    forget();
    const before = edits;
    isSaving = !isPreview;
    preview.disabled = true;
    close.disabled = isSaving;
    result.textContent = text(isPreview ? "loading" : "saving");
    const outcome = await run(isPreview);
    preview.disabled = close.disabled = false;
    isEntered = isEntered && (isPreview || Boolean(outcome.problem));
    isSaving = false;
    // The preview is about other values.
    if (isPreview && edits !== before) return;
    result.replaceChildren(...(outcome.elements ?? []));
    problem.textContent = outcome.problem ?? "";
    save.disabled = !outcome.canSave;
    reveal(problem.textContent ? problem : result, opener);
  }
  form.oninput = () => {
    isEntered = true;
    forget();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    attempt(true);
  };
  save.addEventListener("click", () => attempt(false));
  close.addEventListener("click", () => dialog.close());
  askBeforeEscape(dialog, () => isEntered, () => isSaving);
  form.replaceChildren(...elements, result, problem, createElement("p", { class: "actions" }, preview, save, close));
}
