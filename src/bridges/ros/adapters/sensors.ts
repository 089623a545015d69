/**
 * The other `sensor_msgs`, and `nmea_msgs`: inertial, satellite, climate, joints, battery, joystick.
 *
 * @module
 */
import {
  BatteryState,
  GPS,
  GPSStatus,
  IMU,
  Joy,
  Magnetometer,
  NMEASentence,
  type NumberList,
  Pressure,
  RobotJoint,
  Temperature,
  temperatureFromCelsius,
} from "../../../ontology/mod.ts";
import { type RosAdapter, rosAdapter } from "../adapter.ts";
import {
  covariance,
  header,
  quaternion,
  type RosHeader,
  type RosQuaternion,
  type RosVector3,
  variance,
  vector3,
} from "./common.ts";

interface RosImu {
  readonly header: RosHeader;
  readonly orientation: RosQuaternion;
  readonly orientation_covariance: NumberList;
  readonly angular_velocity: RosVector3;
  readonly angular_velocity_covariance: NumberList;
  readonly linear_acceleration: RosVector3;
  readonly linear_acceleration_covariance: NumberList;
}

interface RosMagneticField {
  readonly header: RosHeader;
  readonly magnetic_field: RosVector3;
  readonly magnetic_field_covariance: NumberList;
}

interface RosNavSatStatus {
  readonly status: number;
  readonly service: number;
}

interface RosNavSatFix {
  readonly header: RosHeader;
  readonly status: RosNavSatStatus;
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
  readonly position_covariance: NumberList;
  readonly position_covariance_type: number;
}

interface RosTemperature {
  readonly header: RosHeader;
  readonly temperature: number;
  readonly variance: number;
}

interface RosFluidPressure {
  readonly header: RosHeader;
  readonly fluid_pressure: number;
  readonly variance: number;
}

interface RosJointState {
  readonly header: RosHeader;
  readonly name: readonly string[];
  readonly position: NumberList;
  readonly velocity: NumberList;
  readonly effort: NumberList;
}

interface RosJoy {
  readonly header: RosHeader;
  readonly axes: NumberList;
  readonly buttons: NumberList;
}

interface RosBatteryState {
  readonly header: RosHeader;
  readonly voltage: number;
  readonly temperature: number;
  readonly current: number;
  readonly charge: number;
  readonly capacity: number;
  readonly design_capacity: number;
  readonly percentage: number;
  readonly power_supply_status: number;
  readonly power_supply_health: number;
  readonly power_supply_technology: number;
  readonly present: boolean;
  readonly cell_voltage: NumberList;
  readonly cell_temperature: NumberList;
  readonly location: string;
  readonly serial_number: string;
}

interface RosSentence {
  readonly header: RosHeader;
  readonly sentence: string;
}

function imu(message: RosImu): IMU {
  // −1 in front of the covariance says that the sensor has no such measurement.
  const oriented = message.orientation_covariance[0] !== -1;
  return {
    header: header(message.header),
    acceleration: vector3(message.linear_acceleration, covariance(message.linear_acceleration_covariance)),
    angularVelocity: vector3(message.angular_velocity, covariance(message.angular_velocity_covariance)),
    orientation: oriented ? quaternion(message.orientation, covariance(message.orientation_covariance)) : undefined,
  };
}

const MICROTESLA = 1e6;

function magnetometer(message: RosMagneticField): Magnetometer {
  const { x, y, z } = message.magnetic_field;
  const errors = covariance(message.magnetic_field_covariance);
  return {
    header: header(message.header),
    magneticField: vector3(
      { x: x * MICROTESLA, y: y * MICROTESLA, z: z * MICROTESLA },
      errors && Array.from(errors, (value) => value * MICROTESLA * MICROTESLA),
    ),
  };
}

function gpsStatus({ status, service }: RosNavSatStatus): GPSStatus {
  return { status, service };
}

function gps(message: RosNavSatFix): GPS {
  const errors = covariance(message.position_covariance);
  return {
    header: header(message.header),
    position: {
      x: message.latitude,
      y: message.longitude,
      z: message.altitude,
      covariance: errors,
      covarianceType: errors && message.position_covariance_type,
    },
    status: gpsStatus(message.status),
  };
}

/** ROS writes NaN for what a battery doesn't tell. */
function told(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

function batteryState(message: RosBatteryState): BatteryState {
  return {
    header: header(message.header),
    voltage: message.voltage,
    temperature: told(message.temperature),
    current: told(message.current),
    charge: told(message.charge),
    capacity: told(message.capacity),
    designCapacity: told(message.design_capacity),
    percentage: message.percentage,
    powerSupplyStatus: message.power_supply_status,
    powerSupplyHealth: message.power_supply_health,
    powerSupplyTechnology: message.power_supply_technology,
    present: message.present,
    location: message.location,
    serialNumber: message.serial_number,
    cellVoltage: message.cell_voltage,
    cellTemperature: message.cell_temperature,
  };
}

/** Adapters of these messages. */
export const sensorAdapters: readonly RosAdapter[] = [
  rosAdapter("sensor_msgs/Imu", IMU, imu),
  rosAdapter("sensor_msgs/MagneticField", Magnetometer, magnetometer),
  rosAdapter("sensor_msgs/NavSatFix", GPS, gps),
  rosAdapter("sensor_msgs/NavSatStatus", GPSStatus, gpsStatus),
  rosAdapter("sensor_msgs/Temperature", Temperature, (message: RosTemperature) => ({
    header: header(message.header),
    ...temperatureFromCelsius(message.temperature),
    variance: variance(message.variance),
  })),
  rosAdapter("sensor_msgs/FluidPressure", Pressure, (message: RosFluidPressure) => ({
    header: header(message.header),
    value: message.fluid_pressure,
    variance: variance(message.variance),
  })),
  rosAdapter("sensor_msgs/JointState", RobotJoint, (message: RosJointState) => ({
    header: header(message.header),
    names: message.name,
    positions: message.position,
    velocities: message.velocity,
    efforts: message.effort,
  })),
  rosAdapter("sensor_msgs/Joy", Joy, ({ header: stamp, axes, buttons }: RosJoy) => ({
    header: header(stamp),
    axes,
    buttons,
  })),
  rosAdapter("sensor_msgs/BatteryState", BatteryState, batteryState),
  rosAdapter("nmea_msgs/Sentence", NMEASentence, ({ header: stamp, sentence }: RosSentence) => ({
    header: header(stamp),
    sentence,
  })),
];
