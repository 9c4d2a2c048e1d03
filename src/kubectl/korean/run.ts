import type { Dictionary } from "../language.ts";

/** `kubectl run`, `expose` and `autoscale`. */
export const run: Dictionary = {
  "Create a service for the pods of a resource": "리소스의 파드를 위한 서비스를 만듭니다",
  "Create a service for the pods of a resource.\n\nA deployment, service, replica set, replication controller or pod is looked up by its name; what selects its pods becomes the selector of the new service. Of deployments and replica sets only selectors by matchLabels can be used. Without --port the service has the ports of the resource, and without --labels its labels.\n\nPossible resources include (case insensitive):\n\npod (po), service (svc), replicationcontroller (rc), deployment (deploy), replicaset (rs)":
    "리소스의 파드를 위한 서비스를 만듭니다.\n\n디플로이먼트, 서비스, 레플리카셋, 레플리케이션컨트롤러, 파드를 이름으로 찾아 그 파드를 고르는 셀렉터를 새 서비스의 셀렉터로 씁니다. 디플로이먼트와 레플리카셋은 matchLabels 셀렉터만 쓸 수 있습니다. --port가 없으면 리소스의 포트를, --labels가 없으면 리소스의 레이블을 씁니다.\n\n쓸 수 있는 리소스(대소문자 구분 없음):\n\npod (po), service (svc), replicationcontroller (rc), deployment (deploy), replicaset (rs)",
  "A service on port 80 for the pods of a replication controller, which listen on 8000":
    "8000 포트에서 수신하는 레플리케이션컨트롤러의 파드를 80 포트로 제공하는 서비스",
  "The same for what a file names": "파일에 적힌 대상에 대해 같은 작업을 합니다",
  'A service "frontend" on port 444 for a pod': '파드를 444 포트로 제공하는 서비스 "frontend"',
  "A second service for the pods of another one": "다른 서비스의 파드를 위한 두 번째 서비스",
  "A service for a stream over UDP": "UDP 스트림을 위한 서비스",
  "A service for the pods of a replica set": "레플리카셋의 파드를 위한 서비스",
  "A service for the pods of a deployment": "디플로이먼트의 파드를 위한 서비스",
  "File, directory or URL that names what to expose":
    "서비스로 제공할 대상이 적힌 파일, 디렉터리 또는 URL",
  "The service's address in the cluster, or 'None' for a headless one.":
    "클러스터 안의 서비스 주소. 헤드리스 서비스이면 'None'.",
  "An address outside that the service also takes.": "서비스가 추가로 받을 외부 주소.",
  "Labels of the service.": "서비스의 레이블.",
  "The address that the load balancer is to have.": "로드 밸런서에 지정할 주소.",
  "The name of the service.": "서비스의 이름.",
  "The service's port; that of the resource if it is not given":
    "서비스의 포트. 지정하지 않으면 리소스의 포트를 씁니다.",
  "The service's protocol. TCP, if nothing says otherwise.":
    "서비스의 프로토콜. 따로 정하지 않으면 TCP입니다.",
  "Labels of the service's pods; those of the resource if not given.":
    "서비스가 고를 파드의 레이블. 지정하지 않으면 리소스의 것을 씁니다.",
  "Whether a client stays with one pod: 'None' or 'ClientIP'":
    "클라이언트를 한 파드에 붙여 둘지 여부: 'None' 또는 'ClientIP'",
  "Number or name of the pods' port that the service sends to.":
    "서비스가 트래픽을 보낼 파드 포트의 번호 또는 이름.",
  "The service's type: ClusterIP, NodePort, LoadBalancer, or ExternalName.":
    "서비스의 타입: ClusterIP, NodePort, LoadBalancer, ExternalName.",
  "Run an image in a pod": "파드에서 이미지를 실행합니다",
  "Create a pod and run an image in it.": "파드를 만들고 그 안에서 이미지를 실행합니다.",
  "Run nginx": "nginx를 실행합니다",
  "Run hazelcast and tell that it listens on port 5701":
    "hazelcast를 실행하고 5701 포트에서 수신한다고 밝힙니다",
  "With variables in its environment": "환경 변수를 지정합니다",
  "With labels": "레이블을 지정합니다",
  "Print what would be created": "만들어질 내용을 출력합니다",
  "With a part of its spec as JSON": "spec의 일부를 JSON으로 지정합니다",
  "Work in a shell of busybox that is not started again when it ends":
    "끝나도 다시 시작하지 않는 busybox 셸에서 작업합니다",
  "With other arguments for the image's command": "이미지의 명령에 다른 인자를 줍니다",
  "With another command and its arguments": "다른 명령과 인자로 실행합니다",
  "Files that name what --rm deletes.": "--rm이 삭제할 대상이 적힌 파일.",
  "An annotation of the pod, as key=value.": "파드의 애너테이션(key=value 형식).",
  "If true, wait until the pod runs and then attach to it, as 'kubectl attach' does. True by default with -i. With --restart=Never the container's exit code is this command's.":
    "true이면 파드가 실행될 때까지 기다린 뒤 'kubectl attach'처럼 연결합니다. -i를 쓰면 기본값이 true입니다. --restart=Never이면 컨테이너의 종료 코드가 이 명령의 종료 코드가 됩니다.",
  "If true, the words behind -- are the container's command, not its arguments.":
    "true이면 -- 뒤의 단어를 인자가 아니라 컨테이너의 명령으로 씁니다.",
  "A variable of the container's environment, as key=value.":
    "컨테이너의 환경 변수(key=value 형식).",
  "If true, also create a service for the pod. With --port.":
    "true이면 파드를 위한 서비스도 만듭니다. --port가 필요합니다.",
  "The image to run.": "실행할 이미지.",
  "When the image is pulled; the server decides if it is not given.":
    "이미지를 가져오는 정책. 지정하지 않으면 서버가 정합니다.",
  "Labels of the pod, separated by commas.": "쉼표로 구분한 파드의 레이블.",
  "If true, the container's input stays open when the first who attached to it leaves.":
    "true이면 처음 연결한 사람이 떠난 뒤에도 컨테이너의 입력을 열어 둡니다.",
  "How long to wait until a pod runs (such as 5s, 2m, or 3h; more than zero)":
    "파드가 실행될 때까지 기다리는 시간(5s, 2m, 3h처럼 0보다 큰 값)",
  "If true, the container may do what the node's root may.":
    "true이면 컨테이너가 노드의 root와 같은 권한을 갖습니다.",
  "If true, do not tell what to do.": "true이면 안내 메시지를 출력하지 않습니다.",
  "When the container starts again: Always, OnFailure, or Never.":
    "컨테이너의 재시작 정책: Always, OnFailure, Never.",
  "If true, delete the pod when it ends. Only when attached to it.":
    "true이면 파드가 끝났을 때 삭제합니다. 연결했을 때만 쓸 수 있습니다.",
  "Keep the container's input open, even if nobody is attached.":
    "아무도 연결하지 않아도 컨테이너의 입력을 열어 둡니다.",
  "Give the container a terminal.": "컨테이너에 터미널을 할당합니다.",
  "Create an autoscaler for a deployment, replica set, stateful set or controller":
    "디플로이먼트, 레플리카셋, 스테이트풀셋, 컨트롤러의 오토스케일러를 만듭니다",
  "Create an autoscaler, which chooses how many pods of a resource run.\n\nIt is for a deployment, replica set, stateful set or replication controller, which is looked up by its name, and makes it larger or smaller as its pods are busy.":
    "리소스의 파드 수를 정하는 오토스케일러를 만듭니다.\n\n디플로이먼트, 레플리카셋, 스테이트풀셋, 레플리케이션컨트롤러를 이름으로 찾아, 파드가 바쁜 정도에 따라 늘리거나 줄입니다.",
  'Between 2 and 10 pods of the deployment "foo", as busy as the server thinks right':
    '디플로이먼트 "foo"의 파드를 2~10개로 하고, 부하 목표는 서버에 맡깁니다',
  "Up to 5 pods of a replication controller, 80% busy":
    "레플리케이션컨트롤러의 파드를 최대 5개로 하고, CPU 사용률 80%를 목표로 합니다",
  "File, directory or URL that names what to scale.":
    "스케일할 대상이 적힌 파일, 디렉터리 또는 URL.",
  "How busy the pods' processors are to be, in percent of what the pods ask for. The server decides if it is negative.":
    "파드의 목표 CPU 사용률(요청량 대비 %). 음수이면 서버가 정합니다.",
  "The most pods that there may be.": "파드의 최대 수.",
  "The least pods that there may be. The server decides if it is negative.":
    "파드의 최소 수. 음수이면 서버가 정합니다.",
  "The autoscaler's name; the resource's if empty.":
    "오토스케일러의 이름. 비어 있으면 리소스의 이름을 씁니다.",
};
