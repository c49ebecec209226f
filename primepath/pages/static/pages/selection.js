// Selecting cells of the table: for a change of all of them, or as the targets of a copy.

import { count } from "./format.js";
import { cellOf, rectangle } from "./table.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const table = element("matrix").querySelector("table");
const selected = new Set();
let anchor = null;
let source = null;
let isOn = false;

export const isSelecting = () => isOn;
export const sourceOfCopy = () => source;
/** Returns the selected cells, each with `cell` and `schoolClass`. */
export const selection = () => [...selected].map(cellOf);

/** Starts selecting. `copied` is the cell to copy, with `name` and `id`, or null to change cells. */
export function startSelecting(copied = null) {
  source = copied;
  setOn(true);
}

/** Forgets the selection. */
export function stopSelecting() {
  source = null;
  setOn(false);
}

function setOn(on) {
  isOn = on;
  anchor = null;
  selected.clear();
  for (const button of table.querySelectorAll("td button")) {
    if (on && cellOf(button).canEdit) button.setAttribute("aria-pressed", "false");
    else button.removeAttribute("aria-pressed");
  }
  element("select-cells").setAttribute("aria-pressed", String(on));
  element("selection").hidden = !on;
  table.classList.toggle("selecting", on);
  show();
}

/** Selects or deselects a cell, or selects the block between the last one and this one. */
export function select(button, asBlock) {
  const buttons = (asBlock && anchor ? rectangle(anchor, button) : [button]).filter((each) => cellOf(each).canEdit);
  const add = asBlock || !selected.has(button);
  for (const each of buttons) {
    if (add) selected.add(each);
    else selected.delete(each);
    each.setAttribute("aria-pressed", String(add));
  }
  anchor = button;
  show();
}

function show() {
  const number = count(selected.size, "cell");
  element("selected").textContent = source
    ? text("select_targets", { cell: source.name, number })
    : text("selected", { number });
  element("change-selected").textContent = text(source ? "copy_here" : "change_together");
  element("change-selected").disabled = !selected.size;
}

element("select-cells").addEventListener("click", () => (isOn ? stopSelecting() : startSelecting()));
element("stop-selecting").addEventListener("click", () => {
  stopSelecting();
  element("select-cells").focus();
});
