import type { Dictionary } from "../language.ts";

export const clusterTexts: Dictionary = {
  "File, directory or URL that names the requests": "요청이 있는 파일, 디렉터리 또는 URL",
  "Update the request even if it is already approved.": "이미 승인된 요청도 갱신합니다.",
  "Update the request even if it is already denied.": "이미 거부된 요청도 갱신합니다.",
  'Show the addresses of the control plane and of services with the label kubernetes.io/cluster-service=true.\n\nTo look for problems, use "kubectl cluster-info dump".':
    '컨트롤 플레인과 레이블이 kubernetes.io/cluster-service=true인 서비스의 주소를 보여 줍니다.\n\n문제를 찾으려면 "kubectl cluster-info dump"를 쓰세요.',
  "Print all that helps to find what is wrong with a cluster.\n\nIt goes to the standard output, or to a tree of files in --output-directory. Without --namespaces or --all-namespaces, it is that of the current namespace and of kube-system.\n\nThe logs of all pods are part of it.":
    "클러스터의 문제를 찾는 데 도움이 되는 모든 것을 출력합니다.\n\n표준 출력이나 --output-directory 아래의 파일에 씁니다. --namespaces나 --all-namespaces가 없으면 현재 네임스페이스와 kube-system이 대상입니다.\n\n모든 파드의 로그도 들어갑니다.",
  "Namespaces to dump, separated by commas.": "대상 네임스페이스를 쉼표로 구분합니다.",
  "Where to write files. Without it, or with '-', it is printed.":
    "파일을 쓸 곳. 없거나 '-'이면 출력합니다.",
  "How long to wait until a pod runs, for its logs (e.g. 5s, 2m, or 3h)":
    "로그를 위해 파드가 실행되기를 기다리는 시간 (예: 5s, 2m, 3h)",
  "Ask the metrics API in protobuf; the answer is the same.":
    "메트릭 API에 protobuf로 묻습니다. 답은 같습니다.",
  "Compare with all that a node has, not with what pods may use of it.":
    "파드가 쓸 수 있는 양이 아니라 노드가 가진 전체와 비교합니다.",
  "Label selector of the pods of the node that are meant":
    "노드에서 대상이 될 파드의 레이블 셀렉터",
  "Do not wait for pods that have been going for longer than these seconds; 0 waits.":
    "이 초보다 오래 사라지는 중인 파드는 기다리지 않습니다. 0이면 기다립니다.",
  "If true, taints that are there may get other values.":
    "true이면 이미 있는 테인트의 값을 바꿀 수 있습니다.",
  "Go on with events that come.": "새로 오는 이벤트를 계속 보여 줍니다.",
  "File, directory or URL that names what to wait for.":
    "기다릴 대상이 있는 파일, 디렉터리 또는 URL.",
  "What to wait for: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. A condition's value is true, unless it is named; upper and lower case are the same.":
    "기다릴 것: [create|delete|condition=condition-name[=condition-value]|jsonpath='{JSONPath expression}'=[JSONPath value]]. 조건의 값은 따로 주지 않으면 true이고, 대소문자를 구분하지 않습니다.",
  "If true, take the objects of files as they stand there.":
    "true이면 파일에 있는 오브젝트를 그대로 씁니다.",
};
