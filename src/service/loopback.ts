// Who is this machine?

import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";

/** Of an address or a name to listen on. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, "$1").replace(/^::ffff:/i, "");
  if (isIP(address) === 4) return address.startsWith("127.");
  return address === "::1" || address.toLowerCase() === "localhost";
}

/** Of the header `host`, port and all. A page of elsewhere whose name was pointed here names itself in it. */
export function namesLoopback(header: string | undefined): boolean {
  return header !== undefined && isLoopback(header.replace(/:\d+$/, ""));
}

/** What proxies add. Behind one on this machine the whole world has its address. */
const marksOfProxies = new Set(["forwarded", "via", "x-real-ip"]);

export function isPassedOn(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => marksOfProxies.has(name) || name.startsWith("x-forwarded-"));
}

/**
 * A page of elsewhere has the browser send it. Browsers allow that for a POST without a body and say where it is from
 * (https://www.w3.org/TR/fetch-metadata/, and `Origin` in those that do not know `Sec-Fetch-Site`); programs send neither.
 */
export function isOfOtherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  const { origin } = headers;
  return origin !== undefined && origin.toLowerCase() !== `http://${headers.host ?? ""}`.toLowerCase();
}
