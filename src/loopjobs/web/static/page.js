// Keeps the page alive: fetches it anew when a job changes, and takes over what differs.
// Nothing is drawn here, and no text becomes markup here: the server draws, this only compares.

import { startActions } from "./actions.js";
import { keepInOrder, startRows } from "./rows.js";
import { goOnIfKnown } from "./sign_in.js";
import { takeOver } from "./take_over.js";
import { setClock, tick, whole } from "./time.js";
import { say } from "./words.js";

const QUIET = 1000; // ms between two looks at least
const QUIET_TIMES = 10; // as long as a look took: a server at its limits is asked less
const LOOK_EVERY = 15000; // ms, even if no event comes: a dead connection is silent, too
const LOST_AFTER = 3000; // ms without a connection before anybody is alarmed
const FINAL = [401, 403, 404]; // the page is no longer for us, or there is none any more

const connection = document.getElementById("connection");

let isLooking = false;
let isLookWanted = false;
let lostAt = null;
let events = null;

async function look() {
  isLookWanted = true;
  if (isLooking) return;
  isLooking = true;
  isLookWanted = false;
  const began = performance.now();
  try {
    const answer = await fetchPage();
    // A session that has ended leads to the sign-in, which says so.
    const isHere = new URL(answer.responseURL).pathname === location.pathname;
    if (isHere && answer.status === 200) show(answer.response);
    else location.reload();
  } catch {
    lostAt ??= performance.now();
  }
  const quiet = Math.max(QUIET, QUIET_TIMES * (performance.now() - began));
  setTimeout(lookAgain, Math.min(quiet, LOOK_EVERY));
}

function lookAgain() {
  isLooking = false;
  if (isLookWanted) look();
}

// The browser reads the page itself: nothing in such a document is run.
function fetchPage() {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.pathname);
    request.responseType = "document";
    request.timeout = 10000;
    request.onload = () => {
      const isPage = request.status === 200 && request.response;
      (isPage || FINAL.includes(request.status) ? resolve : reject)(request);
    };
    request.onerror = () => reject(request);
    request.ontimeout = () => reject(request);
    request.send();
  });
}

function show(page) {
  lostAt = null;
  setClock(page);
  if (document.title !== page.title) document.title = page.title;
  takeOver(document.getElementById("icon"), page.getElementById("icon"));
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(part.id);
    if (fresh) takeOver(part, fresh);
  }
  keepInOrder();
  everySecond();
}

// A browser has six connections for all tabs of a service; a tab that nobody sees takes none.
function listenWhileSeen() {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (!events) {
    listen();
    look();
  }
}

function listen() {
  events = new EventSource(`${document.documentElement.dataset.root}/events`);
  events.addEventListener("jobs", look);
  // A stream ends now and then, and the browser asks for another; only a look tells what is lost.
  events.addEventListener("error", () => {
    look();
    if (events.readyState !== EventSource.CLOSED) return;
    // The server said no, so the browser gave up.
    events = null;
    setTimeout(listenWhileSeen, LOST_AFTER);
  });
}

function everySecond() {
  tick();
  const age = lostAt === null ? 0 : performance.now() - lostAt;
  const isLost = age > LOST_AFTER;
  connection.hidden = false;
  connection.classList.toggle("is-lost", isLost);
  say(connection.firstElementChild, isLost ? "Connection lost. What you see is old:" : "live");
  say(connection.lastElementChild, isLost ? whole(age / 1000) : "");
}

if (connection && document.querySelector("main [data-live]")) {
  setClock(document);
  startRows();
  startActions(look);
  listenWhileSeen();
  document.addEventListener("visibilitychange", listenWhileSeen);
  setInterval(everySecond, 1000);
  setInterval(look, LOOK_EVERY);
}

if (document.getElementById("sign-in")) goOnIfKnown();
