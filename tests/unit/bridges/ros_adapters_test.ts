import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { rosAdapter, rosAdapters, rosTopic } from "../../../src/bridges/ros/mod.ts";
import { Temperature } from "../../../src/ontology/mod.ts";
import { MemoryTopic } from "./memory_sink.ts";
import { cdr } from "./support.ts";

const line = "=".repeat(80);
const definitions: Record<string, string> = {
  "std_msgs/Header": "builtin_interfaces/Time stamp\nstring frame_id",
  "geometry_msgs/Vector3": "float64 x\nfloat64 y\nfloat64 z",
  "geometry_msgs/Point": "float64 x\nfloat64 y\nfloat64 z",
  "geometry_msgs/Point32": "float32 x\nfloat32 y\nfloat32 z",
  "geometry_msgs/Quaternion": "float64 x\nfloat64 y\nfloat64 z\nfloat64 w",
  "geometry_msgs/Pose": "geometry_msgs/Point position\ngeometry_msgs/Quaternion orientation",
  "geometry_msgs/PoseStamped": "std_msgs/Header header\ngeometry_msgs/Pose pose",
  "geometry_msgs/PoseWithCovariance": "geometry_msgs/Pose pose\nfloat64[36] covariance",
  "geometry_msgs/PoseWithCovarianceStamped": "std_msgs/Header header\ngeometry_msgs/PoseWithCovariance pose",
  "geometry_msgs/Twist": "geometry_msgs/Vector3 linear\ngeometry_msgs/Vector3 angular",
  "geometry_msgs/TwistStamped": "std_msgs/Header header\ngeometry_msgs/Twist twist",
  "geometry_msgs/TwistWithCovariance": "geometry_msgs/Twist twist\nfloat64[36] covariance",
  "geometry_msgs/Accel": "geometry_msgs/Vector3 linear\ngeometry_msgs/Vector3 angular",
  "geometry_msgs/AccelStamped": "std_msgs/Header header\ngeometry_msgs/Accel accel",
  "geometry_msgs/Vector3Stamped": "std_msgs/Header header\ngeometry_msgs/Vector3 vector",
  "geometry_msgs/Transform": "geometry_msgs/Vector3 translation\ngeometry_msgs/Quaternion rotation",
  "geometry_msgs/TransformStamped": "std_msgs/Header header\nstring child_frame_id\ngeometry_msgs/Transform transform",
  "geometry_msgs/Wrench": "geometry_msgs/Vector3 force\ngeometry_msgs/Vector3 torque",
  "geometry_msgs/WrenchStamped": "std_msgs/Header header\ngeometry_msgs/Wrench wrench",
  "geometry_msgs/Polygon": "geometry_msgs/Point32[] points",
  "geometry_msgs/PolygonStamped": "std_msgs/Header header\ngeometry_msgs/Polygon polygon",
  "geometry_msgs/Inertia":
    "float64 m\ngeometry_msgs/Vector3 com\nfloat64 ixx\nfloat64 ixy\nfloat64 ixz\nfloat64 iyy\nfloat64 iyz\nfloat64 izz",
  "geometry_msgs/InertiaStamped": "std_msgs/Header header\ngeometry_msgs/Inertia inertia",
  "nav_msgs/Odometry": [
    "std_msgs/Header header",
    "string child_frame_id",
    "geometry_msgs/PoseWithCovariance pose",
    "geometry_msgs/TwistWithCovariance twist",
  ].join("\n"),
  "nav_msgs/Path": "std_msgs/Header header\ngeometry_msgs/PoseStamped[] poses",
  "nav_msgs/GridCells": "std_msgs/Header header\nfloat32 cell_width\nfloat32 cell_height\ngeometry_msgs/Point[] cells",
  "nav_msgs/MapMetaData":
    "builtin_interfaces/Time map_load_time\nfloat32 resolution\nuint32 width\nuint32 height\ngeometry_msgs/Pose origin",
  "nav_msgs/OccupancyGrid": "std_msgs/Header header\nnav_msgs/MapMetaData info\nint8[] data",
  "sensor_msgs/Imu": [
    "std_msgs/Header header",
    "geometry_msgs/Quaternion orientation",
    "float64[9] orientation_covariance",
    "geometry_msgs/Vector3 angular_velocity",
    "float64[9] angular_velocity_covariance",
    "geometry_msgs/Vector3 linear_acceleration",
    "float64[9] linear_acceleration_covariance",
  ].join("\n"),
  "sensor_msgs/MagneticField":
    "std_msgs/Header header\ngeometry_msgs/Vector3 magnetic_field\nfloat64[9] magnetic_field_covariance",
  "sensor_msgs/NavSatStatus": "int8 STATUS_FIX=0\nint8 status\nuint16 service",
  "sensor_msgs/NavSatFix": [
    "uint8 COVARIANCE_TYPE_KNOWN=3",
    "std_msgs/Header header",
    "sensor_msgs/NavSatStatus status",
    "float64 latitude",
    "float64 longitude",
    "float64 altitude",
    "float64[9] position_covariance",
    "uint8 position_covariance_type",
  ].join("\n"),
  "sensor_msgs/Temperature": "std_msgs/Header header\nfloat64 temperature\nfloat64 variance",
  "sensor_msgs/FluidPressure": "std_msgs/Header header\nfloat64 fluid_pressure\nfloat64 variance",
  "sensor_msgs/JointState":
    "std_msgs/Header header\nstring[] name\nfloat64[] position\nfloat64[] velocity\nfloat64[] effort",
  "sensor_msgs/Joy": "std_msgs/Header header\nfloat32[] axes\nint32[] buttons",
  "sensor_msgs/BatteryState": [
    "std_msgs/Header header",
    "float32 voltage",
    "float32 temperature",
    "float32 current",
    "float32 charge",
    "float32 capacity",
    "float32 design_capacity",
    "float32 percentage",
    "uint8 power_supply_status",
    "uint8 power_supply_health",
    "uint8 power_supply_technology",
    "bool present",
    "float32[] cell_voltage",
    "float32[] cell_temperature",
    "string location",
    "string serial_number",
  ].join("\n"),
  "sensor_msgs/RegionOfInterest": "uint32 x_offset\nuint32 y_offset\nuint32 height\nuint32 width\nbool do_rectify",
  "sensor_msgs/CameraInfo": [
    "std_msgs/Header header",
    "uint32 height",
    "uint32 width",
    "string distortion_model",
    "float64[] d",
    "float64[9] k",
    "float64[9] r",
    "float64[12] p",
    "uint32 binning_x",
    "uint32 binning_y",
    "sensor_msgs/RegionOfInterest roi",
  ].join("\n"),
  "sensor_msgs/Image":
    "std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\nuint8 is_bigendian\nuint32 step\nuint8[] data",
  "sensor_msgs/CompressedImage": "std_msgs/Header header\nstring format\nuint8[] data",
  "sensor_msgs/PointField": "string name\nuint32 offset\nuint8 datatype\nuint32 count",
  "sensor_msgs/PointCloud2": [
    "std_msgs/Header header",
    "uint32 height",
    "uint32 width",
    "sensor_msgs/PointField[] fields",
    "bool is_bigendian",
    "uint32 point_step",
    "uint32 row_step",
    "uint8[] data",
    "bool is_dense",
  ].join("\n"),
  "sensor_msgs/LaserEcho": "float32[] echoes",
  "sensor_msgs/LaserScan": scan("float32[] ranges\nfloat32[] intensities"),
  "sensor_msgs/MultiEchoLaserScan": scan("sensor_msgs/LaserEcho[] ranges\nsensor_msgs/LaserEcho[] intensities"),
  "nmea_msgs/Sentence": "std_msgs/Header header\nstring sentence",
  "tf2_msgs/TFMessage": "geometry_msgs/TransformStamped[] transforms",
};

