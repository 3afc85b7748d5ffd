// Simulations in HDF5 files: written with states that other programs open, and read back.

export { openHdf5Simulation } from "./openSimulation.ts";
export { type Hdf5Content, type Hdf5Counts, type TimeReference, writeSimulation } from "./writeSimulation.ts";
