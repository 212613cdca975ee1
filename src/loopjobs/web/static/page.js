// Keeps the page alive: fetches it anew when a job changes, and takes over what differs.
// Nothing is drawn here, and no text ever becomes markup here: the server draws, this only compares.

const root = document.documentElement.dataset.root;
const QUIET_FOR = 1000; // ms between two looks at least
const LOST_AFTER = 3000; // ms without a connection before anybody is alarmed

// The clock of the server, for the one of this machine may be wrong.

let offset = 0;
let seenAt = performance.now();

function setClock(page) {
  offset = Date.parse(page.documentElement.dataset.now) - performance.now();
  seenAt = performance.now();
}

const now = () => performance.now() + offset;

const UNITS = [["d", 86400, "h", 3600], ["h", 3600, "min", 60], ["min", 60, "s", 1]];

function whole(seconds) {
  const rest = Math.max(0, Math.floor(seconds));
  for (const [name, length, nextName, nextLength] of UNITS) {
    if (rest >= length) {
      const less = Math.floor((rest % length) / nextLength);
      return `${Math.floor(rest / length)} ${name}${less ? ` ${less} ${nextName}` : ""}`;
    }
  }
  return `${rest} s`;
}

const TICKS = {
  ago: (seconds) => `${whole(-seconds)} ago`,
  until: (seconds) => (seconds >= 1 ? `in ${whole(seconds)}` : "now"),
  for: (seconds) => whole(-seconds),
};

function tick() {
  for (const time of document.querySelectorAll("time[data-tick]")) {
    const text = TICKS[time.dataset.tick]((Date.parse(time.dateTime) - now()) / 1000);
    if (time.textContent !== text) time.textContent = text;
  }
  showConnection();
}

// Takes over a newer page node by node, so that focus, scrolling and what is open stay.

const LEFT_ALONE = { DETAILS: ["open"], TR: ["hidden"] };

function takeOver(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    takeOverAttributes(old, fresh);
    if (!old.dataset?.tick) takeOverChildren(old, fresh);
  } else if (old.data !== fresh.data) {
    old.data = fresh.data;
  }
}

function takeOverAttributes(old, fresh) {
  const kept = LEFT_ALONE[old.nodeName] ?? [];
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept.includes(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function takeOverChildren(old, fresh) {
  if ([...fresh.children].some((child) => child.id)) {
    takeOverKeyed(old, fresh);
    return;
  }
  const before = [...old.childNodes];
  [...fresh.childNodes].forEach((child, index) => {
    if (index < before.length) takeOver(before[index], child);
    else old.append(child);
  });
  before.slice(fresh.childNodes.length).forEach((child) => child.remove());
}

function takeOverKeyed(old, fresh) {
  const before = new Map([...old.children].map((child) => [child.id, child]));
  const after = [...fresh.children].map((child) => {
    const known = before.get(child.id);
    if (!known) return child;
    before.delete(child.id);
    takeOver(known, child);
    return known;
  });
  before.forEach((child) => child.remove());
  if (old === rows) old.append(...after.filter((child) => child.parentNode !== old));
  else arrange(old, after);
}

function arrange(parent, children) {
  const focused = document.activeElement;
  children.forEach((child, index) => {
    if (parent.children[index] !== child) parent.insertBefore(child, parent.children[index] ?? null);
  });
  if (parent.contains(focused) && document.activeElement !== focused) focused.focus();
}

// The browser reads the page itself: scripts in such a document never run.
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.timeout = 10000;
    request.onload = () => (request.status === 200 && request.response ? resolve(request) : reject());
    request.onerror = request.ontimeout = reject;
    request.send();
  });
}

let isLooking = false;
let lookAgain = false;

async function look() {
  if (isLooking || document.hidden) {
    lookAgain = true;
    return;
  }
  isLooking = true;
  lookAgain = false;
  try {
    const answer = await fetchPage();
    if (new URL(answer.responseURL).pathname !== location.pathname) location.reload(); // signed out
    else show(answer.response);
  } catch {
    // The event stream notices a lost connection, and says so.
  }
  setTimeout(() => {
    isLooking = false;
    if (lookAgain) look();
  }, QUIET_FOR);
}

function show(page) {
  setClock(page);
  if (document.title !== page.title) document.title = page.title;
  const icon = page.getElementById("icon").getAttribute("href");
  const shown = document.getElementById("icon");
  if (shown.getAttribute("href") !== icon) shown.setAttribute("href", icon);
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) takeOver(part, fresh);
  }
  sift();
  sort();
  tick();
}

