// The editor of form templates: what is drawn, named and typed becomes YAML, which the server checks all the while.

import { ask } from "./page.js";
import { Canvas, addDrawn } from "./form_canvas.js";
import { duplicate, followKeys, remove } from "./form_keys.js";
import { Edited, copy, fromApi, toYaml } from "./form_model.js";
import { Panel } from "./form_panel.js";
import { Pictures } from "./form_pictures.js";
import { testOnScans } from "./form_test.js";

const root = document.getElementById("editor");
const part = (id) => document.getElementById(id);
const data = (name) => JSON.parse(root.dataset[name]);
const defaults = data("defaults");
const given = data("given");
const papers = data("papers");

function freshForm() {
  const page = { ...copy(defaults.page), size: { width: 210, height: 297 } };
  return { id: "my-form", version: 1, title: "My form", pages: [page], fields: [], rules: [] };
}

const start = given ? { ...fromApi(given), version: Number(root.dataset.nextVersion) } : freshForm();

const editor = {
  defaults,
  edited: new Edited(start, () => show()),
  selected: null,
  boxAt: null,  // of boxes that stand freely, the one that is held alone
  printed: null,  // what is held of a page beside its fields
  pageAt: 0,
  tool: "select",
  complaints: [],
  savedYaml: null,
  get form() { return this.edited.form; },
  change(alter) { this.raiseVersion(); this.edited.change(alter); },
  keep(before) { this.raiseVersion(); this.edited.keep(before); },
  /** A version that was saved never changes: what comes after it is the next one. */
  raiseVersion() {
    if (this.savedYaml !== null && this.form.version === this.savedVersion) this.form.version += 1;
  },
  isWrong(at) { return this.complaints.some(({ owner }) => owner?.part === "field" && owner.at === at); },
  pictureOf(page) { return pictures.address(page.reference); },
  get field() { return this.form.fields[this.selected]; },
  select(at, boxAt = null) {
    const field = this.form.fields[at];
    if (field) this.pageAt = Math.min(field.page, this.form.pages.length) - 1;
    this.hold({ selected: at, boxAt });
  },
  /** Hold this and nothing else. */
  hold({ selected = null, boxAt = null, printed = null }) {
    Object.assign(this, { selected, boxAt, printed });
    draw();
  },
  add(box) {
    let added;
    this.change(() => { added = addDrawn(this, box, defaults); });
    takeTool("select");
    if (added !== null) { this.select(added); panel.root.querySelector("#field-name").select(); }
  },
  showDrag() { canvas.draw(); panel.show(); },
};

const pictures = new Pictures(root, given);
const canvas = new Canvas(part("canvas"), editor);
const panel = new Panel(root, editor);

function draw() {
  editor.pageAt = Math.min(editor.pageAt, editor.form.pages.length - 1);
  if (!editor.field?.boxes?.list?.[editor.boxAt]) editor.boxAt = null;
  canvas.draw();
  panel.show();
  showPages();
  part("undo").disabled = !editor.edited.canUndo;
  part("redo").disabled = !editor.edited.canRedo;
}

function showPages() {
  const { pages } = editor.form;
  part("page-at").replaceChildren(...pages.map((_, i) => new Option(`Page ${i + 1} of ${pages.length}`, i, false, i === editor.pageAt)));
  part("remove-page").hidden = pages.length === 1;
  const size = editor.form.pages[editor.pageAt].size;
  const name = Object.keys(papers).find((it) => papers[it][0] === size.width && papers[it][1] === size.height);
  part("paper").value = name ?? "";
  const { reference, registration } = editor.form.pages[editor.pageAt];
  part("hint").hidden = editor.form.fields.length > 0;
  part("begin").hidden = Boolean(reference) || registration.marks.length > 0;
}

// The YAML, and whether it is right.

let asked = 0;
let waiting;
const yaml = part("yaml");

function show() {
  const { text, owners } = toYaml(editor.form, defaults);
  if (document.activeElement !== yaml || !typed) yaml.value = text;
  part("rules").value = document.activeElement === part("rules") ? part("rules").value : editor.form.rules.map(({ id, expr }) => `${id}: ${expr}`).join("\n");
  draw();
  checkSoon(text, owners);
}

function checkSoon(text, owners) {
  clearTimeout(waiting);
  waiting = setTimeout(() => check(text, owners), 250);
}

async function check(text, owners) {
  const mine = ++asked;
  try {
    const answer = await ask(root.dataset.check, { method: "POST", body: text, headers: { "Content-Type": "text/yaml" } });
    if (mine === asked) take(answer, owners);
  } catch (error) {
    if (mine === asked) say(error.message, "bad");
  }
}

function take({ valid, complaints, warnings, form }, owners) {
  const isEmpty = Boolean(owners) && !editor.form.fields.length;
  editor.complaints = isEmpty ? [] : complaints.map((complaint) => ({ ...complaint, owner: owners?.[complaint.line - 1] }));
  const wrong = isEmpty ? "Draw the first field." : `${complaints.length} ${complaints.length > 1 ? "things are" : "thing is"} not right yet.`;
  part("verdict").textContent = valid ? "Everything is right." : wrong;
  part("verdict").className = `verdict ${valid ? "good" : isEmpty ? "" : "bad"}`;
  part("warnings").replaceChildren(...warnings.map((warning) => Object.assign(document.createElement("li"), { textContent: typeof warning === "string" ? warning : warning.message })));
  for (const id of ["save", "go-test"]) part(id).disabled = !valid;
  if (valid && !owners) {
    const typedForm = fromApi(form);
    editor.edited.change((edited) => Object.assign(edited, typedForm));
  }
  draw();
}

