/**
 * Joysticks and gamepads.
 *
 * @module
 */
import { defineOntology, float32, int32, list, type NumberList, type OntologyType, required } from "../core/mod.ts";
import { headerColumn, type WithHeader } from "../data/mod.ts";

/** State of a joystick or gamepad. */
export interface Joy extends WithHeader {
  /** Axes, each −1 to 1. */
  axes: NumberList;
  /** Buttons, 1 where pressed. */
  buttons: NumberList;
}
/** Column table of {@linkcode Joy}. */
export const Joy: OntologyType<Joy> = defineOntology<Joy>("Joy", {
  ...headerColumn,
  axes: required("axes", list(float32)),
  buttons: required("buttons", list(int32)),
});
