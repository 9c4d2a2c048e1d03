import type { Dictionary } from "../language.ts";

/** Of label, annotate, set, scale, rollout and taint. */
export const updateTexts: Dictionary = {
  "Change the labels of a resource": "리소스의 레이블을 바꿉니다",
  "Change the labels of resources.\n\nKeys and values begin with a letter or a digit and have letters, digits, hyphens, dots and underscores, up to 63 characters each. A key may have a DNS subdomain and a slash before it, such as example.com/my-app.\n\nA label that is there is only given another value with --overwrite. With --resource-version, a resource is only changed where that is its version.":
    "리소스의 레이블을 바꿉니다.\n\n키와 값은 글자나 숫자로 시작하고 글자, 숫자, 하이픈, 점, 밑줄로 이루어지며 각각 63자까지입니다. 키 앞에는 example.com/my-app처럼 DNS 서브도메인과 슬래시를 붙일 수 있습니다.\n\n이미 있는 레이블은 --overwrite가 있어야 다른 값으로 바꿉니다. --resource-version을 주면 리소스가 그 버전일 때만 바꿉니다.",
  "Give the pod foo the label unhealthy with the value true":
    "파드 foo에 값이 true인 레이블 unhealthy를 붙입니다",
  "Give it the label status, whatever it had before":
    "전에 무엇이었든 레이블 status를 새 값으로 붙입니다",
  "Label all pods of the namespace": "네임스페이스의 모든 파드에 레이블을 붙입니다",
  "Label the pod that pod.json names": "pod.json에 적힌 파드에 레이블을 붙입니다",
  "Label a pod only if nobody has changed it since version 1":
    "버전 1 이후로 아무도 바꾸지 않았을 때만 파드에 레이블을 붙입니다",
  "Take the label bar away, if it is there": "레이블 bar가 있으면 뗍니다",
  "If true, show the labels of a resource.": "true이면 리소스의 레이블을 보여 줍니다.",
  "Change the annotations of a resource": "리소스의 애너테이션을 바꿉니다",
  'Change the annotations of resources.\n\nAnnotations are keys and values that programs keep with an object. They may be longer than labels and hold any text, such as JSON.\n\nAn annotation that is there is only given another value with --overwrite. With --resource-version, a resource is only changed where that is its version.\n\nUse "kubectl api-resources" for a complete list of supported resources.':
    '리소스의 애너테이션을 바꿉니다.\n\n애너테이션은 프로그램이 오브젝트에 함께 보관하는 키와 값입니다. 레이블보다 길 수 있고 JSON 같은 아무 텍스트나 담을 수 있습니다.\n\n이미 있는 애너테이션은 --overwrite가 있어야 다른 값으로 바꿉니다. --resource-version을 주면 리소스가 그 버전일 때만 바꿉니다.\n\n지원하는 리소스의 전체 목록은 "kubectl api-resources"로 봅니다.',
  "Annotate the pod foo; of one key's values the last one counts":
    "파드 foo에 애너테이션을 붙입니다. 같은 키의 값이 여럿이면 마지막 값을 씁니다",
  "Annotate the pod that pod.json names": "pod.json에 적힌 파드에 애너테이션을 붙입니다",
  "Annotate the pod foo, whatever it had before":
    "전에 무엇이었든 파드 foo에 새 애너테이션을 붙입니다",
  "Annotate all pods of the namespace": "네임스페이스의 모든 파드에 애너테이션을 붙입니다",
  "Annotate a pod only if nobody has changed it since version 1":
    "버전 1 이후로 아무도 바꾸지 않았을 때만 파드에 애너테이션을 붙입니다",
  "Take the annotation description away, if it is there": "애너테이션 description이 있으면 뗍니다",
  "If true, show the annotations of a resource.": "true이면 리소스의 애너테이션을 보여 줍니다.",
  "Set single features of objects": "오브젝트의 개별 기능을 설정합니다",
  "Configure resources of applications.\n\nThese commands change single features of resources.":
    "애플리케이션의 리소스를 설정합니다.\n\n이 명령들은 리소스의 기능을 하나씩 바꿉니다.",
  "Change the environment variables of a pod template": "파드 템플릿의 환경 변수를 바꿉니다",
  "Give the deployment registry one more variable":
    "디플로이먼트 registry에 환경 변수를 하나 더합니다",
  "List the variables of a deployment": "디플로이먼트의 환경 변수를 나열합니다",
  "List the variables of all pods": "모든 파드의 환경 변수를 나열합니다",
  "Set ENV in all replication controllers": "모든 레플리케이션 컨트롤러에 ENV를 설정합니다",
  "Take the variables from a secret": "시크릿에서 환경 변수를 가져옵니다",
  "Take them from a config map, with a prefix": "컨피그맵에서 접두사를 붙여 가져옵니다",
  "Take one key of a config map": "컨피그맵의 키 하나를 가져옵니다",
  "Remove ENV from the container c1 of all deployments":
    "모든 디플로이먼트의 컨테이너 c1에서 ENV를 지웁니다",
  "Take some of the shell's own variables": "셸의 환경 변수 일부를 가져옵니다",
  "Names of the containers to change; wildcards may be used":
    "바꿀 컨테이너의 이름. 와일드카드를 쓸 수 있습니다",
  "If true, show the variables, with the changes.":
    "true이면 바뀐 내용을 더해 환경 변수를 보여 줍니다.",
  "Change the image of a pod template": "파드 템플릿의 이미지를 바꿉니다",
  "Give the container nginx the image nginx:1.9.1, and busybox the image busybox":
    "컨테이너 nginx의 이미지를 nginx:1.9.1로, busybox의 이미지를 busybox로 바꿉니다",
  "Do it in all deployments and replication controllers":
    "모든 디플로이먼트와 레플리케이션 컨트롤러에서 바꿉니다",
  "Give all containers of the daemon set abc the image nginx:1.9.1":
    "데몬셋 abc의 모든 컨테이너를 이미지 nginx:1.9.1로 바꿉니다",
  "Only print a file with another image, without asking a server":
    "서버에 묻지 않고, 이미지를 바꾼 파일을 출력만 합니다",
  "Change what the containers of a pod template request, and their limits":
    "파드 템플릿의 컨테이너가 요청하는 자원과 그 제한을 바꿉니다",
  'Set what containers request of resources such as CPU and memory, and how much they may use.\n\nWhere only a limit is set, the request is taken to be the same.\n\nUse "kubectl api-resources" for a complete list of supported resources.':
    '컨테이너가 CPU와 메모리 같은 자원을 얼마나 요청하고 얼마까지 쓸 수 있는지 설정합니다.\n\n제한만 정하면 요청도 같은 값으로 봅니다.\n\n지원하는 리소스의 전체 목록은 "kubectl api-resources"로 봅니다.',
  "Change the selector of a resource": "리소스의 셀렉터를 바꿉니다",
  "Change the service account of a resource": "리소스의 서비스 어카운트를 바꿉니다",
  "Add users, groups, or service accounts to a role binding or cluster role binding":
    "롤바인딩이나 클러스터롤바인딩에 사용자, 그룹, 서비스 어카운트를 더합니다",
  "Add users, groups or service accounts to a role binding or cluster role binding.":
    "롤바인딩이나 클러스터롤바인딩에 사용자, 그룹, 서비스 어카운트를 더합니다.",
  "Bind two users and a group": "사용자 둘과 그룹 하나를 바인딩합니다",
  "Groups to bind to the role": "롤에 바인딩할 그룹",
  "Service accounts to bind to the role": "롤에 바인딩할 서비스 어카운트",
  "Users to bind to the role": "롤에 바인딩할 사용자",
  "Set the size of a deployment, replica set, or replication controller":
    "디플로이먼트, 레플리카셋, 레플리케이션 컨트롤러의 크기를 정합니다",
  "Set how many pods a deployment, replica set, replication controller or stateful set has.\n\nWith --current-replicas or --resource-version, only where that is what it has now: the server refuses what somebody else has changed since.":
    "디플로이먼트, 레플리카셋, 레플리케이션 컨트롤러, 스테이트풀셋의 파드 수를 정합니다.\n\n--current-replicas나 --resource-version을 주면 지금 그 값일 때만 바꿉니다. 그사이 다른 사람이 바꾼 것은 서버가 거절합니다.",
  "Scale the replica set foo to 3": "레플리카셋 foo의 크기를 3으로 정합니다",
  'Scale what "foo.yaml" names to 3': '"foo.yaml"에 적힌 것의 크기를 3으로 정합니다',
  "Scale the deployment mysql to 3, if it has 2 now":
    "디플로이먼트 mysql의 크기가 지금 2이면 3으로 정합니다",
  "Scale several replication controllers": "레플리케이션 컨트롤러 여럿의 크기를 정합니다",
  "Scale the stateful set web to 3": "스테이트풀셋 web의 크기를 3으로 정합니다",
  "How many there are to be. Required.": "있어야 하는 수. 꼭 주어야 합니다.",
  "Manage the rollout of resources": "리소스의 롤아웃을 관리합니다",
  "Manage the rollout of resources: deployments, daemon sets and stateful sets.\n\nA rollout brings the pods of a resource to a new template.":
    "디플로이먼트, 데몬셋, 스테이트풀셋의 롤아웃을 관리합니다.\n\n롤아웃은 리소스의 파드를 새 템플릿으로 바꾸어 갑니다.",
  "Go back to the deployment before": "이전 디플로이먼트로 되돌립니다",
  "See how the rollout of a daemon set goes": "데몬셋의 롤아웃이 어떻게 되어 가는지 봅니다",
  "Restart a deployment": "디플로이먼트를 다시 시작합니다",
  "Restart the deployments with the label app=nginx":
    "레이블이 app=nginx인 디플로이먼트를 다시 시작합니다",
  "Show the revisions of a resource": "리소스의 리비전을 보여 줍니다",
  "Show the revisions of a resource, and what they were.":
    "리소스의 리비전과 그 내용을 보여 줍니다.",
  "Show the revisions of a deployment": "디플로이먼트의 리비전을 보여 줍니다",
  "Show revision 3 of a daemon set": "데몬셋의 리비전 3을 보여 줍니다",
  "Keep a resource from being rolled out": "리소스가 롤아웃되지 않게 합니다",
  'Keep a resource from being rolled out.\n\nThe controller leaves a paused resource as it is, until "kubectl rollout resume". Only deployments can be paused.':
    '리소스가 롤아웃되지 않게 합니다.\n\n컨트롤러는 "kubectl rollout resume"을 할 때까지 일시 중지된 리소스를 그대로 둡니다. 디플로이먼트만 일시 중지할 수 있습니다.',
  "Pause the deployment nginx: changes of it have no effect until it is resumed":
    "디플로이먼트 nginx를 일시 중지합니다. 재개할 때까지 바꾼 내용이 적용되지 않습니다",
  "Restart a resource": "리소스를 다시 시작합니다",
  "Restart a resource: its pods are replaced, as by any other rollout.":
    "리소스를 다시 시작합니다. 다른 롤아웃과 같이 파드가 교체됩니다.",
  "Restart all deployments of the namespace test-namespace":
    "네임스페이스 test-namespace의 모든 디플로이먼트를 다시 시작합니다",
  "Restart a daemon set": "데몬셋을 다시 시작합니다",
  "Let a paused resource be rolled out again": "일시 중지된 리소스의 롤아웃을 재개합니다",
  "Resume a deployment": "디플로이먼트를 재개합니다",
  "Show how far a rollout is": "롤아웃이 어디까지 되었는지 보여 줍니다",
  "Show how far a rollout is.\n\nThe newest rollout is followed until it is done; --watch=false shows its status once. When another rollout starts meanwhile, that one is followed, unless --revision=N says which one is meant: then the command ends with an error.":
    "롤아웃이 어디까지 되었는지 보여 줍니다.\n\n가장 새로운 롤아웃을 끝날 때까지 지켜봅니다. --watch=false이면 상태를 한 번만 보여 줍니다. 그사이 다른 롤아웃이 시작되면 그것을 지켜봅니다. --revision=N으로 롤아웃을 지정했으면 오류로 끝납니다.",
  "Follow the rollout of a deployment": "디플로이먼트의 롤아웃을 지켜봅니다",
  "Follow the rollout to its end.": "롤아웃이 끝날 때까지 지켜봅니다.",
  "Go back to an earlier rollout": "이전 롤아웃으로 되돌립니다",
  "Go back to an earlier rollout.": "이전 롤아웃으로 되돌립니다.",
  "Go back to revision 3 of a daemon set": "데몬셋을 리비전 3으로 되돌립니다",
  "Only show what the deployment before was": "이전 디플로이먼트가 어땠는지 보기만 합니다",
  "Change the taints of nodes": "노드의 테인트를 바꿉니다",
  "Change the taints of nodes.\n\nA taint is a key, a value and an effect, written key=value:effect. The key may have a DNS subdomain and a slash before it, such as example.com/my-app; the value may be left out. The effect is NoSchedule, PreferNoSchedule or NoExecute.\n\nOnly nodes can have taints.":
    "노드의 테인트를 바꿉니다.\n\n테인트는 키와 값과 효과이며 key=value:effect로 씁니다. 키 앞에는 example.com/my-app처럼 DNS 서브도메인과 슬래시를 붙일 수 있고, 값은 생략할 수 있습니다. 효과는 NoSchedule, PreferNoSchedule, NoExecute 가운데 하나입니다.\n\n테인트는 노드에만 붙일 수 있습니다.",
  "Give the node foo the taint dedicated=special-user:NoSchedule":
    "노드 foo에 테인트 dedicated=special-user:NoSchedule을 붙입니다",
  "Take it away": "그 테인트를 뗍니다",
  "Take all taints with the key dedicated away": "키가 dedicated인 테인트를 모두 뗍니다",
  "Taint all nodes with the label myLabel=X": "레이블이 myLabel=X인 모든 노드에 테인트를 붙입니다",
  "Give a taint without a value": "값이 없는 테인트를 붙입니다",
  "Choose all nodes of the cluster": "클러스터의 모든 노드를 고릅니다",
};
