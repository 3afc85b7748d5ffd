// The layout of the file, in one place for those who write it and those who read it.
//
//   /initial/DATASET/metadata, document                 JSON, and the document of those that have no arrays
//   /initial/DATASET/GROUP/ATTRIBUTE                    arrays; ragged ones are a group of values and row_ptr
//   /updates/DATASET/timestamp, iteration, origin       one an update
//   /updates/DATASET/GROUP/update, row_ptr, order       one a block: which update, its rows, its attributes
//   /updates/DATASET/GROUP/ATTRIBUTE                    rows of all blocks, one after another
//   /states/DATASET/GROUP/time, id, ATTRIBUTE           [time, id]: what holds after each timestamp

export const formatName = "copycat-simulation";
export const formatVersion = 1n;

/** Level 1 takes a third of the time of the default, and a tenth more space. */
export const gzipLevel = 1;
