// The dialog that imports the schedule from a file. A preview shows each change and each problem first.

import { upload } from "./api.js";
import { warningsOf } from "./cell_view.js";
import { checkboxOf, previewForm } from "./dialogs.js";
import { field, nameInputs, selectOf } from "./fields.js";
import { count, createElement, periodName } from "./format.js";
import { remember } from "./last_change.js";
import { change, messageOf, withRequestId } from "./operations.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";

const dialog = document.getElementById("import");
const form = document.getElementById("import-form");
let reload = () => {};

/** Calls `load()` after an import. */
export const onImport = (load) => { reload = load; };

function open() {
  const { file, onExisting } = nameInputs("import", {
    file: createElement("input", { type: "file", accept: ".xlsx,.xls,.ods,.csv" }),
    onExisting: selectOf(["MERGE", "REPLACE", "REJECT"], (each) => text(`import_${each.toLowerCase()}`)),
  });
  const skip = checkboxOf("skipRejected", text("skip_rejected"));
  let uploaded = null;
  let digest = null;

  async function run(dryRun) {
    const [chosen] = file.files;
    if (!chosen) return { problem: text("no_file") };
    if (uploaded?.file !== chosen) {
      const { uploadId, problem, requestId } = await upload(chosen);
      if (!uploadId) return { problem: withRequestId(problem, requestId) };
      uploaded = { file: chosen, uploadId };
    }
    const input = { uploadId: uploaded.uploadId, onExisting: onExisting.value, skipRejected: skip.box.checked, dryRun };
    if (!dryRun) input.expectedDigest = digest;
    const outcome = await change("import_schedule", input);
    const { payload } = outcome;
    const problem = messageOf(outcome);
    if (!payload) return { problem };
    digest = payload.digest;
    if (dryRun || problem) {
      const isBlocked = payload.rejected > 0 && !skip.box.checked;
      const more = (after) => change("import_schedule", { ...input, dryRun: true, expectedDigest: digest }, { after });
      return {
        elements: preview(payload, more),
        problem: problem || (isBlocked ? text("rows_rejected") : ""),
        canSave: dryRun && !problem && !isBlocked && payload.changed > 0,
      };
    }
    uploaded = null;
    remember(payload.changeSetId, text("import_of", { file: chosen.name }));
    reload();
    return { elements: [createElement("p", {}, text("imported", { cells: count(payload.changed, "cell") }))] };
  }

  previewForm(form, [field(text("file"), file), field(text("onExisting"), onExisting), skip.element], run);
  dialog.showModal();
}

/** Returns the counts, the warnings and the rows. `more(after)` loads further rows. */
function preview({ changed, unchanged, rejected, rows, warnings }, more) {
  const figures = text("import_preview", { changed: count(changed, "cell"), unchanged, rejected });
  const body = createElement("tbody", {}, ...(rows ?? []).map(lineOf));
  const table = createElement("table", {},
    createElement("thead", {}, createElement("tr", {}, ...["row", "cell", "import_effect"].map((each) => createElement("th", { scope: "col" }, text(each))))),
    body);
  const button = createElement("button", { type: "button" }, text("more_rows"));
  const total = changed + rejected;
  button.hidden = body.rows.length >= total;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const { payload } = await more(Number(body.lastElementChild.dataset.row));
    const lines = (payload?.rows ?? []).map(lineOf);
    body.append(...lines);
    button.disabled = false;
    if (lines.length) reveal(lines[0], button);
    button.hidden = !lines.length || body.rows.length >= total;
  });
  return [createElement("p", {}, figures), ...warningsOf({ warnings }), ...(rows?.length ? [table, button] : [])];
}

function lineOf({ row, effect, cell, changes, problems }) {
  const name = cell ? `${cell.schoolClass.name}, ${periodName(cell.period)}` : "";
  const parts = effect === "REJECT"
    ? problems.map(({ address, message }) => `${address}: ${message}`)
    : changes.map(({ column, before, after }) =>
      `${text(`column_${column}`)}: ${before ?? text("empty_value")} → ${after ?? text("empty_value")}`);
  return createElement("tr", { "data-row": row, class: effect === "REJECT" ? "problem" : null },
    createElement("th", { scope: "row" }, String(row)), createElement("td", {}, name),
    createElement("td", {}, ...parts.map((each) => createElement("span", {}, each))));
}

document.getElementById("show-import").addEventListener("click", open);
