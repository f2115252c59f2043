import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../portal/format.js";

const NOW = new Date("2026-11-23T18:48:00Z");
const before = (milliseconds) => new Date(NOW - milliseconds);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("counts are a sign and a number each, and leave out what is zero", () => {
  assert.equal(format.changeCounts({ added: 3, updated: 2, removed: 1 }), "+3 ~2 −1");
  assert.equal(format.changeCounts({ added: 0, updated: 1200, removed: 0 }), "~1,200");
});

test("counts of a run that changed nobody are null, and said as no changes", () => {
  const none = { added: 0, updated: 0, removed: 0 };

  assert.equal(format.changeCounts(none), null);
  assert.equal(format.spokenCounts(none), "No changes");
});

test("counts are spoken in words, because a sign is not", () => {
  assert.equal(format.spokenCounts({ added: 3, updated: 0, removed: 1 }), "3 added, 0 updated, 1 removed");
});

test("a schedule reads as the API writes it", () => {
  assert.equal(format.scheduleInWords({ cadence: "weekly", dayOfWeek: "monday" }), "Weekly on Monday, 00:00 UTC");
  assert.equal(format.scheduleInWords({ cadence: "daily" }), "Daily, 00:00 UTC");
});

for (const [passed, words] of [
  [-5000, "just now"],
  [44_000, "just now"],
  [46_000, "1 min ago"],
  [59.9 * MINUTE, "59 min ago"],
  [HOUR, "1 h ago"],
  [23.9 * HOUR, "23 h ago"],
  [DAY, "1 day ago"],
  [29 * DAY, "29 days ago"],
  [31 * DAY, "Fri 23 Oct 2026"],
]) {
  test(`what was ${passed / 1000} s ago is "${words}"`, () => assert.equal(format.ago(before(passed), NOW), words));
}

test("an exact time names UTC, the viewer's time, and the zone", () => {
  assert.equal(
    format.exactTime("2026-11-23T00:00:00Z", "America/New_York"),
    "Mon 23 Nov 2026, 00:00 UTC = Sun 22 Nov 2026, 19:00 your time (America/New_York)",
  );
});

test("a night is its date, wherever the viewer is", () => {
  assert.equal(format.utcDay("2026-11-23"), "Mon 23 Nov 2026");
});

test("the next run is told in UTC, in local time and as a countdown", () => {
  assert.deepEqual(format.nextRun("2026-11-24T00:00:00Z", NOW, "Europe/Berlin"), {
    isDue: false,
    utc: "Tue 24 Nov, 00:00 UTC",
    local: "Tue 24 Nov, 01:00 your time",
    countdown: "in 5 h 12 min",
    isEveningBefore: false,
  });
});

test("the next run is marked where its midnight is the evening before", () => {
  assert.equal(format.nextRun("2026-11-24T00:00:00Z", NOW, "America/Los_Angeles").isEveningBefore, true);
});

test("a next run that has come is due now, and tells no past time", () => {
  const shown = format.nextRun("2026-11-23T18:47:59Z", NOW, "UTC");

  assert.deepEqual([shown.isDue, shown.utc, shown.local, shown.countdown], [true, "due now", "", ""]);
});

test("the last minute counts as one", () => {
  assert.equal(format.nextRun("2026-11-23T18:48:20Z", NOW, "UTC").countdown, "in 1 min");
});

test("a countdown of days tells days and hours", () => {
  assert.equal(format.nextRun("2026-11-26T21:50:00Z", NOW, "UTC").countdown, "in 3 days 3 h");
});

for (const [seconds, words] of [
  [0.4, "under 1 s"],
  [12.4, "12 s"],
  [59.7, "59 s"],
  [60, "1 min"],
  [125, "2 min 5 s"],
  [3600, "1 h"],
  [3900, "1 h 5 min"],
]) {
  test(`${seconds} seconds are "${words}"`, () => assert.equal(format.duration(seconds), words));
}

test("a duration since a time ahead of this clock is not negative", () => {
  assert.equal(format.durationSince(new Date(NOW.getTime() + 5000), NOW), "under 1 s");
});

test("a viewer in the Americas is warned that Monday 00:00 UTC is their Sunday evening", () => {
  assert.equal(
    format.eveningBefore("monday", NOW, "America/New_York"),
    "00:00 UTC on Monday is 19:00 on Sunday where you are.",
  );
});

test("a viewer in Europe is not warned", () => {
  assert.equal(format.eveningBefore("monday", NOW, "Europe/Berlin"), null);
});

test("the warning follows summer time, which can put midnight on the evening before", () => {
  //  The Azores are at UTC in summer and an hour behind it in winter.
  assert.equal(format.eveningBefore("monday", new Date("2026-07-01T12:00:00Z"), "Atlantic/Azores"), null);
  assert.match(format.eveningBefore("monday", NOW, "Atlantic/Azores"), /23:00 on Sunday/);
});

test("the next midnight of a weekday is never today's, which has passed", () => {
  assert.equal(format.nextMidnightOf("monday", NOW).toISOString(), "2026-11-30T00:00:00.000Z");
  assert.equal(format.nextMidnightOf("tuesday", NOW).toISOString(), "2026-11-24T00:00:00.000Z");
  assert.equal(format.nextMidnightOf(undefined, NOW).toISOString(), "2026-11-24T00:00:00.000Z");
});
