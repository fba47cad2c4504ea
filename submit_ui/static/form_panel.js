// The side panel: the fields by name, and all values of the one that is selected, of the page and of the form.

import { cellsOf, fitValues, loosen, setCount, snap } from "./form_model.js";

const at = (thing, path) => path.split(".").reduce((value, key) => value?.[key], thing);

function put(thing, path, value) {
  const keys = path.split(".");
  const last = keys.pop();
  keys.reduce((inner, key) => (inner[key] ??= /^\d+$/.test(keys[keys.indexOf(key) + 1] ?? last) ? [] : {}), thing)[last] = value;
}

/** How the values of inputs are read and written. */
const KINDS = {
  text: { show: (value) => value ?? "", take: (text) => text.trim() || null },
  word: { show: (value) => value ?? "", take: (text) => text || null },
  number: { show: (value) => value ?? "", take: (text) => (text === "" ? null : Number(text)) },
  mm: { show: (value) => (value === undefined || value === null ? "" : Math.round(value * 100) / 100), take: (text) => Math.max(0, Number(text)) },
  yes: { show: Boolean, take: Boolean },
  list: { show: (value) => (value ?? []).join(", "), take: (text) => text.split(",").map((word) => word.trim()).filter(Boolean) },
};

export class Panel {
  constructor(root, editor) {
    this.root = root;
    this.editor = editor;
    this.list = root.querySelector("#fields");
    root.addEventListener("change", ({ target }) => target.dataset.path && this.#take(target));
    root.querySelector("#box-at").addEventListener("change", ({ target }) => editor.select(editor.selected, target.value === "" ? null : Number(target.value)));
    root.querySelector("#loosen").addEventListener("click", () => editor.change(() => loosen(editor.field, editor.defaults)));
  }

  #thing(input) {
    const { form, selected, pageAt } = this.editor;
    return { field: form.fields[selected], page: form.pages[pageAt], form }[input.closest("[data-of]").dataset.of];
  }

  #take(input) {
    const { path, kind } = input.dataset;
    const value = KINDS[kind].take(kind === "yes" ? input.checked : input.value);
    this.editor.change(() => {
      const thing = this.#thing(input);
      if (path === "kind") changeKind(thing, value, this.editor.defaults);
      else if (path === "boxes.count") setCount(thing, value);
      else put(thing, path, value);
      tidy(thing, path);
    });
  }

  show() {
    const { form, selected } = this.editor;
    const field = form.fields[selected];
    this.#showList();
    this.#showBox(field);
    this.root.querySelector("#of-field").hidden = !field;
    this.root.querySelector("#no-field").hidden = Boolean(field);
    for (const part of this.root.querySelectorAll("[data-only]")) part.hidden = !field || !part.dataset.only.split(" ").some((test) => is(field, test));
    for (const input of this.root.querySelectorAll("[data-path]")) {
      const thing = this.#thing(input);
      if (!thing || input === document.activeElement) continue;
      const shown = KINDS[input.dataset.kind].show(at(thing, input.dataset.path));
      if (input.dataset.kind === "yes") input.checked = shown;
      else input.value = shown;
    }
    this.showComplaints();
  }

  #showList() {
    const { form, selected, pageAt } = this.editor;
    this.list.replaceChildren(...form.fields.map((field, i) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.append(field.name);
      const kind = document.createElement("small");
      kind.textContent = `${field.area ? "area" : field.kind}${form.pages.length > 1 ? `, page ${field.page}` : ""}`;
      button.append(kind);
      button.className = this.editor.isWrong(i) ? "wrong" : "";
      button.setAttribute("aria-pressed", i === selected);
      button.classList.toggle("elsewhere", field.page !== pageAt + 1);
      button.addEventListener("click", () => this.editor.select(i));
      item.append(button);
      return item;
    }));
  }

  /** Of boxes that stand freely, the one that is held, or all together. */
  #showBox(field) {
    const { boxAt } = this.editor;
    const isOne = Boolean(field?.boxes?.list) && boxAt !== null;
    const names = (field?.boxes?.list ?? []).map((_, i) => new Option(field.values[i] ? `${i + 1}: ${field.values[i]}` : `${i + 1}`, i, false, i === boxAt));
    this.root.querySelector("#box-at").replaceChildren(new Option("all together", "", false, !isOne), ...names);
    this.root.querySelector("#of-box").hidden = !isOne;
    for (const input of this.root.querySelectorAll("[data-side]")) input.dataset.path = `boxes.list.${boxAt ?? 0}.${input.dataset.side}`;
  }

  /** Complaints stand beside what they are about. */
  showComplaints() {
    const { selected, pageAt, complaints } = this.editor;
    const ofField = complaints.filter(({ owner }) => owner?.part === "field" && owner.at === selected);
    const ofPage = complaints.filter(({ owner }) => owner?.part === "page" && owner.at === pageAt);
    const others = complaints.filter((complaint) => !ofField.includes(complaint) && !ofPage.includes(complaint));
    this.#say("#field-complaints", ofField);
    this.#say("#page-complaints", ofPage);
    this.#say("#form-complaints", others, (complaint) => this.#whose(complaint));
    for (const input of this.root.querySelectorAll("[data-path]")) {
      const own = { field: ofField, page: ofPage, form: others }[input.closest("[data-of]").dataset.of];
      const key = input.dataset.path.split(".")[0];
      input.setAttribute("aria-invalid", own.some(({ owner }) => owner?.key === key));
    }
  }

  #whose({ owner, line }) {
    if (owner?.part === "field") return `${this.editor.form.fields[owner.at]?.name}: `;
    if (owner?.part === "page") return `Page ${owner.at + 1}: `;
    return owner || !line ? "" : `Line ${line}: `;
  }

  #say(selector, complaints, whose = () => "") {
    this.root.querySelector(selector).replaceChildren(...complaints.map((complaint) => {
      const item = document.createElement("li");
      item.textContent = whose(complaint) + complaint.message;
      if (complaint.owner?.part === "field" && whose(complaint)) item.addEventListener("click", () => this.editor.select(complaint.owner.at));
      return item;
    }));
  }
}

