import type { Dictionary } from "../language.ts";

export const describeTexts: Dictionary = {
  "Show the details of one resource or of several": "리소스 하나 또는 여럿을 자세히 보여 줍니다",
  'Show the details of one resource or of several.\n\nWhat is printed also tells of related resources, such as events or the pods of a controller. A name that no resource has may be the beginning of several names: all of these are shown.\n\nUse "kubectl api-resources" for a complete list of supported resources.':
    '리소스 하나 또는 여럿을 자세히 보여 줍니다.\n\n이벤트나 컨트롤러의 파드처럼 관련된 리소스도 알려 줍니다. 그 이름의 리소스가 없으면 그 이름으로 시작하는 리소스를 모두 보여 줍니다.\n\n지원하는 리소스의 전체 목록은 "kubectl api-resources"로 볼 수 있습니다.',
  "Describe a node": "노드를 자세히 봅니다",
  "Describe a pod": "파드를 자세히 봅니다",
  "Describe the pod that pod.json names": "pod.json이 가리키는 파드를 자세히 봅니다",
  "Describe all pods": "모든 파드를 자세히 봅니다",
  "Describe pods by their label": "레이블로 고른 파드를 자세히 봅니다",
  "Describe the pods of the replication controller frontend, whose names begin with its":
    "이름이 그 이름으로 시작하는, 레플리케이션 컨트롤러 frontend의 파드를 자세히 봅니다",
  "File, directory or URL that names what to describe":
    "자세히 볼 대상이 있는 파일, 디렉터리 또는 URL",
  "If true, show the events of what is described.": "true이면 대상의 이벤트를 보여 줍니다.",
};
