// Runs Azurite as the child of another process: when the parent closes the pipe on standard input, or dies and the kernel
// closes it, Azurite saves its state and ends. Usage: node azurite-child.js <azurite arguments>
"use strict";

// A terminal sends Ctrl+C and hang-ups to the whole group. The parent decides when storage may go, so both are left to it.
const keep = new Set(["SIGINT", "SIGHUP"]);
for (const signal of keep) {
  process.on(signal, () => {});
}
const once = process.once;
process.once = (event, listener) => (keep.has(event) ? process : once.call(process, event, listener));

process.stdout.on("error", () => {});
process.stderr.on("error", () => {});
process.stdin.on("error", () => {});
process.stdin.once("close", () => {
  setTimeout(() => process.exit(1), 20000).unref();
  if (!process.emit("SIGTERM", "SIGTERM")) {
    process.exit(0);
  }
});
process.stdin.resume();

require("./node_modules/azurite/dist/src/azurite.js");
