// What reading one dataset needs, put together once.

import { commonType, typeOf } from "../arrays/index.ts";
import { enums as enumNamesOf, specialValues } from "../formats/index.ts";
import type {
  AttributeBounds,
  AttributeDescription,
  EntityData,
  SimulationArray,
  SimulationSource,
} from "../types.ts";
import type { ColumnFacts } from "./column.ts";
import type { Beginning } from "./initial.ts";
import { surveyKept } from "./keptSurvey.ts";
import { type GroupFacts, surveyDataset } from "./survey.ts";
import type { ResolvedTimeline } from "./timeline.ts";
import type { AttributeValues } from "./values.ts";

export interface DatasetContext {
  source: SimulationSource;
  dataset: string;
  beginning: Beginning;
  timeline: ResolvedTimeline | null;
  /** Attributes of all times but `id`, by group. A store keeps them; files are read for it, once. */
  columns(): Promise<ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>>>;
  /** As `columns`, with the bounds of all values. A store keeps them as well. */
  survey(): Promise<ReadonlyMap<string, GroupFacts>>;
  /** Names and special value of an attribute. */
  meaningOf(group: string, attribute: string): Pick<AttributeValues, "enumNames" | "special">;
}

export interface ContextOptions {
  timeline: ResolvedTimeline | null;
  /** The enum of an attribute, by `group.attribute` or `attribute`; an attribute named as an enum has that one. */
  enums: Readonly<Record<string, string>>;
}

export function makeContext(
  source: SimulationSource,
  dataset: string,
  { beginning, timeline, enums }: ContextOptions & { beginning: Beginning },
): DatasetContext {
  const own = [{ name: dataset, metadata: beginning.metadata }];
  const names = enumNamesOf(own);
  const specials = specialValues(own);
  let surveyed: Promise<ReadonlyMap<string, GroupFacts>> | undefined;
  const context: DatasetContext = {
    source,
    dataset,
    beginning,
    timeline,
    survey: async () => {
      const kept = source.listAttributes === undefined ? undefined : await source.summarize?.(dataset);
      // A store may have more the next time.
      if (kept !== undefined) return surveyKept(context, boundsOf(kept));
      surveyed ??= surveyDataset(source, dataset, beginning.data);
      return surveyed;
    },
    columns: async () => {
      const described = await source.listAttributes?.(dataset);
      if (described !== undefined) return columnsOf(described, beginning.data);
      return new Map([...(await context.survey())].map(([group, { attributes }]) => [group, attributes]));
    },
    meaningOf: (group, attribute) => {
      const path = `${group}.${attribute}`;
      const name = enums[path] ?? enums[attribute] ?? attribute;
      return { enumNames: names.get(name) ?? null, special: specials.get(group)?.get(attribute) ?? null };
    },
  };
  return context;
}

type Kept = Awaited<ReturnType<NonNullable<SimulationSource["summarize"]>>>;

function boundsOf({ groups }: Kept): ReadonlyMap<string, ReadonlyMap<string, AttributeBounds>> {
  return new Map(
    groups.map(({ name, attributes }) => [name, new Map(attributes.map((bounds) => [bounds.name, bounds]))]),
  );
}

/** Initial data that are kept as a document are described by nobody. */
function columnsOf(
  described: readonly AttributeDescription[],
  initial: EntityData,
): ReadonlyMap<string, ReadonlyMap<string, ColumnFacts>> {
  const groups = new Map<string, Map<string, ColumnFacts>>();
  const groupOf = (name: string): Map<string, ColumnFacts> => {
    const group = groups.get(name) ?? new Map<string, ColumnFacts>();
    groups.set(name, group);
    return group;
  };
  for (const [name, arrays] of initial) {
    const group = groupOf(name);
    for (const [attribute, array] of arrays) if (attribute !== "id") group.set(attribute, factsOf(array));
  }
  for (const { group, name, ...facts } of described) {
    const own = groupOf(group);
    if (name !== "id") own.set(name, widest(own.get(name), facts));
  }
  return groups;
}

function factsOf(array: SimulationArray): ColumnFacts {
  return { type: typeOf(array), isRagged: array.rowPtr !== undefined, components: array.shape.slice(1) };
}

/** What a type of the initial data alone and one of the updates hold together. */
function widest(initial: ColumnFacts | undefined, { type, isRagged, components }: ColumnFacts): ColumnFacts {
  if (initial === undefined) return { type, isRagged, components };
  const layout = type === null && !isRagged ? initial : { isRagged, components };
  return {
    // Where there is none, reading the values says so.
    type: commonType(initial.type, type) ?? type,
    isRagged: initial.isRagged || layout.isRagged,
    components: initial.isRagged ? initial.components : layout.components,
  };
}
