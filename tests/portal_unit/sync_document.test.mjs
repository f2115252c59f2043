import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, onTopOf, partsOf } from "../../portal/sync_document.js";

const BASE = {
  fields: { jobTitle: { sync: true, overwrite: true }, company: { sync: true, overwrite: true } },
  customAttributes: { 1: { name: "costCenter", sync: true, overwrite: true } },
  options: { includeGuests: false, importNewUsers: true, removalGuard: { enabled: true, percent: 20 } },
};
const edited = (edit) => {
  const document = structuredClone(BASE);
  edit(document);
  return document;
};

test("when it was saved is not sent", () => {
  assert.deepEqual(partsOf({ ...BASE, confirmedAt: "2026-11-23T00:00:00Z" }), BASE);
});

test("the order of names makes no difference", () => {
  const other = edited(({ fields }) => (fields.jobTitle = { overwrite: true, sync: true }));

  assert.deepEqual(differences(BASE, other), []);
});

test("an entry that only one of two has is a difference", () => {
  const other = edited(({ customAttributes }) => delete customAttributes[1]);

  assert.deepEqual(differences(BASE, other), [{ part: "customAttributes", key: "1" }]);
  assert.deepEqual(differences(other, BASE), [{ part: "customAttributes", key: "1" }]);
});

test("differences are looked for in the parts that are asked for", () => {
  const other = edited(({ options }) => (options.includeGuests = true));

  assert.deepEqual(differences(BASE, other, ["fields", "customAttributes"]), []);
});

test("what others have changed meanwhile stays", () => {
  const mine = edited(({ options }) => (options.includeGuests = true));
  const theirs = edited(({ fields }) => (fields.jobTitle.overwrite = false));

  const both = onTopOf(theirs, { base: BASE, mine });

  assert.equal(both.options.includeGuests, true);
  assert.equal(both.fields.jobTitle.overwrite, false);
});

test("what both have changed is as I want it", () => {
  const mine = edited(({ options }) => (options.removalGuard.percent = 30));
  const theirs = edited(({ options }) => (options.removalGuard.percent = 40));

  assert.equal(onTopOf(theirs, { base: BASE, mine }).options.removalGuard.percent, 30);
});

test("what I took away stays away", () => {
  const mine = edited(({ customAttributes }) => delete customAttributes[1]);

  assert.deepEqual(onTopOf(BASE, { base: BASE, mine }).customAttributes, {});
});

test("nobody's document is changed by it", () => {
  const mine = edited(({ options }) => (options.includeGuests = true));
  const theirs = structuredClone(BASE);
  onTopOf(theirs, { base: BASE, mine });

  assert.deepEqual(theirs, BASE);
});
