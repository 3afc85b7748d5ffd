// The results of one dataset.

import { CopycatError } from "../../errors.ts";
import type { JsonObject, SimulationSource } from "../types.ts";
import { type BoundingBox, boxOf } from "./boundingBox.ts";
import { type ContextOptions, type DatasetContext, makeContext } from "./context.ts";
import { type EntitySeries, readEntity, type Selector } from "./entity.ts";
import type { Beginning } from "./initial.ts";
import { type AttributeSeries, readSeries } from "./series.ts";
import { type GroupState, readState, readStates, requireGroup } from "./state.ts";
import type { AttributeFacts, GroupFacts } from "./survey.ts";
import { checkWindow, type Time, toTimestamp } from "./timeline.ts";
import type { AttributeValues } from "./values.ts";

export interface Window {
  /** Included; default: from the first update on. */
  from?: Time;
  /** Included; default: to the last one. */
  to?: Time;
}

/** Facts of an attribute over all times, its names and special value among them. */
export type AttributeOverview = AttributeFacts & Pick<AttributeValues, "enumNames" | "special">;

/** Exactly one of timestamp, attribute and entity says which way the results are cut. */
export interface SliceQuery {
  group: string;
  timestamp?: Time;
  attribute?: string;
  entity?: Selector;
  /** Of the entity; default `id`. */
  key?: string;
}

export interface GroupOverview {
  name: string;
  entities: number;
  attributes: AttributeOverview[];
}

export interface DatasetOverview {
  name: string;
  /** Of all groups. */
  entities: number;
  updates: number;
  /** First and last timestamp; null without updates. */
  from: number | null;
  to: number | null;
  boundingBox: BoundingBox | null;
  groups: GroupOverview[];
}

/** Made by `SimulationResults.getDataset`. */
export class ResultDataset {
  readonly name: string;
  /** What the initial dataset says besides its entities; `general` has enums and special values. */
  readonly metadata: JsonObject;
  readonly #context: DatasetContext;

  constructor(source: SimulationSource, name: string, options: ContextOptions & { beginning: Beginning }) {
    this.name = name;
    this.metadata = options.beginning.metadata;
    this.#context = makeContext(source, name, options);
  }

  /** Different timestamps of the updates, of one group's if it is named; ascending. */
  async getTimestamps(group?: string): Promise<number[]> {
    return this.#context.source.listTimestamps(this.name, group);
  }

