/**
 * A topic of float64 columns, and batches for it.
 *
 * @module
 */
import { type ColumnsOf, defineOntology, float64, type OntologyType, required } from "../../src/ontology/mod.ts";

const NAMES = ["c0", "c1", "c2", "c3", "c4", "c5", "c6"] as const;

/** A row of seven numbers. */
export type FloatRow = Record<typeof NAMES[number], number>;

/** Seven columns; with the time, 64 bytes a row. */
export const Floats: OntologyType<FloatRow> = defineOntology<FloatRow>("BenchFloats", {
  c0: required("c0", float64),
  c1: required("c1", float64),
  c2: required("c2", float64),
  c3: required("c3", float64),
  c4: required("c4", float64),
  c5: required("c5", float64),
  c6: required("c6", float64),
});

/** Bytes of columns of a row. */
export const FLOAT_ROW_BYTES = 64;

/** Makes columns of `rows` rows that are arrays of their own, for pushing takes them; times count on from 0. */
export function floatColumnsMaker(rows: number): () => ColumnsOf<FloatRow> {
  const values = Float64Array.from({ length: rows }, Math.random);
  let row = 0;
  return () => {
    const timestampNs = new BigInt64Array(rows);
    const low = new Uint32Array(timestampNs.buffer); // numbers, for they are cheaper to make than bigints
    for (let i = 0; i < low.length; i += 2) low[i] = row++;
    const columns = Object.fromEntries(NAMES.map((name) => [name, values.slice()]));
    return { timestampNs, ...columns } as unknown as ColumnsOf<FloatRow>;
  };
}
