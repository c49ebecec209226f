// The keyboard of the matrix: one cell can be reached with the tab key, and the arrow keys move to the others.

const table = document.querySelector("#matrix table");

/** Returns the rows of classes that the filters show. */
export const shownRows = () => [...table.querySelectorAll("tbody:not([hidden]) tr:not(.division, [hidden])")];

/** Makes this cell the one that the tab key reaches. Returns its button. */
export function moveTo(button) {
  for (const each of table.querySelectorAll('td button[tabindex="0"]')) each.tabIndex = -1;
  button.tabIndex = 0;
  return button;
}

table.addEventListener("keydown", (event) => {
  const button = event.target.closest("td button");
  if (!button || event.altKey || event.metaKey) return;
  const rows = shownRows();
  const row = rows.indexOf(button.closest("tr"));
  const column = button.parentElement.cellIndex;
  const last = rows[row].cells.length - 1;
  const [toRow, toColumn] = {
    ArrowLeft: [row, column - 1],
    ArrowRight: [row, column + 1],
    ArrowUp: [row - 1, column],
    ArrowDown: [row + 1, column],
    PageUp: [Math.max(row - 10, 0), column],
    PageDown: [Math.min(row + 10, rows.length - 1), column],
    Home: [event.ctrlKey ? 0 : row, 1],
    End: [event.ctrlKey ? rows.length - 1 : row, last],
  }[event.key] ?? [];
  if (toRow === undefined) return;
  event.preventDefault();
  const next = toColumn > 0 && rows[toRow]?.cells[toColumn]?.querySelector("button");
  if (next) moveTo(next).focus();
});
