/**
 * Short ways to make the messages that are made most.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import {
  type Action,
  ActionSchema,
  type FlightDescriptor,
  FlightDescriptor_DescriptorType as DescriptorType,
  FlightDescriptorSchema,
  type Ticket,
  TicketSchema,
} from "../../../proto/gen/flight_pb.ts";

/** A descriptor that names a flight by a command. */
export function commandDescriptor(cmd: Uint8Array): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: DescriptorType.CMD, cmd });
}

/** A descriptor that names a flight by a path. */
export function pathDescriptor(path: readonly string[]): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: DescriptorType.PATH, path: [...path] });
}

/** A ticket of its bytes. */
export function ticketOf(ticket: Uint8Array): Ticket {
  return create(TicketSchema, { ticket });
}

/** An action of its name and body. */
export function actionOf(type: string, body: Uint8Array = new Uint8Array(0)): Action {
  return create(ActionSchema, { type, body });
}
