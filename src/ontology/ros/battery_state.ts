/**
 * State of a battery.
 *
 * @module
 */
import {
  bool,
  defineOntology,
  float32,
  list,
  type NumberList,
  type OntologyType,
  optional,
  required,
  uint8,
  utf8,
} from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** State of a battery. What isn't measured is absent. */
export interface BatteryState extends WithHeader {
  /** Voltage, V. */
  voltage: number;
  /** Temperature, °C. */
  temperature?: number | undefined;
  /** Current, A; negative while it discharges. */
  current?: number | undefined;
  /** Charge left, Ah. */
  charge?: number | undefined;
  /** Capacity when last full, Ah. */
  capacity?: number | undefined;
  /** Capacity as designed, Ah. */
  designCapacity?: number | undefined;
  /** Charge left, 0 to 1. */
  percentage: number;
  /** Charging or not, in the numbers of ROS `BatteryState`. */
  powerSupplyStatus: number;
  /** Health, in the numbers of ROS `BatteryState`. */
  powerSupplyHealth: number;
  /** Chemistry, in the numbers of ROS `BatteryState`. */
  powerSupplyTechnology: number;
  /** Whether there is a battery. */
  present: boolean;
  /** Slot it sits in. */
  location: string;
  /** Serial number. */
  serialNumber: string;
  /** Voltage of each cell, V. */
  cellVoltage?: NumberList | undefined;
  /** Temperature of each cell, °C. */
  cellTemperature?: NumberList | undefined;
}
/** Column table of {@linkcode BatteryState}. */
export const BatteryState: OntologyType<BatteryState> = defineOntology<BatteryState>("BatteryState", {
  ...headerColumn,
  voltage: required("voltage", float32),
  temperature: optional("temperature", float32),
  current: optional("current", float32),
  charge: optional("charge", float32),
  capacity: optional("capacity", float32),
  designCapacity: optional("design_capacity", float32),
  percentage: required("percentage", float32),
  powerSupplyStatus: required("power_supply_status", uint8),
  powerSupplyHealth: required("power_supply_health", uint8),
  powerSupplyTechnology: required("power_supply_technology", uint8),
  present: required("present", bool),
  location: required("location", utf8),
  serialNumber: required("serial_number", utf8),
  cellVoltage: optional("cell_voltage", list(float32)),
  cellTemperature: optional("cell_temperature", list(float32)),
});
