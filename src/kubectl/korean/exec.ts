import type { Dictionary } from "../language.ts";

export const execTexts: Dictionary = {
  "Attach to a running container": "실행 중인 컨테이너에 연결합니다",
  "Attach to the process that a container runs already.":
    "컨테이너가 이미 실행하고 있는 프로세스에 연결합니다.",
  "See what a pod's container writes from now on": "파드의 컨테이너가 지금부터 쓰는 내용을 봅니다",
  "The same of another container than the first":
    "첫 컨테이너가 아닌 다른 컨테이너에서 같은 일을 합니다",
  "Type at what runs in a container": "컨테이너에서 실행 중인 것에 입력합니다",
  "The first pod of a replica set": "레플리카셋의 첫 파드",
  "Container name. Without it, the one that the annotation kubectl.kubernetes.io/default-container names, or the pod's first":
    "컨테이너 이름. 없으면 어노테이션 kubectl.kubernetes.io/default-container가 정한 컨테이너나 파드의 첫 컨테이너입니다",
  "Print nothing but what the session says": "세션의 출력만 보여 줍니다",
  "Pass stdin to the container": "표준 입력을 컨테이너에 전달합니다",
  "Stdin is a TTY": "표준 입력은 TTY입니다",
  "Execute a command in a container": "컨테이너에서 명령을 실행합니다",
  "Run a command in a container.": "컨테이너에서 명령을 실행합니다.",
  "What 'date' says in the first container of the pod mypod":
    "파드 mypod의 첫 컨테이너에서 'date'를 실행합니다",
  "The same in the container ruby-container": "컨테이너 ruby-container에서 같은 일을 합니다",
  "Type at a shell in a container": "컨테이너의 셸에 입력합니다",
  "Two dashes keep the command's own flags from being taken for ours. The command is not a line for a shell: leave out quotes around the whole of it":
    "줄표 둘(--)은 명령의 플래그를 kubectl의 플래그와 구별합니다. 명령은 셸의 한 줄이 아니므로 전체를 따옴표로 묶지 마세요",
  "In the first pod of a deployment, or of a service":
    "디플로이먼트나 서비스의 첫 파드에서 실행합니다",
  "File that names the object to run in": "실행할 오브젝트가 있는 파일",
};
