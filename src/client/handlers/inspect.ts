/**
 * What `console.log` shows of an object whose state is private.
 *
 * @module
 */

/** Shows any value, as the console at hand does. */
type Inspect = (value: unknown, options: object) => string;

/** Has consoles of Deno, Bun and Node show objects of `type` by these of their properties. */
export function showInConsole<T extends object>(
  type: { readonly name: string; readonly prototype: T },
  properties: readonly (keyof T)[],
): void {
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: T, _depth: number, options: object, inspect: Inspect): string {
      const shown = Object.fromEntries(properties.map((property) => [property, this[property]]));
      return `${type.name} ${inspect(shown, options)}`;
    },
  });
}
