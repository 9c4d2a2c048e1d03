import type { Bytes } from "#base/bytes.ts";
import type { FileTree, Files, TreeStatus } from "../../host.ts";
import { padding, tarEnd, tarHeader } from "../../tar/write.ts";

/** A file, or all that is in a directory, under another name. */
export async function* archived(
  files: Files,
  tree: FileTree,
  path: string,
  name: string,
): AsyncGenerator<Bytes> {
  yield* entries(files, tree, path, name);
  yield tarEnd;
}

async function* entries(
  files: Files,
  tree: FileTree,
  path: string,
  name: string,
): AsyncGenerator<Bytes> {
  const status = await tree.status(path);
  if (status.type !== "directory") {
    yield* one(tree, path, name, status);
    return;
  }
  const names = await files.list(path);
  // Other directories follow from what is in them.
  if (names.length === 0) yield tarHeader({ ...status, name, sizeBytes: 0 });
  for (const child of names) {
    yield* entries(files, tree, `${path}/${child}`, name === "." ? child : `${name}/${child}`);
  }
}

async function* one(
  tree: FileTree,
  path: string,
  name: string,
  status: TreeStatus,
): AsyncGenerator<Bytes> {
  if (status.type !== "file") {
    yield tarHeader({ ...status, name, sizeBytes: 0 });
    return;
  }
  const { sizeBytes } = status;
  yield tarHeader({ ...status, name });
  let written = 0;
  for await (const bytes of tree.read(path)) {
    written += bytes.length;
    if (written > sizeBytes) throw new Error(`${path} grew while it was copied`);
    yield bytes;
  }
  if (written < sizeBytes) throw new Error(`${path} shrank while it was copied`);
  yield padding(sizeBytes);
}
