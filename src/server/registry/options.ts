import { DeleteOptions } from "#api/meta/v1.ts";
import type { DeleteOptions as DeleteOptionsValue } from "#api/meta/v1.ts";
import { badRequest, invalid } from "#machinery/status.ts";
import {
  invalid as invalidField,
  notSupported,
  notSupportedInOrder,
} from "#machinery/validation/field-error.ts";
import type { FieldError } from "#machinery/validation/field-error.ts";
import { validateFieldManager } from "#machinery/validation/metadata.ts";
import { DecodeError, decode, isRecord } from "#schema/decode.ts";
import { isTrue } from "../pipeline/request-info.ts";
import type { RequestContext } from "../pipeline/request.ts";
import { fieldValidationOf, notRegistered } from "#machinery/codec/body.ts";
import { explainJsonError } from "#machinery/codec/json-syntax.ts";
import { goText } from "#machinery/go-text.ts";
import { YamlError, parseYamlDocument } from "#machinery/codec/yaml.ts";
import { mediaTypeOf } from "./body.ts";
import type { FieldValidation } from "#machinery/codec/body.ts";
import { isJsonTooDeep, tooDeep } from "#schema/nesting.ts";
import { decodeProtobuf, ProtobufError } from "#schema/protobuf.ts";
import { decodeProtobufEnvelope, isProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import { text } from "#base/bytes.ts";

/** What the query of a write says. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  readonly force: boolean;
}

/** `kind` is what upstream's errors name: "CreateOptions", "UpdateOptions", "PatchOptions". */
export function writeOptionsOf(context: RequestContext, kind: string): WriteOptions {
  const { query } = context.request;
  const errors: FieldError[] = [...dryRunErrors(query.getAll("dryRun"))];
  const given = query.get("fieldManager") ?? undefined;
  errors.push(...validateFieldManager(given, "fieldManager"));
  errors.push(...fieldValidationErrors(context));
  if (errors.length) throw optionsInvalid(kind, errors);
  return {
    dryRun: query.getAll("dryRun").length > 0,
    fieldManager: given || userAgentManager(context),
    force: isTrue(query.get("force")),
  };
}

function fieldValidationErrors({ request }: RequestContext): FieldError[] {
  const given = request.query.get("fieldValidation");
  if (fieldValidationOf(given) !== undefined) return [];
  return [notSupported("fieldValidation", given, ["", "Ignore", "Strict", "Warn"])];
}

/** Unknown fields: refused, warned of, or dropped. */
export function requestFieldValidation({ request }: RequestContext): FieldValidation {
  return fieldValidationOf(request.query.get("fieldValidation")) ?? "Strict";
}

function dryRunErrors(given: readonly string[]): FieldError[] {
  return given.some((value) => value !== "All") ? [notSupported("dryRun", given, ["All"])] : [];
}

export function optionsInvalid(kind: string, errors: readonly FieldError[]) {
  return invalid({ group: "meta.k8s.io", kind }, "", errors);
}

/** Who writes, where the request does not say: the program, or the component of this process. */
function userAgentManager({ request, user, connection }: RequestContext): string {
  const agent = request.headers["user-agent"];
  if (agent !== undefined) return agent.split("/")[0] || "unknown";
  if (connection.program !== undefined) return connection.program;
  return connection.user ? user.name.slice(user.name.lastIndexOf(":") + 1) : "unknown";
}

/** From the body where there is one, else from the query. */
export async function deleteOptionsOf(context: RequestContext): Promise<DeleteOptionsValue> {
  const options = (await bodyDeleteOptions(context)) ?? queryDeleteOptions(context.request.query);
  const errors = dryRunErrors(options.dryRun ?? []);
  const { propagationPolicy, orphanDependents } = options;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const detail = "orphanDependents and deletionPropagation cannot be both set";
    errors.push(invalidField("propagationPolicy", propagationPolicy, detail));
  }
  const policies = ["Foreground", "Background", "Orphan"];
  if (propagationPolicy && !policies.includes(propagationPolicy)) {
    errors.push(notSupportedInOrder("propagationPolicy", propagationPolicy, [...policies, "nil"]));
  }
  if (errors.length) throw optionsInvalid("DeleteOptions", errors);
  return options;
}

/** Undefined when there is no body. */
async function bodyDeleteOptions({
  request: { body },
}: RequestContext): Promise<DeleteOptionsValue | undefined> {
  if (body.kind === "none") return undefined;
  try {
    if (body.kind === "object") return decode(DeleteOptions, body.object) as DeleteOptionsValue;
    const bytes = await body.read();
    if (bytes.length === 0) return undefined;
    if (isProtobufEnvelope(bytes)) {
      return decodeProtobuf(DeleteOptions, decodeProtobufEnvelope(bytes).raw);
    }
    const yaml = mediaTypeOf(body) === "application/yaml";
    const value = yaml ? parseYamlDocument(text(bytes))?.value : parseJson(bytes);
    if (!isRecord(value)) throw badRequest("the body is no DeleteOptions");
    checkOptionsKind(value);
    return decode(DeleteOptions, value) as DeleteOptionsValue;
  } catch (error) {
    const isMalformed =
      error instanceof DecodeError || error instanceof ProtobufError || error instanceof YamlError;
    throw isMalformed ? badRequest(error.message) : error;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  const source = text(bytes);
  const refuse = (why: string) => badRequest(`couldn't get version/kind; json parse error: ${why}`);
  if (isJsonTooDeep(source)) throw refuse(tooDeep);
  try {
    return JSON.parse(source);
  } catch {
    throw refuse(explainJsonError(source));
  }
}

function checkOptionsKind({ apiVersion, kind }: Record<string, unknown>): void {
  if (kind === undefined || kind === "" || kind === "DeleteOptions") return;
  throw badRequest(notRegistered(goText(apiVersion ?? ""), goText(kind)));
}

function queryDeleteOptions(query: URLSearchParams): DeleteOptionsValue {
  const grace = query.get("gracePeriodSeconds");
  const orphan = query.get("orphanDependents");
  const policy = query.get("propagationPolicy");
  if (grace !== null && !/^-?\d+$/.test(grace)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`);
  }
  return {
    ...(grace !== null && { gracePeriodSeconds: Number(grace) }),
    ...(orphan !== null && { orphanDependents: isTrue(orphan) }),
    ...(policy !== null && { propagationPolicy: policy }),
    ...(query.has("dryRun") && { dryRun: query.getAll("dryRun") }),
  };
}
