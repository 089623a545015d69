/**
 * Names that are asked of a path and are not there, which the compiler finds in TypeScript only.
 *
 * @module
 */

/** Names that machinery asks of any object. */
const ASKED_OF_ALL: ReadonlySet<string> = new Set(["then", "toJSON"]);

/** `target`, of which a name it does not have is a `TypeError` that says what `explain` makes of it. */
export function guard<T extends object>(target: T, explain: (name: string) => string): T {
  return new Proxy(target, {
    get: (object, name) => {
      if (typeof name === "symbol" || name in object || ASKED_OF_ALL.has(name)) return Reflect.get(object, name);
      throw new TypeError(explain(name));
    },
  });
}
