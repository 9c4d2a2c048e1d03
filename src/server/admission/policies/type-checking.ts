import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicy,
} from "#api/admissionregistration/v1.ts";
import { typeOfMessage } from "#machinery/cel/cel.ts";
import type { StructType } from "#machinery/cel/types.ts";
import type { KindType } from "#schema/message.ts";
import { apiVersionOf } from "#schema/message.ts";
import { ExpressionScope } from "./expressions.ts";
import type { ExpressionEngine } from "./expressions.ts";

/** More kinds than these a policy is not checked against. */
const kindsMax = 10;

/**
 * What would be wrong with a policy's expressions if `object` had the type of each kind that the
 * policy names. A policy works without that: an expression may test what it has before it.
 */
export function expressionWarnings(
  engine: ExpressionEngine,
  { spec }: ValidatingAdmissionPolicy,
  kinds: readonly KindType[],
): ExpressionWarning[] {
  const { paramKind, variables = [], validations = [], matchConstraints } = spec;
  const named = namedKinds(matchConstraints?.resourceRules ?? [], kinds);
  const params = kinds.find(
    ({ info }) => apiVersionOf(info) === paramKind?.apiVersion && info.kind === paramKind.kind,
  );
  const scopes = named.map((type) => ({
    name: displayName(type),
    scope: new ExpressionScope(engine, {
      hasParams: paramKind !== undefined,
      variables,
      objectType: typeOf(type),
      ...(params && { paramsType: typeOf(params) }),
    }),
  }));
  const warningOf = (expression: string): string =>
    scopes
      .flatMap(({ name, scope }) => {
        const compiled = scope.compile(expression);
        return compiled.ok ? [] : [`${name}: ${compiled.error}\n`];
      })
      .join("\n");
  return validations.flatMap(({ expression, messageExpression }, index) =>
    [
      { fieldRef: `spec.validations[${index}].expression`, source: expression },
      { fieldRef: `spec.validations[${index}].messageExpression`, source: messageExpression },
    ].flatMap(({ fieldRef, source }) => {
      const warning = source ? warningOf(source) : "";
      return warning ? [{ fieldRef, warning }] : [];
    }),
  );
}

/** Each kind has one type, so that its fields are found once. */
const types = new WeakMap<KindType, StructType>();

function typeOf(kind: KindType): StructType {
  let type = types.get(kind);
  if (!type) types.set(kind, (type = typeOfMessage(kind, kind.info.kind)));
  return type;
}

function displayName({ info }: KindType): string {
  return `${apiVersionOf(info)}, Kind=${info.kind}`;
}

/** Kinds that rules name in full: where anything stands for anything, there is nothing to check. */
function namedKinds(
  rules: readonly NamedRuleWithOperations[],
  kinds: readonly KindType[],
): KindType[] {
  const found = new Set<KindType>();
  for (const { apiGroups = [], apiVersions = [], resources = [] } of rules) {
    if ([...apiGroups, ...apiVersions].some((name) => name.includes("*"))) continue;
    for (const kind of kinds) {
      const { group, version, resource = "" } = kind.info;
      const isNamed =
        apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(resource);
      if (isNamed) found.add(kind);
    }
  }
  const byPlace = (left: KindType, right: KindType) => (placeOf(left) < placeOf(right) ? -1 : 1);
  return [...found].sort(byPlace).slice(0, kindsMax);
}

function placeOf({ info: { group, version, kind } }: KindType): string {
  return [group, version, kind].join("/");
}
