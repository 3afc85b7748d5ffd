// Sentences that name settings. A setting has another name for each who reads of it: `--max-rejects` on the command
// line, `max_rejects` over HTTP, `maxRejects` in a program. So a sentence holds the setting, and who shows it names it.

/** A setting, by the name of the option that programs give it as. */
export interface Setting {
  readonly option: string;
  /** What it is to be set to, where the sentence advises one thing. */
  readonly value?: string | boolean;
  /** In brackets behind what it explains; left out for a reader who cannot set it. */
  readonly isAside?: boolean;
}

/** The name of a setting for one kind of reader; null where this reader cannot set it. */
export type NameSetting = (setting: Setting) => string | null;

/** A sentence with settings in it. As text (`String(wording)`) it is in the words of a program. */
export class Wording {
  readonly parts: readonly (string | Setting)[];

  constructor(parts: readonly (string | Setting)[]) {
    this.parts = parts;
  }

  toString(): string {
    return this.for(inPrograms);
  }

  /** In the words of one kind of reader; what these have no word for is in those of a program. */
  for(name: NameSetting): string {
    const put = (part: string | Setting): string => {
      if (typeof part === "string") return part;
      const own = name(part);
      if (part.isAside === true) return own === null ? "" : ` (${own})`;
      return own ?? inPrograms(part);
    };
    return this.parts.map(put).join("");
  }
}

/**
 * Puts a sentence together of texts, settings, and sentences that were put together before.
 *
 * @example
 * words("Use ", setting("policy", "skip"), " to leave them."); // `Use policy: "skip" to leave them.`
 */
export function words(...parts: readonly (string | Setting | Wording)[]): Wording {
  return new Wording(parts.flatMap((part) => (part instanceof Wording ? part.parts : [part])));
}

export function setting(option: string, value?: string | boolean): Setting {
  return value === undefined ? { option } : { option, value };
}

/** ` (maxRejects)`, with a space before. */
export function aside(option: string, value?: string | boolean): Setting {
  return { ...setting(option, value), isAside: true };
}

/** `maxRejects`, `policy: "skip"`, `allowEmpty: true` */
function inPrograms({ option, value }: Setting): string {
  return value === undefined ? option : `${option}: ${JSON.stringify(value)}`;
}
