import type { ResourceAttributes } from "#api/authorization/v1.ts";
import { parseFieldSelector } from "#machinery/fields/selector.ts";
import { SelectorError, parseSelector, requirementOf } from "#machinery/labels/selector.ts";
import type { Operator } from "#machinery/labels/selector.ts";
import { forbidden, invalid, requiredValue } from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { isLabelValue, isQualifiedName } from "#machinery/validation/names.ts";

/** One condition of what is asked for. */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values: readonly string[];
}

/** What a list, watch or deletecollection is confined to; empty where it is to nothing. */
export interface Selectors {
  readonly fields: readonly SelectorRequirement[];
  readonly labels: readonly SelectorRequirement[];
}

/** The value that the selectors pin a field to. */
export function pinnedField(
  selectors: Pick<Selectors, "fields"> | undefined,
  field: string,
): string | undefined {
  return selectors?.fields.find(({ key, operator }) => key === field && operator === "In")
    ?.values[0];
}

/** Of a request's query. What cannot be read confines to nothing; the handler refuses it. */
export function selectorsOfQuery(query: URLSearchParams): Selectors | undefined {
  const fields = query.get("fieldSelector");
  const labels = query.get("labelSelector");
  if (!fields && !labels) return undefined;
  return { fields: readFields(fields) ?? [], labels: readLabels(labels) ?? [] };
}

/** Of a review, with a sentence about each selector that could not be read. */
export function selectorsOfReview({ fieldSelector, labelSelector }: ResourceAttributes): {
  selectors: Selectors;
  problems: string[];
} {
  const problems: string[] = [];
  const tell = (name: string, wanted: number, read: readonly SelectorRequirement[] | undefined) => {
    if (read && read.length >= wanted) return read;
    const how = read?.length ? "partially ignored" : "ignored";
    problems.push(`spec.resourceAttributes.${name} ${how} due to parse error`);
    return read ?? [];
  };
  const someFields = fieldSelector?.requirements ?? [];
  const someLabels = labelSelector?.requirements ?? [];
  const fields = someFields.length
    ? someFields.flatMap(fieldRequirement)
    : readFields(fieldSelector?.rawSelector);
  const labels = someLabels.length
    ? someLabels.flatMap(labelRequirement)
    : readLabels(labelSelector?.rawSelector);
  return {
    selectors: {
      fields: tell("fieldSelector", someFields.length, fields),
      labels: tell("labelSelector", someLabels.length, labels),
    },
    problems,
  };
}

/** Undefined when the text is no selector. */
function readFields(text: string | null | undefined): SelectorRequirement[] | undefined {
  return readable(() =>
    parseFieldSelector(text ?? "").requirements.map(({ field, operator, value }) => ({
      key: field,
      operator: operator === "=" ? "In" : "NotIn",
      values: [value],
    })),
  );
}

function readLabels(text: string | null | undefined): SelectorRequirement[] | undefined {
  return readable(() =>
    parseSelector(text ?? "").requirements.flatMap(({ key, operator, values }) => {
      const told = operators[operator];
      return told ? { key, operator: told, values } : [];
    }),
  );
}

/** Comparisons have no word of their own here: without them the question is only broader. */
const operators: Readonly<Record<Operator, SelectorRequirement["operator"] | undefined>> = {
  "=": "In",
  "==": "In",
  in: "In",
  "!=": "NotIn",
  notin: "NotIn",
  exists: "Exists",
  "!": "DoesNotExist",
  gt: undefined,
  lt: undefined,
};

interface Asked {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

/** Nothing for what fields cannot be selected by. */
function fieldRequirement({ key, operator, values = [] }: Asked): SelectorRequirement[] {
  if (values.length !== 1 || (operator !== "In" && operator !== "NotIn")) return [];
  return [{ key, operator, values }];
}

const labelOperators: Readonly<Record<string, Operator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function labelRequirement({ key, operator, values = [] }: Asked): SelectorRequirement[] {
  const known = labelOperators[operator];
  if (!known) return [];
  return (
    readable(() => {
      const checked = requirementOf(key, known, values);
      return [{ key, operator: operators[known] ?? "In", values: checked.values }];
    }) ?? []
  );
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SelectorError) return undefined;
    throw error;
  }
}

/** The rules for selectors in reviews. Operators of later versions pass. */
export function validateSelectors(attributes: ResourceAttributes, path: string): FieldError[] {
  const { fieldSelector, labelSelector } = attributes;
  return [
    ...(fieldSelector ? validate(fieldSelector, `${path}.fieldSelector`, fieldErrors) : []),
    ...(labelSelector ? validate(labelSelector, `${path}.labelSelector`, labelErrors) : []),
  ];
}

function validate(
  { rawSelector, requirements = [] }: { rawSelector?: string; requirements?: readonly Asked[] },
  path: string,
  errorsOf: (requirement: Asked, path: string) => FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  if (rawSelector && requirements.length > 0) {
    const problem = "may not specified at the same time as requirements";
    errors.push(invalid(`${path}.rawSelector`, rawSelector, problem));
  }
  if (!rawSelector && requirements.length === 0) {
    const problem = `when ${path} is specified, requirements or rawSelector is required`;
    errors.push(requiredValue(`${path}.requirements`, problem));
  }
  for (const [index, requirement] of requirements.entries()) {
    errors.push(...errorsOf(requirement, `${path}.requirements[${index}]`));
  }
  return errors;
}

function fieldErrors(requirement: Asked, path: string): FieldError[] {
  const missing = requirement.key ? [] : [requiredValue(`${path}.key`, "must be specified")];
  return [...missing, ...valuesErrors(requirement, path)];
}

function labelErrors(requirement: Asked, path: string): FieldError[] {
  const { key, values = [] } = requirement;
  return [
    ...valuesErrors(requirement, path),
    ...isQualifiedName(key).map((problem) => invalid(`${path}.key`, key, problem)),
    ...values.flatMap((value, index) =>
      isLabelValue(value).map((problem) => invalid(`${path}.values[${index}]`, value, problem)),
    ),
  ];
}

function valuesErrors({ operator, values = [] }: Asked, path: string): FieldError[] {
  if (["In", "NotIn"].includes(operator) && values.length === 0) {
    const problem = "must be specified when `operator` is 'In' or 'NotIn'";
    return [requiredValue(`${path}.values`, problem)];
  }
  if (["Exists", "DoesNotExist"].includes(operator) && values.length > 0) {
    const problem = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    return [forbidden(`${path}.values`, problem)];
  }
  return [];
}