let typed = false;
yaml.addEventListener("input", () => {
  typed = true;
  for (const id of ["save", "go-test"]) part(id).disabled = true;  // until it is known whether this is right
  editor.raiseVersion();
  checkSoon(yaml.value, null);
});
yaml.addEventListener("blur", () => { typed = false; });
part("rules").addEventListener("change", ({ target }) => editor.change((form) => {
  form.rules = target.value.split("\n").filter((line) => line.trim()).map((line) => {
    const [id, ...rest] = line.split(":");
    return { id: id.trim(), expr: rest.join(":").trim() };
  });
}));

// Tools, pages, pictures.

function takeTool(tool) {
  editor.tool = tool;
  for (const button of root.querySelectorAll("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  canvas.draw();
}
for (const button of root.querySelectorAll("[data-tool]")) button.addEventListener("click", () => takeTool(button.dataset.tool));

part("undo").addEventListener("click", () => editor.edited.undo());
part("redo").addEventListener("click", () => editor.edited.redo());
part("zoom").addEventListener("change", ({ target }) => { part("canvas").dataset.zoom = target.value; canvas.draw(); });
part("page-at").addEventListener("change", ({ target }) => { editor.pageAt = Number(target.value); editor.hold({}); });
part("add-page").addEventListener("click", () => {
  editor.change((form) => form.pages.push({ ...copy(form.pages[editor.pageAt]), reference: null, ignore: [] }));
  editor.pageAt = editor.form.pages.length - 1;
  editor.hold({});
});
part("remove-page").addEventListener("click", () => editor.change((form) => {
  const number = editor.pageAt + 1;
  form.pages.splice(editor.pageAt, 1);
  form.fields = form.fields.filter(({ page }) => page !== number).map((field) => ({ ...field, page: field.page > number ? field.page - 1 : field.page }));
  editor.selected = null;
  editor.pageAt = Math.max(0, editor.pageAt - 1);
}));
part("paper").addEventListener("change", ({ target }) => {
  const [width, height] = papers[target.value] ?? [];
  if (width) editor.change((form) => { form.pages[editor.pageAt].size = { width, height }; });
});

/** Marks near the corners and a code between the upper ones, as `form print` draws them. */
for (const button of root.querySelectorAll("[data-marks]")) button.addEventListener("click", () => editor.change((form) => {
  const page = form.pages[editor.pageAt];
  const { width, height } = page.size;
  const first = 4 * editor.pageAt;
  const places = [[14, 14], [width - 14, 14], [width - 14, height - 14], [14, height - 14]];
  page.registration = { ...copy(defaults.page.registration), method: "aruco", marks: places.map((at, i) => ({ id: (first + i) % 50, at })) };
  page.identity = { ...copy(defaults.identity), region: [width - 46, 24, 24, 24] };
}));
part("no-code").addEventListener("click", () => editor.change((form) => { form.pages[editor.pageAt].identity = null; }));
part("no-ignore").addEventListener("click", () => editor.change((form) => { form.pages[editor.pageAt].ignore = []; }));

part("picture").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  target.value = "";
  if (!file) return;
  say("The picture is being drawn …");
  try {
    const drawn = await pictures.upload(file);
    editor.change((form) => drawn.forEach(({ name, size }, i) => {
      const at = editor.pageAt + i;
      form.pages[at] ??= copy(defaults.page);
      const page = form.pages[at];
      Object.assign(page, { size, reference: name });
      if (page.registration.method === "none") page.registration = { ...page.registration, method: "features" };
    }));
    say("");
  } catch (error) {
    say(error.message, "bad");
  }
});
part("roster").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  if (file) editor.change((form) => {
    const { constraints } = form.fields[editor.selected];
    constraints.roster = { ...constraints.roster, file: pictures.keep(file) };
  });
});

followKeys(editor, () => takeTool("select"));
part("remove").addEventListener("click", () => remove(editor));
part("duplicate").addEventListener("click", () => duplicate(editor));

// Saving and testing.

function say(sentence, kind = "good") {
  part("said").textContent = sentence;
  part("said").className = `notice ${kind}`;
  part("said").hidden = !sentence;
}

/** Save what is there as a version, and return its name; what was saved already is not saved twice. */
async function save() {
  const text = typed ? yaml.value : toYaml(editor.form, defaults).text;
  if (text !== editor.savedYaml) {
    const body = new FormData();
    body.append("form", new File([text], "form.yaml", { type: "text/yaml" }));
    for (const file of await pictures.filesOf(editor.form)) body.append("file", file, file.name);
    const { form } = await ask(root.dataset.save, { method: "POST", body });
    Object.assign(editor, { savedYaml: text, savedVersion: editor.form.version, savedRef: form });
  }
  editor.edited.isDirty = false;
  part("print").href = `${root.dataset.forms}/${editor.savedRef}/print.pdf`;
  part("print").hidden = false;
  return editor.savedRef;
}

part("save").addEventListener("click", () => save().then((ref) => say(`${ref} is saved. It never changes; what you change now becomes the next version.`), (error) => say(error.message, "bad")));
testOnScans(root, save);
addEventListener("beforeunload", (event) => { if (editor.edited.isDirty) event.preventDefault(); });

show();
