// Runs Azurite as the child of another process: when the parent closes the pipe on standard input, or dies and the kernel
// closes it, Azurite saves its state and ends. Usage: node azurite-child.js <azurite arguments>
"use strict";

// Blobs, queues and tables are their owner's, and so are the files that hold them.
process.umask(0o077);

// A terminal sends Ctrl+C and hang-ups to the whole group. The parent decides when storage may go, so both are left to it.
const keep = new Set(["SIGINT", "SIGHUP"]);
for (const signal of keep) {
  process.on(signal, () => {});
}
const once = process.once;
process.once = (event, listener) => (keep.has(event) ? process : once.call(process, event, listener));

// A server that closes waits for its connections. Clients keep theirs for a quarter of a minute after the last answer, so what is idle is
// closed from this side, and what is still being asked after two seconds is dropped: nothing of it has been promised to anybody.
const http = require("http");
const close = http.Server.prototype.close;
http.Server.prototype.close = function (...rest) {
  setInterval(() => this.closeIdleConnections(), 50).unref();
  setTimeout(() => this.closeAllConnections(), 2000).unref();
  return close.apply(this, rest);
};

// Each of the three services says when it has saved and closed. Where all have, the parent finds a mark, without which something may be lost.
let saved = 0;
const log = console.log;
console.log = (...words) => {
  saved += String(words[0]).endsWith("successfully closed") ? 1 : 0;
  log(...words);
};
process.on("exit", (code) => {
  if (code === 0 && saved === 3 && process.env.DPSYNTH_SAVED_MARK) {
    require("fs").writeFileSync(process.env.DPSYNTH_SAVED_MARK, "");
  }
});

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
