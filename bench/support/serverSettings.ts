// The server of the catalog's benchmarks, when it is started here.

/**
 * What a sensible administrator sets for loads of this size on a machine with 24 GB and 2 cores; the same for all ways.
 * The write-ahead log is complete (`replica`), as on a server with backups; copycat's embedded one has less of it.
 */
export const serverSettings = {
  shared_buffers: "2GB",
  effective_cache_size: "16GB",
  work_mem: "64MB",
  maintenance_work_mem: "1GB",
  wal_level: "replica",
  max_wal_size: "8GB",
  checkpoint_timeout: "15min",
  max_parallel_maintenance_workers: "2",
};

/** For many small measurements: a vacuum in the middle would be noise. */
export const quietServerSettings = { ...serverSettings, autovacuum: "off" };
