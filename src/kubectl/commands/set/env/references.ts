import type { Container, EnvVarSource } from "#api/core/v1.ts";
import { fromBase64, text } from "#base/bytes.ts";
import type { Draft } from "#schema/message.ts";
import { isRow } from "#machinery/json.ts";
import { quantityMilli, quantityValue } from "#schema/quantity.ts";
import { CommandError } from "../../../errors.ts";
import type { Kubectl } from "../../../kubectl.ts";
import type { KubeObject } from "../../../objects.ts";

/** Where a variable's value comes from, in words. */
export function referenceText(from: Draft<EnvVarSource>): string {
  if (from.configMapKeyRef) {
    return `configmap ${from.configMapKeyRef.name ?? ""}, key ${from.configMapKeyRef.key}`;
  }
  if (from.secretKeyRef) {
    return `secret ${from.secretKeyRef.name ?? ""}, key ${from.secretKeyRef.key}`;
  }
  if (from.fieldRef) return `field path ${from.fieldRef.fieldPath}`;
  if (from.resourceFieldRef) {
    const { containerName, resource } = from.resourceFieldRef;
    return `resource field ${containerName ? `${containerName}/` : ""}${resource}`;
  }
  return "invalid valueFrom";
}

/** Reads what variables refer to, each object once. */
export class ReferenceReader {
  readonly #kubectl: Kubectl;
  readonly #read = new Map<string, Promise<KubeObject>>();

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
  }

  async value(
    from: Draft<EnvVarSource>,
    object: KubeObject,
    container: Draft<Container>,
  ): Promise<string> {
    const { secretKeyRef, configMapKeyRef, fieldRef, resourceFieldRef } = from;
    if (secretKeyRef) {
      const { name = "", key } = secretKeyRef;
      const value = await this.#dataOf("secrets", name, key);
      if (value !== undefined) return text(fromBase64(value));
      throw new CommandError(`key ${key} not found in secret ${name}`);
    }
    if (configMapKeyRef) {
      const { name = "", key } = configMapKeyRef;
      const value = await this.#dataOf("configmaps", name, key);
      if (value !== undefined) return value;
      throw new CommandError(`key ${key} not found in config map ${name}`);
    }
    if (fieldRef) return fieldValue(object, fieldRef.fieldPath);
    if (resourceFieldRef) {
      const { resource, divisor } = resourceFieldRef;
      return resourceValue(container, resource, divisor ?? "0");
    }
    throw new CommandError("invalid valueFrom");
  }

  async #dataOf(resource: string, name: string, key: string): Promise<string | undefined> {
    const { name: namespace } = await this.#kubectl.namespace();
    const path = `/api/v1/namespaces/${namespace}/${resource}/${name}`;
    let object = this.#read.get(path);
    if (!object) {
      object = this.#kubectl.rest().then((rest) => rest.json({ path }));
      this.#read.set(path, object);
    }
    const { data } = await object;
    const value = isRow(data) ? data[key] : undefined;
    return typeof value === "string" ? value : undefined;
  }
}

export function fieldValue({ metadata }: KubeObject, path: string): string {
  const subscript = /^(.+?)\['(.*)'\]$/s.exec(path);
  if (subscript) {
    const [, field = "", key = ""] = subscript;
    if (field === "metadata.annotations") return metadata.annotations?.[key] ?? "";
    if (field === "metadata.labels") return metadata.labels?.[key] ?? "";
    throw new CommandError(`fieldPath ${JSON.stringify(path)} does not support subscript`);
  }
  switch (path) {
    case "metadata.annotations":
      return pairsText(metadata.annotations);
    case "metadata.labels":
      return pairsText(metadata.labels);
    case "metadata.name":
      return metadata.name ?? "";
    case "metadata.namespace":
      return metadata.namespace ?? "";
    case "metadata.uid":
      return metadata.uid ?? "";
    default:
      throw new CommandError(`unsupported fieldPath: ${path}`);
  }
}

function pairsText(pairs: Readonly<Record<string, string>> = {}): string {
  return Object.keys(pairs)
    .toSorted()
    .map((key) => `${key}=${JSON.stringify(pairs[key])}`)
    .join("\n");
}

/** In units of the divisor, rounded up. */
export function resourceValue(container: Draft<Container>, path: string, divisor: string): string {
  const [, part = "", resource = ""] = /^(limits|requests)\.(.+)$/.exec(path) ?? [];
  const isKnown = ["cpu", "memory", "ephemeral-storage"].includes(resource);
  if (!isKnown && !resource.startsWith("hugepages-")) {
    throw new CommandError(`Unsupported container resource : ${path}`);
  }
  const amounts = container.resources?.[part === "limits" ? "limits" : "requests"];
  const amount = amounts?.[resource] ?? "0";
  const unit = quantityMilli(divisor) === 0 ? "1" : divisor;
  const measure = resource === "cpu" ? quantityMilli : quantityValue;
  return String(Math.ceil(measure(amount) / measure(unit)));
}
