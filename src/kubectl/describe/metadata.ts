import type { ObjectMeta } from "#api/meta/v1.ts";
import type { ApiObject } from "#client/object.ts";
import { controllerOf } from "#client/object.ts";
import { sorted } from "./go-values.ts";
import type { DescribeWriter, ValueListLayout } from "./writer.ts";

/** An annotation with its key is cut, or gets lines of its own, when it is longer than this. */
const annotationLengthMax = 140;
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

type Labels = Readonly<Record<string, string>> | undefined;

/** What most descriptions begin with. */
export function writeIdentity(writer: DescribeWriter, metadata: ObjectMeta): void {
  writeName(writer, metadata);
  writeLabelsAndAnnotations(writer, metadata);
}

export function writeName(writer: DescribeWriter, metadata: ObjectMeta): void {
  writer.field(0, "Name", metadata.name);
  writer.field(0, "Namespace", metadata.namespace ?? "");
}

export function writeLabelsAndAnnotations(writer: DescribeWriter, metadata: ObjectMeta): void {
  writeLabels(writer, "Labels", metadata.labels);
  writeAnnotations(writer, "Annotations", metadata.annotations);
}

export function writeLabels(
  writer: DescribeWriter,
  title: string,
  labels: Labels,
  layout?: ValueListLayout,
): void {
  writer.valueList(title, labelLines(labels), layout);
}

/** `key=value`, by key. */
export function labelLines(labels: Labels): string[] {
  return sorted(Object.keys(labels ?? {})).map((key) => `${key}=${labels?.[key] ?? ""}`);
}

/** All labels in one line. */
export function formatLabels(labels: Labels): string {
  return sorted(labelLines(labels)).join(",") || "<none>";
}

/** `before` stands in front of each piece of a line. */
export function writeAnnotations(
  writer: DescribeWriter,
  title: string,
  annotations: Labels,
  before = "",
): void {
  const keys = sorted(Object.keys(annotations ?? {})).filter((key) => key !== lastApplied);
  writer.raw(`${before}${title}:\t`);
  if (keys.length === 0) writer.raw(`${before}<none>\n`);
  for (const [index, key] of keys.entries()) {
    if (index > 0) writer.raw(`${before}\t`);
    const value = (annotations?.[key] ?? "").replace(/\n$/, "");
    if (byteLength(value) + byteLength(key) + 2 > annotationLengthMax || value.includes("\n")) {
      writer.raw(`${before}${key}:\n`);
      for (const line of value.split("\n")) {
        writer.raw(`${before}\t  ${shorten(line, annotationLengthMax - 2)}\n`);
      }
    } else {
      writer.raw(`${before}${key}: ${value}\n`);
    }
  }
}

/** `Kind/name` of the owner that manages the object. */
export function writeController(writer: DescribeWriter, object: ApiObject): void {
  const owner = controllerOf(object);
  if (owner) writer.field(0, "Controlled By", `${owner.kind}/${owner.name}`);
}

/** Cut after so many bytes, and maybe within a letter, which then shows as unknown. */
export function shorten(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= bytesMax) return text;
  return `${new TextDecoder().decode(bytes.subarray(0, bytesMax))}...`;
}

const byteLength = (text: string) => new TextEncoder().encode(text).length;
