import type { CustomResourceDefinition, WebhookConversion } from "#api/apiextensions/v1.ts";
import type { Random } from "#base/random.ts";
import { goText } from "#machinery/go-text.ts";
import { cloneJson, isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import { validateAnnotations, validateLabels } from "#machinery/validation/metadata.ts";
import { fieldErrorText } from "#machinery/validation/field-error.ts";

type ClientConfig = NonNullable<WebhookConversion["clientConfig"]>;

/** Sends a ConversionReview to a webhook. Rejects where no answer came, with the reason. */
export type ConversionCaller = (
  clientConfig: ClientConfig,
  review: object,
) => Promise<Record<string, unknown>>;

/** Brings objects of one kind to the version wanted, in order. Takes over what it is given. */
export type Convert = (objects: readonly Row[], apiVersion: string) => Promise<readonly Row[]>;

/** Versions that say the same: only the name of the version changes. */
export function renamed(object: Row, apiVersion: string): Row {
  object["apiVersion"] = apiVersion;
  return object;
}

/** Conversion by the definition's webhook; undefined where versions differ by name alone. */
export function webhookConversion(
  { spec }: CustomResourceDefinition,
  { call, random }: { readonly call: ConversionCaller; readonly random: Random },
): Convert | undefined {
  const { conversion, group, names } = spec;
  if (conversion?.strategy !== "Webhook" || !conversion.webhook) return undefined;
  const { clientConfig = {}, conversionReviewVersions } = conversion.webhook;
  const reviewVersion = conversionReviewVersions.find((one) => one === "v1" || one === "v1beta1");
  return async (objects, apiVersion) => {
    const left = objects.filter((object) => object["apiVersion"] !== apiVersion);
    if (left.length === 0) return objects;
    const subject = `${goText(left[0]?.["apiVersion"] ?? group)}, Kind=${names.kind}`;
    const fail = (why: string): never => {
      throw new Error(`conversion webhook for ${subject} ${why}`);
    };
    if (!reviewVersion) return fail("failed: no supported conversion review versions");
    const uid = random.uuid();
    const reviewApi = `apiextensions.k8s.io/${reviewVersion}`;
    const review = {
      kind: "ConversionReview",
      apiVersion: reviewApi,
      request: { uid, desiredAPIVersion: apiVersion, objects: left },
    };
    let converted: readonly unknown[] = [];
    try {
      const answer = await call(clientConfig, review);
      converted = convertedObjects(answer, reviewApi, uid);
    } catch (error) {
      fail(`failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (converted.length !== left.length) {
      fail(`returned ${converted.length} objects, expected ${left.length}`);
    }
    const results = left.map((object, index) => {
      const why = adopt(object, converted[index], apiVersion);
      return typeof why === "string"
        ? fail(`returned invalid converted object at index ${index}: ${why}`)
        : why;
    });
    let next = 0;
    return objects.map((object) =>
      object["apiVersion"] === apiVersion ? object : (results[next++] ?? object),
    );
  };
}

/** Throws for an answer that is none to the review. */
function convertedObjects(answer: Row, reviewApi: string, uid: string): readonly unknown[] {
  const { apiVersion, kind, response } = answer;
  const isStrict = reviewApi.endsWith("/v1");
  if (isStrict && (apiVersion !== reviewApi || kind !== "ConversionReview")) {
    throw new Error(
      `expected webhook response of ${reviewApi}, Kind=ConversionReview, ` +
        `got ${goText(apiVersion ?? "")}, Kind=${goText(kind ?? "")}`,
    );
  }
  if (!isRow(response)) throw new Error("no response provided");
  if (isStrict && response["uid"] !== uid) {
    const given = JSON.stringify(response["uid"] ?? "");
    throw new Error(`expected response.uid=${JSON.stringify(uid)}, got ${given}`);
  }
  const result = isRow(response["result"]) ? response["result"] : {};
  const { status = "", message } = result;
  if (status !== "Success") {
    if (typeof message === "string" && message !== "") throw new Error(message);
    throw new Error(`response.result.status was '${goText(status)}', not 'Success'`);
  }
  const { convertedObjects: objects } = response;
  return Array.isArray(objects) ? (objects as unknown[]) : [];
}

/**
 * The converted object under the metadata of the original one: of that, a webhook may change only
 * labels and annotations. A text says what is wrong with it.
 */
function adopt(original: Row, converted: unknown, apiVersion: string): Row | string {
  if (!isRow(converted)) return "it is no object";
  if (converted["apiVersion"] !== apiVersion) {
    const received = goText(converted["apiVersion"] ?? "");
    return `invalid groupVersion (expected ${apiVersion}, received ${received})`;
  }
  if (converted["kind"] !== original["kind"]) {
    const [expected, received] = [original["kind"], converted["kind"]].map(goText);
    return `invalid kind (expected ${expected}, received ${received})`;
  }
  const { metadata } = converted;
  if (!isRow(metadata)) return "missing metadata in converted object";
  const before = isRow(original["metadata"]) ? original["metadata"] : {};
  for (const [field, word] of identityFields) {
    const [wanted, given] = [before[field] ?? "", metadata[field] ?? ""];
    if (wanted !== given)
      return `must have the same ${word}: ${goText(wanted)} != ${goText(given)}`;
  }
  const kept: Row = cloneJson(before);
  for (const field of ["labels", "annotations"] as const) {
    const given = metadata[field];
    if (given === undefined || given === null) delete kept[field];
    else {
      const why = textsProblem(given, field);
      if (why !== undefined) return why;
      kept[field] = given;
    }
  }
  return { ...converted, metadata: kept };
}

const identityFields = [
  ["name", "name"],
  ["namespace", "namespace"],
  ["uid", "UID"],
] as const;

function textsProblem(given: unknown, field: "labels" | "annotations"): string | undefined {
  if (!isRow(given)) return `invalid metadata.${field} in converted object`;
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === "string") continue;
    return `metadata.${field}[${key}] must be a string, but is ${typeof value} in converted object`;
  }
  const texts = given as Record<string, string>;
  const errors =
    field === "labels"
      ? validateLabels(texts, "metadata.labels")
      : validateAnnotations(texts, "metadata.annotation");
  return errors.length > 0 ? errors.map(fieldErrorText).join(", ") : undefined;
}
