import { Namespace } from "#api/core/v1.ts";
import type { LabelSelector } from "#api/meta/v1.ts";
import type { Client } from "#client/client.ts";
import { matchesLabelSelector } from "#machinery/labels/label-selector.ts";
import { notFound } from "#machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import { metadataOf } from "../refusal.ts";
import { isNamespace, namespaceOf } from "./rules.ts";

/** The labels of the namespace that a request is about; read once, and only if somebody asks. */
export class RequestNamespace {
  readonly #client: Client;
  readonly #request: AdmissionRequest;
  #found: Promise<Namespace | undefined> | undefined;

  constructor(client: Client, request: AdmissionRequest) {
    this.#client = client;
    this.#request = request;
  }

  /** Undefined for requests that are in no namespace, and where it is gone. */
  find(): Promise<Namespace | undefined> {
    const name = namespaceOf(this.#request);
    this.#found ??= name
      ? this.#client.find(Namespace, { name })
      : Promise.resolve<Namespace | undefined>(undefined);
    return this.#found;
  }

  /** Cluster-scoped objects are matched by every selector. */
  async matches(selector: LabelSelector | undefined): Promise<boolean> {
    const request = this.#request;
    if (!namespaceOf(request) && !isNamespace(request)) return true;
    if (isEmpty(selector)) return true;
    // A namespace's new labels count already.
    const isWritten = request.operation === "CREATE" || request.operation === "UPDATE";
    if (isNamespace(request) && !request.subresource && isWritten) {
      return matchesLabelSelector(selector, metadataOf(request.object).labels);
    }
    const namespace = await this.find();
    if (!namespace) throw notFound({ group: "", resource: "namespaces" }, namespaceOf(request));
    return matchesLabelSelector(selector, namespace.metadata.labels);
  }
}

/** Either form of the object will do, so that no change of labels escapes. */
export function matchesObject(
  selector: LabelSelector | undefined,
  { object, oldObject }: AdmissionRequest,
): boolean {
  if (isEmpty(selector)) return true;
  return [object, oldObject].some(
    (each) => each !== undefined && matchesLabelSelector(selector, metadataOf(each).labels),
  );
}

function isEmpty(selector: LabelSelector | undefined): boolean {
  const isIn = (part: object | undefined) => part !== undefined && Object.keys(part).length > 0;
  return !isIn(selector?.matchLabels) && !isIn(selector?.matchExpressions);
}
