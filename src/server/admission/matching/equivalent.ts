import type { KindType } from "#schema/message.ts";
import type { AdmissionRequest } from "../admission.ts";
import { matchesRule, placeOf } from "./rules.ts";
import type { Place } from "./rules.ts";

type Row = Record<string, unknown>;

/** Another version of a resource: the same objects in another form. */
export interface Equivalent {
  readonly type: KindType;
  /** From the form of the request's kind. */
  convert(object: Readonly<Row>): Row;
  /** Back to it. */
  revert(object: Readonly<Row>): Row;
}

/** A request in the form that somebody asked to see it in. */
export interface Invocation {
  readonly place: Place;
  readonly type: KindType;
  readonly object: Readonly<Row> | undefined;
  readonly oldObject: Readonly<Row> | undefined;
  /** Puts a changed object into the request. */
  replace(object: Row): void;
}

/**
 * The request, or an equal one in another version, as the first rule that matches wants it.
 * Undefined when no rule is about it.
 */
export function invocationOf<R extends Parameters<typeof matchesRule>[0]>(
  request: AdmissionRequest,
  {
    rules,
    matchPolicy,
  }: { readonly rules: readonly R[]; readonly matchPolicy: string | undefined },
  matches: (rule: R, place: Place) => boolean = matchesRule,
): Invocation | undefined {
  const place = placeOf(request);
  if (rules.some((rule) => matches(rule, place))) {
    const { type, object, oldObject } = request;
    return { place, type, object, oldObject, replace: (next) => request.replace(next) };
  }
  if (matchPolicy === "Exact") return undefined;
  const equivalents = request.equivalents();
  if (equivalents.length === 0) return undefined;
  for (const rule of rules) {
    for (const equivalent of equivalents) {
      const { group, version, resource = "" } = equivalent.type.info;
      const other = { ...place, group, version, resource };
      if (matches(rule, other)) return converted(request, other, equivalent);
    }
  }
  return undefined;
}

function converted(request: AdmissionRequest, place: Place, equivalent: Equivalent): Invocation {
  const convert = (object: Readonly<Row> | undefined) => object && equivalent.convert(object);
  return {
    place,
    type: equivalent.type,
    object: convert(request.object),
    oldObject: convert(request.oldObject),
    replace: (next) => request.replace(equivalent.revert(next)),
  };
}
