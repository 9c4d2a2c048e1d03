import type { Dictionary } from "../language.ts";
import { change } from "./change.ts";
import { create } from "./create.ts";
import { run } from "./run.ts";
import { sharedFlags } from "./shared-flags.ts";
import { commonTexts } from "./common.ts";
import { observeTexts } from "./observe.ts";
import { updateTexts } from "./update.ts";

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
};
