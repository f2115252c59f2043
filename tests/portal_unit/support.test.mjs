import assert from "node:assert/strict";
import { test } from "node:test";
import { supportHref } from "../../portal/parts/support.js";

test("the support page is told the ids that are known", () => {
  assert.equal(
    supportHref("https://help.example/contact?topic=sync", { workspace: "acme", run: "r 1", group: undefined }),
    "https://help.example/contact?topic=sync&workspace=acme&run=r+1",
  );
});

test("a mail to support begins with the ids that are known", () => {
  assert.equal(supportHref("mailto:help@example.com", { workspace: "acme", run: "r-1" }), "mailto:help@example.com?body=workspace%3A%20acme%0Arun%3A%20r-1");
});
