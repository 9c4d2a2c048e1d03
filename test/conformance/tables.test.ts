import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { kinds } from "#api/kinds.ts";
import { optionalKinds } from "#api/versions.ts";
import type { Kind } from "#schema/field.ts";
import { apiVersionOf, fieldsOf } from "#schema/message.ts";
import type { MessageType } from "#schema/message.ts";
import { servedVersions } from "#server/discovery/groups.ts";
import { allResources } from "#server/resources/all.ts";
import { createSurroundings } from "#server/resources/testing.ts";
import { Ledger } from "./ledger.ts";
import type { Exception } from "./ledger.ts";
import type { OpenApiDocument } from "./document.ts";
import { isStable, readReference, readRows, skipWithout } from "./reference.ts";

const untabled: readonly Exception[] = [
  {
    about: /^(autoscaling\/v1 Scale|meta\/v1 Status) column/,
    reason: "Scale and Status are answered as objects, never as tables",
  },
];

const unread: readonly Exception[] = [
  {
    about: /column $/,
    reason: "kinds that are newer than the table, which has no columns of theirs",
  },
];

const definitions = allResources(createSurroundings().dependencies, "api/all=true");
const isOptional = (version: string): boolean => /^v\d+(alpha|beta)\d+$/.test(version);

/** The versions that are served by default, and those that somebody has to ask for. */
const parts = [
  { of: "stable versions", counts: isStable },
  { of: "alpha and beta versions", counts: isOptional },
] as const;

function conclude(context: TestContext, ledger: Ledger): void {
  context.diagnostic(ledger.report());
  assert.deepEqual(ledger.missing, []);
}

/** What discovery says, by group version and resource, in the table's columns. */
function servedResources(): ReadonlyMap<string, readonly string[]> {
  const ours = new Map<string, readonly string[]>();
  for (const version of servedVersions(definitions)) {
    for (const resource of version.resources) {
      const { definition, kind, name, namespaced, singular, subresources, verbs } = resource;
      const { shortNames = [], categories = [] } = definition.type.info;
      const below = subresources.map((one) => {
        const own = one.kind.group === version.group && one.kind.version === version.version;
        const prefix = own ? "" : `${apiVersionOf(one.kind)}.`;
        return `${one.name}=${prefix}${one.kind.kind}(${one.verbs.join(",")})`;
      });
      ours.set(`${version.groupVersion} ${name}`, [
        singular,
        kind,
        String(namespaced),
        verbs.join(","),
        shortNames.join(","),
        categories.join(","),
        below.join(";"),
      ]);
    }
  }
  return ours;
}

const aspects = [
  "singular",
  "kind",
  "namespaced",
  "verbs",
  "short names",
  "categories",
  "subresources",
];

for (const { counts, of } of parts) {
  test(
    `resources.tsv: names, verbs and subresources of ${of}`,
    { skip: skipWithout("resources.tsv") },
    (context) => {
      const ledger = new Ledger(`Resources of ${of}`);
      const ours = servedResources();
      for (const [groupVersion = "", name = "", ...row] of readRows("resources.tsv")) {
        if (!counts(groupVersion.split("/").at(-1) ?? "")) continue;
        const found = ours.get(`${groupVersion} ${name}`);
        for (const [index, aspect] of aspects.entries()) {
          const fact = `${groupVersion} ${name} ${aspect}`;
          ledger.compare(groupVersion, fact, found?.[index], row[index] ?? "");
        }
      }
      conclude(context, ledger);
    },
  );

  test(
    `printer-columns.tsv: what kubectl get shows of ${of}`,
    { skip: skipWithout("printer-columns.tsv") },
    (context) => {
      const ledger = new Ledger(`Columns of ${of}`, counts === isStable ? untabled : unread);
      const ours = printedColumns();
      for (const row of readRows("printer-columns.tsv")) {
        const [groupVersions = "", kind = "", position = "", name, type, format, priority] = row;
        const [, group = "", list = ""] = /^(?:(.*)\/)?(.*)$/.exec(groupVersions) ?? [];
        for (const version of list.split(",").filter(counts)) {
          const groupVersion = group ? `${group}/${version}` : version;
          const plain = kind.replace(/ .*/, "");
          const fact = `${groupVersion} ${plain} column ${position}`;
          const text = [name, type, format, priority].join(" ");
          const found = ours.get(`${groupVersion} ${plain}`)?.[Number(position) - 1];
          ledger.compare(groupVersion, fact, found, text);
        }
      }
      conclude(context, ledger);
    },
  );
}

/** By group version and kind. */
function printedColumns(): ReadonlyMap<string, readonly string[]> {
  const ours = new Map<string, string[]>();
  for (const { columns = [], type } of definitions) {
    const texts = columns.map((column) =>
      [column.name, column.type, column.format ?? "", column.priority ?? 0].join(" "),
    );
    ours.set(`${apiVersionOf(type.info)} ${type.info.kind}`, texts);
  }
  return ours;
}