function scan(rest: string): string {
  const angles = ["angle_min", "angle_max", "angle_increment", "time_increment", "scan_time", "range_min", "range_max"];
  return ["std_msgs/Header header", ...angles.map((name) => `float32 ${name}`), rest].join("\n");
}

/** The definition of a type followed by those of the types it uses. */
function fullDefinition(rosType: string): string {
  const used = new Set([rosType]);
  for (const name of used) {
    const references = definitions[name]!.matchAll(/^(\w+_msgs\/\w+)/gm);
    for (const [reference] of references) used.add(reference);
  }
  const others = [...used].slice(1).map((name) => `MSG: ${name}\n${definitions[name]}`);
  return [definitions[rosType], ...others].join(`\n${line}\n`);
}

/** Sends a message the whole way: CDR, decoder, adapter, columns, and back. */
function through(rosType: string, message: unknown, definition = fullDefinition(rosType)): [string, unknown] {
  const topic = rosTopic(rosType.replace("/", "/msg/"), definition);
  const sink = new MemoryTopic(topic.type, {});
  sink.push(5n, topic.decode(cdr(definition, message)));
  return [topic.type.tag, compact(sink.rows()[0])];
}

/** Without what is undefined, and with plain arrays for lists. */
function compact(value: unknown): unknown {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(compact);
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<unknown>);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
  return Object.fromEntries(entries.map(([key, part]) => [key, compact(part)]));
}

