// The head of the OpenAPI document, and what all routes share.

export const description =
  "Records in, and what is there: the loads of copycat over HTTP. All of a body goes in, in one transaction, but for records " +
  "that cannot, which the answer lists; or nothing does. Errors are problem documents of RFC 9457 with a `code`.";

export const tags = [
  { name: "loads", description: "Records in: NDJSON, plain or packed with gzip or zstd" },
  { name: "runs", description: "What was loaded, and what is being loaded" },
  { name: "search", description: "Nodes by what they hold" },
  { name: "health", description: "For whoever keeps the service running" },
];

const security = [{ key: [] }];

export const secured = { security };

export const text = { type: "string" } as const;
export const count = { type: "integer", minimum: 0 } as const;
export const flag = { type: "boolean" } as const;
export const time = { type: "string", format: "date-time" } as const;

/** Of several servers, by its name. */
export const target = { ...text, description: "Of several servers the one that has it" } as const;
export const missing = {
  type: "array",
  items: text,
  description: "Of several servers those that are down and may hold more",
} as const;

export function orNull<Schema extends object>(schema: Schema) {
  return { anyOf: [schema, { type: "null" }] } as const;
}

/** An object of exactly these members, all there unless told otherwise. */
export function exactly(properties: Readonly<Record<string, object>>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", properties, required, additionalProperties: false } as const;
}

export const problem = {
  ...exactly({
    type: text,
    title: text,
    status: { type: "integer" },
    detail: text,
    code: text,
    instance: text,
  }),
  // Further members tell more: `details`, `rejects`, `position`, `run`.
  additionalProperties: true,
};

/** Bad answers of a route, by what they mean. */
export function problems(meanings: Readonly<Record<number, string>>) {
  const answers = Object.entries(meanings).map(([status, meaning]) => [
    status,
    { description: meaning, content: { "application/problem+json": { schema: problem } } },
  ]);
  return Object.fromEntries(answers) as Record<string, object>;
}

export const accessProblems = {
  401: "No key, or none that works",
  403: "The key may not do that",
  429: "Too many requests, or too many loads wait; Retry-After says when to come again",
  503: "The database is away, or the service is shutting down",
};
