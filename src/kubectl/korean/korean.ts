import type { Dictionary } from "../language.ts";

/** Korean for the program's texts, by their English. */
export const korean: Dictionary = {
  "kubectl controls a Kubernetes cluster.": "kubectl은 쿠버네티스 클러스터를 제어합니다.",
  "Read more at:": "더 읽어 보기:",
  "Usage:": "사용법:",
};
