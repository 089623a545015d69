/**
 * Where the car is, and how it moves: once around an ellipse in 30 seconds, slower in the bends than between them.
 *
 * @module
 */

/** Half axes of the middle of the road, metres. */
export const ROAD: { readonly a: number; readonly b: number; readonly halfWidth: number } = {
  a: 40,
  b: 25,
  halfWidth: 4,
};

const LAP_SECONDS = 30;
const SPEED_CHANGE = 0.05;

/** Motion of the car at one moment. World frame: x east, y north, z up, metres. Body frame: x forward, y left. */
export interface CarState {
  /** East, metres. */
  readonly x: number;
  /** North, metres. */
  readonly y: number;
  /** Direction of travel, rad from east, counterclockwise. */
  readonly yaw: number;
  /** Velocity east, m/s. */
  readonly velocityX: number;
  /** Velocity north, m/s. */
  readonly velocityY: number;
  /** Speed, m/s. */
  readonly speed: number;
  /** Turn rate, rad/s. */
  readonly yawRate: number;
  /** Acceleration forward, m/s². */
  readonly forward: number;
  /** Acceleration to the left, m/s². */
  readonly left: number;
}

/** Motion at `seconds` since the start; position and all derivatives come from one formula, so they agree. */
export function carAt(seconds: number): CarState {
  const { a, b } = ROAD;
  const rate = 2 * Math.PI / LAP_SECONDS;
  const phase = rate * seconds;
  // Angle along the ellipse with its first and second derivative.
  const angle = phase + SPEED_CHANGE * Math.sin(2 * phase);
  const turn = rate * (1 + 2 * SPEED_CHANGE * Math.cos(2 * phase));
  const change = -4 * SPEED_CHANGE * rate * rate * Math.sin(2 * phase);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const velocityX = -a * sin * turn;
  const velocityY = b * cos * turn;
  const accelerationX = -a * (cos * turn * turn + sin * change);
  const accelerationY = b * (cos * change - sin * turn * turn);
  const speed = Math.hypot(velocityX, velocityY);
  const left = (velocityX * accelerationY - velocityY * accelerationX) / speed;
  return {
    x: a * cos,
    y: b * sin,
    yaw: Math.atan2(velocityY, velocityX),
    velocityX,
    velocityY,
    speed,
    yawRate: left / speed,
    forward: (velocityX * accelerationX + velocityY * accelerationY) / speed,
    left,
  };
}
