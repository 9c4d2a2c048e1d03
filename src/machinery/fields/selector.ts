import { SelectorError } from "../labels/selector.ts";

/** One condition on a field that the kind can be selected by. */
export interface FieldRequirement {
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** A compiled field selector: all requirements must hold. */
export class FieldSelector {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  static readonly everything = new FieldSelector([]);

  get isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** `valueOf` gives a field's text; what the object does not have counts as empty. */
  matches(valueOf: (field: string) => string | undefined): boolean {
    return this.requirements.every(
      ({ field, operator, value }) => ((valueOf(field) ?? "") === value) === (operator === "="),
    );
  }

  /** The value that a field must have, if the selector pins it: lets a list become a get. */
  exactly(field: string): string | undefined {
    return this.requirements.find((each) => each.field === field && each.operator === "=")?.value;
  }

  toString(): string {
    return this.requirements
      .map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`)
      .join(",");
  }
}

/** Parses `metadata.name=x,status.phase!=Running`. Throws `SelectorError`. */
export function parseFieldSelector(text: string): FieldSelector {
  const requirements: FieldRequirement[] = [];
  for (const term of splitTerms(text).sort()) {
    if (term === "") continue;
    const match = /^((?:\\.|[^\\=!]|!(?!=))*)(!=|==|=)(.*)$/s.exec(term);
    if (!match) {
      throw new SelectorError(`invalid selector: '${text}'; can't understand '${term}'`);
    }
    const [, field = "", operator, value = ""] = match;
    requirements.push({
      field,
      operator: operator === "!=" ? "!=" : "=",
      value: unescapeFieldValue(value),
    });
  }
  return new FieldSelector(requirements);
}

/** Refuses fields that the kind cannot be selected by, in upstream's words. */
export function checkSelectableFields(selector: FieldSelector, supported: readonly string[]): void {
  for (const { field } of selector.requirements) {
    if (!supported.includes(field)) throw new SelectorError(`field label not supported: ${field}`);
  }
}

export function escapeFieldValue(value: string): string {
  return value.replace(/[\\,=]/g, "\\$&");
}

function unescapeFieldValue(value: string): string {
  let result = "";
  for (let at = 0; at < value.length; at++) {
    const character = value.charAt(at);
    if (character === "\\") {
      const escaped = value.charAt(++at);
      if (escaped !== "\\" && escaped !== "," && escaped !== "=") {
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${escaped}`);
      }
      result += escaped;
    } else if (character === "," || character === "=") {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${character}`);
    } else result += character;
  }
  return result;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === ",") {
      terms.push(text.slice(start, at));
      start = at + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}
