/**
 * Figures over the records of a topic.
 *
 * @module
 */
import { type DataType, isNumeric, type Schema } from "../../columnar/mod.ts";
import type { Aggregate, AggregateFunction, AggregateValue } from "../../protocol/mod.ts";
import { parseOntologyPath, type PathStep, QueryError } from "../../query/mod.ts";
import { type Bounds, type Leaf, leafTree } from "../indexing/mod.ts";
import { mergeColumns, NO_VALUES } from "./aggregate_fold.ts";
import type { PlannedChunk } from "./chunk_plan.ts";
import type { ContentEngine } from "./content_engine.ts";
import { isExact, leafAt, Verdict } from "./pruning.ts";
import type { AnswerOptions, TopicQuestion } from "./question.ts";
import { joinPasses, type RankPass, valuesAt } from "./ranks.ts";
import { Statistics } from "./statistics.ts";
import type { AggregateColumn, AggregateState, ColumnState, TimeSpan } from "./types.ts";

/** Functions of values that the index has the answer to, chunk by chunk. */
const OF_INDEX: readonly AggregateFunction[] = ["count", "min", "max"];

/** A column, and which figures are wanted of it. */
interface Wanted {
  readonly column: AggregateColumn;
  readonly type: DataType;
  /** Set where the index knows it row by row. */
  readonly leaf: Leaf | undefined;
  readonly percents: readonly number[];
}

/**
 * Computes `aggregates` over the records a question is about. Values that are null or NaN do not count.
 *
 * @throws {QueryError} `query.invalid_path`, `query.unknown_field`, `query.unsupported_aggregate`, `query.invalid_operand`
 */
export async function aggregate(
  engine: ContentEngine,
  question: TopicQuestion,
  aggregates: readonly Aggregate[],
  options: AnswerOptions,
): Promise<readonly AggregateValue[]> {
  const columns = new Map<string, Wanted>();
  for (const { key } of aggregates) {
    if (key !== undefined && !columns.has(key)) columns.set(key, wantedOf(question, key, aggregates));
  }
  for (const figure of aggregates) check(figure, columns);
  const wanted = [...columns.values()];
  const needsSpan = aggregates.some((figure) => figure.function === "rate");
  const state = await sum(engine, question, wanted, needsSpan, options);
  const places = [...columns.keys()];
  const ranks = await Promise.all(
    wanted.map(({ percents }, i) =>
      percents.length === 0 ? [] : percentiles(engine, question, wanted[i]!, state.columns[i]!, options)
    ),
  );
  return aggregates.map((figure) => {
    if (figure.key === undefined) {
      return figure.function === "count" ? state.records : rateOf(state.records, state.span);
    }
    const place = places.indexOf(figure.key);
    if (figure.function !== "percentile") return figureOf(figure.function, state.columns[place]!);
    return ranks[place]![wanted[place]!.percents.indexOf(figure.percent!)];
  });
}

function wantedOf({ topic, schema }: TopicQuestion, key: string, aggregates: readonly Aggregate[]): Wanted {
  const { tag, steps } = parseOntologyPath(key);
  if (tag !== topic.ontologyTag) {
    throw refused("query.unknown_field", key, `topic ${topic.sequenceName}/${topic.path} holds ${topic.ontologyTag}`);
  }
  const { path, item, type } = pathOf(key, steps, schema);
  const own = aggregates.filter((figure) => figure.key === key);
  const leaf = leafAt(leafTree(schema), path);
  return {
    column: { path, item, functions: [...new Set(own.map((figure) => figure.function))] },
    type,
    leaf: leaf?.inList === true ? undefined : leaf,
    percents: [...new Set(own.flatMap(({ percent }) => percent ?? []))],
  };
}

