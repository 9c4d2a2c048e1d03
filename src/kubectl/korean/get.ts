import type { Dictionary } from "../language.ts";

export const getTexts: Dictionary = {
  "Show one or many resources": "리소스 하나 또는 여럿을 보여 줍니다",
  'Show one or many resources.\n\nPrints a table of what matters most. A label selector chooses some of them; resources of namespaces are those of the current one, unless another one is named.\n\nWith -o go-template and --template, any field can be printed in any form.\n\nUse "kubectl api-resources" for a complete list of supported resources.':
    '리소스 하나 또는 여럿을 보여 줍니다.\n\n가장 중요한 내용을 표로 출력합니다. 레이블 셀렉터로 일부만 고를 수 있습니다. 네임스페이스에 속한 리소스는 다른 네임스페이스를 지정하지 않으면 현재 네임스페이스의 것입니다.\n\n-o go-template과 --template을 쓰면 어떤 필드든 원하는 모양으로 출력할 수 있습니다.\n\n지원하는 리소스의 전체 목록은 "kubectl api-resources"로 볼 수 있습니다.',
  "List all pods": "모든 파드를 나열합니다",
  "List all pods with their nodes and addresses": "모든 파드를 노드, 주소와 함께 나열합니다",
  "Show one replication controller": "레플리케이션 컨트롤러 하나를 보여 줍니다",
  'List deployments as JSON, in version "v1" of the group "apps"':
    '그룹 "apps"의 버전 "v1"으로 디플로이먼트를 JSON으로 나열합니다',
  "Show one pod as JSON": "파드 하나를 JSON으로 보여 줍니다",
  "Show the pod that pod.yaml names, as JSON": "pod.yaml이 가리키는 파드를 JSON으로 보여 줍니다",
  "Show what a kustomization names": "kustomization이 가리키는 것을 보여 줍니다",
  "Print the phase of one pod and nothing else": "파드 하나의 단계만 출력합니다",
  "Choose the columns": "열을 고릅니다",
  "List replication controllers and services": "레플리케이션 컨트롤러와 서비스를 나열합니다",
  "Show several resources of different types": "타입이 다른 여러 리소스를 보여 줍니다",
  "Show the subresource status of one pod": "파드 하나의 하위 리소스 status를 보여 줍니다",
  "List the deployments of the namespace backend":
    "네임스페이스 backend의 디플로이먼트를 나열합니다",
  "List the pods of all namespaces": "모든 네임스페이스의 파드를 나열합니다",
  "Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide). See [https://kubernetes.io/docs/reference/kubectl/].":
    "출력 형식. 다음 중 하나: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file, custom-columns, custom-columns-file, wide). [https://kubernetes.io/docs/reference/kubectl/]를 참고하세요.",
  "Selector (field query) to filter on, supports '=', '==', and '!='. (e.g. --field-selector key1=value1,key2=value2). Each kind has only a few such fields.":
    "선택할 셀렉터(필드 쿼리). '=', '==', '!='를 지원합니다. (예: --field-selector key1=value1,key2=value2). 종류마다 쓸 수 있는 필드가 몇 개뿐입니다.",
  "File, directory or URL that names what to get.": "가져올 대상이 있는 파일, 디렉터리 또는 URL.",
  "If true, what does not exist is no failure.": "true이면 없는 것은 오류가 아닙니다.",
  "Labels to show as columns, separated by commas; may be repeated.":
    "열로 보여 줄 레이블을 쉼표로 구분합니다. 여러 번 줄 수 있습니다.",
  "Leave out the headers of tables.": "표의 머리글을 뺍니다.",
  "With --watch or --watch-only, print the events; what exists is ADDED.":
    "--watch나 --watch-only와 함께 이벤트를 출력합니다. 이미 있는 것은 ADDED입니다.",
  "A path to request from the server as it is.": "서버에 그대로 요청할 경로.",
  "If true, the server makes the tables, which also suits custom resources.":
    "true이면 서버가 표를 만듭니다. 커스텀 리소스에도 알맞습니다.",
  "Show the kind before each name.": "이름 앞에 종류를 보여 줍니다.",
  "Show all labels, as the last column.": "모든 레이블을 마지막 열로 보여 줍니다.",
  "Sort lists by this field: a JSONPath such as '{.metadata.name}', to a text or a number.":
    "이 필드로 목록을 정렬합니다. '{.metadata.name}'처럼 글자나 숫자를 가리키는 JSONPath입니다.",
  "Get this subresource.": "이 하위 리소스를 가져옵니다.",
  "Go on with changes after what is there now.":
    "지금 있는 것을 보여 준 뒤 변경을 계속 보여 줍니다.",
  "Show changes only, not what is there now.": "지금 있는 것은 빼고 변경만 보여 줍니다.",
};
