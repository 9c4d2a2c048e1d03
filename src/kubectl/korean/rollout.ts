import type { Dictionary } from "../language.ts";

export const rolloutTexts: Dictionary = {
  "File, directory or URL that names the resource": "리소스가 있는 파일, 디렉터리 또는 URL",
  "Show this revision in all detail, with the template of its pods":
    "이 리비전을 파드 템플릿까지 자세히 보여 줍니다",
  "Let a paused resource be rolled out again.\n\nThe controller goes on with it, with all that was changed meanwhile. Only deployments can be resumed.":
    "멈춘 리소스의 롤아웃을 계속합니다.\n\n컨트롤러가 그동안 바뀐 모든 내용을 반영합니다. 디플로이먼트만 계속할 수 있습니다.",
  "The revision that is meant; 0 is the newest.": "대상 리비전. 0이면 가장 새 리비전입니다.",
  "How long to follow, with a unit (e.g. 1s, 2m, 3h). Zero is for ever.":
    "지켜보는 시간과 단위 (예: 1s, 2m, 3h). 0이면 끝없이 지켜봅니다.",
  "The revision to go back to; 0 is the one before this one.":
    "되돌릴 리비전. 0이면 바로 앞의 리비전입니다.",
  "File, directory or URL that names what to scale": "조정할 대상이 있는 파일, 디렉터리 또는 URL",
  "How many there have to be now for the change to be made. -1 is any number.":
    "변경하려면 지금 있어야 하는 수. -1이면 몇이든 됩니다.",
  "Only scale where this is the resource version now.":
    "지금의 리소스 버전이 이것일 때만 조정합니다.",
  "How long to wait until there are as many, with a unit (e.g. 1s, 2m, 3h). Zero does not wait.":
    "그 수가 될 때까지 기다리는 시간과 단위 (예: 1s, 2m, 3h). 0이면 기다리지 않습니다.",
};
