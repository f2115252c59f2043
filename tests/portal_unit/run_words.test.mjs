import assert from "node:assert/strict";
import { test } from "node:test";
import { proofInWords, stepsOf, timeOf } from "../../portal/parts/run_words.js";
import { text } from "../../portal/text.js";

const RUN = { mode: "sync", state: "running", startedAt: "2026-11-23T00:00:01Z", phase: "reading", proof: null };
const PROOF = { users: 20, counted: 20, complete: true, pages: 1, readings: 1, others: {} };
const states = (run) => stepsOf({ ...RUN, ...run }).map(({ state }) => state).join(" ");

test("a run's id tells when it was due or asked for", () => {
  assert.equal(timeOf("20261123T221504Z-manual-a1").toISOString(), "2026-11-23T22:15:04.000Z");
});

test("the steps tell how far a run is", () => {
  assert.equal(states({ state: "queued", startedAt: null, phase: null }), "now waiting waiting waiting");
  assert.equal(states({}), "done now waiting waiting");
  assert.equal(states({ phase: "closing" }), "done done done now");
  assert.equal(states({ state: "held", phase: null }), "done done done done");
});

test("a run that failed stopped where its proof says", () => {
  assert.equal(states({ state: "skipped", startedAt: null, phase: null }), "stopped missed missed missed");
  assert.equal(states({ state: "failed", phase: null }), "done stopped missed missed");
  assert.equal(states({ state: "cancelled", phase: null, proof: PROOF }), "done done stopped missed");
});

test("an undo puts back and takes nobody out; an unlink reads nothing", () => {
  assert.deepEqual(stepsOf({ ...RUN, mode: "undo" }).map(({ name }) => name), ["Waiting in the queue", "Putting people back", "Writing down how it ended"]);
  assert.equal(states({ mode: "unlink", phase: "removing" }), "done now waiting");
});

test("a proof is told in words", () => {
  assert.equal(proofInWords(PROOF), "20 of 20 people seen. Read in 1 page.");
  assert.equal(
    proofInWords({ ...PROOF, users: 18, complete: false, pages: 4, readings: 2, others: { device: 1, group: 2 } }),
    "18 of 20 people seen. 2 people not seen, so nobody was taken out. Read 2 times, 4 pages. Also in the group, never imported: 1 device, 2 nested groups.",
  );
  assert.equal(proofInWords({ ...PROOF, counted: null }), "20 people seen; Entra gave no count to check it against. Read in 1 page.");
});

const leave = (count, counts) =>
  text.approvals.leave(count, "Sales", counts && { none: 0, leaves: 0, "becomes-inactive": 0, "is-deleted": 0, deactivated: 0, ...counts });

test("what approving does is told in numbers", () => {
  assert.equal(leave(4, { leaves: 2, "becomes-inactive": 2 }), "4 people leave Sales; 2 of them are in no other group and become inactive.");
  assert.equal(leave(2, { leaves: 1, "is-deleted": 1 }), "2 people leave Sales; 1 of them is in no other group and is deleted.");
  assert.equal(leave(6, { "becomes-inactive": 6 }), "6 people leave Sales; all of them are in no other group and become inactive.");
  assert.equal(leave(1, { "becomes-inactive": 1 }), "1 person leaves Sales; they are in no other group and become inactive.");
  assert.equal(leave(3, { leaves: 1, deactivated: 1, none: 1 }), "1 person leaves Sales; 1 person in the group becomes inactive; 1 person stays as they are.");
  assert.equal(leave(9000, null), "9,000 people leave Sales, or become inactive, as the list tells.");
});
