import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { CommandError } from "../errors.ts";
import type { Kubectl } from "../kubectl.ts";

interface RawValues {
  readonly raw: string;
  readonly filename: readonly string[];
  readonly recursive: boolean;
  readonly output: string;
  readonly selector?: string;
  readonly edit?: boolean;
}

/** --raw sends one file to one path, and does nothing else. */
export function checkRaw(values: RawValues): void {
  const { raw, filename } = values;
  const [name = ""] = filename;
  const exclusive = (flag: string) => new CommandError(`--raw and ${flag} are mutually exclusive`);
  if (values.edit) throw exclusive("--edit");
  if (filename.length !== 1) {
    throw new CommandError("--raw can only use a single local file or stdin");
  }
  if (/^https?:\/\//.test(name)) throw new CommandError("--raw cannot read from a url");
  if (values.recursive) throw exclusive("--recursive");
  if (values.selector) throw exclusive("--selector (-l)");
  if (values.output) throw exclusive("--output");
  if (!raw.startsWith("/") && !URL.canParse(raw)) {
    throw new CommandError(
      `--raw must be a valid URL path: parse ${JSON.stringify(raw)}: invalid URI for request`,
    );
  }
}

/** Sends the file as it is, and prints the answer as it is. */
export async function sendRaw(
  kubectl: Kubectl,
  method: "POST" | "PUT",
  { raw, filename }: RawValues,
): Promise<void> {
  const [name = ""] = filename;
  const body = name === "-" ? await readInput(kubectl) : await kubectl.host.files.readBytes(name);
  const { getRaw } = await import("../rest/raw.ts");
  await getRaw(kubectl, raw, { method, body });
}

async function readInput({ host, signal }: Kubectl): Promise<Bytes> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of host.stdin.chunks(signal)) chunks.push(chunk);
  return concatBytes(chunks);
}
