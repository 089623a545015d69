/**
 * Temperature.
 *
 * @module
 */
import { defineOntology, float64, type OntologyType, required } from "../core/mod.ts";
import { headerColumn, varianceColumns, type WithHeader, type WithVariance } from "../data/mod.ts";

/** One temperature. */
export interface Temperature extends WithVariance, WithHeader {
  /** Temperature, K. */
  value: number;
}
/** Column table of {@linkcode Temperature}. */
export const Temperature: OntologyType<Temperature> = defineOntology<Temperature>("Temperature", {
  ...varianceColumns,
  ...headerColumn,
  value: required("value", float64),
});

/** Temperature of degrees Celsius. */
export function temperatureFromCelsius(celsius: number): Temperature {
  return { value: celsius + 273.15 };
}

/** Degrees Celsius. */
export function temperatureToCelsius(temperature: Temperature): number {
  return temperature.value - 273.15;
}

/** Temperature of degrees Fahrenheit. */
export function temperatureFromFahrenheit(fahrenheit: number): Temperature {
  return { value: (fahrenheit - 32) * 5 / 9 + 273.15 };
}

/** Degrees Fahrenheit. */
export function temperatureToFahrenheit(temperature: Temperature): number {
  return (temperature.value - 273.15) * 9 / 5 + 32;
}
