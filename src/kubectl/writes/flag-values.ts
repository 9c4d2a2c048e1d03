import type { LabelSelector } from "#api/meta/v1.ts";
import { CommandError, messageOf } from "../errors.ts";

/** A number where it is one, as Kubernetes' own clients read ports and percentages. */
export function intOrString(value: string): number | string {
  if (!/^[+-]?\d+$/.test(value)) return value;
  const number = Number(value);
  return number >= -(2 ** 31) && number < 2 ** 31 ? number : value;
}

/** A selector of a flag, as objects have it. */
export async function labelSelectorOf(text: string): Promise<LabelSelector> {
  const { parseSelector, SelectorError } = await import("#machinery/labels/selector.ts");
  let requirements;
  try {
    ({ requirements } = parseSelector(text));
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new CommandError(
      `couldn't parse the selector string ${JSON.stringify(text)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  const matchLabels: Record<string, string> = {};
  const matchExpressions: { key: string; operator: string; values?: string[] }[] = [];
  for (const { key, operator, values } of requirements) {
    switch (operator) {
      case "=":
      case "==": {
        matchLabels[key] = [...values].join("");
        break;
      }
      case "in":
        matchExpressions.push({ key, operator: "In", values: [...values].sort() });
        break;
      case "notin":
        matchExpressions.push({ key, operator: "NotIn", values: [...values].sort() });
        break;
      case "exists":
        matchExpressions.push({ key, operator: "Exists" });
        break;
      case "!":
        matchExpressions.push({ key, operator: "DoesNotExist" });
        break;
      default:
        throw new CommandError(
          `${JSON.stringify(operator)} is not a valid label selector operator`,
        );
    }
  }
  return {
    ...(Object.keys(matchLabels).length > 0 && { matchLabels }),
    ...(matchExpressions.length > 0 && { matchExpressions }),
  } as LabelSelector;
}

/** "a=b,c=d", as `--labels` and a service's `--selector` have it. */
export function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const [key = "", value, ...more] = pair.split("=");
    if (value === undefined || more.length > 0) {
      throw new CommandError(`unexpected label spec: ${pair}`);
    }
    if (key === "") throw new CommandError("unexpected empty label key");
    labels[key] = value;
  }
  return labels;
}

/** A number, or the words of Go's parser. */
export function integerOf(text: string): number {
  if (/^[+-]?\d+$/.test(text)) return Number(text);
  throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Each "key=value" of a flag that is repeated. */
export function pairsOf(texts: readonly string[], what: string): Record<string, string> {
  const wrong = texts.filter((text) => text.indexOf("=") <= 0);
  if (wrong.length > 0) throw new CommandError(`invalid ${what} format: ${wrong.join(", ")}`);
  return Object.fromEntries(
    texts.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]),
  );
}