// The connection

const connection = document.getElementById("connection");
let lostAt = null;

function showConnection() {
  if (!connection) return;
  const isLost = lostAt !== null && performance.now() - lostAt > LOST_AFTER;
  const age = whole((performance.now() - seenAt) / 1000);
  connection.hidden = false;
  connection.classList.toggle("is-lost", isLost);
  if (isLost && !connection.hasAttribute("role")) connection.setAttribute("role", "alert");
  if (!isLost) connection.removeAttribute("role");
  const text = isLost ? `Connection lost: what you see is ${age} old` : "live";
  if (connection.textContent !== text) connection.textContent = text;
}

function listen() {
  const events = new EventSource(`${root}/events`);
  events.addEventListener("open", () => {
    lostAt = null;
    look();
    showConnection();
  });
  events.addEventListener("jobs", look);
  events.addEventListener("error", () => {
    lostAt ??= performance.now();
    if (events.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, LOST_AFTER); // the server said no, so the browser gave up
    look(); // a session that has ended leads to the sign-in
  });
}

// Find and sort

const rows = document.getElementById("rows");
const find = document.getElementById("find");
const order = document.getElementById("sort");

const text = (row) => row.dataset.name;
const ORDERS = {
  order: (one, other) => one.dataset.order - other.dataset.order,
  name: (one, other) => text(one).localeCompare(text(other)),
  last: (one, other) => (other.dataset.last > one.dataset.last ? 1 : -1),
  next: (one, other) => ((one.dataset.next || "9") > (other.dataset.next || "9") ? 1 : -1),
  p95: (one, other) => other.dataset.p95 - one.dataset.p95,
};

function sift() {
  if (!rows) return;
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const row of rows.children) {
    const all = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => all.includes(word));
    if (!row.hidden) found += 1;
  }
  const said = words.length ? `${found} of ${rows.children.length} jobs` : "";
  const place = document.getElementById("found");
  if (place.textContent !== said) place.textContent = said;
}

// Rows do not move away under a pointer, nor from under the focus.
function sort(isAsked = false) {
  if (!rows || (!isAsked && (rows.matches(":hover") || rows.contains(document.activeElement)))) return;
  arrange(rows, [...rows.children].sort(ORDERS[order.value]));
}

// Actions

const dialog = document.getElementById("confirm");

function ask(link) {
  const { action, job } = link.dataset;
  document.getElementById("confirm-question").textContent = `${link.textContent}: ${job}?`;
  dialog.querySelector("button[value=yes]").textContent = link.textContent;
  for (const note of dialog.querySelectorAll("[data-note]")) note.hidden = note.dataset.note !== action;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && act(job, action), { once: true });
  dialog.showModal();
}

const VERBS = { run: "trigger", pause: "pause", resume: "resume" };
const DONE = { run: "a run was started", pause: "paused", resume: "resumed" };

async function act(job, action) {
  const verb = VERBS[action];
  try {
    const answer = await fetch(`${root}/api/jobs/${encodeURIComponent(job)}/${verb}`, {
      method: "POST",
      headers: { "X-Loopjobs-Action": verb },
    });
    const problem = answer.ok ? null : await answer.json().catch(() => null);
    flash(`${job}: ${answer.ok ? DONE[action] : problem?.detail ?? answer.status}`, answer.ok);
  } catch {
    flash(`${job}: the server did not answer. Whether it was done shows in the last actions of the job.`, false);
  }
  look();
}

function flash(message, isGood) {
  const place = document.getElementById("flash");
  place.classList.toggle("is-refused", !isGood);
  place.textContent = message;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-action]");
  if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  ask(link);
});

if (connection) {
  setClock(document);
  if (document.querySelector("[data-live]:not(#replica)")) {
    listen();
    setInterval(tick, 1000);
    document.addEventListener("visibilitychange", () => document.hidden || look());
  }
}

if (rows) {
  const tools = document.getElementById("tools");
  tools.hidden = false;
  tools.addEventListener("submit", (event) => event.preventDefault());
  find.addEventListener("input", sift);
  order.addEventListener("change", () => sort(true));
  rows.addEventListener("pointerleave", () => sort());
  rows.addEventListener("focusout", () => setTimeout(sort));
}
