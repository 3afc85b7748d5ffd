import { describe, expect, it } from "vitest";
import { FileTable, Mark } from "../../../src/ingest/watch/fileTable.ts";

const file = (sizeBytes: number, modifiedMs = 1_763_000_000_123.25) => ({ sizeBytes, modifiedMs });

describe("FileTable", () => {
  it("keeps since when a file is as it is, and its mark, until it changes", () => {
    const files = new FileTable();
    const slot = files.observe("a", file(10), 100);
    files.setMark(slot, Mark.done);
    files.endRound();
    expect(files.observe("a", file(10), 200)).toBe(slot);
    expect([files.sinceMs(slot), files.mark(slot)]).toEqual([100, Mark.done]);
    files.endRound();
    files.observe("a", file(11), 300);
    expect([files.sinceMs(slot), files.mark(slot)]).toEqual([300, Mark.fresh]);
    files.setMark(slot, Mark.done);
    files.endRound();
    files.observe("a", file(11, 1_763_000_000_123.5), 400);
    expect([files.sinceMs(slot), files.mark(slot)]).toEqual([400, Mark.fresh]);
  });

  it("forgets files that a round did not see, and uses their places again", () => {
    const files = new FileTable();
    const gone = files.observe("gone", file(1), 0);
    files.setMark(gone, Mark.done);
    files.observe("stays", file(2), 0);
    files.endRound();
    files.observe("stays", file(2), 1);
    files.endRound();
    expect(files.size).toBe(1);
    const added = files.observe("new", file(1), 2);
    expect([added, files.mark(added), files.sinceMs(added)]).toEqual([gone, Mark.fresh, 2]);
    expect(files.observe("newer", file(1), 2)).toBe(2);
  });

  it("keeps many files apart", () => {
    const files = new FileTable();
    const slots = Array.from({ length: 5000 }, (_, index) => files.observe(`f${index}`, file(index), index));
    for (const [index, slot] of slots.entries()) if (index % 3 === 0) files.setMark(slot, Mark.done);
    files.endRound();
    const wrong = slots.filter((slot, index) => {
      files.observe(`f${index}`, file(index), -1);
      return files.sinceMs(slot) !== index || files.mark(slot) !== (index % 3 === 0 ? Mark.done : Mark.fresh);
    });
    expect(wrong).toEqual([]);
    expect(new Set(slots).size).toBe(5000);
  });

  it("takes all for new ones when they are to become something else", () => {
    const files = new FileTable();
    const slot = files.observe("a", file(10), 100);
    files.setMark(slot, Mark.done);
    files.endRound();
    files.unmark();
    files.observe("a", file(10), 200);
    expect([files.sinceMs(slot), files.mark(slot)]).toEqual([100, Mark.fresh]);
  });
});
