import type { Dictionary } from "../language.ts";

export const metadataTexts: Dictionary = {
  "File, directory or URL that names what to give labels to":
    "레이블을 줄 대상이 있는 파일, 디렉터리 또는 URL",
  "If true, labels that are there may get other values; otherwise that is refused.":
    "true이면 이미 있는 레이블의 값을 바꿀 수 있습니다. 아니면 거부합니다.",
  "File, directory or URL that names what to give annotations to":
    "어노테이션을 줄 대상이 있는 파일, 디렉터리 또는 URL",
  "If true, annotations that are there may get other values; otherwise that is refused.":
    "true이면 이미 있는 어노테이션의 값을 바꿀 수 있습니다. 아니면 거부합니다.",
};
