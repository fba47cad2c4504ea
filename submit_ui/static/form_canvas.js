// The picture of a page of the form, and drawing on it.

import { element, followDrag } from "./drawing.js";
import { graspOf, printedOf } from "./form_grasp.js";
import { cellsOf, copy, newField, setCount, snap } from "./form_model.js";

const LEAST_MM = 2;
const LOOKS = { mark: "mark-on-paper", code: "code-on-paper", ignore: "ignored" };

export class Canvas {
  /**
   * @param svg where to draw
   * @param editor the form, what is selected, the tool, and pictures by page
   */
  constructor(svg, editor) {
    this.svg = svg;
    this.editor = editor;
    this.picture = element("image", { preserveAspectRatio: "none" });
    this.paper = element("rect", { class: "sheet-of-paper" });
    this.printed = element("g");
    this.fields = element("g");
    this.handles = element("g");
    this.rubber = element("rect", { class: "rubber" });
    svg.append(this.paper, this.picture, this.printed, this.fields, this.rubber, this.handles);
    this.#drawNew();
    new ResizeObserver(() => this.draw()).observe(svg);
  }

  get page() { return this.editor.form.pages[this.editor.pageAt]; }
  get mmPerPx() { return (this.page.size.width + 8) / Math.max(this.svg.clientWidth, 100); }

