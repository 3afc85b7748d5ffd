// Where a file is, in the one form that Tiled writes and reads (tiled/utils.py, ensure_uri and path_from_uri).

import { posix } from "node:path";
import { isTooLongForIndex, quote } from "./checkKey.ts";
import type { Problem, ProblemCode } from "./problem.ts";

// The server parses the URI with Python's urlparse: "#", "?" and ";" end the path, and tabs and line ends
// are silently removed from it. It does not decode %xx, so none of them can be written in another way.
const unservable = /[#?;\t\n\r]/;

// Two letters at least, so that "C:\data" is not taken for a scheme.
const schemePattern = /^([a-z][a-z0-9+.-]+):/i;

/**
 * The URI of a file or folder: `file://localhost` and the raw path, not percent-encoded, without "..", "." or
 * a slash at the end. A problem when Tiled could not serve it.
 *
 * @example fileUri("/data/run 1/../a.h5") // "file://localhost/data/a.h5"
 * @example fileUri("/data/a#1.h5") // { code: "unservable_path", ... }
 */
export function fileUri(absolutePath: string): string | Problem {
  if (!absolutePath.startsWith("/")) {
    return problem("relative_path", absolutePath, "is no absolute path");
  }
  const normal = posix.normalize(absolutePath);
  const path = normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
  const bad = unservable.exec(path);
  if (bad !== null) {
    return problem("unservable_path", path, `contains ${quote(bad[0])}, and Tiled cannot serve such a path`);
  }
  return checkUri(`file://localhost${path.startsWith("//") ? path.slice(1) : path}`);
}

/**
 * A `data_uri` as people write it, in Tiled's form: absolute paths and `file:` URIs through `fileUri`, so that
 * one file is one asset; other schemes stay as they are.
 *
 * @example normaliseDataUri("file:///data/a.h5") // "file://localhost/data/a.h5"
 */
export function normaliseDataUri(text: string): string | Problem {
  if (text.startsWith("/")) return fileUri(text);
  const scheme = schemePattern.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    return problem("relative_path", text, "is neither an absolute path nor a URI");
  }
  if (scheme !== "file") return checkUri(text);
  const rest = text.slice("file:".length);
  if (!rest.startsWith("//")) return fileUri(rest);
  const slash = rest.indexOf("/", 2);
  const host = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
  if (host !== "" && host !== "localhost") {
    return problem("remote_file", text, `names the host ${quote(host)}, but Tiled opens local files only`);
  }
  return fileUri(slash === -1 ? "" : rest.slice(slash));
}

function checkUri(uri: string): string | Problem {
  if (uri.includes("\0")) return problem("nul_character", uri, "contains U+0000");
  if (!uri.isWellFormed()) return problem("lone_surrogate", uri, "contains half a surrogate pair");
  if (isTooLongForIndex(uri)) {
    return problem(
      "uri_too_long",
      uri,
      "is longer than 1023 characters or 2600 bytes, more than an index takes",
    );
  }
  return uri;
}

function problem(code: ProblemCode, location: string, reason: string): Problem {
  return { code, message: `The file location ${quote(location)} ${reason}.` };
}
