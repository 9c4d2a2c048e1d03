import type { KustomizeMachine } from "../kustomize/command.ts";
import { diskFiles } from "../kustomize/node/disk-files.ts";
import { helmRunner } from "../kustomize/node/helm-runner.ts";
import { remoteFiles } from "../kustomize/node/remote-files.ts";

/** The machine's disk, its helm and its git. */
export const kustomizeOnDisk: Pick<KustomizeMachine, "files" | "helm" | "remote"> = {
  files: diskFiles,
  helm: helmRunner,
  remote: remoteFiles,
};