const header = { stamp: { sec: 100, nanosec: 500 }, frame_id: "base" };
const expectedHeader = { timestamp: { seconds: 100, nanoseconds: 500 }, frameId: "base" };
const [one, two] = [{ x: 1, y: 2, z: 3 }, { x: 4, y: 5, z: 6 }];
const turn = { x: 0, y: 0, z: 0, w: 1 };
const pose = { position: one, orientation: turn };
const none = (size: number) => new Float64Array(size);
const some = (size: number) => Float64Array.from({ length: size }, (_, i) => i + 1);
const list = (size: number) => Array.from(some(size));

test("single values keep their type", () => {
  const cases: [string, string, string, unknown][] = [
    ["Bool", "bool", "Boolean", true],
    ["Float32", "float32", "Floating32", 1.5],
    ["Float64", "float64", "Floating64", 0.1],
    ["Int8", "int8", "Integer8", -8],
    ["Int16", "int16", "Integer16", -16],
    ["Int32", "int32", "Integer32", -32],
    ["Int64", "int64", "Integer64", -(1n << 62n)],
    ["UInt8", "uint8", "Unsigned8", 8],
    ["UInt16", "uint16", "Unsigned16", 16],
    ["UInt32", "uint32", "Unsigned32", 32],
    ["UInt64", "uint64", "Unsigned64", (1n << 64n) - 1n],
    ["String", "string", "String", "text"],
  ];
  for (const [name, type, tag, data] of cases) {
    assert.deepEqual(through(`std_msgs/${name}`, { data }, `${type} data`), [tag, { data }]);
  }
});

test("times and headers", () => {
  const time = "int32 sec\nuint32 nanosec";
  assert.deepEqual(through("builtin_interfaces/Time", { sec: -1, nanosec: 5 }, time), [
    "Time",
    { seconds: -1, nanoseconds: 5 },
  ]);
  assert.deepEqual(through("builtin_interfaces/Duration", { sec: 1, nanosec: 2_500_000_000 }, time), [
    "Duration",
    { seconds: 3, nanoseconds: 500_000_000 },
  ]);
  assert.deepEqual(through("std_msgs/Header", header), ["Header", expectedHeader]);
});

