// A form while it is edited: its values as the API has them, undo and redo, and its YAML.

export const SNAP_MM = 0.5;
export const snap = (mm) => Math.round(mm / SNAP_MM) * SNAP_MM;
export const copy = (value) => structuredClone(value);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** The form with its past and its future. */
export class Edited {
  #past = [];
  #future = [];

  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.isDirty = false;
  }

  /** Change the form in one step that can be undone; a change of nothing is none. */
  change(alter) {
    const before = copy(this.form);
    alter(this.form);
    this.keep(before);
  }

  /** Make one step of all that was changed since `before`. */
  keep(before) {
    if (same(before, this.form)) return;
    this.#past.push(before);
    if (this.#past.length > 300) this.#past.shift();
    this.#future = [];
    this.isDirty = true;
    this.onChange();
  }

  undo() { this.#step(this.#past, this.#future); }
  redo() { this.#step(this.#future, this.#past); }
  get canUndo() { return this.#past.length > 0; }
  get canRedo() { return this.#future.length > 0; }

  #step(from, to) {
    if (!from.length) return;
    to.push(copy(this.form));
    this.form = from.pop();
    this.isDirty = true;
    this.onChange();
  }
}

/** The form as the editor keeps it, of what the API says. */
export function fromApi({ form, title, pages, fields, rules }) {
  const [id, version] = form.split("@");
  const plain = fields.map(({ box, cells, ...field }) => {
    if (field.boxes?.origin) field.boxes.pitch = asPair(field.boxes.pitch);
    return field;
  });
  return { id, version: Number(version), title, pages: copy(pages), fields: copy(plain), rules: copy(rules) };
}

const asPair = (pitch) => (typeof pitch === "number" ? [pitch, 0] : pitch);

/** The boxes of a field as [left, top, width, height]; an area is one. */
export function cellsOf({ boxes, area }) {
  if (!boxes) return area ? [area] : [];
  if (boxes.list) return boxes.list;
  const [[left, top], [width, height], [right, down]] = [boxes.origin, boxes.size, boxes.pitch ?? [0, 0]];
  return Array.from({ length: boxes.count }, (_, i) => [left + i * right, top + i * down, width, height]);
}

/** A new field where a person drew a box. */
export function newField(kind, page, [left, top, width, height], form, defaults) {
  const field = { ...copy(defaults.field), name: freeName(kind, form), page, kind: kind === "area" ? "digits" : kind };
  if (kind === "area" || kind === "image") field.area = [left, top, width, height];
  else field.boxes = { ...copy(defaults.boxes), origin: [left, top], size: [width, height], pitch: [width + 2, 0] };
  if (kind === "area") field.length = [1, 8];
  if (kind === "mark") field.values = ["1"];
  return field;
}

export function freeName(kind, form) {
  const word = { digits: "number", area: "number", mark: "choice", image: "picture" }[kind];
  for (let n = 1; ; n++) if (!form.fields.some(({ name }) => name === `${word}_${n}`)) return `${word}_${n}`;
}

/** So many boxes; a mark has a value for each. */
export function setCount(field, count) {
  field.boxes.count = Math.min(Math.max(Math.round(count) || 1, 1), 60);
  if (field.kind !== "mark") return;
  const taken = new Set(field.values);
  for (let n = 1; field.values.length < field.boxes.count; n++) if (!taken.has(String(n))) field.values.push(String(n));
  field.values.length = field.boxes.count;
}

export function moveBy(field, dx, dy) {
  const moved = ([left, top, ...rest]) => [Math.max(0, snap(left + dx)), Math.max(0, snap(top + dy)), ...rest];
  if (field.area) field.area = moved(field.area);
  else if (field.boxes.list) field.boxes.list = field.boxes.list.map(moved);
  else field.boxes.origin = moved(field.boxes.origin);
}

/** What lies where: the first box of a row, or the area. */
export function setSize(field, width, height) {
  const size = [Math.max(SNAP_MM, snap(width)), Math.max(SNAP_MM, snap(height))];
  if (field.area) field.area = [field.area[0], field.area[1], ...size];
  else if (field.boxes.size) field.boxes.size = size;
}

export const sizeOf = (field) => (field.area ? field.area.slice(2) : field.boxes.size ?? [0, 0]);

const PLAIN = /^[A-Za-z]([\w ./@-]*[\w])?$/;  // also within brackets
const WORD = /^(y|n|yes|no|on|off|true|false|null)$/i;
const scalar = (value) => (typeof value === "string" && PLAIN.test(value) && !WORD.test(value) ? value : JSON.stringify(value));

function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (value === null || typeof value !== "object") return scalar(value);
  return `{${Object.entries(value).map(([key, one]) => `${key}: ${flow(one)}`).join(", ")}}`;
}

/** Without what need not be said; undefined where nothing is left. */
function pruned(value, base) {
  if (value === null || value === undefined || same(value, base)) return undefined;
  if (Array.isArray(value) || typeof value !== "object") return value;
  const left = Object.entries(value).map(([key, one]) => [key, pruned(one, base?.[key])]).filter(([, one]) => one !== undefined);
  return left.length ? Object.fromEntries(left) : undefined;
}

/** As people write it: a pitch along a row is one number, and one box has none. */
function asWritten({ origin, size, pitch, count, ...rest }) {
  const shown = !pitch || count === 1 ? null : pitch[1] ? pitch : pitch[0];
  return { origin, size, pitch: shown, count, ...rest };
}

function ownPage(page, defaults) {
  const { size, registration, identity, ...rest } = page;
  const marks = registration.marks.map((mark) => pruned(mark, { id: null }));
  return {
    size,
    registration: pruned({ ...registration, marks }, { ...defaults.page.registration, marks: [] }),
    identity: identity && pruned(identity, defaults.identity),
    ...pruned(rest, defaults.page),
  };
}

/** The YAML of a form, and what each of its lines is about. */
export function toYaml(form, defaults) {
  const lines = [];
  const owners = [];
  const write = (text, owner) => { lines.push(text); owners.push(owner); };
  for (const [key, value] of [["format", "forms/1"], ["id", form.id], ["version", form.version], ["title", form.title]]) write(`${key}: ${flow(value)}`, { part: "form", key });
  const list = (name, things, part) => {
    if (!things.length) return;
    write(`${name}:`, { part: "form", key: name });
    things.forEach((thing, at) => Object.entries(thing).filter(([, value]) => value !== undefined && value !== null)
      .forEach(([key, value], n) => write(`${n ? "   " : "  -"} ${key}: ${flow(value)}`, { part, at, key })));
  };
  list("pages", form.pages.map((page) => ownPage(page, defaults)), "page");
  list("fields", form.fields.map((field) => ({ name: field.name, ...pruned({ ...field, boxes: field.boxes && pruned(asWritten(field.boxes), defaults.boxes) }, defaults.field) })), "field");
  list("rules", form.rules, "rule");
  return { text: `${lines.join("\n")}\n`, owners };
}
