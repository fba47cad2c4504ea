// The submit page: gather files, upload them in batches, then make one job of them.

import { ask, askJson, megabytes, patiently, thousands } from "./page.js";
import { fromDrop, fromInput, images } from "./dropped.js";

const form = document.getElementById("submit");
const part = (id) => document.getElementById(id);
const { upload, jobs, jobPage, suffixes, batchBytes, batchFiles, partPages, partDocuments } = form.dataset;
let chosen = [];

function choose(named) {
  const found = images(named, suffixes.split(" "));
  const known = new Set(chosen.map(({ name }) => name));
  chosen.push(...found.filter(({ name }) => !known.has(name)));
  show(named.length - found.length);
}

function show(nSkipped = 0) {
  const bytes = chosen.reduce((sum, { file }) => sum + file.size, 0);
  const names = chosen.slice(0, 3).map(({ name }) => name).join(", ") + (chosen.length > 3 ? ", …" : "");
  const skipped = nSkipped ? ` ${thousands(nSkipped)} left out: no scan.` : "";
  const what = chosen.length ? `${thousands(chosen.length)} ${chosen.length > 1 ? "scans" : "scan"}, ${megabytes(bytes)}: ${names}.` : "Nothing chosen yet.";
  part("chosen").textContent = what + skipped;
  part("go").disabled = !chosen.length;
  part("clear").hidden = !chosen.length;
}

/** Parts that fit one request each. */
function* batches() {
  let batch = [], bytes = 0;
  for (const one of chosen) {
    if (batch.length && (batch.length >= batchFiles || bytes + one.file.size > batchBytes)) {
      yield batch;
      batch = [], bytes = 0;
    }
    batch.push(one);
    bytes += one.file.size;
  }
  if (batch.length) yield batch;
}

const say = (sentence) => { part("chosen").textContent = sentence; };
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function send(batch) {
  const body = new FormData();
  for (const { file, name } of batch) body.append("scan", file, name);
  return (await patiently(() => ask(upload, { method: "POST", body }), say)).scans;
}

/** Parts of a request each; the server looks into every document of one before it answers. */
function* parts(scans) {
  let part = [], nDocuments = 0;
  for (const scan of scans) {
    const isDocument = /\.(pdf|tif|zip)$/.test(scan.id);
    if (part.length >= partPages || (isDocument && nDocuments >= partDocuments)) {
      yield part;
      part = [], nDocuments = 0;
    }
    part.push(scan);
    nDocuments += isDocument;
  }
  yield part;
}

/** A job of any size: what does not fit one request is sent in parts, and read when the last of them is there. */
async function makeJob(job, scans) {
  const headers = { "Idempotency-Key": newKey() };  // one for all tries
  const [first, ...rest] = parts(scans);
  if (!rest.length) return patiently(() => askJson(jobs, { ...job, scans }, headers), say);
  const { id } = await patiently(() => askJson(jobs, { ...job, open: true }, headers), say);
  try {
    let next = 1, nSent = 0;
    for (const part of [first, ...rest]) {
      const some = { first: next, scans: part };
      next = (await patiently(() => askJson(`${jobs}/${id}/pages`, some), say)).next_first;
      say(`Submitted ${thousands(nSent += part.length)} of ${thousands(scans.length)}.`);
    }
    return await patiently(() => askJson(`${jobs}/${id}/start`, {}), say);
  } catch (error) {
    askJson(`${jobs}/${id}/cancel`, {}).catch(() => {});  // what cannot be cancelled now is purged in a day
    throw error;
  }
}

async function submit() {
  const bar = part("upload-progress");
  bar.hidden = false;
  const scans = [];
  for (const batch of batches()) {
    scans.push(...(await send(batch)));
    bar.value = scans.length / chosen.length;
    say(`Uploaded ${thousands(scans.length)} of ${thousands(chosen.length)}.`);
  }
  const job = await makeJob({ form: part("form").value, max_error: part("max-error").value / 10_000 }, scans);
  location.href = `${jobPage}/${job.id}`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  part("go").disabled = true;
  part("problem").hidden = true;
  try {
    await submit();
  } catch (error) {
    part("problem").textContent = error.message;
    part("problem").hidden = false;
    part("upload-progress").hidden = true;
    show();
  }
});

// How much will go to review, said before anything is read.
let nAsked = 0;
async function foretell() {
  const mine = ++nAsked, place = part("forecast"), { value, selectedOptions } = part("form"), budget = part("max-error").value / 10_000;
  const may = place.dataset.forms && budget > 0 && budget <= 1 && "digits" in (selectedOptions[0]?.dataset ?? {});
  const said = may ? await ask(`${place.dataset.forms}/${value}/forecast?max_error=${budget}`).catch(() => null) : null;
  if (mine !== nAsked) return;
  place.hidden = !said;
  if (!said) return;
  place.querySelector("summary").textContent = said.sentence;
  place.querySelector("tbody").replaceChildren(...said.fields.map(({ name, n_digits, review }) => row([name, n_digits, (100 * review).toFixed(review < 0.095 ? 1 : 0)])));
}

function row(cells) {
  const line = document.createElement("tr");
  for (const [at, text] of cells.entries()) {
    const cell = line.insertCell();
    cell.textContent = text;
    if (at) cell.className = "number";
  }
  return line;
}
part("form").addEventListener("change", foretell);
part("max-error").addEventListener("change", foretell);
foretell();

for (const id of ["files", "folder"]) {
  part(id).addEventListener("change", ({ target }) => {
    choose(fromInput(target));
    target.value = "";
  });
}
part("clear").addEventListener("click", () => {
  chosen = [];
  show();
});

// The whole window takes a drop: a scan that misses the frame must not replace the page.
const over = (is) => (event) => {
  event.preventDefault();
  part("drop").classList.toggle("over", is);
};
addEventListener("dragover", over(true));
addEventListener("dragleave", over(false));
addEventListener("drop", async (event) => {
  over(false)(event);
  choose(await fromDrop(event.dataTransfer));
});
