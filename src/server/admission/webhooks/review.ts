import { fromBase64, text } from "#base/bytes.ts";
import type { Status } from "#api/meta/v1.ts";
import { isRecord } from "#schema/decode.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Invocation } from "../matching/equivalent.ts";
import { namespaceOf } from "../matching/rules.ts";

/** Versions of the AdmissionReview that are spoken here. */
const versions = ["v1", "v1beta1"];

/** The first version that the webhook names and that is spoken here. */
export function reviewVersion(accepted: readonly string[]): string {
  const version = accepted.find((each) => versions.includes(each));
  if (version) return version;
  throw new Error(
    "could not create admission objects: webhook does not accept known AdmissionReview versions " +
      "(v1, v1beta1)",
  );
}

/** What a webhook is sent. */
export function reviewOf(
  request: AdmissionRequest,
  { place, type, object, oldObject }: Invocation,
  { uid, version }: { readonly uid: string; readonly version: string },
) {
  const { group, kind, version: kindVersion } = type.info;
  return {
    kind: "AdmissionReview",
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      kind: { group, version: kindVersion, kind },
      resource: { group: place.group, version: place.version, resource: place.resource },
      ...(place.subresource && { subResource: place.subresource }),
      ...admissionRequestBody(request),
      object: object ?? null,
      oldObject: oldObject ?? null,
      dryRun: request.dryRun,
      options: Object.keys(request.options).length > 0 ? request.options : null,
    },
  };
}

/** What webhooks and policies see of a request alike, beside its objects. */
export function admissionRequestBody(request: AdmissionRequest) {
  const { resourceGroup: group, resourceVersion: version, resource, subresource } = request;
  const { info } = request.type;
  const { name } = request;
  const namespace = namespaceOf(request);
  return {
    requestKind: { group: info.group, version: info.version, kind: info.kind },
    requestResource: { group, version, resource },
    ...(subresource && { requestSubResource: subresource }),
    ...(name && { name }),
    ...(namespace && { namespace }),
    operation: request.operation,
    userInfo: userInfoOf(request),
  };
}

function userInfoOf({ user: { name, uid, groups, extra } }: AdmissionRequest) {
  return {
    ...(name && { username: name }),
    ...(uid && { uid }),
    ...(groups.length > 0 && { groups }),
    ...(extra && Object.keys(extra).length > 0 && { extra }),
  };
}

/** What a webhook decided. */
export interface Verdict {
  readonly allowed: boolean;
  readonly result: Partial<Status> | undefined;
  readonly warnings: readonly string[];
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** JSON Patch operations. */
  readonly patch: readonly unknown[];
}

/** Throws what is wrong with the answer. */
export function verdictOf(
  answer: Readonly<Record<string, unknown>>,
  expected: { readonly uid: string; readonly version: string; readonly isMutating: boolean },
): Verdict {
  const invalid = (why: string) => new Error(`received invalid webhook response: ${why}`);
  const { response } = answer;
  if (!isRecord(response)) throw invalid("webhook response was absent");
  if (expected.version === "v1") {
    if (response["uid"] !== expected.uid) {
      const got = typeof response["uid"] === "string" ? response["uid"] : "";
      throw invalid(`expected response.uid="${expected.uid}", got "${got}"`);
    }
    const { apiVersion = "", kind = "" } = answer;
    if (apiVersion !== "admission.k8s.io/v1" || kind !== "AdmissionReview") {
      throw invalid(
        "expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got " +
          `${String(apiVersion)}, Kind=${String(kind)}`,
      );
    }
    checkPatch(response, expected.isMutating, invalid);
  }
  return {
    allowed: response["allowed"] === true,
    result: isRecord(response["status"]) ? response["status"] : undefined,
    warnings: stringsOf(response["warnings"]),
    auditAnnotations: stringMapOf(response["auditAnnotations"]),
    patch: expected.isMutating ? patchOf(response) : [],
  };
}

function checkPatch(
  { patch, patchType }: Readonly<Record<string, unknown>>,
  isMutating: boolean,
  invalid: (why: string) => Error,
): void {
  const hasPatch = typeof patch === "string" && patch !== "";
  const hasType = patchType !== undefined && patchType !== null;
  if (!isMutating) {
    if (hasPatch) throw invalid("validating webhook may not return response.patch");
    if (hasType) throw invalid("validating webhook may not return response.patchType");
    return;
  }
  if (hasPatch && !hasType) {
    throw invalid("webhook returned response.patch but not response.patchType");
  }
  if (!hasPatch && hasType) {
    throw invalid("webhook returned response.patchType but not response.patch");
  }
  if (patchType === "") throw invalid('webhook returned invalid response.patchType of ""');
}

function patchOf({ patch, patchType, allowed }: Readonly<Record<string, unknown>>): unknown[] {
  if (typeof patch !== "string" || patch === "" || allowed !== true) return [];
  let operations: unknown;
  try {
    operations = JSON.parse(text(fromBase64(patch)));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`received undecodable patch in webhook response: ${why}`, { cause: error });
  }
  if (!Array.isArray(operations)) {
    throw new Error("received undecodable patch in webhook response: it is no list of operations");
  }
  if (operations.length > 0 && patchType !== undefined && patchType !== "JSONPatch") {
    throw new Error(`unsupported patch type ${JSON.stringify(patchType)}`);
  }
  return operations as unknown[];
}

function stringsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function stringMapOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
