/**
 * Results side by side.
 *
 * @module
 */

/** Prints a table: first column to the left, the others to the right. */
export function printTable(title: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]?.length ?? 0)));
  console.log(`\n${title}`);
  for (const row of [header, ...rows]) {
    const cells = widths.map((width, i) => i === 0 ? (row[i] ?? "").padEnd(width) : (row[i] ?? "").padStart(width));
    console.log(cells.join("   "));
  }
}

/** A number a reader can take in. */
export function readable(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (value >= 1e5) return `${(value / 1e3).toFixed(0)} k`;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