test("geometry, plain and stamped", () => {
  const twist = { linear: one, angular: two };
  const cases: [string, unknown, string, unknown][] = [
    ["Vector3", one, "Vector3d", one],
    ["Vector3Stamped", { header, vector: one }, "Vector3d", { header: expectedHeader, ...one }],
    ["Point", one, "Point3d", one],
    ["Quaternion", turn, "Quaternion", turn],
    ["Pose", pose, "Pose", pose],
    ["PoseStamped", { header, pose }, "Pose", { header: expectedHeader, ...pose }],
    ["Twist", twist, "Velocity", twist],
    ["TwistStamped", { header, twist }, "Velocity", { header: expectedHeader, ...twist }],
    ["TwistWithCovariance", { twist, covariance: some(36) }, "Velocity", { ...twist, covariance: list(36) }],
    ["Accel", twist, "Acceleration", twist],
    ["AccelStamped", { header, accel: twist }, "Acceleration", { header: expectedHeader, ...twist }],
    ["Transform", { translation: one, rotation: turn }, "Transform", { translation: one, rotation: turn }],
    ["Wrench", { force: one, torque: two }, "ForceTorque", { force: one, torque: two }],
    ["Polygon", { points: [one, two] }, "Polygon", { points: [one, two] }],
    ["PolygonStamped", { header, polygon: { points: [one] } }, "Polygon", { header: expectedHeader, points: [one] }],
  ];
  for (const [name, message, tag, expected] of cases) {
    assert.deepEqual(through(`geometry_msgs/${name}`, message), [tag, expected], name);
  }
  const transform = { header, child_frame_id: "imu", transform: { translation: one, rotation: turn } };
  const edge = { header: expectedHeader, translation: one, rotation: turn, targetFrameId: "imu" };
  assert.deepEqual(through("geometry_msgs/TransformStamped", transform), ["Transform", edge]);
  assert.deepEqual(through("tf2_msgs/TFMessage", { transforms: [transform] }), [
    "FrameTransform",
    { transforms: [edge] },
  ]);
  const inertia = { m: 2, com: one, ixx: 1, ixy: 2, ixz: 3, iyy: 4, iyz: 5, izz: 6 };
  assert.deepEqual(through("geometry_msgs/InertiaStamped", { header, inertia }), [
    "Inertia",
    { header: expectedHeader, mass: 2, centerOfMass: one, inertia: [1, 2, 3, 4, 5, 6] },
  ]);
});

test("a covariance of zeros, of NaN, or with -1 in front is none", () => {
  const rosType = "geometry_msgs/PoseWithCovarianceStamped";
  const minusOne = some(36);
  minusOne[0] = -1;
  const broken = some(36);
  broken[7] = NaN;
  for (const covariance of [none(36), minusOne, broken]) {
    assert.deepEqual(through(rosType, { header, pose: { pose, covariance } }), ["Pose", {
      header: expectedHeader,
      ...pose,
    }]);
  }
  assert.deepEqual(through(rosType, { header, pose: { pose, covariance: some(36) } }), [
    "Pose",
    { header: expectedHeader, ...pose, covariance: list(36) },
  ]);
});

test("navigation", () => {
  const odometry = {
    header,
    child_frame_id: "base_link",
    pose: { pose, covariance: some(36) },
    twist: { twist: { linear: one, angular: two }, covariance: none(36) },
  };
  assert.deepEqual(through("nav_msgs/Odometry", odometry), ["MotionState", {
    header: expectedHeader,
    pose: { ...pose, covariance: list(36) },
    velocity: { linear: one, angular: two },
    targetFrameId: "base_link",
  }]);
  assert.deepEqual(through("nav_msgs/Path", { header, poses: [{ header, pose }] }), [
    "RobotPath",
    { header: expectedHeader, poses: [{ header: expectedHeader, ...pose }] },
  ]);
  assert.deepEqual(through("nav_msgs/GridCells", { header, cell_width: 0.5, cell_height: 0.25, cells: [one] }), [
    "GridCells",
    { header: expectedHeader, cellWidth: 0.5, cellHeight: 0.25, cells: [one] },
  ]);
  const info = { map_load_time: { sec: 1, nanosec: 2 }, resolution: 0.5, width: 2, height: 1, origin: pose };
  const expected = { mapLoadTime: { seconds: 1, nanoseconds: 2 }, resolution: 0.5, width: 2, height: 1, origin: pose };
  assert.deepEqual(through("nav_msgs/MapMetaData", info), ["MapMetadata", expected]);
  assert.deepEqual(through("nav_msgs/OccupancyGrid", { header, info, data: Int8Array.of(-1, 100) }), [
    "OccupancyGrid",
    { header: expectedHeader, info: expected, data: [-1, 100] },
  ]);
});

