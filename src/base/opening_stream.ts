/**
 * Streams that take a call to open.
 *
 * @module
 */

/** A stream that opens: awaited, it is the stream `S`; iterated at once, its items. */
export type OpeningStream<S extends AsyncIterable<unknown>> =
  & Promise<S>
  & AsyncIterable<S extends AsyncIterable<infer Item> ? Item : never, undefined>;

/** Makes a stream iterable before it is open. */
export function openingStream<Item, S extends AsyncIterableIterator<Item, undefined>>(
  opening: Promise<S & AsyncIterableIterator<Item, undefined>>,
): Promise<S> & AsyncIterable<Item, undefined> {
  return Object.assign(opening, {
    [Symbol.asyncIterator](): AsyncIterator<Item, undefined> {
      let stream: S | undefined;
      return {
        next: () => stream?.next() ?? opening.then((opened) => (stream = opened).next()),
        // Never rejects because of the opening, which `next` has told of: `Array.fromAsync` of V8 would go on forever.
        return: async () => await (await opening.catch(() => {}))?.return?.() ?? { done: true, value: undefined },
      };
    },
  });
}
