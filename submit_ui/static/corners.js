// The page of one scan: four handles on the paper's corners, seen through a magnifier, and the form's boxes between them.

import { ask, askJson, sleep } from "./page.js";
import { element, followDrag } from "./drawing.js";

const repair = document.getElementById("repair");
const scan = document.getElementById("scan");
const loupe = document.getElementById("loupe");
const part = (id) => document.getElementById(id);
const width = Number(repair.dataset.width);
const height = Number(repair.dataset.height);
const outlines = JSON.parse(repair.dataset.outlines);
const STEP = Math.max(1, width / 1600);
const NAMES = ["top left", "top right", "bottom right", "bottom left"];
const ROOM = 0.06 * Math.max(width, height);  // a corner may lie outside of what was scanned
const ZOOM = Math.max(width, height) / 14;
let corners = JSON.parse(repair.dataset.corners);

const shape = element("g");
const handles = NAMES.map((name, at) => makeHandle(name, at));
const seen = document.importNode(scan.querySelector("image"), true);
scan.setAttribute("viewBox", `${-ROOM} ${-ROOM} ${width + 2 * ROOM} ${height + 2 * ROOM}`);
scan.append(shape, ...handles);
const cross = element("path", { class: "cross" });
const shapeInLoupe = element("g");
loupe.append(seen, shapeInLoupe, cross);

/** Takes (0..1, 0..1) on the form to the scan: the one perspective in which the corners are the form's. */
function perspective([[x0, y0], [x1, y1], [x2, y2], [x3, y3]]) {
  const [ax, ay, bx, by] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const area = ax * by - bx * ay;
  const [g, h] = [(sx * by - bx * sy) / area, (ax * sy - sx * ay) / area];
  return (u, v) => {
    const w = g * u + h * v + 1;
    return [((x1 - x0 + g * x1) * u + (x3 - x0 + h * x3) * v + x0) / w, ((y1 - y0 + g * y1) * u + (y3 - y0 + h * y3) * v + y0) / w];
  };
}

/** Whether one turns right at every corner, as on paper that lies face up. */
function isPaper() {
  return corners.every(([x, y], at) => {
    const [[nx, ny], [mx, my]] = [corners[(at + 1) % 4], corners[(at + 2) % 4]];
    return (nx - x) * (my - ny) - (ny - y) * (mx - nx) > 0;
  });
}

function outlineOnScan() {
  const outline = outlines[Number(part("outline")?.value ?? 0)];
  if (!outline || !isPaper()) return [];
  const place = perspective(corners);
  return outline.boxes.map(([x, y, w, h]) => [[x, y], [x + w, y], [x + w, y + h], [x, y + h]].map(([left, top]) => place(left / outline.width, top / outline.height)));
}

const polygon = (points, name) => element("polygon", { class: name, points: points.map((point) => point.join(",")).join(" ") });
const drawn = () => [polygon(corners, isPaper() ? "paper" : "paper wrong"), ...outlineOnScan().map((points) => polygon(points, "box-on-scan"))];

function show(at = null) {
  shape.replaceChildren(...drawn());
  const size = (width + 2 * ROOM) / Math.max(scan.clientWidth, 200);  // scan's pixels for one of the screen
  handles.forEach((handle, i) => {
    const [x, y] = corners[i];
    handle.setAttribute("transform", `translate(${x} ${y}) scale(${size})`);
    handle.setAttribute("aria-label", `The form's ${NAMES[i]} corner, at ${Math.round(x)}, ${Math.round(y)}`);
  });
  part("send").disabled = !isPaper();
  part("problem").hidden = isPaper();
  if (!isPaper()) part("problem").textContent = "No sheet of paper lies like this: go clockwise from the form's top left corner.";
  if (at !== null) look(at);
}

function look(at) {
  const [x, y] = corners[at];
  loupe.setAttribute("viewBox", `${x - ZOOM / 2} ${y - ZOOM / 2} ${ZOOM} ${ZOOM}`);
  shapeInLoupe.replaceChildren(...drawn());
  cross.setAttribute("d", `M ${x - ZOOM} ${y} H ${x + ZOOM} M ${x} ${y - ZOOM} V ${y + ZOOM}`);
  part("where").textContent = `The form's ${NAMES[at]} corner: ${Math.round(x)}, ${Math.round(y)}. Arrow keys move it, with Shift by ten.`;
}

function move(at, x, y) {
  const within = (value, most) => Math.min(Math.max(value, -ROOM), most + ROOM);
  corners[at] = [within(x, width), within(y, height)];
  show(at);
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function makeHandle(name, at) {
  const handle = element("g", { class: "handle", tabindex: 0, role: "button", "aria-roledescription": "corner" });
  handle.append(element("circle", { r: 13 }), element("circle", { r: 1.5, class: "dot" }), element("text", { y: -17, "text-anchor": "middle" }));
  handle.lastChild.textContent = at + 1;
  handle.addEventListener("focus", () => look(at));
  handle.addEventListener("pointerenter", () => look(at));
  handle.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    event.preventDefault();
    const by = STEP * (event.shiftKey ? 10 : 1);
    move(at, corners[at][0] + by * arrow[0], corners[at][1] + by * arrow[1]);
  });
  let from;
  followDrag(scan, handle, {
    begin: () => { from = corners[at]; handle.focus(); },
    move: (dx, dy) => move(at, from[0] + dx, from[1] + dy),
  });
  return handle;
}

part("turn").addEventListener("click", () => { corners = [...corners.slice(1), corners[0]]; show(0); });
part("edges").addEventListener("click", () => { corners = [[0, 0], [width, 0], [width, height], [0, height]]; show(0); });
part("outline")?.addEventListener("change", () => show());

part("send").addEventListener("click", async () => {
  part("send").disabled = true;
  try {
    const rounded = corners.map((corner) => corner.map((value) => Math.round(value * 10) / 10));
    await askJson(repair.dataset.send, { corners_px: rounded });
    part("where").textContent = "The page waits for its turn.";
    for (let pause = 200; ; pause = Math.min(2000, pause * 1.3)) {
      await sleep(pause);
      const [page] = (await ask(repair.dataset.look)).pages;
      if (page.state !== "waiting") return location.reload();
    }
  } catch (error) {
    part("problem").textContent = error.message;
    part("problem").hidden = false;
    part("send").disabled = false;
  }
});

addEventListener("resize", () => show());
show(0);
