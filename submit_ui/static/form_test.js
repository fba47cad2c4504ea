// Trying a form on scans: the form is saved as a version, the scans become a small job, and its pages are listed.

import { ask, askJson, patiently, sleep } from "./page.js";

export function testOnScans(root, save) {
  const part = (id) => document.getElementById(id);
  const say = (sentence) => { part("test-said").textContent = sentence; };

  async function test(files) {
    say("The form is being saved …");
    const form = await save();
    const body = new FormData();
    for (const file of files) body.append("scan", file, file.name);
    say("The scans are being sent …");
    const { scans } = await patiently(() => ask(root.dataset.scans, { method: "POST", body }), say);
    const job = await patiently(() => askJson(root.dataset.jobs, { form, scans, priority: "high" }), say);
    await follow(job.id, form);
  }

  async function follow(id, form) {
    for (let pause = 200; ; pause = Math.min(2000, pause * 1.3)) {
      const [job, { pages }] = await Promise.all([ask(`${root.dataset.jobs}/${id}`), ask(`${root.dataset.jobs}/${id}/pages`)]);
      part("test-pages").replaceChildren(...pages.map((page) => row(id, page)));
      part("test-table").hidden = false;
      say(`${form}: ${job.n_read} of ${job.n_pages} read, ${job.n_accepted} fields accepted, ${job.n_review} to review, ${job.n_failed} pages failed.`);
      if (["done", "cancelled"].includes(job.state)) return;
      await sleep(pause);
    }
  }

  function row(id, page) {
    const cells = [link(`${root.dataset.jobPage}/${id}/pages/${page.page}`, page.name), page.error?.message ?? page.state, page.residual_mm === null ? "" : `${page.residual_mm.toFixed(2)} mm`, summary(page)];
    const line = document.createElement("tr");
    line.append(...cells.map((content) => {
      const cell = document.createElement("td");
      cell.append(content);
      return cell;
    }));
    return line;
  }

  const summary = ({ fields }) => (fields ?? []).filter(({ kind }) => kind !== "image").map(({ name, value, text, outcome }) => `${name}: ${outcome === "accepted" ? value ?? text : `${text || "–"} (${outcome})`}`).join(" · ");

  function link(href, text) {
    return Object.assign(document.createElement("a"), { href, textContent: text, target: "_blank" });
  }

  part("test-scans").addEventListener("change", ({ target }) => {
    part("go-test").textContent = target.files.length ? `Save and read ${target.files.length} scan${target.files.length > 1 ? "s" : ""}` : "Save and read";
  });
  part("go-test").addEventListener("click", async () => {
    const files = [...part("test-scans").files];
    if (!files.length) return say("Choose some scans first.");
    part("go-test").disabled = true;
    await test(files).catch((error) => say(error.message));
    part("go-test").disabled = false;
  });
}
