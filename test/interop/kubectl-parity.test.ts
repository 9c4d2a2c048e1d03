import { configScripts } from "./kubectl/config.ts";
import { connectScripts } from "./kubectl/connect.ts";
import { createAndDeleteScripts } from "./kubectl/delete.ts";
import { createCommandScripts } from "./kubectl/generate.ts";
import { runScripts } from "./kubectl/run.ts";
import { replaceScripts } from "./kubectl/replace.ts";
import { kustomizeScripts } from "./kubectl/kustomize.ts";
import { getScripts } from "./kubectl/get.ts";
import { applyScripts } from "./kubectl/apply.ts";
import { labelScripts } from "./kubectl/label.ts";
import { rolloutScripts, scaleScripts } from "./kubectl/rollout.ts";
import { logsScripts } from "./kubectl/logs.ts";
import { taintScripts } from "./kubectl/node.ts";
import { setScripts } from "./kubectl/set.ts";
import { certificateScripts, drainScripts, waitScripts } from "./kubectl/drain.ts";
import { parity } from "./kubectl/parity.ts";
import { templateScripts } from "./kubectl/templates.ts";

// The same commands through the stock kubectl and through ours.

parity("get", getScripts);
parity("print", templateScripts);
parity("create and delete", createAndDeleteScripts);
parity("apply", applyScripts);
parity("config", configScripts);
parity("label and annotate", labelScripts);
parity("generators", createCommandScripts);
parity("run and expose", runScripts);
parity("scale", scaleScripts);
parity("rollout", rolloutScripts);
parity("replace and patch", replaceScripts);
parity("kustomize", kustomizeScripts);
parity("connect", connectScripts);
parity("logs", logsScripts);
parity("set", setScripts);
parity("nodes", taintScripts);
parity("drain", drainScripts);
parity("wait", waitScripts);
parity("certificate", certificateScripts);
