// Selecting cells of the table: for a change of all of them, or as the targets of a copy.

import { count } from "./format.js";
import { onLongPress } from "./long_press.js";
import { buttonOf, cellOf, rectangle } from "./table.js";
import { text } from "./texts.js";

const element = (id) => document.getElementById(id);
const table = element("matrix").querySelector("table");
const selected = new Set();
let anchor = null;
let source = null;
let isOn = false;
// The next cell ends a block that begins at the anchor.
let isBlock = false;

export const isSelecting = () => isOn;
export const sourceOfCopy = () => source;
/** Returns the states of the selected cells: see `stateOf`. */
export const selection = () => [...selected].map(cellOf);

/** Starts selecting. `copied` is the cell to copy, with its `key`, `id`, `version` and `name`, or null to change cells. */
export function startSelecting(copied = null) {
  source = copied;
  setOn(true);
}

/** Allows to select and change cells, or not while a change is being saved: its dialog opens again if it fails. */
export function allowSelecting(isAllowed) {
  element("select-cells").disabled = !isAllowed;
  show();
}

/** Forgets the selection. */
export function stopSelecting() {
  source = null;
  setOn(false);
}

/** Calls `showTable()`, which replaces the buttons, and selects the same cells again. */
export function keepSelection(showTable) {
  const keys = selection().map(({ key }) => key);
  const [anchorKey, wasBlock] = [anchor && cellOf(anchor).key, isBlock];
  showTable();
  if (!isOn) return;
  setOn(true);
  setBlock(wasBlock);
  press(keys.map(buttonOf).filter((button) => button && cellOf(button).canEdit), true);
  anchor = buttonOf(anchorKey) ?? null;
  show();
}

function setOn(on) {
  isOn = on;
  anchor = null;
  setBlock(false);
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

function setBlock(on) {
  isBlock = on;
  element("select-block").setAttribute("aria-pressed", String(on));
}

function press(buttons, add) {
  for (const each of buttons) {
    if (add) selected.add(each);
    else selected.delete(each);
    each.setAttribute("aria-pressed", String(add));
  }
}

const isShown = (button) => !button.classList.contains("other") && !button.closest("[hidden]");

/** Deselects the cells that the filters do not show. */
export function keepShown() {
  press([...selected].filter((button) => !isShown(button)), false);
  if (anchor && !isShown(anchor)) anchor = null;
  if (isOn) show();
}

/** Selects or deselects a cell, or selects the block between the last one and this one. */
export function select(button, isShift) {
  const asBlock = isShift || isBlock;
  const buttons = (asBlock && anchor ? rectangle(anchor, button) : [button]).filter((each) => cellOf(each).canEdit && isShown(each));
  press(buttons, asBlock || !selected.has(button));
  // Without a first cell, this one begins the block.
  if (isBlock && anchor) setBlock(false);
  anchor = button;
  show();
}

function show() {
  const number = count(selected.size, "cell");
  element("selected").textContent = source
    ? text("select_targets", { cell: source.name, number })
    : text("selected", { number });
  element("change-selected").textContent = text(source ? "copy_here" : "change_together");
  element("change-selected").disabled = !selected.size || element("select-cells").disabled;
}

onLongPress(table, (button) => {
  if (element("select-cells").disabled || !cellOf(button).canEdit) return;
  if (!isOn) startSelecting();
  select(button, false);
});
element("select-block").addEventListener("click", () => setBlock(!isBlock));

element("select-cells").addEventListener("click", () => (isOn ? stopSelecting() : startSelecting()));
element("stop-selecting").addEventListener("click", () => {
  stopSelecting();
  element("select-cells").focus();
});
