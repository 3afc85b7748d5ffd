// What several servers answered, as one document or one text.

import { CopycatError, errorMessage } from "../errors.ts";
import { inOptions } from "./inOptions.ts";
import { printJson, printResult } from "./output.ts";
import type { Answers } from "./withTargets.ts";

/** A document of one database as it is; of targets all in a list, each with its target, and besides who failed. */
export function printDocuments(answers: Answers<object>, sum: object = {}): void {
  const { isOfTargets, list } = answers;
  const [only] = list;
  if (!isOfTargets && only !== undefined) printJson(only.result);
  else
    printJson({
      ...sum,
      targets: list.map(({ target, result }) => ({ target, ...result })),
      ...failures(answers),
    });
}

/** `{ NAME: [...] }`; of targets each element says whose it is, and besides who failed. */
export function printElements(name: string, elements: readonly object[], answers: Answers<unknown>): void {
  printJson({ [name]: elements, ...(answers.isOfTargets ? failures(answers) : {}) });
}

/** All elements of the lists that were answered, in the order of targets; of targets with `target`, else as they are. */
export function elementsOf<Element extends object>({
  list,
}: Answers<Element[]>): (Element & { target?: string })[] {
  return list.flatMap(({ target, result }) =>
    target === null ? result : result.map((element) => ({ target, ...element })),
  );
}

/** "east  " before what the target east answered; nothing where one database was asked. */
export function inFront({ target }: { target?: string | null }): string {
  return target === undefined || target === null ? "" : `${target}  `;
}

/** Texts of several lines have the name of their target above them, others before them. */
export function printTexts<Result>({ list }: Answers<Result>, format: (result: Result) => string): void {
  const texts = list.map(({ target, result }) => {
    const text = format(result);
    if (target === null || !text.includes("\n")) return `${inFront({ target })}${text}`;
    return `${target}:\n${text.replaceAll(/^(?=.)/gm, "  ")}`;
  });
  printResult(texts.join("\n"));
}

function failures({ failed }: Answers<unknown>): object {
  return {
    failed: failed.map(({ target, error }) => ({
      target,
      error: {
        code: error instanceof CopycatError ? error.code : "INTERNAL",
        message: errorMessage(error, inOptions),
        details: error instanceof CopycatError ? error.details : [],
      },
    })),
  };
}
