/**
 * Short ways to make the messages that are made most.
 *
 * @module
 */
import type { Action, FlightDescriptor, Ticket } from "../../../proto/gen/flight_pb.ts";

/** Kinds of descriptors (`FlightDescriptor.DescriptorType`). */
const PATH = 1;
const CMD = 2;

/** A descriptor that names a flight by a command. */
export function commandDescriptor(cmd: Uint8Array): FlightDescriptor {
  return { $typeName: "arrow.flight.protocol.FlightDescriptor", type: CMD, cmd, path: [] };
}

/** A descriptor that names a flight by a path. */
export function pathDescriptor(path: readonly string[]): FlightDescriptor {
  const cmd = new Uint8Array(0);
  return { $typeName: "arrow.flight.protocol.FlightDescriptor", type: PATH, cmd, path: [...path] };
}

/** A ticket of its bytes. */
export function ticketOf(ticket: Uint8Array): Ticket {
  return { $typeName: "arrow.flight.protocol.Ticket", ticket };
}

/** An action of its name and body. */
export function actionOf(type: string, body: Uint8Array = new Uint8Array(0)): Action {
  return { $typeName: "arrow.flight.protocol.Action", type, body };
}
