// Elements from text, never from markup: whatever a dataset is called, it is text.

const svgSpace = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export function svgElement(name, attributes = {}, ...children) {
  const made = document.createElementNS(svgSpace, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/** What a state looks like besides its colour. */
const shapes = {
  good: "M2.5 7.5l3 3 6-6.5",
  partly: "M7 2l5.5 10h-11zM7 6v3M7 10.3v.7",
  bad: "M3 3l8 8M11 3l-8 8",
  busy: "M4 2.5l7.5 4.5-7.5 4.5z",
  waiting: "M4.5 3v8M9.5 3v8",
};

/** A word with the shape of its kind: `good`, `partly`, `bad`, `busy` or `waiting`. */
export function mark(kind, text) {
  const shape = svgElement("svg", { viewBox: "0 0 14 14", "aria-hidden": "true", class: "shape" });
  shape.append(svgElement("path", { d: shapes[kind] }));
  return element("span", { class: `mark ${kind}` }, shape, text);
}

/** Where a row is shown as a block, on a phone, some readers take a table for none unless its parts say what they are. */
export function nameParts(table) {
  table.setAttribute("role", "table");
  for (const part of [table.tHead, table.tBodies[0]]) part.setAttribute("role", "rowgroup");
  table.tHead.rows[0].setAttribute("role", "row");
  for (const head of table.tHead.rows[0].cells) head.setAttribute("role", "columnheader");
}

/**
 * Makes the rows of a table those of `items`, changing what differs only, so that a selection and a screen reader's place
 * stay. `cells(item)` are `{ text, kind?, aside?, detail?, time? }` in the order of the head.
 */
export function fillRows(table, items, { keyOf, cells }) {
  const [body] = table.tBodies;
  const heads = [...table.tHead.rows[0].cells];
  const before = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  items.forEach((item, place) => {
    const key = keyOf(item);
    const row = before.get(key) ?? makeRow(key, heads);
    before.delete(key);
    for (const [index, cell] of cells(item).entries()) fillCell(row.cells[index], cell);
    if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
  });
  for (const row of before.values()) row.remove();
}

function makeRow(key, heads) {
  const row = element("tr", { role: "row" });
  row.dataset.key = key;
  for (const head of heads) {
    const made = element("td", { role: "cell" });
    made.className = head.className;
    // Where a row is a block of its own, on a phone, each number says what it is.
    made.dataset.label = head.textContent;
    row.append(made);
  }
  return row;
}

function fillCell(target, { text, kind = "", aside = "", detail = "", time = null }) {
  const shown = `${kind} ${text} ${aside} ${detail}`;
  if (target.dataset.shown === shown) return;
  target.dataset.shown = shown;
  const main = time === null ? text : element("time", { datetime: time.toISOString() }, text);
  target.replaceChildren(kind === "" ? main : mark(kind, text));
  if (aside !== "") target.append(" ", element("span", { class: "aside" }, aside));
  if (detail !== "") target.append(element("span", { class: "detail" }, detail));
}