function is(field, test) {
  return { row: Boolean(field.boxes?.origin), several: field.boxes?.count > 1, list: Boolean(field.boxes?.list), boxes: Boolean(field.boxes), area: Boolean(field.area), digits: field.kind === "digits", mark: field.kind === "mark", free: Boolean(field.area) && field.kind === "digits" }[test];
}

/** Boxes become marks and back; an image is one area. */
function changeKind(field, kind, defaults) {
  field.kind = kind;
  if (kind === "image" && field.boxes) {
    const cells = cellsOf(field);
    const [left, top] = [0, 1].map((side) => Math.min(...cells.map((cell) => cell[side])));
    const [right, bottom] = [0, 1].map((side) => Math.max(...cells.map((cell) => cell[side] + cell[side + 2])));
    field.area = [left, top, right - left, bottom - top];
    field.boxes = null;
  } else if (kind === "mark" && field.area) {
    const [left, top, width, height] = field.area;
    field.boxes = { ...defaults.boxes, origin: [left, top], size: [width, height], pitch: [width + 2, 0] };
    field.area = null;
  }
  field.length = kind === "digits" && field.area ? field.length ?? [1, 8] : null;
  if (kind === "mark") fitValues(field);
  else field.values = [];
}

/** Values that come in twos are there both or not at all, and places lie on the half millimetre. */
function tidy(thing, path) {
  const range = thing.constraints?.range;
  if (path.startsWith("constraints.range") && range) {
    if (range[0] === null && range[1] === null) thing.constraints.range = null;
    else thing.constraints.range = [range[0] ?? 0, range[1] ?? range[0]];
  }
  if (path.startsWith("length") && thing.length) thing.length = [thing.length[0] ?? 1, Math.max(thing.length[1] ?? 1, thing.length[0] ?? 1)];
  if (path.startsWith("boxes.origin")) thing.boxes.origin = thing.boxes.origin.map(snap);
  if (path.startsWith("constraints.roster.") && !thing.constraints.roster.file) thing.constraints.roster = null;
}