  async getGroups(): Promise<string[]> {
    return [...(await this.#context.columns()).keys()];
  }

  /** @throws CopycatError NOT_FOUND */
  async getAttributes(group: string): Promise<AttributeOverview[]> {
    await requireGroup(this.#context, group);
    const facts = (await this.#context.survey()).get(group);
    return facts === undefined ? [] : this.#overviewOf(facts).attributes;
  }

  /**
   * All entities of a group at a time: how they began, and what updates up to then changed. Before the first update that is
   * how they began. Attributes that come later are there, undefined; entities are not before they appear.
   *
   * @throws CopycatError NOT_FOUND (group, attribute, id), INVALID_INPUT (no ids, ids that stand twice, mixed types)
   *
   * @example
   * const { ids, attributes } = await roads.getState("segments", { at: 3600, attributes: ["speed"] });
   * valuesOf(attributes.get("speed")); // [50, null, 40], in the order of ids
   */
  async getState(
    group: string,
    { at, attributes, ids }: { at?: Time; attributes?: readonly string[]; ids?: readonly number[] } = {},
  ): Promise<GroupState> {
    return readState(this.#context, {
      group,
      ...(ids === undefined ? {} : { ids }),
      ...(at === undefined ? {} : { at: this.#timestamp(at) }),
      ...(attributes === undefined ? {} : { attributes }),
    });
  }

  /** The state after each timestamp of the group's updates, in one pass over them. */
  async *readStates(
    group: string,
    { attributes, ...window }: Window & { attributes?: readonly string[] } = {},
  ): AsyncGenerator<GroupState & { timestamp: number }> {
    yield* readStates(this.#context, {
      group,
      ...this.#window(window),
      ...(attributes === undefined ? {} : { attributes }),
    });
  }

  /**
   * An attribute of all entities, or of some, over time. An attribute that the group never has gives empty lists.
   *
   * @throws CopycatError NOT_FOUND (group, id), INVALID_INPUT
   */
  async getSeries(
    group: string,
    attribute: string,
    { ids, ...window }: Window & { ids?: readonly number[] } = {},
  ): Promise<AttributeSeries> {
    return readSeries(this.#context, {
      group,
      attribute,
      ...this.#window(window),
      ...(ids === undefined ? {} : { ids }),
    });
  }

  /**
   * One entity over time.
   *
   * @throws CopycatError NOT_FOUND, USAGE for a key with several values for each entity
   *
   * @example
   * const entity = await roads.getEntity("segments", "A12", { key: "reference" });
   * valuesOf(entity.attributes.get("speed")); // at entity.timestamps
   */
  async getEntity(
    group: string,
    selector: Selector,
    { key, attributes, ...window }: Window & { key?: string; attributes?: readonly string[] } = {},
  ): Promise<EntitySeries> {
    return readEntity(this.#context, {
      group,
      selector,
      ...this.#window(window),
      ...(key === undefined ? {} : { key }),
      ...(attributes === undefined ? {} : { attributes }),
    });
  }

  /**
   * One of the three cuts through the results: all at a time, an attribute over time, an entity over time.
   *
   * @throws CopycatError USAGE when not exactly one of timestamp, attribute and entity is given; and as the three do
   */
  slice(query: { group: string; timestamp: Time }): Promise<GroupState>;
  slice(query: { group: string; attribute: string }): Promise<AttributeSeries>;
  slice(query: { group: string; entity: Selector; key?: string }): Promise<EntitySeries>;
  async slice(query: SliceQuery): Promise<GroupState | AttributeSeries | EntitySeries> {
    const { group, timestamp, attribute, entity, key } = query;
    const given = [timestamp, attribute, entity].filter((one) => one !== undefined).length;
    if (given !== 1) {
      throw new CopycatError(
        "USAGE",
        `${given === 0 ? "Too few" : "Too many"} parameters to determine the slicing strategy: give one of timestamp, attribute and entity.`,
      );
    }
    if (timestamp !== undefined) return this.getState(group, { at: timestamp });
    if (attribute !== undefined) return this.getSeries(group, attribute);
    return this.getEntity(group, entity as Selector, key === undefined ? {} : { key });
  }

  /** Of all times. Null where nothing has geometry.x and geometry.y. */
  async getBoundingBox(): Promise<BoundingBox | null> {
    return boundingBoxOfGroups(await this.#context.survey());
  }

  async getOverview(): Promise<DatasetOverview> {
    const { source, survey } = this.#context;
    const facts = (await source.listDatasets()).find(({ name }) => name === this.name);
    const timestamps = await this.getTimestamps();
    const groups = await survey();
    return {
      name: this.name,
      entities: [...groups.values()].reduce((sum, { entities }) => sum + entities, 0),
      updates: facts?.updates ?? 0,
      from: timestamps[0] ?? null,
      to: timestamps.at(-1) ?? null,
      boundingBox: boundingBoxOfGroups(groups),
      groups: [...groups.values()].map((group) => this.#overviewOf(group)),
    };
  }

  #overviewOf({ name, entities, attributes }: GroupFacts): GroupOverview {
    const overview = [...attributes.values()].map((facts) => ({
      ...facts,
      ...this.#context.meaningOf(name, facts.name),
    }));
    return { name, entities, attributes: overview };
  }

  #timestamp(time: Time): number {
    return toTimestamp(time, this.#context.timeline);
  }

  /** @throws CopycatError USAGE */
  #window(window: Window): { from?: number; to?: number } {
    const [from, to] = [window.from, window.to].map((time) =>
      time === undefined ? undefined : this.#timestamp(time),
    );
    // Its only state would be that of its end, at the time of its beginning.
    checkWindow(from, to);
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  }
}

function boundingBoxOfGroups(groups: ReadonlyMap<string, GroupFacts>): BoundingBox | null {
  const of = (name: string): AttributeFacts[] =>
    [...groups.values()].flatMap(({ attributes }) => attributes.get(name) ?? []);
  return boxOf(of("geometry.x"), of("geometry.y"));
}
