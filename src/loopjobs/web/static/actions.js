// Run now, pause, resume: asked once more in a dialog, done without leaving the page.

import { say } from "./words.js";

const dialog = document.getElementById("confirm");
const root = document.documentElement.dataset.root;

const VERBS = { run: "trigger", pause: "pause", resume: "resume" };
const DONE = { run: "a run was started", pause: "paused", resume: "resumed" };

export function startActions(afterwards) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-action]");
    if (!link || !dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { action, job } = link.dataset;
    if (!(await confirm(action, job, link.textContent))) return;
    await act(action, job);
    afterwards();
  });
}

function confirm(action, job, label) {
  say(document.getElementById("confirm-question"), `${label}: ${job}?`);
  say(dialog.querySelector("button[value=yes]"), label);
  for (const note of dialog.querySelectorAll("[data-note]")) note.hidden = note.dataset.note !== action;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function act(action, job) {
  const verb = VERBS[action];
  try {
    const answer = await fetch(`${root}/api/jobs/${encodeURIComponent(job)}/${verb}`, {
      method: "POST",
      headers: { "X-Loopjobs-Action": verb },
    });
    const said = await answer.json();
    if (!answer.ok) flash(`${job}: ${said.detail}`, false);
    else if (said.run?.outcome === "skipped_running") {
      flash(`${job}: nothing was started, for a run is in progress already`, false);
    } else flash(`${job}: ${DONE[action]}`, true);
  } catch {
    flash(`${job}: there was no answer. The last actions of the job say whether it was done.`, false);
  }
}

function flash(message, isGood) {
  const place = document.getElementById("flash");
  place.classList.toggle("is-refused", !isGood);
  place.textContent = message;
}
