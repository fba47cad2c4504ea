// The job page: counts that stay fresh while the job runs, and a keyboard for going through its fields.

import { ask, duration, sleep, thousands } from "./page.js";

const head = document.getElementById("job");
const slice = document.getElementById("slice");
const find = (selector) => head.querySelector(selector);
const hasEnded = (job) => ["done", "cancelled"].includes(job.state);

function showCounts(job) {
  for (const element of document.querySelectorAll("[data-n]")) element.textContent = thousands(job[element.dataset.n]);
  const came = document.querySelector("[data-came]"), nDecided = job.n_review + job.n_accepted;
  if (came && job.state === "done" && nDecided) came.textContent = ` It came to ${Math.round((100 * job.n_review) / nDecided)} of 100.`;
  const bar = find("[data-bar]");
  const [read, failed] = bar.children;
  const share = (n) => (1000 * n) / Math.max(job.n_pages, 1);
  read.setAttribute("width", share(job.n_read));
  failed.setAttribute("x", share(job.n_read));
  failed.setAttribute("width", share(job.n_failed));
  bar.setAttribute("aria-valuenow", job.n_read + job.n_failed);
  bar.setAttribute("aria-valuemax", job.n_pages);
  find("[data-of]").textContent = thousands(job.n_pages);
  find("[data-state]").textContent = job.state;
  find("[data-state]").className = `state ${job.state}`;
  for (const element of head.querySelectorAll("[data-when]")) {
    const { when, needs } = element.dataset;
    element.hidden = !when.split(" ").includes(job.state) || Boolean(needs && !job[needs]);
  }
}

/** Pages a second over the last while: the mean since the start lies after a pause. */
const past = [];
function showRate(job) {
  const ended = job.n_read + job.n_failed;
  past.push({ at: job.elapsed_s, ended });
  if (past.length > 15) past.shift();
  const goesOn = !hasEnded(job);
  const from = goesOn && past.length > 1 ? past[0] : { at: 0, ended: 0 };
  const rate = (ended - from.ended) / Math.max(job.elapsed_s - from.at, 0.001);
  find("[data-rate]").textContent = ended ? (rate < 10 ? rate.toFixed(1) : thousands(Math.round(rate))) : "–";
  find("[data-left-label]").textContent = goesOn ? "time left" : "took";
  find("[data-left]").textContent = !goesOn ? duration(job.elapsed_s) : rate ? duration((job.n_pages - ended) / rate) : "–";
}

async function showSlice() {
  const fresh = await ask(head.dataset.slice + location.search);
  const chosen = items().findIndex((item) => item.classList.contains("chosen"));
  slice.innerHTML = fresh;
  if (chosen >= 0) items()[chosen]?.classList.add("chosen");
}

/** Whether a fresh slice would look different: pages that it shows as waiting, or pages that a filter may let in. */
function isStale(job) {
  const { drawn, waiting, short } = slice.querySelector("[data-drawn]").dataset;
  if (drawn === `${job.state} ${job.n_read} ${job.n_failed}`) return false;
  return waiting !== "0" || short !== "0" || hasEnded(job);
}

async function watch() {
  for (;;) {
    try {
      const job = await ask(head.dataset.progress);
      showCounts(job);
      showRate(job);
      if (isStale(job)) await showSlice();
      if (hasEnded(job)) {
        document.getElementById("said").textContent = `The job is ${job.state}: ${job.n_read} pages read, ${job.n_failed} failed.`;
        return;
      }
    } catch {
      // the server may be restarting: the next question finds it
    }
    await sleep(document.hidden ? 5000 : 700);
  }
}

const items = () => [...slice.querySelectorAll("[data-item]")];

function choose(item) {
  if (!item) return;
  slice.querySelector(".chosen")?.classList.remove("chosen");
  item.classList.add("chosen");
  item.focus({ preventScroll: true });
  item.scrollIntoView({ block: "center" });
}

const steps = {
  j: (all, at) => choose(all[at + 1] ?? all[at]),
  k: (all, at) => choose(all[Math.max(at - 1, 0)]),
  u: (all, at) => choose(all.slice(at + 1).find((item) => item.matches(".review, .unreadable, .failed"))),
  r: (all, at) => all[at]?.classList.toggle("show-read"),
  o: (all, at) => all[at] && open(all[at].closest("[data-scan]").dataset.scan),
};

/** A report looks through all pages of the job: it is asked for when somebody wants to see it. */
for (const part of document.querySelectorAll("[data-report]")) {
  part.addEventListener("toggle", async () => {
    if (!part.open) return;
    const report = part.querySelector("div");
    report.textContent = "Looking through the pages …";
    report.innerHTML = await ask(part.dataset.report).catch((error) => `<p class="notice bad">${error.message}</p>`);
  });
}

addEventListener("keydown", (event) => {
  const step = steps[event.key];
  if (!step || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
  const all = items();
  step(all, all.findIndex((item) => item.classList.contains("chosen")));
});
slice.addEventListener("click", (event) => {
  if (!event.target.closest("a")) choose(event.target.closest("[data-item]"));
});

watch();
