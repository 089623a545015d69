/**
 * A simulated drive, for demonstrations and tests.
 *
 * @module
 */
export { type SimulatedMessage, simulateDrive, type SimulationOptions } from "./drive.ts";
