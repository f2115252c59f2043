/**
 * Values as people read them: counts, times, durations. Pure functions; *now* and *zone* (an IANA name; left out, the
 * viewer's own) come in as arguments. Times are taken as the API writes them, ISO 8601 in UTC, or as Dates.
 */

import { text } from "./text.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKDAYS = Object.keys(text.time.weekdays);
/** U+2212: as wide as the plus, and read as "minus". */
const MINUS = "−";

export const viewersZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

export const number = (value) => value.toLocaleString("en");

/** "+3 ~2 −1" of a run's counts, without what is zero; null where the run changed nobody. */
export function changeCounts({ added, updated, removed }) {
  const parts = [
    ["+", added],
    ["~", updated],
    [MINUS, removed],
  ];
  return parts.filter(([, count]) => count > 0).map(([sign, count]) => sign + number(count)).join(" ") || null;
}

/** The same for a screen reader and a title. */
export function spokenCounts({ added, updated, removed }) {
  return added + updated + removed === 0 ? text.counts.nothing : text.counts.spoken(number(added), number(updated), number(removed));
}

/** "Weekly on Monday, 00:00 UTC", of a schedule that is not saved yet; the API tells it for one that is. */
export function scheduleInWords({ cadence, dayOfWeek }) {
  return cadence === "daily" ? text.time.daily : text.time.weekly(text.time.weekdays[dayOfWeek]);
}

/** "3 min ago". A time a little ahead of this clock is "just now": no two clocks agree. */
export function ago(when, now = new Date()) {
  const passed = now - new Date(when);
  if (passed < 45_000) return text.time.justNow;
  if (passed < HOUR) return text.time.minutesAgo(Math.max(1, Math.floor(passed / MINUTE)));
  if (passed < DAY) return text.time.hoursAgo(Math.floor(passed / HOUR));
  if (passed < 30 * DAY) return text.time.daysAgo(Math.floor(passed / DAY));
  return utcDay(when);
}

/** "Mon 23 Nov 2026, 00:00 UTC". */
export function utcTime(when) {
  return text.time.utc(utcDay(when), clock(when, "UTC"));
}

/** "Sun 22 Nov 2026, 19:00 your time". */
export function localTime(when, zone = viewersZone()) {
  return text.time.local(day(when, zone), clock(when, zone));
}

/** Both, for a title: nobody has to guess whose midnight is meant. */
export function exactTime(when, zone = viewersZone()) {
  return text.time.exact(utcTime(when), localTime(when, zone), zone);
}

/** "Mon 23 Nov 2026", in UTC; also for a bare date such as a night. */
export function utcDay(when) {
  return day(when, "UTC");
}

/**
 * The next run, in UTC, in the viewer's time and as a countdown.
 *
 * One that has come while the page was open is "due now", without a time: a past time would be no next run.
 */
export function nextRun(when, now = new Date(), zone = viewersZone()) {
  const left = new Date(when) - now;
  if (left <= 0) return { isDue: true, utc: text.time.due, local: "", countdown: "", isEveningBefore: false };
  return {
    isDue: false,
    utc: text.time.utc(nearDay(when, "UTC"), clock(when, "UTC")),
    local: text.time.local(nearDay(when, zone), clock(when, zone)),
    countdown: text.time.inTime(span(Math.max(left, MINUTE))),
    isEveningBefore: weekday(when, zone) !== weekday(when, "UTC"),
  };
}

/** "2 min 5 s". */
export function duration(seconds) {
  const whole = Math.floor(seconds);
  if (whole < 1) return text.time.lessThanASecond;
  if (whole < 60) return text.time.seconds(whole);
  if (whole < 3600) return withRest(Math.floor(whole / 60), text.time.minutes, whole % 60, text.time.seconds);
  return span(whole * 1000);
}

/** How long it is from *since* to *now*: "2 min 5 s". */
export function durationSince(since, now = new Date()) {
  return duration(Math.max(0, (now - new Date(since)) / 1000));
}

/**
 * The sentence for a viewer to whom 00:00 UTC of *dayOfWeek* is another weekday's evening; null for all others.
 * It speaks of the next such midnight: whether it applies can change with summer time.
 */
export function eveningBefore(dayOfWeek, now = new Date(), zone = viewersZone()) {
  const midnight = nextMidnightOf(dayOfWeek, now);
  const local = weekday(midnight, zone);
  if (local === text.time.weekdays[dayOfWeek]) return null;
  return text.time.eveningBefore(text.time.weekdays[dayOfWeek], local, clock(midnight, zone));
}

/** The midnight UTC that begins the next *dayOfWeek*; with none given, the next midnight. */
export function nextMidnightOf(dayOfWeek, now = new Date()) {
  const midnight = new Date(now);
  midnight.setUTCHours(24, 0, 0, 0);
  if (dayOfWeek) {
    const wanted = (WEEKDAYS.indexOf(dayOfWeek) + 1) % 7;
    midnight.setUTCDate(midnight.getUTCDate() + ((wanted - midnight.getUTCDay() + 7) % 7));
  }
  return midnight;
}

/** The two largest units that are not zero: "2 days 3 h", "5 h 12 min", "12 min". */
function span(milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) return withRest(days, text.time.days, hours, text.time.hours);
  if (hours > 0) return withRest(hours, text.time.hours, rest, text.time.minutes);
  return text.time.minutes(rest);
}

function withRest(large, inLarge, small, inSmall) {
  return small === 0 ? inLarge(large) : `${inLarge(large)} ${inSmall(small)}`;
}

function day(when, zone) {
  const parts = partsOf(when, zone, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  return `${parts.weekday} ${parts.day} ${parts.month} ${parts.year}`;
}

/** Without the year, for what is at most a week away. */
function nearDay(when, zone) {
  const parts = partsOf(when, zone, { weekday: "short", day: "numeric", month: "short" });
  return `${parts.weekday} ${parts.day} ${parts.month}`;
}

const clock = (when, zone) => {
  const parts = partsOf(when, zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return `${parts.hour}:${parts.minute}`;
};

const weekday = (when, zone) => partsOf(when, zone, { weekday: "long" }).weekday;

function partsOf(when, timeZone, options) {
  const parts = formatter(timeZone, options).formatToParts(new Date(when));
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** Making a formatter takes longer than formatting a thousand times. */
const formatters = new Map();
function formatter(timeZone, options) {
  const key = timeZone + Object.keys(options).join();
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat("en-US", { ...options, timeZone }));
  return formatters.get(key);
}
