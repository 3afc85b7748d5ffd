// Rows of texts in columns, for people.

export interface TableColumn<Row> {
  title: string;
  text: (row: Row) => string;
  /** Numbers stand to the right. */
  isNumber?: boolean;
}

/** A line of titles, then a line a row; no line ends with blanks. */
export function formatTable<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[]): string {
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text }) => text(row))),
  ];
  const widths = columns.map((_column, index) =>
    cells.reduce((width, line) => Math.max(width, line[index]?.length ?? 0), 0),
  );
  const pad = (text: string, index: number): string => {
    const width = widths[index] ?? 0;
    return columns[index]?.isNumber === true ? text.padStart(width) : text.padEnd(width);
  };
  return cells.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
