import type { Dictionary } from "../language.ts";

export const setTexts: Dictionary = {
  'Change the environment variables of containers.\n\nVariables can be listed, set and removed, in all containers of the resources or in those whose names are given, with wildcards. With "--env -", they are read from the standard input.\n\nResources that have containers:\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)':
    '컨테이너의 환경 변수를 바꿉니다.\n\n리소스의 모든 컨테이너, 또는 와일드카드를 포함한 이름으로 고른 컨테이너에서 변수를 나열하고 설정하고 지울 수 있습니다. "--env -"이면 표준 입력에서 읽습니다.\n\n컨테이너가 있는 리소스:\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)',
  "File, directory or URL that names the resources": "대상 리소스가 있는 파일, 디렉터리 또는 URL",
  "A key and a value of a variable that each container is to have.":
    "각 컨테이너가 가질 변수의 키와 값.",
  "The resource to take variables from": "변수를 가져올 리소스",
  "Keys to take from that resource, separated by commas":
    "그 리소스에서 가져올 키를 쉼표로 구분합니다",
  "If true, variables that are there may get other values.":
    "true이면 이미 있는 변수의 값을 바꿀 수 있습니다.",
  "Stands before the names of the variables": "변수 이름 앞에 붙입니다",
  "If true, list the values that variables refer to": "true이면 변수가 참조하는 값을 나열합니다",
  "Change the images of containers.\n\nResources that have containers:\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)":
    "컨테이너의 이미지를 바꿉니다.\n\n컨테이너가 있는 리소스:\n\n        pod (po), replicationcontroller (rc), deployment (deploy), daemonset (ds), statefulset (sts), cronjob (cj), replicaset (rs)",
  "Limit the container nginx to 200m of CPU and 512Mi of memory":
    "컨테이너 nginx를 CPU 200m, 메모리 512Mi로 제한합니다",
  "Set requests and limits of all containers": "모든 컨테이너의 요청과 한도를 설정합니다",
  "Take the requests and limits of all containers away": "모든 컨테이너의 요청과 한도를 없앱니다",
  "Only print a file with other limits, without asking a server":
    "서버에 묻지 않고 한도가 바뀐 파일을 출력하기만 합니다",
  "The most that a container may use. For example, 'cpu=100m,memory=256Mi'.":
    "컨테이너가 쓸 수 있는 최대량. 예: 'cpu=100m,memory=256Mi'.",
  "What a container is sure to have. For example, 'cpu=100m,memory=256Mi'.":
    "컨테이너에 보장되는 양. 예: 'cpu=100m,memory=256Mi'.",
  "Change the selector of a resource. The new one takes the place of what was there.\n\nSelectors begin with a letter or a digit and have letters, digits, hyphens, dots and underscores, up to 63 characters. With --resource-version, a resource is only changed where that is its version.\n\nFor now only services have selectors that can be changed.":
    "리소스의 셀렉터를 바꿉니다. 새 셀렉터가 있던 것을 대신합니다.\n\n셀렉터는 영문자나 숫자로 시작하고 영문자, 숫자, 하이픈, 점, 밑줄로 이루어지며 63자까지입니다. --resource-version을 주면 그 버전일 때만 바꿉니다.\n\n지금은 서비스의 셀렉터만 바꿀 수 있습니다.",
  "Select the pods with the label environment=qa for a new service":
    "새 서비스가 레이블 environment=qa인 파드를 선택하게 합니다",
  "Change the service account that pods run as.\n\nResources that have pods:\n\n        replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), statefulset":
    "파드가 사용할 서비스 어카운트를 바꿉니다.\n\n파드가 있는 리소스:\n\n        replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), statefulset",
  "Let the deployment's pods run as serviceaccount1":
    "디플로이먼트의 파드를 serviceaccount1로 실행합니다",
  "Only print a deployment with another service account, without asking a server":
    "서버에 묻지 않고 서비스 어카운트가 바뀐 디플로이먼트를 출력하기만 합니다",
  "Bind serviceaccount1 of the namespace namespace to the cluster role of a binding":
    "네임스페이스 namespace의 serviceaccount1을 바인딩의 클러스터 롤에 연결합니다",
  "Only print a binding with one more user, without sending it":
    "보내지 않고 사용자가 하나 늘어난 바인딩을 출력하기만 합니다",
};
