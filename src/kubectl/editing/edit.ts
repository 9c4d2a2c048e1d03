import { isRow } from "#machinery/json.ts";
import { toYaml } from "#machinery/codec/yaml-writer.ts";
import { goJson } from "#machinery/codec/go-json.ts";
import { parseYaml } from "#machinery/codec/yaml.ts";
import type { StatusError } from "#machinery/status.ts";
import { qualifiedName } from "../discovery/api-resource.ts";
import { CommandError, ExitError, messageOf } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";
import type { KubeObject } from "../objects.ts";
import type { ResourceInfo } from "../resources/resource-info.ts";
import { withoutManagedFields } from "../printers/printer.ts";
import { editFile } from "./editor.ts";
import { hasContent, headerOf, meaningOf, withoutComments } from "./edited-text.ts";
import type { Reason } from "./edited-text.ts";

/** What is edited, and what becomes of it. */
export interface EditSession {
  readonly what: "object" | "configuration";
  /** How the editor shows it. */
  readonly format: "yaml" | "json";
  readonly windowsLineEndings: boolean;
  /** Checked before the server is asked. */
  readonly validate: boolean;
  /** Acts on one object that was saved; `original` is the one with its UID. */
  save(edited: ResourceInfo, original: KubeObject): Promise<void>;
}

/** What went wrong with objects of one round. */
interface Round {
  readonly reasons: Reason[];
  retryable: number;
  notFound: number;
}

/**
 * Shows the objects in an editor, and again with what was wrong until they are saved, or until
 * the person leaves them as they were.
 */
export async function edit(
  kubectl: Kubectl,
  infos: readonly ResourceInfo[],
  session: EditSession,
): Promise<void> {
  const file = new TemporaryFile(kubectl, session.format === "json" ? ".json" : ".yaml");
  const original = textOf(infos, session);
  let round: Round = { reasons: [], retryable: 0, notFound: 0 };
  let edited: string | undefined;
  for (;;) {
    const body = edited === undefined ? original : withoutComments(edited);
    const header = session.format === "json" ? "" : headerOf(session.what, round.reasons);
    const before = edited;
    edited = await launch(kubectl, file, withLineEnds(header + body, session));
    if (before !== undefined && meaningOf(before) === meaningOf(edited)) {
      await file.tellKept();
      throw new CommandError("Edit cancelled, no valid changes were saved.");
    }
    await file.removePrevious();
    const problem = session.validate ? problemOf(edited) : undefined;
    round = { reasons: [], retryable: 0, notFound: 0 };
    if (problem !== undefined) {
      tellInvalid(kubectl, infos[0], round, [
        `<nil>: Invalid value: "The edited file failed validation": ${problem}`,
      ]);
      continue;
    }
    if (meaningOf(original) === meaningOf(edited)) {
      await file.remove();
      kubectl.tell("Edit cancelled, no changes made.");
      return;
    }
    if (!hasContent(edited)) {
      await file.remove();
      kubectl.tell("Edit cancelled, saved file was empty.");
      return;
    }
    try {
      const saved = await readBack(kubectl, edited, round);
      if (saved) await saveAll(kubectl, { saved, infos, session, round });
    } catch (error) {
      await file.tellKept();
      throw error;
    }
    if (round.retryable > 0) {
      kubectl.tell(
        `You can run \`${kubectl.programName} replace -f ${file.path}\` to try this update again.`,
      );
      throw new ExitError(1);
    }
    if (round.notFound > 0) {
      const path = JSON.stringify(file.path);
      kubectl.tell(`The edits you made on deleted resources have been saved to ${path}`);
      throw new ExitError(1);
    }
    if (round.reasons.length === 0) {
      await file.remove();
      return;
    }
  }
}

function textOf(infos: readonly ResourceInfo[], { format }: EditSession): string {
  const objects = infos.flatMap(({ object }) => (object ? withoutManagedFields(object) : []));
  const [only] = objects;
  const shown =
    only && objects.length === 1
      ? only
      : { apiVersion: "v1", items: objects, kind: "List", metadata: {} };
  return format === "json" ? `${goJson(shown, { indent: "    " })}\n` : toYaml(shown);
}

function withLineEnds(text: string, { windowsLineEndings }: EditSession): string {
  return windowsLineEndings ? text.replaceAll("\n", "\r\n") : text;
}

/** The file of each round is a new one, so that an editor that goes on writes to nobody's. */
class TemporaryFile {
  readonly #kubectl: Kubectl;
  readonly #suffix: string;
  #previous: string | undefined;
  path = "";

