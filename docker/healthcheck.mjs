// Does the service of this container live? Ends with 0 or 1, as Docker's HEALTHCHECK wants it.

try {
  const answer = await fetch("http://127.0.0.1:8787/healthz", { signal: AbortSignal.timeout(4000) });
  process.exitCode = answer.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
