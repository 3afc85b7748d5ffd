import { describe, expect, test } from "vitest";
import { normaliseDataUri } from "../../src/manifest/fileUri.ts";
import { checkKey, fileUri } from "../../src/manifest/index.ts";

describe("checkKey", () => {
  test.each([
    "a",
    "...",
    "H 1",
    "100%",
    "a?b#c",
    "\\N",
    "é",
    "x".repeat(1023),
    "é".repeat(1023),
    "😀".repeat(650),
  ])("takes %s", (key) => expect(checkKey(key)).toBeNull());

  test.each([
    ["", "empty_key"],
    ["a/b", "key_has_slash"],
    ["a\0", "nul_character"],
    ["\ud83d", "lone_surrogate"],
    ["x".repeat(1024), "key_too_long"],
    // 867 characters only, but 2601 bytes
    ["€".repeat(867), "key_too_long"],
  ])("refuses %s", (key, code) => {
    expect(checkKey(key)?.code).toBe(code);
  });
});

describe("fileUri", () => {
  test.each([
    ["/data/a.h5", "file://localhost/data/a.h5"],
    ["/data/run 1/ä%20.h5", "file://localhost/data/run 1/ä%20.h5"],
    ["/data/x/../a.h5", "file://localhost/data/a.h5"],
    ["/../../a.h5", "file://localhost/a.h5"],
    ["//data//a/", "file://localhost/data/a"],
    ["/", "file://localhost/"],
  ])("%s is %s", (path, uri) => {
    expect(fileUri(path)).toBe(uri);
  });

  test.each([
    ["data/a.h5", "relative_path"],
    ["/a#1.h5", "unservable_path"],
    ["/a?.h5", "unservable_path"],
    ["/a;b.h5", "unservable_path"],
    // Python's urlparse drops it silently, and another file would be opened
    ["/a\tb.h5", "unservable_path"],
    ["/a\0.h5", "nul_character"],
    [`/${"x".repeat(1023)}`, "uri_too_long"],
    [`/${"€".repeat(870)}`, "uri_too_long"],
  ])("refuses %s", (path, code) => {
    expect(fileUri(path)).toMatchObject({ code });
  });
});

describe("normaliseDataUri", () => {
  test.each([
    ["/x/../y.h5", "file://localhost/y.h5"],
    ["file:///x/y.h5", "file://localhost/x/y.h5"],
    ["file:/x/y.h5", "file://localhost/x/y.h5"],
    ["FILE://localhost/x/./y.h5", "file://localhost/x/y.h5"],
    ["s3://bucket/x?versionId=3", "s3://bucket/x?versionId=3"],
  ])("%s becomes %s", (text, uri) => {
    expect(normaliseDataUri(text)).toBe(uri);
  });

  test.each([
    ["y.h5", "relative_path"],
    ["C:\\data\\y.h5", "relative_path"],
    ["file://localhost", "relative_path"],
    ["file://server/x.h5", "remote_file"],
    ["file:///x.h5#frag", "unservable_path"],
  ])("refuses %s", (text, code) => {
    expect(normaliseDataUri(text)).toMatchObject({ code });
  });
});
