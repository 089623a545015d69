/**
 * Handlers that were made, by name: asking again gives the same one.
 *
 * @module
 */

/** What a {@linkcode HandlerCache} keeps. */
export interface Closable {
  /** Ends what it has under way. */
  close(): void;
}

/** Handlers by name. What could not be made is not kept. */
export class HandlerCache<H extends Closable> {
  readonly #handlers = new Map<string, H>();

  /** The handler of `name`, if there is one and it `fits`; else what `make` gives, which takes its place. */
  async get(
    name: string,
    make: () => Promise<H | undefined>,
    fits: (handler: H) => boolean = () => true,
  ): Promise<H | undefined> {
    const known = this.#handlers.get(name);
    if (known !== undefined && fits(known)) return known;
    const made = await make();
    const meanwhile = this.#handlers.get(name); // of another call at the same time
    if (meanwhile !== undefined && fits(meanwhile)) return meanwhile;
    if (made !== undefined) this.#handlers.set(name, made);
    return made;
  }

  /** Forgets the handlers whose name passes; they stay usable. */
  forget(passes: (name: string) => boolean): void {
    for (const name of [...this.#handlers.keys()]) if (passes(name)) this.#handlers.delete(name);
  }

  /** Forgets all; they stay usable. */
  clear(): void {
    this.#handlers.clear();
  }

  /** Closes all, and forgets them. */
  close(): void {
    for (const handler of this.#handlers.values()) handler.close();
    this.clear();
  }
}
