// Find jobs, and sort them.

import { arrange } from "./take_over.js";
import { say } from "./words.js";

const rows = document.getElementById("rows");
const words = document.getElementById("find");
const order = document.getElementById("sort");

const ORDERS = {
  order: (one, other) => one.dataset.order - other.dataset.order,
  name: (one, other) => one.dataset.name.localeCompare(other.dataset.name),
  last: (one, other) => other.dataset.last.localeCompare(one.dataset.last),
  next: (one, other) => (one.dataset.next || "9").localeCompare(other.dataset.next || "9"),
  p95: (one, other) => other.dataset.p95 - one.dataset.p95,
};

function find() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of rows.children) {
    const text = row.textContent.toLowerCase();
    row.hidden = !wanted.every((word) => text.includes(word));
    if (!row.hidden) found += 1;
  }
  say(document.getElementById("found"), wanted.length ? `${found} of ${rows.children.length} jobs` : "");
}

function sort() {
  arrange(rows, [...rows.children].sort(ORDERS[order.value]));
}

// Nothing moves away under a pointer, nor from under the focus.
function sortIfNobodyPoints() {
  if (!rows.matches(":hover") && !rows.contains(document.activeElement)) sort();
}

export function keepInOrder() {
  if (!rows) return;
  find();
  sortIfNobodyPoints();
}

export function startRows() {
  if (!rows) return;
  const tools = document.getElementById("tools");
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  words.addEventListener("input", find);
  order.addEventListener("change", sort);
  rows.addEventListener("pointerleave", sortIfNobodyPoints);
  rows.addEventListener("focusout", () => setTimeout(sortIfNobodyPoints));
  find();
  sort();
}
