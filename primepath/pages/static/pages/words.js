// How values of the API are written for people.

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const LANGUAGE = "en-GB";
const monthName = (month) =>
  new Intl.DateTimeFormat(LANGUAGE, { month: "long", timeZone: "UTC" }).format(Date.UTC(2000, month));

/** `IN_PROGRESS` as "In progress", `JAN` as "Jan". */
export const words = (value) =>
  (value[0] + value.slice(1).toLowerCase()).replaceAll("_", " ");

export const isQuarter = (period) => !MONTHS.includes(period);

/** "November", or "Quarter 4, October to December". */
export function periodName(period) {
  if (!isQuarter(period)) return monthName(MONTHS.indexOf(period));
  const quarter = Number(period.slice(1));
  return `Quarter ${quarter}, ${monthName(3 * quarter - 3)} to ${monthName(3 * quarter - 1)}`;
}

/** The month and the quarter that it is now at the school, none in another year. */
export function currentPeriods(timeZone, academicYear) {
  const parts = new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", timeZone });
  const now = Object.fromEntries(parts.formatToParts().map(({ type, value }) => [type, Number(value)]));
  return now.year === academicYear ? [MONTHS[now.month - 1], `Q${Math.ceil(now.month / 3)}`] : [];
}

export const count = (number, thing, things = `${thing}s`) =>
  `${number.toLocaleString(LANGUAGE)} ${number === 1 ? thing : things}`;

/** A day without a time zone: `2026-11-17`. */
export const day = (date) =>
  new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "full", timeZone: "UTC" }).format(new Date(date));

export const instant = (dateTime, timeZone) =>
  new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short", timeZone })
    .format(new Date(dateTime));

/** `09:00:00` and `10:30:00` as "09:00 to 10:30". */
export const times = (start, end) =>
  [start, end].filter(Boolean).map((time) => time.slice(0, 5)).join(" to ");

/** An element with text and children; attributes whose value is null are left out. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
