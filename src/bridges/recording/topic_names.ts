/**
 * From channel names, which may be anything, to topic names, which may not.
 *
 * @module
 */

/**
 * Gives each channel name a topic name of its own: `/` in front, `.` as `/`, letters, digits, `_` and `-` kept, all else
 * `_`. Names that come out alike are told apart by a number.
 */
export class TopicNames {
  readonly #taken = new Set<string>();

  /** The topic name of one more channel. */
  assign(channelName: string): string {
    const wished = topicName(channelName);
    let name = wished;
    for (let i = 2; this.#taken.has(name); i++) name = `${wished}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

function topicName(channelName: string): string {
  const segments = channelName.replaceAll(".", "/").split("/").filter((segment) => segment !== "");
  const path = segments.map((segment) => segment.replace(/[^A-Za-z0-9_-]+/gu, "_")).join("/");
  // Names must begin with a letter or digit.
  return `/${path.replace(/^[_/-]+/, "") || "unnamed"}`;
}
