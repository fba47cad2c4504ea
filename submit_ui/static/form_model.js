// A form while it is edited: its values as the API has them, undo and redo, and its YAML.

export const SNAP_MM = 0.5;
const MOST_BOXES = 60;
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
  field.boxes.count = Math.min(Math.max(Math.round(count) || 1, 1), MOST_BOXES);
  fitValues(field);
}

/** A mark has a value for each of its boxes. */
export function fitValues(field) {
  if (field.kind !== "mark") return;
  const n_boxes = cellsOf(field).length;
  const taken = new Set(field.values);
  for (let n = 1; field.values.length < n_boxes; n++) if (!taken.has(String(n))) field.values.push(String(n));
  field.values.length = n_boxes;
}

/** Boxes that stand where each is put, of those of a row. */
export function loosen(field, defaults) {
  field.boxes = { ...copy(defaults.boxes), shape: field.boxes.shape, list: cellsOf(field) };
}

export const boxOf = (field, at) => field.boxes.list[at];

export function moveBox(field, at, dx, dy) {
  const [left, top, ...size] = boxOf(field, at);
  field.boxes.list[at] = [Math.max(0, snap(left + dx)), Math.max(0, snap(top + dy)), ...size];
}

export function setBoxSize(field, at, width, height) {
  field.boxes.list[at] = [...boxOf(field, at).slice(0, 2), atLeast(width), atLeast(height)];
}

/** One box more, below the one that it is like. */
export function addBox(field, at) {
  const [left, top, width, height] = boxOf(field, at);
  if (field.boxes.list.length === MOST_BOXES) return;
  field.boxes.list.push([left, top + height + 2, width, height]);
  fitValues(field);
}

export function removeBox(field, at) {
  field.boxes.list.splice(at, 1);
  if (field.kind === "mark") field.values.splice(at, 1);
}

/** Move a field; the boxes of a list keep their places among each other. */
export function moveBy(field, dx, dy) {
  const moved = ([left, top, ...rest]) => [Math.max(0, snap(left + dx)), Math.max(0, snap(top + dy)), ...rest];
  if (field.area) field.area = moved(field.area);
  else if (field.boxes.list) field.boxes.list = together(field.boxes.list, dx, dy);
  else field.boxes.origin = moved(field.boxes.origin);
}

function together(boxes, dx, dy) {
  const [left, top] = [0, 1].map((axis) => Math.min(...boxes.map((box) => box[axis])));
  const [right, down] = [Math.max(dx, -left), Math.max(dy, -top)];
  return boxes.map(([x, y, ...size]) => [hundredths(x + right), hundredths(y + down), ...size]);
}

const hundredths = (mm) => Math.round(mm * 100) / 100;
const atLeast = (mm) => Math.max(SNAP_MM, snap(mm));

/** The size of an area, or of all boxes. */
export function setSize(field, width, height) {
  const size = [atLeast(width), atLeast(height)];
  if (field.area) field.area = [field.area[0], field.area[1], ...size];
  else if (field.boxes.list) field.boxes.list = field.boxes.list.map(([left, top]) => [left, top, ...size]);
  else field.boxes.size = size;
}

export const sizeOf = (field) => cellsOf(field)[0].slice(2);

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
