// The cells that this page knows. Cells of every answer are merged here and nowhere else, so the newest version is shown.

import { text } from "./texts.js";

const known = new Map();
const saving = new Map();
const unsaved = new Set();
const others = new Map();
const looks = new Map();
const listeners = [];

/** Returns the key of a cell on this page. */
export const keyOf = (classCode, academicYear, period) => `${academicYear} ${classCode} ${period}`;
export const keyOfCell = ({ schoolClass, academicYear, period }) => keyOf(schoolClass.code, academicYear, period);

/** Calls `listen(keys)` after the cells with these keys have changed, or are shown differently. */
export const onCells = (listen) => listeners.push(listen);

const notify = (keys) => keys.length && listeners.forEach((listen) => listen(keys));

/** Replaces all cells by the cells of `scheduleMatrix`. What is being saved, or was not saved, stays marked. */
export function replaceCells({ academicYear, rows }) {
  known.clear();
  others.clear();
  for (const { schoolClass, canEdit, cells } of rows) {
    for (const cell of cells) {
      learnLook(cell);
      known.set(keyOf(schoolClass.code, academicYear, cell.period), { cell: { ...cell, academicYear }, schoolClass, canEdit });
    }
  }
}

/**
 * Merges cells of an answer. Each has `schoolClass.code`, `academicYear`, `period` and `version`. Answers can arrive out of order.
 *
 * A cell that was older here, and for which `isByOthers(cell)` is true, is marked with `modifiedBy.name`. Returns the keys of these cells.
 */
export function mergeCells(cells, isByOthers = () => false) {
  const changed = [];
  const marked = [];
  for (const cell of cells) {
    learnLook(cell);
    const key = keyOfCell(cell);
    const before = known.get(key);
    if (before && cell.version < before.cell.version) continue;
    const isNewer = !before || cell.version > before.cell.version;
    if (isNewer) changed.push(key);
    if (!before) continue;
    const { schoolClass: _class, ...fields } = cell;
    before.cell = { ...before.cell, ...fields };
    if (isNewer && isByOthers(cell)) {
      marked.push(key);
      others.set(key, cell.modifiedBy?.name ?? text("another_user"));
    }
  }
  notify(changed);
  return marked;
}

/** Returns what is shown of a cell: `cell`, `schoolClass`, `canEdit`, if it `isSaving` or `isUnsaved`, and by whom it is `changedBy`. */
export function stateOf(key) {
  const { cell, ...state } = known.get(key);
  const planned = saving.get(key);
  return { ...state, key, cell: { ...cell, ...planned }, isSaving: Boolean(planned), isUnsaved: unsaved.has(key), changedBy: others.get(key) };
}

/** Returns whether a newer version of this cell is known. */
export const isOutdated = (key, { version }) => known.get(key)?.cell.version > version;

/** Returns the fields that are being saved, or undefined. */
export const savingOf = (key) => saving.get(key);

/** Shows these fields of cells until the returned function is called, which shows the merged cells again. */
export function showSaving(keys, fields) {
  const planned = { ...fields, ...looks.get(fields.status) };
  for (const key of keys) saving.set(key, planned);
  notify(keys);
  return () => {
    for (const key of keys) if (saving.get(key) === planned) saving.delete(key);
    notify(keys);
  };
}

/** Marks a cell with a change that could not be saved, or removes the mark. */
export function markUnsaved(key, isUnsaved) {
  if (isUnsaved) unsaved.add(key);
  else if (!unsaved.delete(key)) return;
  notify([key]);
}

/** Removes the mark of a change by others. */
export const markSeen = (key) => others.delete(key) && notify([key]);

/** Returns whether closing the page would lose a change. */
export const hasUnsaved = () => saving.size > 0 || unsaved.size > 0;

/** Returns the colour and icon of a status, as the API returned them for a cell with it. */
export const lookOf = (status) => looks.get(status);

const learnLook = ({ status, color, icon }) => looks.set(status, { color, icon });
