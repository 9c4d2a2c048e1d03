import type { Dictionary } from "../language.ts";

/** Of proxy, cp and debug. */
export const reachTexts: Dictionary = {
  "Run a proxy to the Kubernetes API server": "쿠버네티스 API 서버로 가는 프록시를 실행합니다",
  "Serve the API to programs of this machine, and files beside it if they are wanted. What they ask for is sent on to the API server as whoever runs this, except for paths that are refused.":
    "이 컴퓨터의 프로그램에 API를, 원하면 파일도 함께 제공합니다. 요청은 거부하는 경로를 제외하고 이 명령을 실행한 사용자의 권한으로 API 서버에 전달합니다.",
  "The whole API, and nothing else": "API 전체만 제공합니다",
  "A part of the API, and some files: 'curl localhost:8001/api/v1/pods' tells of the pods":
    "API의 일부와 파일을 제공합니다. 'curl localhost:8001/api/v1/pods'로 파드를 볼 수 있습니다",
  "The whole API at another root: 'curl localhost:8001/custom/api/v1/pods'":
    "API 전체를 다른 경로 아래에 제공합니다: 'curl localhost:8001/custom/api/v1/pods'",
  "At port 8011, with files of ./local/www/": "8011 포트에서 ./local/www/의 파일과 함께 제공합니다",
  "At any free port, which is told": "비어 있는 아무 포트에서 제공하고 그 번호를 알려 줍니다",
  "With a prefix: 'localhost:8001/k8s-api/v1/pods/'":
    "앞에 경로를 붙여 제공합니다: 'localhost:8001/k8s-api/v1/pods/'",
  "Hosts that are answered: regular expressions, separated by commas.":
    "응답할 호스트입니다. 쉼표로 구분한 정규 표현식입니다.",
  "Paths that are answered: regular expressions, separated by commas.":
    "응답할 경로입니다. 쉼표로 구분한 정규 표현식입니다.",
  "The IP address to serve at.": "요청을 받을 IP 주소입니다.",
  "Where the API begins.": "API가 시작되는 경로입니다.",
  "If true, the path of the context's server goes before that of each request.":
    "true이면 컨텍스트에 적힌 서버의 경로를 요청마다 앞에 붙입니다.",
  "If true, nothing is refused. Any page that a browser of this machine shows can use the API then.":
    "true이면 아무것도 거부하지 않습니다. 그러면 이 컴퓨터의 브라우저가 여는 모든 페이지가 API를 쓸 수 있습니다.",
  "How often connections are kept alive. 0 leaves it to the system.":
    "연결을 유지하려고 신호를 보내는 주기입니다. 0이면 시스템에 맡깁니다.",
  "The port; 0 is any free one.": "포트입니다. 0이면 비어 있는 아무 포트를 씁니다.",
  "Methods that are refused: regular expressions (such as 'POST,PUT,PATCH').":
    "거부할 메서드입니다. 정규 표현식입니다(예: 'POST,PUT,PATCH').",
  "Paths that are refused, whatever --accept-paths says: regular expressions.":
    "--accept-paths와 관계없이 거부할 경로입니다. 정규 표현식입니다.",
  "A Unix socket to serve at.": "요청을 받을 유닉스 소켓입니다.",
  "A directory whose files are served.": "파일을 제공할 디렉터리입니다.",
  "Where those files begin.": "그 파일이 시작되는 경로입니다.",
  "Copy files and directories to and from containers":
    "컨테이너로, 또는 컨테이너에서 파일과 디렉터리를 복사합니다",
  "Copy files and directories to containers, and from them.":
    "파일과 디렉터리를 컨테이너로, 또는 컨테이너에서 복사합니다.",
  "The container's image has to have 'tar'. Where links, or names by a pattern, have to be kept, run tar by 'kubectl exec' instead":
    "컨테이너 이미지에 'tar'가 있어야 합니다. 링크를 유지하거나 이름을 패턴으로 고르려면 'kubectl exec'로 tar를 직접 실행하십시오",
  "A directory from here into a pod of the default namespace":
    "여기의 디렉터리를 default 네임스페이스의 파드로 복사합니다",
  "A file into one of a pod's containers": "파일을 파드의 컨테이너 하나로 복사합니다",
  "A file into a pod of another namespace": "파일을 다른 네임스페이스의 파드로 복사합니다",
  "A file from a pod": "파드에서 파일을 복사합니다",
  "Do not keep who owns what is copied, nor its permissions, in the container":
    "컨테이너에서 복사한 파일의 소유자와 권한을 유지하지 않습니다",
  "How often to go on with a copy from a container that broke off. 0 is never, a negative number always":
    "컨테이너에서 복사하다가 끊겼을 때 이어서 시도하는 횟수입니다. 0이면 시도하지 않고, 음수이면 계속 시도합니다",
  "Create debugging sessions for troubleshooting workloads and nodes":
    "워크로드와 노드의 문제를 찾기 위한 디버깅 세션을 만듭니다",
  "Look into pods and nodes, by containers that are made for it.\n\nOf a pod, a new container is added to it while it runs, or a copy of it is made in which images, commands or containers are others. Of a node, a pod is made there, in the node's own namespaces, with its files at /host.":
    "따로 만든 컨테이너로 파드와 노드를 들여다봅니다.\n\n파드라면 실행 중인 파드에 컨테이너를 더하거나, 이미지나 명령이나 컨테이너를 바꾼 복사본을 만듭니다. 노드라면 그 노드에 파드를 만들며, 파드는 노드의 네임스페이스를 쓰고 노드의 파일은 /host에 있습니다.",
  "Type at a new container in the pod mypod": "파드 mypod에 컨테이너를 더하고 그 안에서 입력합니다",
  "Give it a name and another image": "컨테이너의 이름과 이미지를 지정합니다",
  "Make a copy of mypod with a new container, and type at that":
    "컨테이너를 더한 mypod의 복사본을 만들고 그 안에서 입력합니다",
  "Make a copy in which the container mycontainer runs another command":
    "컨테이너 mycontainer가 다른 명령을 실행하는 복사본을 만듭니다",
  "Make a copy in which all containers have the image busybox":
    "모든 컨테이너의 이미지가 busybox인 복사본을 만듭니다",
  "Type at a pod on a node, with the node's files at /host":
    "노드에 파드를 만들고 그 안에서 입력합니다. 노드의 파일은 /host에 있습니다",
  "What stands behind -- is the container's arguments, not its command.":
    "-- 뒤에 적은 것을 컨테이너의 명령이 아니라 인자로 씁니다.",
  "Wait for the container, and attach to it. True by default with -i.":
    "컨테이너를 기다렸다가 연결합니다. -i를 쓰면 기본값이 true입니다.",
  "The container's name.": "컨테이너의 이름입니다.",
  "Make a copy of the pod, of this name.": "이 이름으로 파드의 복사본을 만듭니다.",
  "A JSON or YAML file with a part of a container that changes what the profile says.":
    "프로필이 정한 것을 바꿀 컨테이너의 일부를 담은 JSON 또는 YAML 파일입니다.",
  "Variables of the container's environment, as name=value.":
    "컨테이너의 환경 변수입니다. name=value 형식입니다.",
  "Files that name what to debug": "디버깅할 대상이 적힌 파일",
  "The container's image.": "컨테이너의 이미지입니다.",
  "Keep the pod's annotations. (With --copy-to.)":
    "파드의 애너테이션을 유지합니다. (--copy-to와 함께 씁니다.)",
  "Run the pod's init containers. (With --copy-to.)":
    "파드의 초기화 컨테이너를 실행합니다. (--copy-to와 함께 씁니다.)",
  "Keep the pod's labels. (With --copy-to.)":
    "파드의 레이블을 유지합니다. (--copy-to와 함께 씁니다.)",
  "Keep the liveness probes. (With --copy-to.)":
    "활성 프로브를 유지합니다. (--copy-to와 함께 씁니다.)",
  "Keep the readiness probes. (With --copy-to.)":
    "준비성 프로브를 유지합니다. (--copy-to와 함께 씁니다.)",
  "Keep the startup probes. (With --copy-to.)":
    "스타트업 프로브를 유지합니다. (--copy-to와 함께 씁니다.)",
  'One of "legacy", "general", "baseline", "netadmin", "restricted" or "sysadmin".':
    '"legacy", "general", "baseline", "netadmin", "restricted", "sysadmin" 중 하나입니다.',
  "Do not tell what is done.": "무엇을 하는지 알리지 않습니다.",
  "Delete the pod that is copied. (With --copy-to.)":
    "복사한 원래 파드를 삭제합니다. (--copy-to와 함께 씁니다.)",
  "Let the copy run on the pod's node. (With --copy-to.)":
    "복사본을 원래 파드의 노드에서 실행합니다. (--copy-to와 함께 씁니다.)",
  "Images of containers, as name=image; * is all of them. (With --copy-to.)":
    "컨테이너의 이미지입니다. name=image 형식이며 *는 모든 컨테이너입니다. (--copy-to와 함께 씁니다.)",
  "Let the copy's containers see each other's processes. (With --copy-to.)":
    "복사본의 컨테이너들이 서로의 프로세스를 볼 수 있게 합니다. (--copy-to와 함께 씁니다.)",
  "Keep the container's input open.": "컨테이너의 입력을 열어 둡니다.",
  "The container whose processes a container in a running pod is to see.":
    "실행 중인 파드에 더한 컨테이너가 프로세스를 볼 대상 컨테이너입니다.",
};