test("an Imu without orientation has none", () => {
  const imu = {
    header,
    orientation: turn,
    orientation_covariance: some(9),
    angular_velocity: two,
    angular_velocity_covariance: none(9),
    linear_acceleration: one,
    linear_acceleration_covariance: some(9),
  };
  const sensed = {
    header: expectedHeader,
    acceleration: { ...one, covariance: list(9) },
    angularVelocity: two,
  };
  assert.deepEqual(through("sensor_msgs/Imu", imu), ["IMU", {
    ...sensed,
    orientation: { ...turn, covariance: list(9) },
  }]);
  const absent = none(9);
  absent[0] = -1;
  assert.deepEqual(through("sensor_msgs/Imu", { ...imu, orientation_covariance: absent }), ["IMU", sensed]);
});

test("units: tesla become microtesla, Celsius Kelvin", () => {
  const field = { header, magnetic_field: { x: 2e-5, y: -1e-5, z: 0 }, magnetic_field_covariance: none(9) };
  const [tag, value] = through("sensor_msgs/MagneticField", field) as [
    string,
    { magneticField: { x: number; y: number } },
  ];
  assert.equal(tag, "Magnetometer");
  assert.ok(Math.abs(value.magneticField.x - 20) < 1e-9 && Math.abs(value.magneticField.y + 10) < 1e-9);
  assert.deepEqual(through("sensor_msgs/Temperature", { header, temperature: 20, variance: 0 }), [
    "Temperature",
    { header: expectedHeader, value: 293.15 },
  ]);
  assert.deepEqual(through("sensor_msgs/FluidPressure", { header, fluid_pressure: 101325, variance: 4 }), [
    "Pressure",
    { header: expectedHeader, value: 101325, variance: 4 },
  ]);
});

test("a fix keeps its place; its covariance comes with its kind", () => {
  const fix = {
    header,
    status: { status: -1, service: 3 },
    latitude: 45,
    longitude: 7,
    altitude: NaN,
    position_covariance: none(9),
    position_covariance_type: 0,
  };
  const expected = { header: expectedHeader, position: { x: 45, y: 7, z: NaN }, status: { status: -1, service: 3 } };
  assert.deepEqual(through("sensor_msgs/NavSatFix", fix), ["GPS", expected]);
  const known = { ...fix, position_covariance: some(9), position_covariance_type: 3 };
  assert.deepEqual(through("sensor_msgs/NavSatFix", known), [
    "GPS",
    { ...expected, position: { ...expected.position, covariance: list(9), covarianceType: 3 } },
  ]);
  assert.deepEqual(through("sensor_msgs/NavSatStatus", { status: 2, service: 1 }), [
    "GPSStatus",
    { status: 2, service: 1 },
  ]);
});

test("joints, joystick, battery, NMEA", () => {
  const joints = { header, name: ["a", "b"], position: some(2), velocity: none(0), effort: some(2) };
  assert.deepEqual(through("sensor_msgs/JointState", joints), [
    "RobotJoint",
    { header: expectedHeader, names: ["a", "b"], positions: [1, 2], velocities: [], efforts: [1, 2] },
  ]);
  assert.deepEqual(through("sensor_msgs/Joy", { header, axes: Float32Array.of(0.5), buttons: Int32Array.of(0, 1) }), [
    "Joy",
    { header: expectedHeader, axes: [0.5], buttons: [0, 1] },
  ]);
  const battery = {
    header,
    voltage: 12.5,
    temperature: NaN,
    current: -2,
    charge: NaN,
    capacity: NaN,
    design_capacity: 8,
    percentage: 0.5,
    power_supply_status: 2,
    power_supply_health: 1,
    power_supply_technology: 3,
    present: true,
    cell_voltage: Float32Array.of(4),
    cell_temperature: new Float32Array(0),
    location: "slot",
    serial_number: "n1",
  };
  assert.deepEqual(through("sensor_msgs/BatteryState", battery), ["BatteryState", {
    header: expectedHeader,
    voltage: 12.5,
    current: -2,
    designCapacity: 8,
    percentage: 0.5,
    powerSupplyStatus: 2,
    powerSupplyHealth: 1,
    powerSupplyTechnology: 3,
    present: true,
    location: "slot",
    serialNumber: "n1",
    cellVoltage: [4],
    cellTemperature: [],
  }]);
  assert.deepEqual(through("nmea_msgs/Sentence", { header, sentence: "$GPGGA" }), [
    "NMEASentence",
    { header: expectedHeader, sentence: "$GPGGA" },
  ]);
});

