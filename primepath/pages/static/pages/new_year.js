// The dialog that plans a year from an earlier one. A preview lists what would be copied, and what is skipped and why.

import { warningsOf } from "./cell_view.js";
import { checkboxOf, previewForm } from "./dialogs.js";
import { field, nameInputs, selectOf } from "./fields.js";
import { createElement } from "./format.js";
import { remember } from "./last_change.js";
import { change, messageOf } from "./operations.js";
import { reveal } from "./reveal.js";
import { text } from "./texts.js";

const dialog = document.getElementById("new-year");
const form = document.getElementById("new-year-form");
const year = document.getElementById("year");
let show = () => {};

/** Calls `showYear(year)` after a year was planned. */
export const onNewYear = (showYear) => { show = showYear; };

function open() {
  const openedAt = performance.now();
  const years = [...year.options].map(({ value }) => value);
  const named = (prefix) => (value) => text(`${prefix}_${value.toLowerCase()}`);
  const inputs = nameInputs("new-year", {
    fromYear: selectOf(years, String),
    toYear: selectOf(years, String),
    dates: selectOf(["SAME_WEEKDAY", "SAME_DATE", "NONE"], named("dates")),
    onExisting: selectOf(["SKIP", "MERGE", "REPLACE"], named("year_existing")),
  });
  inputs.fromYear.value = year.value;
  inputs.toYear.value = years[Math.min(years.indexOf(year.value) + 1, years.length - 1)];
  const parts = ["CURRICULUM", "EXAMS", "SCHEDULE", "ASSIGNMENTS"].map((part) => ({ part, ...checkboxOf(part, text(`part_${part.toLowerCase()}`), true) }));

  let digest = null;

  async function run(dryRun) {
    const toYear = Number(inputs.toYear.value);
    const outcome = await change("roll_over_year", {
      fromYear: Number(inputs.fromYear.value),
      toYear,
      parts: parts.filter(({ box }) => box.checked).map(({ part }) => part),
      dates: inputs.dates.value,
      onExisting: inputs.onExisting.value,
      dryRun,
      expectedDigest: dryRun ? null : digest,
    }, {}, openedAt);
    const problem = messageOf(outcome);
    if (!outcome.payload || problem) return { problem };
    const { changeSetId } = outcome.payload;
    ({ digest } = outcome.payload);
    const elements = reportOf(outcome.payload);
    if (dryRun) return { elements, canSave: outcome.payload.report.some(({ copied }) => copied) };
    remember(changeSetId, text("plan_of", { year: toYear }));
    show(toYear);
    return { elements: [createElement("p", {}, createElement("strong", {}, text("saved"))), ...elements] };
  }

  previewForm(form, [
    ...["fromYear", "toYear"].map((name) => field(text(name), inputs[name])),
    createElement("fieldset", { class: "parts" }, createElement("legend", {}, text("parts")), ...parts.map(({ element }) => element)),
    ...["dates", "onExisting"].map((name) => field(text(`year_${name}`), inputs[name])),
  ], run);
  dialog.showModal();
}

function reportOf({ report, warnings }) {
  return [
    ...report.map(partOf),
    ...warningsOf({ warnings }),
  ];
}

function partOf({ part, copied, skipped, reasons }) {
  const summary = createElement("summary", {}, text("part_report", { part: text(`part_${part.toLowerCase()}`), copied, skipped }));
  const list = createElement("ul", {}, ...reasons.map((reason) => createElement("li", {}, reason)));
  const section = createElement("details", {}, summary, list);
  section.addEventListener("toggle", () => section.open && reasons.length && reveal(list, summary));
  return section;
}

document.getElementById("show-new-year").addEventListener("click", open);
