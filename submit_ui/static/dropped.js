// Files out of what was dropped or chosen, folders included, in the order that people count in.

const inOrder = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** The images among them, as {file, name}; the name keeps the folder. */
export function images(named, suffixes) {
  const isImage = ({ name }) => !name.split("/").pop().startsWith(".") && suffixes.some((s) => name.toLowerCase().endsWith(s));
  return named.filter(isImage).sort((a, b) => inOrder.compare(a.name, b.name));
}

export const fromInput = (input) => [...input.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));

export async function fromDrop(transfer) {
  // Entries must be taken before the first await: the browser empties the transfer after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files].map((file) => ({ file, name: file.name }));
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [{ file, name: entry.fullPath.slice(1) }];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));  // a hundred at a time
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(walk))).flat());
  }
}
