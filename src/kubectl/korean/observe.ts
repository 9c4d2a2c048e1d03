import type { Dictionary } from "../language.ts";

/** Of nodes' commands, wait, certificate, auth, events, top, cluster-info and explain. */
export const observeTexts: Dictionary = {
  "Mark a node as unschedulable": "노드를 스케줄할 수 없다고 표시합니다",
  "Mark a node as unschedulable: no new pods come to it.":
    "노드를 스케줄할 수 없다고 표시합니다. 새 파드가 오지 않습니다.",
  "Let no new pods come to the node foo": "노드 foo에 새 파드가 오지 않게 합니다",
  "Mark a node as schedulable": "노드를 스케줄할 수 있다고 표시합니다",
  "Mark a node as schedulable: new pods may come to it again.":
    "노드를 스케줄할 수 있다고 표시합니다. 새 파드가 다시 올 수 있습니다.",
  "Let pods come to the node foo again": "노드 foo에 파드가 다시 올 수 있게 합니다",
  "Drain a node before it is maintained": "정비하기 전에 노드를 비웁니다",
  'Drain a node before it is maintained.\n\nThe node is marked as unschedulable, then its pods are evicted, or deleted where the server cannot evict. An eviction keeps to PodDisruptionBudgets: what one of them forbids is tried again later.\n\nPods of DaemonSets, which ignore the mark, are left where they are with --ignore-daemonsets; without it, they keep the node from being drained. So do pods that no controller makes anew, unless --force is given, and pods with data in an emptyDir, unless --delete-emptydir-data is given. Mirror pods cannot be deleted and stay.\n\nThe command ends when the pods are gone. "kubectl uncordon" opens the node again.':
    '정비하기 전에 노드를 비웁니다.\n\n노드를 스케줄할 수 없다고 표시한 다음 파드를 축출합니다. 서버가 축출을 지원하지 않으면 삭제합니다. 축출은 PodDisruptionBudget을 따르며, 허용되지 않은 것은 나중에 다시 시도합니다.\n\n이 표시를 무시하는 데몬셋의 파드는 --ignore-daemonsets를 주면 그대로 두고, 주지 않으면 노드를 비울 수 없습니다. --force가 없으면 다시 만들어 줄 컨트롤러가 없는 파드도, --delete-emptydir-data가 없으면 emptyDir에 데이터가 있는 파드도 마찬가지입니다. 미러 파드는 삭제할 수 없으므로 남습니다.\n\n파드가 모두 사라지면 명령이 끝납니다. "kubectl uncordon"으로 노드를 다시 엽니다.',
  "Drain the node foo, also of pods that no controller makes anew":
    "다시 만들어 줄 컨트롤러가 없는 파드까지 노드 foo에서 비웁니다",
  "Drain it only if there are no such pods, and give each 15 minutes to end":
    "그런 파드가 없을 때만 비우고, 파드마다 끝낼 시간을 15분 줍니다",
  "Go on even if pods use emptyDir: what is in there is lost.":
    "파드가 emptyDir을 써도 계속합니다. 그 안의 내용은 사라집니다.",
  "Delete pods instead of evicting them, whatever PodDisruptionBudgets say.":
    "PodDisruptionBudget과 상관없이 파드를 축출하는 대신 삭제합니다.",
  "Go on even if there are pods that declare no controller.":
    "컨트롤러가 없는 파드가 있어도 계속합니다.",
  "Seconds that each pod is given to end. Negative leaves it to the pod.":
    "파드마다 끝낼 시간(초). 음수이면 파드에 정해진 대로 합니다.",
  "Leave pods of DaemonSets where they are.": "데몬셋의 파드는 그대로 둡니다.",
  "How long to wait before giving up; zero is for ever":
    "포기하기 전에 기다릴 시간. 0은 끝없이 기다립니다",
  "Wait until resources are in a condition": "리소스가 어떤 조건이 될 때까지 기다립니다",
  "Wait until resources are in a condition.\n\nThe condition is one of the resource's status, a value at a JSONPath, or that the resource is there or is gone.\n\nA line tells of each resource that is in the condition; -o changes that.":
    "리소스가 어떤 조건이 될 때까지 기다립니다.\n\n조건은 리소스 상태의 조건, JSONPath에 있는 값, 또는 리소스가 있거나 사라지는 것입니다.\n\n조건이 된 리소스마다 한 줄을 출력하며, -o로 바꿀 수 있습니다.",
  "Wait until the pod busybox1 is ready": "파드 busybox1이 준비될 때까지 기다립니다",
  "A condition's value is true, unless another one is named":
    "다른 값을 주지 않으면 조건의 값은 true입니다",
  "Wait until the pod's phase is Running": "파드의 단계가 Running이 될 때까지 기다립니다",
  "Wait until the service loadbalancer has an ingress":
    "서비스 loadbalancer에 인그레스가 생길 때까지 기다립니다",
  "Wait until the secret busybox1 is there, at most 30 seconds":
    "시크릿 busybox1이 생길 때까지 30초까지 기다립니다",
  "Wait until the pod is gone, after it was deleted": "파드를 삭제한 다음 사라질 때까지 기다립니다",
  "How long to wait. Zero looks once, negative waits for a week.":
    "기다릴 시간. 0이면 한 번만 보고, 음수이면 일주일을 기다립니다.",
  "Approve or deny requests for certificates": "인증서 요청을 승인하거나 거부합니다",
  "Approve or deny requests for certificates.": "인증서 요청을 승인하거나 거부합니다.",
  "Approve a request for a certificate": "인증서 요청을 승인합니다",
  "Approve a request for a certificate (CSR).\n\nThe controller of the request's signer then issues the certificate, with all that was asked for.\n\nSECURITY NOTICE: Whoever has the certificate may act as whom it names. Look at the request before you approve it.":
    "인증서 요청(CSR)을 승인합니다.\n\n그러면 요청에 적힌 서명자의 컨트롤러가 요청한 대로 인증서를 발급합니다.\n\n보안 주의: 인증서를 가진 사람은 거기에 적힌 이름으로 행동할 수 있습니다. 승인하기 전에 요청을 살펴보십시오.",
  "Approve the request csr-sqgzp": "요청 csr-sqgzp를 승인합니다",
  "Deny a request for a certificate": "인증서 요청을 거부합니다",
  "Deny a request for a certificate (CSR).\n\nThe controller of the request's signer then issues none.":
    "인증서 요청(CSR)을 거부합니다.\n\n그러면 요청에 적힌 서명자의 컨트롤러가 인증서를 발급하지 않습니다.",
  "Deny the request csr-sqgzp": "요청 csr-sqgzp를 거부합니다",
  "Ask about authorization": "권한을 물어봅니다",
  "Ask about authorization, and set it up.": "권한을 물어보고 설정합니다.",
  "Ask whether an action is allowed": "어떤 동작이 허용되는지 물어봅니다",
  "May I create pods in any namespace?": "모든 네임스페이스에서 파드를 만들 수 있는지 묻습니다",
  "May I list deployments in my namespace?":
    "내 네임스페이스에서 디플로이먼트를 나열할 수 있는지 묻습니다",
  "May I do everything in my namespace?": "내 네임스페이스에서 무엇이든 할 수 있는지 묻습니다",
  "May I read logs?": "로그를 읽을 수 있는지 묻습니다",
  "List all that I may do in the namespace foo":
    "네임스페이스 foo에서 할 수 있는 일을 모두 나열합니다",
  "If true, list all that is allowed.": "true이면 허용된 것을 모두 나열합니다.",
  "If true, only the exit code answers.": "true이면 종료 코드로만 답합니다.",
  "Bring roles and their bindings in line with a file": "롤과 그 바인딩을 파일에 맞춥니다",
  "Bring roles and bindings in line with a file": "롤과 바인딩을 파일에 맞춥니다",
  "Experimental: Show as whom the server knows you":
    "실험적: 서버가 나를 누구로 아는지 보여 줍니다",
  "Show your name and groups": "내 이름과 그룹을 보여 줍니다",
  "Show them as JSON": "JSON으로 보여 줍니다",
  "List events": "이벤트를 나열합니다",
  "List events, the oldest first.\n\nThey are those of a namespace, of one resource, or of everything, of one type or of all, and can be followed.":
    "오래된 것부터 이벤트를 나열합니다.\n\n한 네임스페이스, 한 리소스, 또는 전체의 이벤트를 한 가지 유형이나 모든 유형으로 볼 수 있고, 계속 지켜볼 수도 있습니다.",
  "List the events of the namespace": "네임스페이스의 이벤트를 나열합니다",
  "List those of all namespaces": "모든 네임스페이스의 이벤트를 나열합니다",
  "List those of one pod, and wait for more": "한 파드의 이벤트를 나열하고 더 생기기를 기다립니다",
  "List them as YAML": "YAML로 나열합니다",
  "List only some types": "몇 가지 유형만 나열합니다",
  "Only events of this resource.": "이 리소스의 이벤트만 보여 줍니다.",
  "Only events of these types.": "이 유형의 이벤트만 보여 줍니다.",
  "Leave out the headers of the table.": "표의 머리글을 뺍니다.",
  "Leave out the headers.": "머리글을 뺍니다.",
  "Leave out the headers": "머리글을 뺍니다",
  "Show how much CPU and memory is used": "CPU와 메모리를 얼마나 쓰는지 보여 줍니다",
  "Show how much CPU and memory nodes or pods use.\n\nIt needs the metrics API, which metrics-server brings into a cluster.":
    "노드나 파드가 CPU와 메모리를 얼마나 쓰는지 보여 줍니다.\n\nmetrics-server가 클러스터에 가져다주는 메트릭 API가 필요합니다.",
  "Show how much CPU and memory nodes use": "노드가 CPU와 메모리를 얼마나 쓰는지 보여 줍니다",
  "Show how much CPU and memory nodes use.": "노드가 CPU와 메모리를 얼마나 쓰는지 보여 줍니다.",
  "Show the usage of all nodes": "모든 노드의 사용량을 보여 줍니다",
  "Show that of one node": "한 노드의 사용량을 보여 줍니다",
  "Sort by 'cpu' or 'memory'.": "'cpu'나 'memory'로 정렬합니다.",
  "Show how much CPU and memory pods use": "파드가 CPU와 메모리를 얼마나 쓰는지 보여 줍니다",
  "Show how much CPU and memory pods use.\n\nWhat they used is measured from time to time: for minutes after its creation, a pod may have no metrics.":
    "파드가 CPU와 메모리를 얼마나 쓰는지 보여 줍니다.\n\n사용량은 가끔씩 재므로, 만들어진 지 몇 분 되지 않은 파드에는 메트릭이 없을 수 있습니다.",
  "Show the usage of all pods of the namespace":
    "네임스페이스에 있는 모든 파드의 사용량을 보여 줍니다",
  "Of another namespace": "다른 네임스페이스",
  "Of one pod, with its containers": "한 파드와 그 컨테이너",
  "Of the pods with a label": "레이블이 있는 파드",
  "Show the usage of each container.": "컨테이너마다 사용량을 보여 줍니다.",
  "Show the sum below": "아래에 합계를 보여 줍니다",
  "Show the addresses of the control plane and of services":
    "컨트롤 플레인과 서비스의 주소를 보여 줍니다",
  "Show the addresses": "주소를 보여 줍니다",
  "Print all that helps to find what is wrong with a cluster":
    "클러스터의 문제를 찾는 데 도움이 되는 것을 모두 출력합니다",
  "Print it": "출력합니다",
  "Write it to files below a directory": "디렉터리 아래의 파일에 씁니다",
  "Of all namespaces": "모든 네임스페이스",
  "Of some namespaces, to files": "몇몇 네임스페이스를 파일에 씁니다",
  "Explain a resource and its fields": "리소스와 그 필드를 설명합니다",
  'Explain a resource and its fields.\n\nFields are named by their path:\n\n        <type>.<fieldName>[.<fieldName>]\n\nWhat is said of them comes from the server, as OpenAPI.\n\nUse "kubectl api-resources" for a complete list of supported resources.':
    '리소스와 그 필드를 설명합니다.\n\n필드는 경로로 지정합니다.\n\n        <type>.<fieldName>[.<fieldName>]\n\n설명은 서버에서 OpenAPI로 받습니다.\n\n지원하는 리소스의 전체 목록은 "kubectl api-resources"로 봅니다.',
  "List all the fields below it": "그 아래의 필드를 모두 나열합니다",
  "Explain deployments in one of their versions": "디플로이먼트를 한 버전으로 설명합니다",
  "Explain one field": "필드 하나를 설명합니다",
  "Explain it in the older form": "예전 형식으로 설명합니다",
  "List the names of all fields below, without what they are.":
    "설명 없이 아래 모든 필드의 이름을 나열합니다.",
};
