import { isAbsolute, join } from "node:path";
import type { FileTree, Files } from "#kubectl/host.ts";
import type { Files as KustomizeFiles } from "#kubectl/kustomize/load/files.ts";

/** Files as a program sees them that runs in the directory. */
export function filesIn(directory: string, files: Files): Files {
  const at = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  return {
    readText: (path) => files.readText(at(path)),
    readBytes: (path) => files.readBytes(at(path)),
    writeText: (path, text, options) => files.writeText(at(path), text, options),
    stat: (path) => files.stat(at(path)),
    list: (path) => files.list(at(path)),
    makeDirectory: (path) => files.makeDirectory(at(path)),
    remove: (path) => files.remove(at(path)),
    absolute: at,
    makeTemporary: (prefix, suffix) => files.makeTemporary(prefix, suffix),
    makeTemporaryDirectory: (prefix) => files.makeTemporaryDirectory(prefix),
  };
}

/** The same for what kustomize reads. */
export function kustomizeFilesIn(directory: string, files: KustomizeFiles): KustomizeFiles {
  const at = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  return {
    resolve: (path) => files.resolve(at(path)),
    read: (path) => files.read(at(path)),
  };
}

export function treeIn(directory: string, tree: FileTree): FileTree {
  const at = (path: string) => (isAbsolute(path) ? path : join(directory, path));
  return {
    status: (path) => tree.status(at(path)),
    read: (path) => tree.read(at(path)),
    write: (path, content) => tree.write(at(path), content),
  };
}
