// What a person holds: a field, one box of its list, or what a page has beside its fields.  Mouse and arrow keys move,
// resize and remove it in the same way.

import { boxOf, cellsOf, moveBox, moveBy, removeBox, setBoxSize, setSize, sizeOf, snap } from "./form_model.js";

const LEAST_MARK_MM = 3;
const MOST_MARK_MM = 40;

/** Corner marks, code and ignored areas of a page: where each lies, and what to call it. */
export function printedOf({ registration, identity, ignore }) {
  const side = registration.mark_mm;
  const marks = registration.marks.map(({ id, at: [x, y] }, at) => ({ kind: "mark", at, box: [x - side / 2, y - side / 2, side, side], name: `Corner mark ${id ?? at + 1}` }));
  const codes = identity ? [{ kind: "code", at: 0, box: identity.region, name: "Code" }] : [];
  return [...ignore.map((box, at) => ({ kind: "ignore", at, box, name: `Ignored area ${at + 1}` })), ...marks, ...codes];
}

/** What the editor holds: where it lies, and what can be done with it; null for nothing. */
export function graspOf({ form, pageAt, selected, boxAt, printed }) {
  const field = form.fields[selected];
  if (field && field.page === pageAt + 1 && cellsOf(field).length) return field.boxes?.list?.[boxAt] ? boxGrasp(field, boxAt) : fieldGrasp(form, field);
  const found = printed && printedOf(form.pages[pageAt]).find(({ kind, at }) => kind === printed.kind && at === printed.at);
  return found ? printedGrasp(form.pages[pageAt], found) : null;
}

function fieldGrasp(form, field) {
  return {
    name: "Size",
    box: () => cellsOf(field)[0],
    size: () => sizeOf(field),
    move: (dx, dy) => moveBy(field, dx, dy),
    resize: (width, height) => setSize(field, width, height),
    remove: () => form.fields.splice(form.fields.indexOf(field), 1),
  };
}

function boxGrasp(field, at) {
  return {
    name: "Size of this box",
    box: () => boxOf(field, at),
    size: () => boxOf(field, at).slice(2),
    move: (dx, dy) => moveBox(field, at, dx, dy),
    resize: (width, height) => setBoxSize(field, at, width, height),
    remove: () => removeBox(field, at),
  };
}

function printedGrasp(page, { kind, at }) {
  const side = page.registration.mark_mm;
  const box = () => printedOf(page).find((one) => one.kind === kind && one.at === at).box;
  return {
    name: kind === "mark" ? "Size of all marks of this page" : "Size",
    box,
    size: () => box().slice(2),
    move: (dx, dy) => place(page, kind, at, (places) => moved(places, dx, dy)),
    resize: (width, height) => (kind === "mark" ? setMarkSize(page, side, width, height) : place(page, kind, at, ([left, top]) => [left, top, Math.max(1, snap(width)), Math.max(1, snap(height))])),
    remove: () => {
      if (kind === "code") page.identity = null;
      else (kind === "mark" ? page.registration.marks : page.ignore).splice(at, 1);
    },
  };
}

const moved = ([x, y, ...size], dx, dy) => [Math.max(0, snap(x + dx)), Math.max(0, snap(y + dy)), ...size];

/** Give something printed another place; a mark's is its middle. */
function place(page, kind, at, change) {
  if (kind === "mark") page.registration.marks[at].at = change(page.registration.marks[at].at);
  else if (kind === "code") page.identity.region = change(page.identity.region);
  else page.ignore[at] = change(page.ignore[at]);
}

/** All marks of a page are squares of one size, and grow to all sides from the `side` that they had. */
function setMarkSize({ registration }, side, width, height) {
  registration.mark_mm = Math.min(Math.max(snap(width + height - side), LEAST_MARK_MM), MOST_MARK_MM);
}
