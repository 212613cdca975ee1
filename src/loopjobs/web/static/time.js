// What is past, ahead or going on, told each second by the clock of the server.

import { say } from "./words.js";

let offset = 0;

// The clock of this machine may be wrong; a page says when it was made.
export function setClock(page) {
  offset = Date.parse(page.documentElement.dataset.now) - performance.now();
}

const UNITS = [["d", 86400, "h", 3600], ["h", 3600, "min", 60], ["min", 60, "s", 1]];

// Two units at most, as the server says it.
export function whole(seconds) {
  const rest = Math.max(0, Math.floor(seconds));
  for (const [name, length, nextName, nextLength] of UNITS) {
    if (rest >= length) {
      const less = Math.floor((rest % length) / nextLength);
      return `${Math.floor(rest / length)} ${name}${less ? ` ${less} ${nextName}` : ""}`;
    }
  }
  return `${rest} s`;
}

const KINDS = {
  ago: (seconds) => (seconds <= -1 ? `${whole(-seconds)} ago` : "just now"),
  until: (seconds) => (seconds >= 1 ? `in ${whole(seconds)}` : "now"),
  for: (seconds) => whole(-seconds),
};

export function tick() {
  const now = performance.now() + offset;
  for (const time of document.querySelectorAll("time[data-tick]")) {
    say(time, KINDS[time.dataset.tick]((Date.parse(time.dateTime) - now) / 1000));
  }
}
