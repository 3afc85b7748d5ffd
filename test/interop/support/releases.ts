// Tests once for each Tiled release, or one that says why there are none.

import { describe, inject, it } from "vitest";
import { writableRevisions } from "../../../src/catalog/index.ts";
import type { TiledEnvironment } from "../../support/tiledEnvironment.ts";

/**
 * Describes the same tests for the pinned and the newest Tiled.
 *
 * @param tests are told whether copycat writes to the catalogs of this release. Of a release whose catalogs are of another
 *   revision than ours, ours is served after Tiled's own upgrade; where it does not write there, it must refuse to.
 */
export function withEachTiled(tests: (tiled: TiledEnvironment, isWritable: boolean) => void): void {
  const { skipped, current } = inject("tiled");
  if (skipped !== null) {
    it("meets a stock Tiled", ({ skip }) => skip(skipped));
    return;
  }
  for (const tiled of current) {
    const isWritable = writableRevisions.includes(tiled.revision);
    const how = isWritable ? "" : ", whose catalogs copycat does not write to";
    describe(`Tiled ${tiled.version}${how}`, () => tests(tiled, isWritable));
  }
}
