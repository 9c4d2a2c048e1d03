import type { Dictionary } from "../language.ts";
import { change } from "./change.ts";
import { create } from "./create.ts";
import { run } from "./run.ts";
import { sharedFlags } from "./shared-flags.ts";
import { commonTexts } from "./common.ts";
import { observeTexts } from "./observe.ts";
import { updateTexts } from "./update.ts";
import { authTexts } from "./auth.ts";
import { clusterTexts } from "./cluster.ts";
import { completionTexts } from "./completion.ts";
import { configTexts } from "./config.ts";
import { deleteTexts } from "./delete.ts";
import { describeTexts } from "./describe.ts";
import { discoveryTexts } from "./discovery.ts";
import { execTexts } from "./exec.ts";
import { getTexts } from "./get.ts";
import { logsTexts } from "./logs.ts";
import { metadataTexts } from "./metadata.ts";
import { pluginTexts } from "./plugin.ts";
import { portForwardTexts } from "./port-forward.ts";
import { programTexts } from "./program.ts";
import { reachTexts } from "./reach.ts";
import { rolloutTexts } from "./rollout.ts";
import { setTexts } from "./set.ts";

/** Korean for the program's texts, by their English. */
export const korean: Dictionary = {
  ...sharedFlags,
  ...create,
  ...run,
  ...change,
  "kubectl controls a Kubernetes cluster.": "kubectl은 쿠버네티스 클러스터를 제어합니다.",
  "Read more at:": "더 읽어 보기:",
  "Usage:": "사용법:",
  ...commonTexts,
  ...updateTexts,
  ...observeTexts,
  ...authTexts,
  ...clusterTexts,
  ...completionTexts,
  ...configTexts,
  ...deleteTexts,
  ...describeTexts,
  ...discoveryTexts,
  ...execTexts,
  ...getTexts,
  ...logsTexts,
  ...metadataTexts,
  ...pluginTexts,
  ...portForwardTexts,
  ...programTexts,
  ...reachTexts,
  ...rolloutTexts,
  ...setTexts,
};