test("pictures", () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const image = { header, height: 2, width: 1, encoding: "rgb8", is_bigendian: 0, step: 4, data };
  assert.deepEqual(through("sensor_msgs/Image", image), ["Image", {
    header: expectedHeader,
    data,
    format: "raw",
    width: 1,
    height: 2,
    stride: 4,
    encoding: "rgb8",
    isBigendian: false,
  }]);
  assert.throws(() => through("sensor_msgs/Image", { ...image, step: 3 }), /8 bytes, its 2 rows of 3 bytes are 6/);

  const formats: [string, string][] = [
    ["jpeg", "jpeg"],
    ["JPG", "jpeg"],
    ["", "png"],
    ["bgr8; jpeg compressed bgr8", "jpeg"],
    ["16UC1; compressedDepth png", "png"],
    ["16UC1; compressedDepth", "png"],
    ["rvl", "raw"],
    ["h264", "h264"],
  ];
  for (const [format, expected] of formats) {
    const [, picture] = through("sensor_msgs/CompressedImage", { header, format, data });
    assert.deepEqual(picture, { header: expectedHeader, data, format: expected }, format);
  }
  assert.throws(() => through("sensor_msgs/CompressedImage", { header, format: "rgb8; jpeg", data }), /which codec/);

  const roi = { x_offset: 1, y_offset: 2, height: 3, width: 4, do_rectify: true };
  const expectedRoi = { offset: { x: 1, y: 2 }, height: 3, width: 4, doRectify: true };
  assert.deepEqual(through("sensor_msgs/RegionOfInterest", roi), ["ROI", expectedRoi]);
  const info = {
    header,
    height: 480,
    width: 640,
    distortion_model: "plumb_bob",
    d: some(5),
    k: some(9),
    r: some(9),
    p: some(12),
    binning_x: 1,
    binning_y: 2,
    roi,
  };
  assert.deepEqual(through("sensor_msgs/CameraInfo", info), ["CameraInfo", {
    header: expectedHeader,
    height: 480,
    width: 640,
    distortionModel: "plumb_bob",
    distortionParameters: list(5),
    intrinsicParameters: list(9),
    rectificationParameters: list(9),
    projectionParameters: list(12),
    binning: { x: 1, y: 2 },
    roi: expectedRoi,
  }]);
});

test("clouds must agree with themselves", () => {
  const cloud = {
    header,
    height: 1,
    width: 2,
    fields: [{ name: "x", offset: 0, datatype: 7, count: 1 }],
    is_bigendian: false,
    point_step: 4,
    row_step: 8,
    data: new Uint8Array(8),
    is_dense: true,
  };
  assert.deepEqual(through("sensor_msgs/PointCloud2", cloud), ["PointCloud2", {
    header: expectedHeader,
    height: 1,
    width: 2,
    fields: [{ name: "x", offset: 0, datatype: 7n, count: 1 }],
    isBigendian: false,
    pointStep: 4,
    rowStep: 8,
    data: new Uint8Array(8),
    isDense: true,
  }]);
  const field = cloud.fields[0]!;
  const broken: [object, RegExp][] = [
    [{ fields: [{ ...field, datatype: 99 }] }, /datatype 99/],
    [{ fields: [{ ...field, offset: 1 }] }, /ends at byte 5, a point has 4/],
    [{ width: 3 }, /3 points of 4 bytes exceed the row of 8/],
    [{ data: new Uint8Array(7) }, /holds 7 bytes/],
  ];
  for (const [change, reason] of broken) {
    assert.throws(() => through("sensor_msgs/PointCloud2", { ...cloud, ...change }), (error) => {
      assert.ok(isMosaicoError(error, "schema.ros_message"), String(error));
      assert.match(error.message, reason);
      return true;
    });
  }
});

