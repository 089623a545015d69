/**
 * Paths into user metadata: `car.version`, `*` for one level, `**` for any depth, `lidars[*]` for the items of a list.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../../base/mod.ts";
import { QueryError } from "../errors.ts";
import { compileCondition, type Condition } from "./condition.ts";

type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "level" | "depth" | "items" };

/** Most steps a path may have. */
const MAX_STEPS = 64;

/**
 * Compiles a condition on the value at `path`: it holds when it holds for any value the path leads to. A path that leads
 * nowhere fulfils `$nex` alone.
 *
 * @throws {QueryError} `query.invalid_path`
 */
export function compileMetadataCondition(path: string, condition: Condition): (metadata: JsonObject) => boolean {
  const steps = parsePath(path);
  if (condition.operator === "$nex") return (metadata) => !leadsTo(metadata, steps, () => true);
  const fits = compileCondition(condition);
  return (metadata) => leadsTo(metadata, steps, fits);
}

/** Checks a path. @throws {QueryError} `query.invalid_path` */
export function checkMetadataPath(path: string): void {
  parsePath(path);
}

function parsePath(path: string): readonly Step[] {
  const steps: Step[] = [];
  for (const segment of path.split(".")) {
    const name = segment.endsWith("[*]") ? segment.slice(0, -3) : segment;
    if (name === "" || /[[\]]/.test(name)) {
      throw new QueryError("query.invalid_path", `Cannot query metadata "${path}": "${segment}" is no name`, { path });
    }
    steps.push(name === "*" ? { kind: "level" } : name === "**" ? { kind: "depth" } : { kind: "name", name });
    if (name !== segment) steps.push({ kind: "items" });
  }
  if (steps.length > MAX_STEPS) {
    throw new QueryError("query.invalid_path", `Cannot query metadata: the path has more than ${MAX_STEPS} steps`);
  }
  return steps;
}

/**
 * Whether `fits` holds for any value at the end of `steps`. All ways through the steps are walked at once, so every value is
 * visited once, however many `**` there are.
 */
function leadsTo(root: JsonValue, steps: readonly Step[], fits: (value: JsonValue) => boolean): boolean {
  const open: { value: JsonValue; at: ReadonlySet<number> }[] = [{ value: root, at: new Set([0]) }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value } = next;
    const at = withoutDepth(next.at, steps);
    if (at.has(steps.length) && value !== root && fits(value)) return true;
    if (typeof value !== "object" || value === null) continue;
    const isList = Array.isArray(value);
    for (const [name, child] of Object.entries(value)) {
      const after = new Set<number>();
      for (const index of at) {
        const step = steps[index];
        if (step === undefined) continue;
        if (step.kind === "depth") after.add(index);
        else if (isList ? step.kind === "items" : step.kind === "level" || step.kind === "name" && step.name === name) {
          after.add(index + 1);
        }
      }
      if (after.size > 0) open.push({ value: child, at: after });
    }
  }
  return false;
}

/** `**` may stand for no level at all: where it is next, the step after it is next too. */
function withoutDepth(at: ReadonlySet<number>, steps: readonly Step[]): ReadonlySet<number> {
  const all = new Set(at);
  for (const index of all) if (steps[index]?.kind === "depth") all.add(index + 1);
  return all;
}
