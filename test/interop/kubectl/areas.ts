import { completionScripts } from "./completion.ts";
import { configScripts } from "./config.ts";
import { connectScripts } from "./connect.ts";
import { createAndDeleteScripts } from "./delete.ts";
import { createCommandScripts } from "./generate.ts";
import { runScripts } from "./run.ts";
import { replaceScripts } from "./replace.ts";
import { kustomizeScripts } from "./kustomize.ts";
import { diffScripts } from "./diff.ts";
import { editScripts } from "./edit.ts";
import { frameScripts } from "./frame.ts";
import { lastAppliedScripts } from "./last-applied.ts";
import { getScripts } from "./get.ts";
import { applyScripts } from "./apply.ts";
import { labelScripts } from "./label.ts";
import { rolloutScripts, scaleScripts } from "./rollout.ts";
import { attachedRunScripts, execScripts } from "./exec.ts";
import { debugScripts } from "./debug.ts";
import { copyScripts } from "./cp.ts";
import { portForwardScripts } from "./port-forward.ts";
import { logsScripts } from "./logs.ts";
import { taintScripts } from "./node.ts";
import { setScripts } from "./set.ts";
import { certificateScripts, drainScripts, waitScripts } from "./drain.ts";
import { authScripts } from "./auth.ts";
import { observeScripts } from "./observe.ts";
import { explainScripts } from "./explain.ts";
import { templateScripts } from "./templates.ts";
import { seedAreas } from "./seeds/all.ts";
import type { ParityScript } from "./parity.ts";

/** All scripts, by what they are about. */
export const parityAreas: Readonly<Record<string, readonly ParityScript[]>> = {
  get: getScripts,
  print: templateScripts,
  "create and delete": createAndDeleteScripts,
  apply: applyScripts,
  config: configScripts,
  completion: completionScripts,
  frame: frameScripts,
  "label and annotate": labelScripts,
  generators: createCommandScripts,
  "run and expose": runScripts,
  scale: scaleScripts,
  rollout: rolloutScripts,
  "replace and patch": replaceScripts,
  kustomize: kustomizeScripts,
  connect: connectScripts,
  logs: logsScripts,
  set: setScripts,
  nodes: taintScripts,
  drain: drainScripts,
  wait: waitScripts,
  certificate: certificateScripts,
  exec: execScripts,
  diff: diffScripts,
  edit: editScripts,
  auth: authScripts,
  "run attached": attachedRunScripts,
  "last applied": lastAppliedScripts,
  "port-forward": portForwardScripts,
  observe: observeScripts,
  explain: explainScripts,
  cp: copyScripts,
  debug: debugScripts,
  ...seedAreas,
};