const renumbered: readonly Exception[] = [
  {
    about:
      /\.(Basic)?Device\.nodeAllocatableResourceMappings|\.NodeAllocatableResource\w+\.|\.Device field 1[34]/,
    reason: "alpha fields that the table, which is newer than v1.36, has under other numbers",
  },
  {
    about: /\.scheduling\.v1alpha2\./,
    reason: "the table has the version of scheduling.k8s.io that took the place of v1alpha2",
  },
];

/** The table of numbers is newer than the API: of upstream's fields those of the API count. */
function publishedFields(): ReadonlyMap<string, ReadonlySet<string>> {
  const { definitions: theirs } = JSON.parse(
    readReference("openapi-v1.36.json"),
  ) as OpenApiDocument;
  return new Map(
    Object.entries(theirs).map(([name, { properties = {} }]) => [
      name,
      new Set(Object.keys(properties).map(plainName)),
    ]),
  );
}

/** Protobuf spells some names in another way: "Name", "xKubernetesListType", "aPIGroup". */
const plainName = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

type Messages = ReadonlyMap<string, ReadonlyMap<number, { name: string; type: string }>>;

/** Upstream's messages by their names, and the fields of each by their numbers. */
function protobufMessages(): Messages {
  const messages = new Map<string, Map<number, { name: string; type: string }>>();
  for (const row of readRows("protobuf-tags.tsv")) {
    const [place = "", message = "", name = "", , type = "", tag = ""] = row;
    const key = `${place}.${message}`;
    const fields = messages.get(key) ?? new Map<number, { name: string; type: string }>();
    messages.set(key, fields.set(Number(tag), { name, type }));
  }
  return messages;
}

for (const { counts, of } of parts) {
  test(
    `protobuf-tags.tsv: the number of every field of ${of}`,
    { skip: skipWithout("protobuf-tags.tsv") },
    (context) => {
      const ledger = new Ledger(`Protobuf tags of ${of}`, renumbered);
      const [published, theirs] = [publishedFields(), protobufMessages()];
      for (const type of messageTypes()) {
        const group = type.schemaName.split(".").slice(-3, -1).join("/");
        if (!counts(group.split("/")[1] ?? "")) continue;
        const message = theirs.get(protobufName(type.schemaName));
        if (message) compareMessage(ledger, group, type, { message, theirs, published });
        else if (counts !== isStable && fieldsOf(type).length > 0) {
          ledger.compare(group, `${type.schemaName}.`, "here", "not in the table");
        }
      }
      conclude(context, ledger);
    },
  );
}

function compareMessage(
  ledger: Ledger,
  group: string,
  type: MessageType,
  {
    message,
    published,
    theirs,
  }: {
    readonly message: ReadonlyMap<number, { name: string }>;
    readonly published: ReturnType<typeof publishedFields>;
    readonly theirs: Messages;
  },
): void {
  const reached = new Set<number>();
  for (const [field, spec] of fieldsOf(type)) {
    if (spec.tag === 0 && !spec.within) continue;
    const path = [...(spec.within ?? []), spec.tag];
    reached.add(path[0] ?? 0);
    const found = follow(theirs, protobufName(type.schemaName), path);
    const fact = `${type.schemaName}.${field} = ${path.join(".")}`;
    ledger.compare(group, fact, plainName(field), found && plainName(found));
  }
  for (const [tag, field] of message) {
    const isPublished = published.get(type.schemaName)?.has(plainName(field.name)) ?? true;
    if (!isPublished && !reached.has(tag)) continue;
    const fact = `${type.schemaName} field ${tag} (${field.name})`;
    ledger.compare(group, fact, reached.has(tag), true);
  }
}

/** The name of the field at the end of a path through embedded messages. */
function follow(messages: Messages, start: string, path: readonly number[]): string | undefined {
  let name = start;
  let field: { name: string; type: string } | undefined;
  for (const tag of path) {
    field = messages.get(name)?.get(tag);
    const { type = "" } = field ?? {};
    name = type.startsWith(".") ? type.slice(1) : `${name.slice(0, name.lastIndexOf("."))}.${type}`;
  }
  return field?.name;
}

function protobufName(schemaName: string): string {
  return schemaName
    .replace(/^io\.k8s\./, "k8s.io.")
    .replace("apiextensions-apiserver", "apiextensions_apiserver")
    .replace("kube-aggregator", "kube_aggregator");
}

/** Every message that a kind is made of. */
function messageTypes(): ReadonlySet<MessageType> {
  const found = new Set<MessageType>();
  const visit = (type: MessageType) => {
    if (found.has(type)) return;
    found.add(type);
    for (const [, { of }] of fieldsOf(type)) visitKind(of);
  };
  const visitKind = (of: Kind) => {
    if (of.kind === "message") visit(of.type());
    else if (of.kind === "list") visitKind(of.item);
    else if (of.kind === "map") visitKind(of.value);
  };
  for (const type of [...kinds, ...optionalKinds]) visit(type);
  return found;
}