/** Where `steps` lead: places of fields, the item of the list on the way, and the type at the end. */
function pathOf(
  key: string,
  steps: readonly PathStep[],
  schema: Schema,
): { path: number[]; item: number | undefined; type: DataType } {
  let fields = schema.fields;
  let item: number | undefined;
  let type: DataType = { kind: "struct", fields };
  const path = steps.map((step, i) => {
    const index = step.kind === "list" ? 0 : fields.findIndex(({ name }) => name === step.name);
    if (step.kind === "list") {
      if (typeof step.specifier !== "number") {
        throw refused("query.invalid_path", key, "one item of a list can be named, as in [0]");
      }
      item = step.specifier;
    }
    const field = fields[index];
    const opens = steps[i + 1]?.kind === "list";
    if (field === undefined || (step.kind === "list" && i === 0)) {
      throw refused("query.unknown_field", key, "there is no such column");
    }
    type = field.type;
    fields = type.kind === "struct" ? type.fields : opens && "item" in type ? [type.item] : [];
    if (opens && !(type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList")) {
      throw refused("query.not_a_list", key, `a column on the way is a ${type.kind}, no list`);
    }
    return index;
  });
  return { path, item, type };
}

const OF_NUMBERS: readonly AggregateFunction[] = ["count", "min", "max", "mean", "std", "percentile", "first", "last"];
const OF_TEXT: readonly AggregateFunction[] = ["count", "min", "max", "first", "last"];
const OF_FLAGS: readonly AggregateFunction[] = ["count", "first", "last"];

function check({ function: name, key, percent }: Aggregate, columns: ReadonlyMap<string, Wanted>): void {
  if (name === "percentile" ? !(percent !== undefined && percent >= 0 && percent <= 100) : percent !== undefined) {
    const text = `Cannot compute ${name}: percent is ${percent}, expected ${
      name === "percentile" ? "0 to 100" : "none"
    }`;
    throw new QueryError("query.invalid_operand", text, { function: name });
  }
  const allowed = key === undefined ? ["count", "rate"] : functionsOf(columns.get(key)!.type);
  if (allowed.includes(name)) return;
  const of = key === undefined ? "records" : key;
  const text = `Cannot compute ${name} of ${of}: expected ${
    allowed.length === 0 ? "a column of single values" : allowed.join(", ")
  }`;
  throw new QueryError("query.unsupported_aggregate", text, { function: name, ...(key === undefined ? {} : { key }) });
}

/** Functions of values of `type`. */
function functionsOf(type: DataType): readonly AggregateFunction[] {
  if (isNumeric(type)) return OF_NUMBERS;
  if (type.kind === "utf8" || type.kind === "largeUtf8") return OF_TEXT;
  return type.kind === "bool" ? OF_FLAGS : [];
}

function refused(code: `query.${string}`, key: string, why: string): QueryError {
  return new QueryError(code, `Cannot aggregate ${key}: ${why}`, { key });
}

function rateOf(records: number, span: TimeSpan | undefined): number | undefined {
  if (span === undefined || span.endNs === span.startNs) return undefined;
  return (records - 1) / (Number(span.endNs - span.startNs) / 1e9);
}

function figureOf(
  name: AggregateFunction,
  { count, least, most, mean, squares, first, last }: ColumnState,
): AggregateValue {
  switch (name) {
    case "count":
      return count;
    case "min":
      return least;
    case "max":
      return most;
    case "mean":
      return count === 0 ? undefined : mean;
    case "std":
      return count < 2 ? undefined : Math.sqrt(squares / (count - 1));
    case "first":
      return first;
    default:
      return last;
  }
}

/** Sums over all records; of chunks the index knows enough of, it is asked. */
async function sum(
  engine: ContentEngine,
  question: TopicQuestion,
  wanted: readonly Wanted[],
  needsSpan: boolean,
  options: AnswerOptions,
): Promise<AggregateState> {
  const { topic, schema, predicate } = question;
  const { statistics } = options;
  let state: AggregateState = { records: 0, span: undefined, columns: wanted.map(() => NO_VALUES) };
  statistics.topics++;
  if (predicate.scope === "none" || topic.schemaHeader === undefined) return state;
  const byIndex = wanted.every((one) => isOfIndex(one, schema));
  const plan = await engine.plan(question, options, byIndex && wanted.some(({ leaf }) => leaf !== undefined));
  const task = { kind: "aggregate", columns: wanted.map(({ column }) => column), needsSpan } as const;
  if (!byIndex) {
    for await (const output of engine.scan(question, task, plan.pages(), options)) {
      state = merge(state, output.aggregate!);
    }
    return state;
  }
  const bounds = wanted.map(({ leaf }) => leaf === undefined ? undefined : plan.bounds(leaf));
  for (const page of plan.pages()) {
    let unknown: PlannedChunk[] = [];
    const look = async () => {
      if (unknown.length === 0) return;
      for await (const output of engine.scan(question, task, [unknown], options)) {
        state = merge(state, output.aggregate!);
      }
      unknown = [];
    };
    for (const planned of page) {
      const known = planned.ordinal < plan.indexed || wanted.every(({ leaf }) => leaf === undefined)
        ? knownState(planned, wanted, bounds)
        : undefined;
      if (known === undefined) {
        unknown.push(planned);
        continue;
      }
      await look();
      statistics.chunksByIndex++;
      state = merge(state, known);
    }
    await look();
  }
  return state;
}

/** Whether the index has the answer to all that is wanted of a column, as far as it goes. */
function isOfIndex({ column, leaf }: Wanted, schema: Schema): boolean {
  const isTime = column.path.length === 1 && schema.fields[column.path[0]!]!.name === "timestamp_ns";
  return (leaf?.kind === "number" || isTime) && column.functions.every((name) => OF_INDEX.includes(name));
}

/** What the index knows of a chunk; `undefined` where that is not all that is wanted. */
function knownState(
  { ordinal, chunk, verdict }: PlannedChunk,
  wanted: readonly Wanted[],
  bounds: readonly (((ordinal: number) => Bounds) | undefined)[],
): AggregateState | undefined {
  if (verdict !== Verdict.all) return undefined;
  const { startNs, endNs, rowCount } = chunk;
  const columns: ColumnState[] = [];
  for (const [i, { leaf }] of wanted.entries()) {
    if (leaf === undefined) {
      columns.push({ ...NO_VALUES, count: rowCount, least: startNs, most: endNs });
      continue;
    }
    const found = bounds[i]?.(ordinal) as Bounds<number> | undefined;
    if (found === undefined) return undefined;
    const { least, most, values } = found;
    if (values > 0 && !(isExact(leaf.type, least) && isExact(leaf.type, most))) return undefined;
    columns.push(values === 0 ? NO_VALUES : { ...NO_VALUES, count: values, least, most });
  }
  return { records: rowCount, span: { startNs, endNs }, columns };
}

/** Sums over two parts of a topic, `b` behind `a`. */
function merge(a: AggregateState, b: AggregateState): AggregateState {
  const span = a.span === undefined || b.span === undefined
    ? a.span ?? b.span
    : { startNs: a.span.startNs, endNs: b.span.endNs };
  return {
    records: a.records + b.records,
    span,
    columns: a.columns.map((column, i) => mergeColumns(column, b.columns[i]!)),
  };
}

/** The values at `percents` of a column whose sums are known, interpolated between neighbours. */
async function percentiles(
  engine: ContentEngine,
  question: TopicQuestion,
  { column, percents }: Wanted,
  { count }: ColumnState,
  options: AnswerOptions,
): Promise<readonly (number | undefined)[]> {
  if (count === 0) return percents.map(() => undefined);
  const places = percents.map((percent) => percent / 100 * (count - 1));
  const wanted = [...new Set(places.flatMap((place) => [Math.floor(place), Math.ceil(place)]))];
  const values = await valuesAt(wanted, count, async (ranks) => {
    const { path, item } = column;
    const task = { kind: "aggregate", columns: [{ path, item, functions: [], ranks }], needsSpan: false } as const;
    const passes: RankPass[] = [];
    const plan = await engine.plan(question, { ...options, statistics: new Statistics() });
    for await (const { aggregate } of engine.scan(question, task, plan.pages(), options)) {
      passes.push(aggregate!.columns[0]!.ranks!);
    }
    return joinPasses(passes);
  });
  return places.map((place) => {
    const below = values.get(Math.floor(place))!, above = values.get(Math.ceil(place))!;
    return below === above ? below : below + (above - below) * (place - Math.floor(place));
  });
}
