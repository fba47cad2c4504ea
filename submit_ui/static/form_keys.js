// Keys on the drawing of a form.

import { graspOf } from "./form_grasp.js";
import { addBox, copy, moveBy, sizeOf } from "./form_model.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP_MM = 0.5;
const LONG_STEP_MM = 5;

/** Have keys act on what the editor holds; `letGo` puts the tool away. */
export function followKeys(editor, letGo) {
  addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea, summary, a")) return;
    const isElsewhere = event.target.closest("button:not(.field-list button)");
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    const grasp = graspOf(editor);
    if (command && key === "z" && !event.shiftKey) editor.edited.undo();
    else if (command && (key === "y" || (key === "z" && event.shiftKey))) editor.edited.redo();
    else if (command && key === "d" && editor.field) duplicate(editor);
    else if (!command && ["Delete", "Backspace"].includes(event.key) && grasp && !isElsewhere) remove(editor);
    else if (event.key === "Escape") { letGo(); editor.select(editor.boxAt === null ? null : editor.selected); }
    else if (!command && ARROWS[event.key] && grasp && !isElsewhere) nudge(editor, ARROWS[event.key], event);
    else return;
    event.preventDefault();
  });
}

function nudge(editor, [x, y], { shiftKey, altKey }) {
  const by = shiftKey ? LONG_STEP_MM : STEP_MM;
  editor.change(() => {
    const grasp = graspOf(editor);
    const [width, height] = grasp.size();
    if (altKey) grasp.resize(width + x * by, height + y * by);
    else grasp.move(x * by, y * by);
  });
}

/** Remove what is held: one box of a list, and the field with its last one. */
export function remove(editor) {
  editor.change(() => {
    if (editor.boxAt !== null && editor.field.boxes.list.length === 1) editor.boxAt = null;
    const { boxAt, selected } = editor;
    graspOf(editor).remove();
    editor.hold({ selected: boxAt === null ? null : selected });
  });
}

/** One more of what is held, below it. */
export function duplicate(editor) {
  const { boxAt, field, selected } = editor;
  if (boxAt !== null) {
    editor.change(() => addBox(field, boxAt));
    editor.select(selected, field.boxes.list.length - 1);
    return;
  }
  editor.change((form) => {
    const twin = copy(field);
    for (let n = 2; form.fields.some(({ name }) => name === twin.name); n++) twin.name = `${field.name.replace(/_\d+$/, "")}_${n}`;
    moveBy(twin, 0, sizeOf(field)[1] + 5);
    form.fields.push(twin);
  });
  editor.select(editor.form.fields.length - 1);
}
