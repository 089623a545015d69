/**
 * What single sensors report.
 *
 * @module
 */
export { CameraInfo } from "./camera_info.ts";
export { CompressedImage } from "./compressed_image.ts";
export {
  compressedImageFromPixels,
  type CompressedImageOptions,
  type CompressedImagePixelsOptions,
  compressedImageToPixels,
} from "./compressed_image_pixels.ts";
export { GPS, GPSStatus } from "./gps.ts";
export { Image } from "./image.ts";
export {
  IMAGE_ENCODINGS,
  imageFromLinear,
  imageFromSamples,
  type ImageSettings,
  imageToLinear,
  imageToSamples,
  type PixelLayout,
  type Samples,
  type SampleType,
} from "./image_pixels.ts";
export { imageFromPixels, imageToPixels, type PictureSettings } from "./image_picture.ts";
export type { ImageFormat } from "./image_format.ts";
export { IMU } from "./imu.ts";
export { Joy } from "./joy.ts";
export { Magnetometer } from "./magnetometer.ts";
export { NMEASentence } from "./nmea_sentence.ts";
export {
  Pressure,
  pressureFromAtm,
  pressureFromBar,
  pressureFromPsi,
  pressureToAtm,
  pressureToBar,
  pressureToPsi,
} from "./pressure.ts";
export { Range } from "./range.ts";
export { RobotJoint } from "./robot_joint.ts";
export {
  Temperature,
  temperatureFromCelsius,
  temperatureFromFahrenheit,
  temperatureToCelsius,
  temperatureToFahrenheit,
} from "./temperature.ts";