  draw() {
    const hadFocus = this.svg.contains(document.activeElement);
    const { width, height } = this.page.size;
    this.svg.setAttribute("viewBox", `-4 -4 ${width + 8} ${height + 8}`);
    for (const it of [this.paper, this.picture]) { it.setAttribute("width", width); it.setAttribute("height", height); }
    const address = this.editor.pictureOf(this.page);
    if (address) this.picture.setAttribute("href", address);
    else this.picture.removeAttribute("href");
    this.printed.replaceChildren(...this.#printed());
    this.fields.replaceChildren(...this.editor.form.fields.flatMap((field, at) => (field.page === this.editor.pageAt + 1 ? [this.#field(field, at)] : [])));
    this.handles.replaceChildren(...this.#handles());
    this.svg.classList.toggle("drawing", this.editor.tool !== "select");
    if (hadFocus) this.#focus();
  }

  #focus() { this.svg.querySelector(".selected")?.focus({ preventScroll: true }); }

  #printed() {
    return printedOf(this.page).map((one) => {
      const { kind, at, box, name } = one;
      const isSelected = this.editor.printed?.kind === kind && this.editor.printed.at === at;
      const group = element("g", { class: `printed${isSelected ? " selected" : ""}`, tabindex: 0, role: "button", "aria-label": name, "aria-pressed": isSelected });
      group.append(this.#rect(box, LOOKS[kind]));
      const isHeld = () => this.editor.printed?.kind === kind && this.editor.printed.at === at;
      group.addEventListener("focus", () => { if (!isHeld()) this.editor.hold({ printed: { kind, at } }); });
      this.#movable(group, () => this.editor.hold({ printed: { kind, at } }));
      return group;
    });
  }

  /** Have the mouse take something up with `take`, and move what is held then. */
  #movable(group, take, click = () => {}) {
    let before, last, grasp;
    followDrag(this.svg, group, {
      begin: (down) => {
        if (this.editor.tool !== "select") return false;
        take(down);
        this.#focus();
        before = copy(this.editor.form);
        last = [0, 0];
        grasp = graspOf(this.editor);
      },
      move: (dx, dy) => {
        const [x, y] = [snap(dx), snap(dy)];
        grasp.move(x - last[0], y - last[1]);
        last = [x, y];
        this.editor.showDrag();
      },
      end: () => (last.some(Boolean) ? this.editor.keep(before) : click()),
    });
  }

  #rect([x, y, width, height], name) { return element("rect", { x, y, width, height, class: name }); }

  #field(field, at) {
    const isSelected = at === this.editor.selected;
    const group = element("g", { class: `drawn ${field.kind}${isSelected ? " selected" : ""}${this.editor.isWrong(at) ? " wrong" : ""}`, tabindex: 0, role: "button", "aria-label": `Field ${field.name}, ${field.kind}`, "aria-pressed": isSelected });
    const cells = cellsOf(field);
    const isHeld = (i) => isSelected && Boolean(field.boxes?.list) && i === this.editor.boxAt;
    group.append(...cells.map((cell, i) => this.#rect(cell, `cell-on-paper${isHeld(i) ? " held" : ""}`)));
    const label = element("text", { x: cells[0]?.[0] ?? 0, y: (cells[0]?.[1] ?? 0) - 1, "font-size": Math.max(2.6, 11 * this.mmPerPx) });
    label.textContent = field.name;
    group.append(label);
    group.addEventListener("focus", () => { if (this.editor.selected !== at) this.editor.select(at); });
    let alone;  // the box to hold when the pointer goes up where it went down
    this.#movable(group, ({ target }) => {
      const pressed = field.boxes?.list ? [...group.querySelectorAll("rect")].indexOf(target) : -1;
      const isInside = this.editor.selected === at && this.editor.boxAt !== null;
      alone = this.editor.selected === at && !isInside && pressed >= 0 ? pressed : null;
      this.editor.select(at, isInside && pressed >= 0 ? pressed : null);
    }, () => { if (alone !== null) { this.editor.select(at, alone); this.#focus(); } });
    return group;
  }

  #handles() {
    const grasp = graspOf(this.editor);
    if (!grasp) return [];
    const [left, top, width, height] = grasp.box();
    const handles = [this.#handle("resize", [left + width, top + height], grasp.name, (_, dx, dy, from) => grasp.resize(from.size[0] + dx, from.size[1] + dy))];
    const { field } = this.editor;
    if (!field?.boxes?.origin) return handles;
    const last = cellsOf(field).at(-1);
    const gap = 5 * this.mmPerPx + 1;
    handles.push(this.#handle("count", [last[0] + width + gap, last[1] + height / 2], "How many boxes: drag along the row, or down for a column", stretchRow));
    if (field.boxes.count > 1) handles.push(this.#handle("pitch", [last[0] + width / 2, last[1] + height + gap], "From one box to the next", spreadRow));
    return handles;
  }

  #handle(kind, [x, y], title, change) {
    const r = 6 * this.mmPerPx;
    const at = this.editor.selected;
    const handle = element("g", { class: `grip ${kind}`, transform: `translate(${x} ${y}) scale(${r})` });
    const shape = { resize: "M -.8 -.8 H .8 V .8 H -.8 Z", count: "M -1 0 A 1 1 0 1 1 1 0 A 1 1 0 1 1 -1 0 M -.5 0 H .5 M 0 -.5 V .5", pitch: "M -1.2 0 L 0 -.8 L 1.2 0 L 0 .8 Z" }[kind];
    const name = element("title");
    name.textContent = title;
    handle.append(element("path", { d: shape }), name);
    let before, from;
    followDrag(this.svg, handle, {
      begin: () => {
        before = copy(this.editor.form);
        from = { ...before.fields[at], size: graspOf(this.editor).size() };
      },
      move: (dx, dy) => {
        change(this.editor.form.fields[at], dx, dy, from);
        this.editor.showDrag();
      },
      end: () => this.editor.keep(before),
    });
    return handle;
  }

  /** Draw a box on free paper; a click on free paper with the arrow selects nothing. */
  #drawNew() {
    let box;
    followDrag(this.svg, this.svg, {
      begin: (_, x, y) => {
        if (this.editor.tool === "select") { this.editor.hold({}); return false; }
        box = [snap(x), snap(y), 0, 0];
        this.origin = [x, y];
      },
      move: (dx, dy) => {
        const [x, y] = this.origin;
        const sides = (from, by) => [snap(Math.min(from, from + by)), Math.max(0, snap(Math.abs(by)))];
        const [[left, width], [top, height]] = [sides(x, dx), sides(y, dy)];
        box = [Math.max(0, left), Math.max(0, top), width, height];
        for (const [name, value] of [["x", box[0]], ["y", box[1]], ["width", width], ["height", height]]) this.rubber.setAttribute(name, value);
        this.rubber.classList.add("shown");
      },
      end: () => {
        this.rubber.classList.remove("shown");
        if (box[2] >= LEAST_MM && box[3] >= LEAST_MM) this.editor.add(box);
      },
    });
  }
}

/** So many boxes as reach to the pointer, to the right or down. */
function stretchRow(field, dx, dy, from) {
  const [pitchX, pitchY] = from.boxes.pitch ?? [from.size[0] + 2, 0];
  const n = from.boxes.count - 1;
  const isOne = n === 0;
  const goesDown = isOne ? dy > Math.abs(dx) : Math.abs(pitchY) > Math.abs(pitchX);
  const step = Math.max(goesDown ? (isOne ? from.size[1] + 2 : pitchY) : isOne ? Math.abs(pitchX) || from.size[0] + 2 : pitchX, 1);
  field.boxes.pitch = goesDown ? [isOne ? 0 : pitchX, step] : [step, isOne ? 0 : pitchY];
  setCount(field, n + 1 + (goesDown ? dy : dx) / step);
}

/** The last box follows the pointer along its row. */
function spreadRow(field, dx, dy, from) {
  const [pitchX, pitchY] = from.boxes.pitch;
  const n = from.boxes.count - 1;
  const spread = (pitch, by) => Math.max(0.5, Math.round((pitch + by / n) * 20) / 20);
  field.boxes.pitch = Math.abs(pitchY) > Math.abs(pitchX) ? [pitchX, spread(pitchY, dy)] : [spread(pitchX, dx), pitchY];
}

/** A new thing of the page that a person drew. */
export function addDrawn(editor, box, defaults) {
  const { form, pageAt, tool } = editor;
  if (tool === "ignore") { form.pages[pageAt].ignore.push(box); return null; }
  if (tool === "code") { form.pages[pageAt].identity = { ...copy(defaults.identity), region: box }; return null; }
  form.fields.push(newField(tool, pageAt + 1, box, form, defaults));
  return form.fields.length - 1;
}
