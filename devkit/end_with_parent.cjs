// Preloaded into Azurite: when the parent's end of standard input closes, however the parent died, save and end.
"use strict";

const GRACE_MS = 1000;

process.stdin
  .once("end", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(), GRACE_MS);
  })
  .resume();
