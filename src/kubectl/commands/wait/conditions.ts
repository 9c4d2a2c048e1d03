import { parseJsonPathTemplate, relaxedJsonPath } from "#machinery/jsonpath/jsonpath.ts";
import { goText } from "#machinery/go-text.ts";
import { isRow } from "#machinery/json.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { KubeObject } from "../../objects.ts";

/** What is waited for. */
export type Awaited =
  | { readonly kind: "create" }
  | { readonly kind: "delete" }
  /** Throws where an object can never be in that condition. */
  | { readonly kind: "condition"; isMet(object: KubeObject): boolean };

/** The value of `--for`. */
export function parseFor(text: string): Awaited {
  const word = text.toLowerCase();
  if (word === "create" || word === "delete") return { kind: word };
  if (text.startsWith("condition=")) return statusCondition(text.slice("condition=".length));
  if (text.startsWith("jsonpath=")) return pathCondition(text.slice("jsonpath=".length));
  throw new CommandError(`unrecognized condition: ${JSON.stringify(text)}`);
}

function statusCondition(text: string): Awaited {
  const equals = text.indexOf("=");
  const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const value = (equals < 0 ? "true" : text.slice(equals + 1)).toLowerCase();
  return {
    kind: "condition",
    isMet({ metadata, status }) {
      if (!isRow(status) || !Array.isArray(status.conditions)) return false;
      const found = status.conditions.find(
        (condition: unknown) =>
          isRow(condition) &&
          String(condition.type).toLowerCase() === name &&
          typeof condition.status === "string",
      ) as { status: string; observedGeneration?: number } | undefined;
      if (!found) return false;
      // What was said of an older generation says nothing of this one.
      const observed = found.observedGeneration ?? status.observedGeneration;
      if (Number(observed ?? Infinity) < (metadata.generation ?? 0)) return false;
      return found.status.toLowerCase() === value;
    },
  };
}

function pathCondition(text: string): Awaited {
  const [expression = "", wanted, ...more] = splitAtEquals(text);
  if (more.length > 0) {
    throw new CommandError(
      "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    );
  }
  const template = read(expression);
  const value = wanted?.replaceAll(/^['"]+|['"]+$/g, "");
  if (value === "") {
    throw new CommandError(
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    );
  }
  return {
    kind: "condition",
    isMet(object) {
      const [first = [], ...others] = template.find(object);
      if (first.length === 0) return false;
      if (others.length > 0) {
        throw new CommandError("given jsonpath expression matches more than one list");
      }
      if (first.length > 1) {
        throw new CommandError("given jsonpath expression matches more than one value");
      }
      if (value === undefined) return true;
      const [found] = first;
      if (Array.isArray(found) || isRow(found)) {
        throw new CommandError("jsonpath leads to a nested object or list which is not supported");
      }
      return goText(found).trim() === value.trim();
    },
  };
}

function read(expression: string) {
  try {
    const path = relaxedJsonPath(expression);
    if (path === "") throw new CommandError("jsonpath expression cannot be empty");
    return parseJsonPathTemplate(path);
  } catch (error) {
    throw new CommandError(messageOf(error), { cause: error });
  }
}

/** At each single "="; a comparison within the path has two. */
export function splitAtEquals(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let index = 0; index < text.length; index++) {
    if (text[index] !== "=") part += text[index];
    else if (text[index + 1] === "=") {
      part += "==";
      index++;
    } else {
      parts.push(part);
      part = "";
    }
  }
  return [...parts, part];
}