test("planar scans", () => {
  const geometry = {
    header,
    angle_min: -1,
    angle_max: 1,
    angle_increment: 0.5,
    time_increment: 0.25,
    scan_time: 0.125,
    range_min: 0.5,
    range_max: 30,
  };
  const expected = {
    header: expectedHeader,
    angleMin: -1,
    angleMax: 1,
    angleIncrement: 0.5,
    timeIncrement: 0.25,
    scanTime: 0.125,
    rangeMin: 0.5,
    rangeMax: 30,
  };
  const ranges = Float32Array.of(1, Infinity, 2);
  assert.deepEqual(through("sensor_msgs/LaserScan", { ...geometry, ranges, intensities: new Float32Array(0) }), [
    "LaserScan",
    { ...expected, ranges: [1, Infinity, 2] },
  ]);
  const echoes = [{ echoes: Float32Array.of(1, 2) }, { echoes: new Float32Array(0) }];
  assert.deepEqual(through("sensor_msgs/MultiEchoLaserScan", { ...geometry, ranges: echoes, intensities: echoes }), [
    "MultiEchoLaserScan",
    { ...expected, ranges: [[1, 2], []], intensities: [[1, 2], []] },
  ]);
});

test("a type without adapter keeps its columns", () => {
  const definition = [
    "uint8 LEVEL_OK=0",
    "std_msgs/Header header",
    "builtin_interfaces/Duration age",
    "Part[] parts",
    "float64[2] pair",
    "bool[] flags",
    line,
    "MSG: std_msgs/Header",
    definitions["std_msgs/Header"],
    line,
    "MSG: my_msgs/Part",
    "string name",
    "int64[] counts",
  ].join("\n");
  const message = {
    header,
    age: { sec: 1, nanosec: 2 },
    parts: [{ name: "p", counts: BigInt64Array.of(1n, -2n) }, { name: "", counts: new BigInt64Array(0) }],
    pair: Float64Array.of(1, 2),
    flags: [true, false],
  };
  const [tag, row] = through("my_msgs/Report", message, definition);
  assert.equal(tag, "Report");
  assert.deepEqual(row, {
    header: { stamp: { sec: 100, nanosec: 500 }, frame_id: "base" },
    age: { sec: 1, nanosec: 2 },
    parts: [{ name: "p", counts: [1n, -2n] }, { name: "", counts: [] }],
    pair: [1, 2],
    flags: [true, false],
  });
  const topic = rosTopic("my_msgs/msg/Report", definition);
  assert.equal(topic.adapted, false);
  assert.deepEqual(topic.metadata, { msgtype: "my_msgs/msg/Report", enums: { LEVEL_OK: 0 }, msgdef: definition });
});

test("a definition with too many columns, or with the column of the record time, is refused", () => {
  const levels = Array.from({ length: 14 }, (_, i) => `${line}\nMSG: my/T${i}\nmy/T${i + 1} a\nmy/T${i + 1} b`);
  const bomb = ["my/T0 t", ...levels, line, "MSG: my/T14", "int32 x"].join("\n");
  for (const definition of [bomb, "int64 timestamp_ns"]) {
    assert.throws(() => rosTopic("my/msg/Bomb", definition), (error) => isMosaicoError(error, "schema.ros_definition"));
  }
});

test("a known name with another definition fails message by message", () => {
  const topic = rosTopic("sensor_msgs/msg/Imu", "string orientation");
  assert.throws(
    () => topic.decode(cdr("string orientation", { orientation: "up" })),
    (error) => isMosaicoError(error, "schema.ros_message"),
  );
});

test("own adapters go first", () => {
  const own = rosAdapter("std_msgs/Float32", Temperature, ({ data }: { data: number }) => ({ value: data }));
  const topic = rosTopic("std_msgs/msg/Float32", "float32 data", [own]);
  assert.equal(topic.type.tag, "Temperature");
  assert.deepEqual(topic.decode(cdr("float32 data", { data: 2 })), { value: 2 });
});

test("no ROS type has two adapters", () => {
  const names = rosAdapters.flatMap((adapter) => adapter.rosTypes);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 60, `${names.length}`);
});
