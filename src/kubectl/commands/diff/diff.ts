import { toYaml } from "#machinery/codec/yaml-writer.ts";
import { StatusError } from "#machinery/status.ts";
import type { ApiResource } from "../../discovery/api-resource.ts";
import { CommandError, messageOf } from "../../errors.ts";
import type { Kubectl } from "../../kubectl.ts";
import type { KubeObject } from "../../objects.ts";
import { joinPath } from "../../paths.ts";
import { withoutManagedFields } from "../../printers/printer.ts";
import { isFailure } from "../../resources/find.ts";
import type { Found, ResourceQuery } from "../../resources/find.ts";
import type { ResourceInfo } from "../../resources/resource-info.ts";
import { resourcePath } from "../../rest/paths.ts";
import { patch, tellDeletion } from "../apply/client-side.ts";
import type { PruneOptions } from "../apply/options.ts";
import { lastAppliedAnnotation } from "../../writes/last-applied.ts";
import { masked } from "./mask.ts";

export interface DiffRequest {
  /** How many objects the server is asked about at a time. */
  readonly concurrency: number;
  readonly query: ResourceQuery;
  readonly serverSide: boolean;
  readonly forceConflicts: boolean;
  readonly fieldManager: string;
  readonly showManagedFields: boolean;
  readonly prune: PruneOptions | undefined;
}

/** Two directories with a file for each object, for a program to compare. */
interface Directories {
  readonly live: string;
  readonly merged: string;
}

/** Resolves with 0 where nothing differs, and with 1 where something does. */
export async function diff(kubectl: Kubectl, request: DiffRequest): Promise<number> {
  const { files } = kubectl.host;
  const live = await files.makeTemporaryDirectory("LIVE-");
  const merged = await files.makeTemporaryDirectory("MERGED-");
  try {
    await writeAll(kubectl, request, { live, merged });
    return await compare(kubectl, live, merged);
  } finally {
    await files.remove(live);
    await files.remove(merged);
  }
}

async function writeAll(
  kubectl: Kubectl,
  request: DiffRequest,
  directories: Directories,
): Promise<void> {
  const namespaces = new Set<string>();
  const kept = new Set<string | undefined>();
  const write = async (found: Found) => {
    if (isFailure(found)) throw found.error;
    const live = await read(kubectl, found);
    const merged = await mergedOf(kubectl, found, live, request);
    if (live) tellDeletion(kubectl, found, live);
    if (found.namespace) namespaces.add(found.namespace);
    kept.add(live?.metadata.uid);
    await writePair(kubectl, request, directories, { info: found, live, merged });
  };
  await eachOf(kubectl.find(request.query), request.concurrency, write);
  if (!request.prune) return;
  const { prunable } = await import("../apply/prune.ts");
  for await (const { resource, object } of prunable(kubectl, request.prune, { namespaces, kept })) {
    const { namespace, name = "" } = object.metadata;
    const file = fileName(resource, namespace, name);
    await kubectl.host.files.writeText(joinPath(directories.live, file), toYaml(object));
  }
}

/** As many at a time as said. After a failure nothing is begun, and what was begun is waited for. */
async function eachOf<T>(
  items: AsyncIterable<T>,
  concurrency: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const item of items) {
    const task: Promise<void> = act(item)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(task));
    running.add(task);
    if (running.size >= concurrency) await Promise.race(running);
    if (failures.length > 0) break;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

async function read(kubectl: Kubectl, info: ResourceInfo): Promise<KubeObject | undefined> {
  const rest = await kubectl.rest();
  try {
    return await rest.json({ path: resourcePath(info.resource, info) });
  } catch (error) {
    if (error instanceof StatusError && error.reason === "NotFound") return undefined;
    throw error;
  }
}

/** What the server would have, told by the server. */
async function mergedOf(
  kubectl: Kubectl,
  info: ResourceInfo,
  live: KubeObject | undefined,
  { serverSide, forceConflicts, fieldManager }: DiffRequest,
): Promise<KubeObject> {
  const { object } = info;
  if (!object) throw new Error("a file's object is read with the file");
  const rest = await kubectl.rest();
  if (serverSide) {
    return await rest.json({
      method: "PATCH",
      path: resourcePath(info.resource, info),
      query: { dryRun: "All", fieldManager, force: forceConflicts },
      contentType: "application/apply-patch+yaml",
      body: object,
    });
  }
  if (!live) {
    return await rest.json({
      method: "POST",
      path: resourcePath(info.resource, { namespace: info.namespace }),
      query: { dryRun: "All", fieldManager },
      body: object,
    });
  }
  const { [lastAppliedAnnotation]: _left, ...annotations } = object.metadata.annotations ?? {};
  const modified = { ...object, metadata: { ...object.metadata, annotations } };
  const states = { current: live, modified };
  try {
    return (await patch(kubectl, info, states, { fieldManager, dryRun: "server" })).object;
  } catch (error) {
    throw error instanceof Error && error.cause instanceof StatusError ? error.cause : error;
  }
}

async function writePair(
  kubectl: Kubectl,
  { showManagedFields }: DiffRequest,
  directories: Directories,
  pair: { info: ResourceInfo; live: KubeObject | undefined; merged: KubeObject },
): Promise<void> {
  const { info } = pair;
  const shown = (object: KubeObject | undefined) =>
    object && !showManagedFields ? withoutManagedFields(object) : object;
  let [live, merged] = [shown(pair.live), shown(pair.merged)];
  // What is secret stays so; that it differs may be told.
  if (info.resource.kind === "Secret" && info.resource.group === "") {
    [live, merged] = masked(live, merged);
  }
  const file = fileName(info.resource, info.namespace, info.name);
  const { files } = kubectl.host;
  await files.writeText(joinPath(directories.live, file), live ? toYaml(live) : "");
  await files.writeText(joinPath(directories.merged, file), merged ? toYaml(merged) : "");
}

function fileName(resource: ApiResource, namespace: string | undefined, name: string): string {
  const { group, version, kind } = resource;
  return `${group ? `${group}.` : ""}${version}.${kind}.${namespace ?? ""}.${name}`;
}

async function compare(kubectl: Kubectl, live: string, merged: string): Promise<number> {
  const { programs } = kubectl.host;
  const [program, args] = commandOf(
    kubectl.host.environment.KUBECTL_EXTERNAL_DIFF ?? "",
    live,
    merged,
  );
  const failed = (why: string) =>
    new CommandError(`failed to run ${JSON.stringify(program)}: ${why}`);
  if (!programs) throw failed("there are no programs here");
  if ((await programs.find(program)) === undefined) {
    throw failed(
      program.includes("/")
        ? `fork/exec ${program}: no such file or directory`
        : "executable file not found in $PATH",
    );
  }
  let result;
  try {
    result = await programs.run(program, args);
  } catch (error) {
    throw failed(messageOf(error));
  }
  kubectl.print(result.stdout);
  kubectl.host.stderr.write(result.stderr);
  if (result.exitCode > 1) throw failed(`exit status ${result.exitCode}`);
  return result.exitCode;
}

/** What a person wants for comparing; only plain words are options. */
function commandOf(wanted: string, live: string, merged: string): [string, string[]] {
  if (wanted === "") return ["diff", ["-u", "-N", live, merged]];
  const [program = "", ...words] = wanted.split(" ");
  return [program, [live, merged, ...words.filter((word) => /^[a-zA-Z0-9-=]+$/.test(word))]];
}
