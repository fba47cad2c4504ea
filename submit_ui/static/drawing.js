// What the drawing pages share: elements of SVG, and dragging in the units of the picture.

export function element(name, attributes = {}) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A point of the screen in the picture's own units. */
export function inPicture(svg, event) {
  const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
  return [x, y];
}

/** Tell how far the pointer went since it went down on `target`, in the picture's units. */
export function followDrag(svg, target, { begin, move, end = () => {} }) {
  target.addEventListener("pointerdown", (down) => {
    if (down.button || begin(down, ...inPicture(svg, down)) === false) return;
    down.preventDefault();
    down.stopPropagation();
    const [x0, y0] = inPicture(svg, down);
    const onMove = (event) => {
      const [x, y] = inPicture(svg, event);
      move(x - x0, y - y0, event);
    };
    const onEnd = (event) => {
      removeEventListener("pointermove", onMove);
      removeEventListener("pointerup", onEnd);
      removeEventListener("pointercancel", onEnd);
      end(event);
    };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onEnd);
    addEventListener("pointercancel", onEnd);
  });
}
