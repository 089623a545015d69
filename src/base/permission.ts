/**
 * What a runtime allows.
 *
 * @module
 */

/**
 * The permission that Deno would ask the user for if a Worker were started from `url`; `undefined` when it needs none. Nobody
 * expects that question when a library starts its Workers, so without it they are not started.
 */
export function missingWorkerPermission(url: URL): string | undefined {
  if (!("Deno" in globalThis)) return undefined;
  const { state } = Deno.permissions.querySync(
    url.protocol === "file:" ? { name: "read", path: url } : { name: "import", host: url.host },
  );
  if (state === "granted") return undefined;
  return url.protocol === "file:" ? `permission to read ${url.pathname}` : `permission to import from ${url.host}`;
}
