/**
 * Pressure.
 *
 * @module
 */
import { defineOntology, float64, type OntologyType, required } from "../core/mod.ts";
import { headerColumn, varianceColumns, type WithHeader, type WithVariance } from "../data/mod.ts";

const PA_PER_ATM = 101_325;
const PA_PER_BAR = 100_000;
const PA_PER_PSI = 6894.7572931783;

/** One pressure. */
export interface Pressure extends WithVariance, WithHeader {
  /** Pressure, Pa. */
  value: number;
}
/** Column table of {@linkcode Pressure}. */
export const Pressure: OntologyType<Pressure> = defineOntology<Pressure>("Pressure", {
  ...varianceColumns,
  ...headerColumn,
  value: required("value", float64),
});

/** Pressure of standard atmospheres. */
export function pressureFromAtm(atm: number): Pressure {
  return { value: atm * PA_PER_ATM };
}

/** Standard atmospheres. */
export function pressureToAtm(pressure: Pressure): number {
  return pressure.value / PA_PER_ATM;
}

/** Pressure of bars. */
export function pressureFromBar(bar: number): Pressure {
  return { value: bar * PA_PER_BAR };
}

/** Bars. */
export function pressureToBar(pressure: Pressure): number {
  return pressure.value / PA_PER_BAR;
}

/** Pressure of pounds-force per square inch. */
export function pressureFromPsi(psi: number): Pressure {
  return { value: psi * PA_PER_PSI };
}

/** Pounds-force per square inch. */
export function pressureToPsi(pressure: Pressure): number {
  return pressure.value / PA_PER_PSI;
}
