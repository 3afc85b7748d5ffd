// Answers looked at by the document that the service has of them.

import Fastify from "fastify";
import type { Answer } from "./support.ts";

interface Media {
  schema: object;
}

interface Operation {
  summary?: string;
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

/** Of the document: by path, then by method. */
export type Paths = Record<string, Record<string, Operation>>;

/** What is wrong with an answer, by the schema that the document has for its status; null when nothing is. */
export async function faultOf(
  paths: Paths,
  path: string,
  method: string,
  answer: Answer,
): Promise<string | null> {
  const response = paths[path]?.[method]?.responses[String(answer.status)];
  if (response === undefined) return `the document has no ${answer.status} of ${method} ${path}`;
  const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const schema = response.content?.[type]?.schema;
  if (schema === undefined) return `the document has no ${type} for ${answer.status} of ${method} ${path}`;
  const checker = Fastify({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
  });
  checker.post("/", {
    schema: { body: { type: "object", properties: { it: schema } } },
    handler: async () => "ok",
  });
  const checked = await checker.inject({ method: "POST", url: "/", payload: { it: answer.body } });
  return checked.statusCode === 200 ? null : checked.body;
}
