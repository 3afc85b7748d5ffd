// When the run is interrupted its main process ends, and a worker that waits for a Tiled would stay behind it.

process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
