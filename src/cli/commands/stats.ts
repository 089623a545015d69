/**
 * `mosaico stats SEQUENCE TOPIC [COLUMN…]`: figures over the columns of a topic, worked out by the server.
 *
 * @module
 */
import type { TopicHandler } from "../../client/mod.ts";
import { type Operator, type QueryExpression, queryFromText, records } from "../../query/mod.ts";
import { COMMON_OPTIONS, parseCommand, PLACE_USAGE, timeOf, UsageError } from "../arguments.ts";
import { type Asked, askedOf } from "../columns.ts";
import { withClient } from "../connection.ts";
import { interruptible } from "../interrupt.ts";
import { NotFoundError } from "../not_found.ts";
import { formatCounted, print, printJson, table } from "../output.ts";

/** Usage text. */
export const STATS_USAGE: string =
  `mosaico stats SEQUENCE TOPIC [COLUMN…] [--where 'EXPR'] [--start TIME] [--end TIME] [--json]

Figures over a topic, worked out by the server without a download: records and their rate, and of each COLUMN
(acceleration.x, ranges[0]; acceleration for all numbers in it; none for all of the topic) count, mean, standard deviation,
minimum, median, 95th and 99th percentile, maximum. Of text and booleans: count, first, last, and the extremes of text.
--where takes conditions on the records as mosaico query does: --where 'IMU.acceleration.x > 5'.
TIME is nanoseconds since 1970 or a date such as 2026-11-22T10:00:00Z; the start is inclusive, the end exclusive.
Works with the embedded server; others say that they cannot.

${PLACE_USAGE}`;

/** Most columns of one call: servers take 64 figures at once. */
const COLUMNS_A_CALL = 7;

/** What is printed of a column. */
interface Figures {
  readonly column: string;
  readonly [figure: string]: unknown;
}

/** Runs the command. */
export async function stats(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args, {
    ...COMMON_OPTIONS,
    where: { type: "string" },
    start: { type: "string" },
    end: { type: "string" },
  });
  const [sequence, topic, ...columns] = positionals;
  if (sequence === undefined || topic === undefined) throw new UsageError("expected a sequence and a topic");
  const startNs = timeOf("start", values.start);
  const endNs = timeOf("end", values.end);
  const where = values.where === undefined ? [] : conditionsOf(values.where);
  const window = { ...(startNs === undefined ? {} : { startNs }), ...(endNs === undefined ? {} : { endNs }) };
  return await interruptible((signal) =>
    withClient(values, async (client) => {
      const options = { where, ...window, signal };
      const handler = await client.topicHandler(sequence, topic, { signal });
      if (handler === undefined) throw new NotFoundError(`there is no topic "${topic}" in a sequence "${sequence}"`);
      if (handler.schema === undefined) throw new NotFoundError(`there is no data in ${handler.locator} yet`);
      const asked = askedOf(handler.ontologyTag, handler.schema, columns);
      const { count, rate } = await handler.aggregate({ count: records.count(), rate: records.rate() }, options);
      const all: Figures[] = [];
      for (let i = 0; i < asked.length; i += COLUMNS_A_CALL) {
        all.push(...await figuresOf(handler, asked.slice(i, i + COLUMNS_A_CALL), options));
      }
      // Of a whole struct or topic, only what holds something.
      const found = all.filter(({ count }, i) => count !== 0 || asked[i]!.isNamed);
      if (values.json) {
        printJson({ locator: handler.locator, ontologyTag: handler.ontologyTag, records: count, rate, columns: found });
        return 0;
      }
      const hz = rate === undefined ? "" : `, ${formatFigure(rate)} per second`;
      print(`${handler.locator}  ${handler.ontologyTag}, ${formatCounted(count, "record")}${hz}`);
      for (const line of linesOf(found)) print(line);
      return 0;
    }, { workers: 0, signal })
  );
}

/** Conditions on records alone, out of a text. */
function conditionsOf(text: string): QueryExpression[] {
  const { ontology, ...others } = queryFromText(text).toJson();
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UsageError(`--where is about records, not about the ${other}`);
  return Object.entries(ontology as Record<string, object>).map(([key, condition]) => {
    const [operator, operand] = Object.entries(condition)[0]!;
    return { key, operator: operator as Operator, operand };
  });
}

async function figuresOf(
  handler: TopicHandler,
  asked: readonly Asked[],
  options: Parameters<TopicHandler["aggregate"]>[1],
): Promise<Figures[]> {
  const names = (column: string, figure: string) => `${column} ${figure}`;
  const all = asked.flatMap(({ column, figures }) =>
    Object.entries(figures).map(([figure, expression]) => [names(column, figure), expression] as const)
  );
  const found = await handler.aggregate(Object.fromEntries(all), options);
  return asked.map(({ column, figures }) => ({
    column,
    ...Object.fromEntries(Object.keys(figures).map((figure) => [figure, found[names(column, figure)]])),
  }));
}

function linesOf(found: readonly Figures[]): string[] {
  const order = ["column", "count", "mean", "std", "min", "p50", "p95", "p99", "max", "first", "last"];
  const shown = order.filter((name) => found.some((figures) => name in figures));
  if (found.length === 0) return [];
  return table(
    shown.map((name) => name.toUpperCase()),
    found.map((row) => shown.map((name) => formatFigure(row[name]))),
  );
}

function formatFigure(value: unknown): string {
  if (value === undefined) return "-";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e12) return value.toExponential(4);
  return value.toFixed(size < 1 ? 6 : size < 1000 ? 4 : 1);
}
