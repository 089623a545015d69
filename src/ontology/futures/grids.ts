/**
 * Maps made of cells.
 *
 * @module
 */
import {
  defineOntology,
  float32,
  int8,
  list,
  type NumberList,
  type OntologyType,
  required,
  uint32,
} from "../core/mod.ts";
import { headerColumn, Point3d, Pose, Time, type WithHeader } from "../data/mod.ts";

/** Some cells of a grid. */
export interface GridCells extends WithHeader {
  /** Size of a cell along x, metres. */
  cellWidth: number;
  /** Size of a cell along y, metres. */
  cellHeight: number;
  /** Centres of the cells, metres. */
  cells: readonly Point3d[];
}
/** Column table of {@linkcode GridCells}. */
export const GridCells: OntologyType<GridCells> = defineOntology<GridCells>("GridCells", {
  ...headerColumn,
  cellWidth: required("cell_width", float32),
  cellHeight: required("cell_height", float32),
  cells: required("cells", list(Point3d)),
});

/** Size and place of a map. */
export interface MapMetadata {
  /** When the map was loaded. */
  mapLoadTime: Time;
  /** Size of a cell, metres. */
  resolution: number;
  /** Cells along x. */
  width: number;
  /** Cells along y. */
  height: number;
  /** Pose of the outer corner of cell (0, 0). */
  origin: Pose;
}
/** Column table of {@linkcode MapMetadata}. */
export const MapMetadata: OntologyType<MapMetadata> = defineOntology<MapMetadata>("MapMetadata", {
  mapLoadTime: required("map_load_time", Time),
  resolution: required("resolution", float32),
  width: required("width", uint32),
  height: required("height", uint32),
  origin: required("origin", Pose),
});

/** A map of what is free and what is not. */
export interface OccupancyGrid extends WithHeader {
  /** Size and place. */
  info: MapMetadata;
  /** Cells row by row from (0, 0): −1 unknown, else how sure it is that the cell is occupied, in ROS 0 to 100. */
  data: NumberList;
}
/** Column table of {@linkcode OccupancyGrid}. */
export const OccupancyGrid: OntologyType<OccupancyGrid> = defineOntology<OccupancyGrid>("OccupancyGrid", {
  ...headerColumn,
  info: required("info", MapMetadata),
  data: required("data", list(int8)),
});
