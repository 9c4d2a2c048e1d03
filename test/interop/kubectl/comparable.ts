import { isRow } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";

/** What differs between two servers alike: replaced by words, the rest to the last space. */
export function comparable(text: string, directory: string): string {
  let result = text.replaceAll(`${directory}/`, "").replaceAll(directory, "DIR");
  for (const [pattern, word] of replacements) result = result.replaceAll(pattern, word);
  return result;
}

/** The alphabet of generated names. */
const letters = "[bcdfghjklmnpqrstvwxz2456789]";

const replacements: readonly (readonly [RegExp, string])[] = [
  // Log lines keep what they say; where the stock program's code was is its own matter.
  [/^[EWI]\d{4} [\d:.]+ +\d+ \S+\] "Unhandled Error".*\n/gm, ""],
  [/^[EWI]\d{4} [\d:.]+ +\d+ \S+\] /gm, ""],
  [/kubectl\.1\.33/g, "kubectl"],
  [/127\.0\.0\.1:\d+/g, "SERVER"],
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UID"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME"],
  [/(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "TIME"],
  // Also as JSON without blanks, and as Go prints maps.
  [/(resourceVersion"?: ?)(?:["']\d+["']|\d+)/g, '$1"VERSION"'],
  [/(Expected resource version to be \d+, was )\d+/g, "$1VERSION"],
  [new RegExp(`-(${letters}{8,10})-${letters}{5}(?![\\w-])`, "g"), "-HASH-IDENT"],
  // What made a set of objects says which version of it did.
  [/kubectl\/v1\.\d+\.\d+[\w.+-]*/g, "kubectl/VERSION"],
  [/kubectl-edit-[A-Za-z0-9]+/g, "kubectl-edit-IDENT"],
  [/\b(LIVE|MERGED)-[A-Za-z0-9]+/g, "$1-IDENT"],
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [+-]\d{4}/g, "TIME"],
  [/kube-api-access-[a-z0-9]{5}/g, "kube-api-access-IDENT"],
  [new RegExp(`-${letters}{5}(?![\\w-])`, "g"), "-IDENT"],
  [/\b10\.(\d{1,3}\.){2}\d{1,3}\b/g, "ADDRESS"],
  [/(?<=[:\s]|nodePort: )3[0-2]\d{3}(?=[/\s,]|$)/g, "NPORT"],
  [/\bin \S+ \(\S+ including waiting\)/g, "in TIME (TIME including waiting)"],
  [/(containerd:\/\/)[0-9a-f]{64}/g, "$1IDENT"],
  [/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g, "CERTIFICATE"],
  [/(-data: )[A-Za-z0-9+/=]{100,}/g, "$1DATA"],
  [/(?<![\w.-])(?:\d+[dhms]){1,2}(?= ago\)|[\s,)]|$)/g, "AGE"],
];

/** Objects of a whole server, by path, with what no client decided left out. */
export function comparableObjects(objects: readonly Row[], directory: string): Row {
  const result: Row = {};
  for (const object of objects) {
    const metadata = isRow(object.metadata) ? object.metadata : {};
    const name = claimOf(object) ?? metadata.name;
    const key = [object.apiVersion, object.kind, metadata.namespace ?? "", name].join("/");
    const text = JSON.stringify(strip(object));
    result[comparable(key, directory)] = JSON.parse(comparable(text, directory));
  }
  return result;
}

/** Volumes that were made for a claim have names by chance. */
function claimOf({ kind, spec }: Row): unknown {
  if (kind !== "PersistentVolume" || !isRow(spec)) return undefined;
  return isRow(spec.claimRef) ? spec.claimRef.name : undefined;
}

const decidedByServers = new Set([
  "uid",
  "resourceVersion",
  "creationTimestamp",
  "clusterIP",
  "clusterIPs",
]);

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (!isRow(value)) return value;
  const result: Row = {};
  for (const [name, field] of Object.entries(value)) {
    if (!decidedByServers.has(name)) result[name] = strip(field);
    if (/^(nodePort|healthCheckNodePort)$/.test(name)) result[name] = "NPORT";
    // Their order is that of the seconds in which they came.
    if (name === "managedFields") result[name] = byText(result[name]);
  }
  return result;
}

function byText(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  const keyed = list.map((item: unknown) => {
    const { time: _time, ...rest } = item as Row;
    return { item, key: comparable(JSON.stringify(rest), "\0") };
  });
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ item }) => item);
}