  constructor(kubectl: Kubectl, suffix: string) {
    this.#kubectl = kubectl;
    this.#suffix = suffix;
  }

  async write(text: string): Promise<void> {
    const { files } = this.#kubectl.host;
    this.#previous = this.path || undefined;
    const program = this.#kubectl.programName.split(/[ /]/).at(-1) ?? "kubectl";
    this.path = await files.makeTemporary(`${program}-edit-`, this.#suffix);
    await files.writeText(this.path, text, { mode: 0o600 });
  }

  async removePrevious(): Promise<void> {
    if (this.#previous !== undefined) await this.#kubectl.host.files.remove(this.#previous);
    this.#previous = undefined;
  }

  async remove(): Promise<void> {
    await this.#kubectl.host.files.remove(this.path);
  }

  async tellKept(): Promise<void> {
    if ((await this.#kubectl.host.files.stat(this.path)) === undefined) return;
    const path = JSON.stringify(this.path);
    this.#kubectl.tell(`A copy of your changes has been stored to ${path}`);
  }
}

async function launch(kubectl: Kubectl, file: TemporaryFile, text: string): Promise<string> {
  await file.write(text);
  await editFile(kubectl.host, file.path);
  return await kubectl.host.files.readText(file.path);
}

/** What no server needs to be asked about. */
function problemOf(text: string): string | undefined {
  let documents;
  try {
    documents = parseYaml(text, { exactIntegers: true });
  } catch (error) {
    return messageOf(error);
  }
  const [first] = documents;
  if (!isRow(first?.value)) return "invalid object to validate";
  const { value } = first;
  const missing = ["apiVersion", "kind"].filter((name) => !value[name]);
  if (missing.length === 0) return undefined;
  const told = missing.map((name) => `${name} not set`);
  return told.length === 1 ? told[0] : `[${told.join(", ")}]`;
}

/** The objects of the text; undefined, with the reason kept, where it cannot be read. */
async function readBack(
  kubectl: Kubectl,
  text: string,
  { reasons }: Round,
): Promise<ResourceInfo[] | undefined> {
  try {
    const read = [{ source: "edited-file", text }];
    return await kubectl.findAll({ files: { filenames: [], read } });
  } catch (error) {
    const head = `The edited file had a syntax error: ${messageOf(error)}`;
    reasons.push({ head, details: [] });
    return undefined;
  }
}

interface Saving {
  readonly saved: readonly ResourceInfo[];
  readonly infos: readonly ResourceInfo[];
  readonly session: EditSession;
  readonly round: Round;
}

async function saveAll(kubectl: Kubectl, { saved, infos, session, round }: Saving): Promise<void> {
  for (const info of saved) {
    const uid = info.object?.metadata.uid;
    const original = infos.find(({ object }) => object?.metadata.uid === uid)?.object;
    if (!original) {
      throw new CommandError(`no original object found for ${info.name} with UID "${uid ?? ""}"`);
    }
    try {
      await session.save(info, withoutManagedFields(original));
    } catch (error) {
      if (!(error instanceof RefusedEdit)) throw error;
      tellRefusal(kubectl, info, round, error.cause);
    }
  }
}

/** The server did not take what was saved: the person is asked again, or told what to do. */
export class RefusedEdit extends Error {
  override name = "RefusedEdit";
  override readonly cause: StatusError;
  constructor(cause: StatusError) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

function tellRefusal(
  kubectl: Kubectl,
  info: ResourceInfo,
  round: Round,
  { status, message }: StatusError,
): void {
  const shown = `${qualifiedName(info.resource)} "${info.name}"`;
  switch (status.reason) {
    case "Invalid": {
      const causes = status.details?.causes ?? [];
      const details = causes.map(({ field = "", message: text = "" }) => `${field}: ${text}`);
      tellInvalid(kubectl, info, round, details);
      return;
    }
    case "NotFound":
      round.notFound++;
      kubectl.tell(`error: ${shown} could not be found on the server`);
      return;
    default:
      round.retryable++;
      kubectl.tell(`error: ${shown} could not be patched: ${message}`);
  }
}

function tellInvalid(
  kubectl: Kubectl,
  info: ResourceInfo | undefined,
  round: Round,
  details: readonly string[],
): void {
  const shown = info ? `${qualifiedName(info.resource)} "${info.name}"` : "the file";
  round.reasons.push({ head: `${shown} was not valid`, details });
  kubectl.tell(`error: ${shown} is invalid`);
}
