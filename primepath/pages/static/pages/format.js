// Formats values of the API for display, in the language of the page.

import { text } from "./texts.js";

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
export const STATUSES = ["EMPTY", "DRAFT", "SCHEDULED", "IN_PROGRESS", "COMPLETED"];
const LANGUAGE = { ko: "ko-KR" }[document.documentElement.lang] ?? "en-GB";
const plural = new Intl.PluralRules(LANGUAGE);
const monthName = (month) =>
  new Intl.DateTimeFormat(LANGUAGE, { month: "long", timeZone: "UTC" }).format(Date.UTC(2000, month));

/** `IN_PROGRESS` as "In progress", `JAN` as "Jan". */
export const label = (value) => text(value);

export const isQuarter = (period) => !MONTHS.includes(period);

/** "November", or "Quarter 4, October to December". */
export function periodName(period) {
  if (!isQuarter(period)) return monthName(MONTHS.indexOf(period));
  const quarter = Number(period.slice(1));
  return text("quarter_name", { number: quarter, from: monthName(3 * quarter - 3), to: monthName(3 * quarter - 1) });
}

/** Returns the first and the last date of a period, such as `2026-01-01` and `2026-01-31`. */
export function periodDates(period, year) {
  const first = isQuarter(period) ? 3 * Number(period.slice(1)) - 3 : MONTHS.indexOf(period);
  const end = first + (isQuarter(period) ? 3 : 1);
  const iso = (month, day) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
  return [iso(first, 1), iso(end, 0)];
}

/** Returns the current month and quarter in the school's time zone, or nothing if the academic year is not the current one. */
export function currentPeriods(timeZone, academicYear) {
  const parts = new Intl.DateTimeFormat("en", { year: "numeric", month: "numeric", timeZone });
  const now = Object.fromEntries(parts.formatToParts().map(({ type, value }) => [type, Number(value)]));
  return now.year === academicYear ? [MONTHS[now.month - 1], `Q${Math.ceil(now.month / 3)}`] : [];
}

/** Returns the date of today in a time zone, such as `2026-11-17`. */
export const today = (timeZone) => new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeZone }).format();

/** "1 cell", "2 cells". The nouns are in `words.py`. */
export const count = (number, noun) =>
  text(`count_${noun}_${plural.select(number)}`, { count: number.toLocaleString(LANGUAGE) });

const weekday = new Intl.DateTimeFormat(LANGUAGE, { weekday: "short", timeZone: "UTC" });
const longDate = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: LANGUAGE === "ko-KR" ? "long" : "full", timeZone: "UTC" });

/** Formats a date such as `2026-11-17`, which has no time zone: "Tuesday 17 November 2026", "2026년 11월 17일(화)". */
export function date(value) {
  const day = new Date(value);
  const shown = longDate.format(day);
  return LANGUAGE === "ko-KR" ? `${shown}(${weekday.format(day)})` : shown;
}

const month = new Intl.DateTimeFormat(LANGUAGE, { year: "numeric", month: "long", timeZone: "UTC" });
const days = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: LANGUAGE === "ko-KR" ? "long" : "medium", timeZone: "UTC" });

/** Formats the month of a date: "November 2026", "2026년 11월". */
export const monthOf = (value) => month.format(new Date(value));

/** Formats two dates: "23–29 Nov 2026", "2026년 11월 23일~29일". */
export const dateRange = (from, to) => days.formatRange(new Date(from), new Date(to));

export const dateTime = (value, timeZone) =>
  new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23", timeZone })
    .format(new Date(value));

/** `09:00:00` and `10:30:00` as "09:00 to 10:30". */
export const times = (start, end) => {
  const [from, to] = [start, end].map((time) => time?.slice(0, 5) ?? "");
  return from && to ? text("times", { start: from, end: to }) : from || to;
};

/** Returns a function that finds texts with all of these words, in any case. */
export function finderOf(words) {
  const wanted = words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return (text) => wanted.every((word) => text.toLocaleLowerCase().includes(word));
}

/** Creates an element with these attributes and children. Attributes with the value null are skipped. */
export function createElement(tag, attributes = {}, ...children) {
  const created = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) created.setAttribute(name, value);
  }
  created.append(...children);
  return created;
}
