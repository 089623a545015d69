/**
 * Definitions of the message types that come with ROS 2, for files that have none of their own.
 *
 * @module
 */
import { stringify } from "@foxglove/rosmsg";
import { utf8 } from "../../base/mod.ts";

/** A definition as a file would have it; `undefined` for a type that is not among the common ones. */
export async function commonDefinition(
  type: string,
): Promise<{ readonly encoding: string; readonly data: Uint8Array } | undefined> {
  const { ros2jazzy } = await import("@foxglove/rosmsg-msgs-common");
  const known = ros2jazzy as Readonly<Record<string, (typeof ros2jazzy)[keyof typeof ros2jazzy]>>;
  const names = [plainName(type)];
  const messages = [];
  for (let i = 0; i < names.length; i++) {
    const message = Object.hasOwn(known, names[i]!) ? known[names[i]!]! : undefined;
    if (message === undefined) return undefined;
    messages.push(message);
    for (const field of message.definitions) {
      if (field.isComplex === true && !names.includes(plainName(field.type))) names.push(plainName(field.type));
    }
  }
  return { encoding: "ros2msg", data: utf8(stringify(messages)) };
}

/** As the common definitions are named: without the middle part. */
function plainName(type: string): string {
  return type.replace("/msg/", "/");
}
