import { compile } from "#machinery/cel/cel.ts";
import { fromJson, toJson } from "#machinery/cel/json.ts";
import { kubernetesEnvironment } from "#machinery/cel/kubernetes.ts";
import { parse } from "#machinery/cel/parser.ts";
import { Issues } from "#machinery/cel/source.ts";
import {
  dynType,
  formatType,
  listType,
  mapType,
  stringType,
  structType,
} from "#machinery/cel/types.ts";
import type { Type } from "#machinery/cel/types.ts";
import { ExpressionError } from "./expressions.ts";
import type { CompiledExpression, Expressions, Subject } from "./expressions.ts";

const texts = listType(stringType);
const extra = mapType(stringType, texts);
const requirement = structType("kubernetes.SelectorRequirement", {
  key: stringType,
  operator: stringType,
  values: texts,
});
const selector = (name: string) =>
  structType(name, { rawSelector: stringType, requirements: listType(requirement) });

/** What each subject looks like to an expression. */
const types: Readonly<Record<Subject, Type>> = {
  claims: mapType(stringType, dynType),
  user: structType("kubernetes.UserInfo", {
    username: stringType,
    uid: stringType,
    groups: texts,
    extra,
  }),
  request: structType("kubernetes.SubjectAccessReviewSpec", {
    resourceAttributes: structType("kubernetes.ResourceAttributes", {
      namespace: stringType,
      verb: stringType,
      group: stringType,
      version: stringType,
      resource: stringType,
      subresource: stringType,
      name: stringType,
      fieldSelector: selector("kubernetes.FieldSelectorAttributes"),
      labelSelector: selector("kubernetes.LabelSelectorAttributes"),
    }),
    nonResourceAttributes: structType("kubernetes.NonResourceAttributes", {
      path: stringType,
      verb: stringType,
    }),
    user: stringType,
    groups: texts,
    extra,
    uid: stringType,
  }),
};

/** CEL, as upstream's configuration files have it. */
export const celExpressions: Expressions = {
  compile(expression, subject, { isCondition = false } = {}): CompiledExpression {
    const type = types[subject];
    const environment = kubernetesEnvironment.extend({ variables: { [subject]: type } });
    const compiled = compile(expression, environment);
    if (!compiled.ok) throw new ExpressionError(`compilation failed: ${compiled.text}`);
    const { program } = compiled;
    if (isCondition && program.type.kind !== "bool") {
      // Only one of upstream's two compilers tells what it is instead.
      const but = subject === "request" ? ` but got ${formatType(program.type)}` : "";
      throw new ExpressionError(`must evaluate to bool${but}`);
    }
    const read = fieldsRead(expression, subject);
    return {
      reads: (field) => read.has(field),
      evaluate(value) {
        const outcome = program.evaluate({ [subject]: () => fromJson(value, type) });
        if (!outcome.ok) throw new ExpressionError(outcome.error);
        return toJson(outcome.value);
      },
    };
  },
};

/** Fields of the subject, by `subject.field` or `subject.?field`. */
function fieldsRead(expression: string, subject: Subject): ReadonlySet<string> {
  const fields = new Set<string>();
  const isSubject = (node: unknown) =>
    isRecord(node) && node["kind"] === "ident" && node["name"] === subject;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (!isRecord(node)) return;
    if (node["kind"] === "select" && isSubject(node["operand"])) fields.add(String(node["field"]));
    if (node["kind"] === "call" && node["name"] === "_?._" && Array.isArray(node["args"])) {
      const [operand, field] = node["args"] as readonly unknown[];
      if (isSubject(operand) && isRecord(field)) fields.add(String(field["value"]));
    }
    Object.values(node).forEach(visit);
  };
  visit(parse(expression, new Issues(expression)));
  return fields;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
