// Files that lie beside a form: pictures of its blank pages, and rosters.

import { ask } from "./page.js";

const PAPERS = [[210, 297], [297, 210], [215.9, 279.4], [279.4, 215.9]];
const MOST_PAGES = 20;

export class Pictures {
  #files = new Map();
  #addresses = new Map();

  constructor(root, given) {
    this.upload_to = root.dataset.pictures;
    for (const name of given?.files ?? []) this.#addresses.set(name, `${root.dataset.api}/${given.form}/files/${name}`);
  }

  /** Where the browser finds a picture; undefined for none. */
  address(name) { return this.#addresses.get(name); }

  /** Have every page of a file drawn; gives a name and the size of the paper in millimetres for each. */
  async upload(file) {
    const drawn = [];
    for (let number = 1, of = 1; number <= Math.min(of, MOST_PAGES); number++) {
      const { n_pages, width_px, height_px, png } = await ask(`${this.upload_to}?page=${number}`, { method: "POST", body: file });
      of = n_pages;
      const name = `${stem(file.name)}-p${number}.png`;
      const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
      this.#files.set(name, new File([bytes], name, { type: "image/png" }));
      this.#addresses.set(name, `data:image/png;base64,${png}`);
      drawn.push({ name, size: paperOf(width_px / height_px) });
    }
    return drawn;
  }

  /** Keep a file as it is, and return the name that it has beside the form. */
  keep(file) {
    const name = `${stem(file.name)}.txt`;
    this.#files.set(name, new File([file], name));
    return name;
  }

  /** The files that a form names. */
  async filesOf(form) {
    const names = new Set([...form.pages.map(({ reference }) => reference), ...form.fields.map(({ constraints }) => constraints.roster?.file)].filter(Boolean));
    return Promise.all([...names].map(async (name) => {
      if (this.#files.has(name)) return this.#files.get(name);
      const answer = await fetch(this.#addresses.get(name));
      return new File([await answer.blob()], name);
    }));
  }
}

const stem = (name) => name.replace(/\.[^.]*$/, "").replace(/[^A-Za-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40) || "page";

/** The usual paper of this shape; where it is none, as wide as A4. */
function paperOf(shape) {
  const [width, height] = PAPERS.find(([w, h]) => Math.abs(w / h / shape - 1) < 0.02) ?? [210, Math.round(2100 / shape) / 10];
  return { width, height };
}
