import type { Dictionary } from "../language.ts";

export const deleteTexts: Dictionary = {
  "Delete resources by file, by name, or by label": "파일, 이름 또는 레이블로 리소스를 삭제합니다",
  "Delete resources: those that files name, those of a type and a name, or those of a type that a label selector chooses.\n\nJSON and YAML are read. Files, names and selectors cannot be mixed.\n\nSome resources, such as pods, are given time to end. --grace-period changes how much, --now leaves a second, and --force takes the resource away at once. A pod on a node that does not answer stays until the node does; --force does not wait for it.\n\nIMPORTANT: --force does not wait until a pod's processes have ended. They may go on, beside those of a pod that takes its place, and harm data that they share. Use it only for what is known to have ended, or what may run twice.\n\nThe resource's version is not compared: a change that somebody makes meanwhile is lost with it.":
    "파일이 가리키는 리소스, 타입과 이름으로 정한 리소스, 또는 타입과 레이블 셀렉터로 고른 리소스를 삭제합니다.\n\nJSON과 YAML을 읽습니다. 파일, 이름, 셀렉터는 섞어 쓸 수 없습니다.\n\n파드 같은 리소스에는 끝날 시간을 줍니다. --grace-period로 그 시간을 바꾸고, --now는 1초만 주며, --force는 바로 없앱니다. 응답하지 않는 노드의 파드는 노드가 응답할 때까지 남아 있지만 --force는 기다리지 않습니다.\n\n중요: --force는 파드의 프로세스가 끝나기를 기다리지 않습니다. 프로세스가 대신 들어온 파드와 함께 계속 실행되어 공유하는 데이터를 망가뜨릴 수 있습니다. 끝난 것이 확실하거나 둘이 함께 실행되어도 되는 경우에만 쓰세요.\n\n리소스의 버전은 비교하지 않습니다. 그 사이에 누군가 바꾼 내용도 함께 사라집니다.",
  "Delete the pod that pod.json names": "pod.json이 가리키는 파드를 삭제합니다",
  "Delete what a kustomization names": "kustomization이 가리키는 것을 삭제합니다",
  "Delete what all files ending with .json name":
    ".json으로 끝나는 모든 파일이 가리키는 것을 삭제합니다",
  "Delete the pod that comes through the pipe": "파이프로 들어온 파드를 삭제합니다",
  'Delete pods and services called "baz" and "foo"':
    '이름이 "baz"와 "foo"인 파드와 서비스를 삭제합니다',
  "Delete pods and services by their label": "레이블로 파드와 서비스를 삭제합니다",
  "Delete a pod with little delay": "파드를 거의 바로 삭제합니다",
  "Delete a pod of a dead node": "죽은 노드의 파드를 삭제합니다",
  "Delete all pods": "모든 파드를 삭제합니다",
  "Delete all pods, if the question is answered with yes":
    "물음에 yes로 답하면 모든 파드를 삭제합니다",
  "If true, end at once (the same as --grace-period=1).":
    "true이면 바로 끝냅니다 (--grace-period=1과 같습니다).",
  "File, directory or URL that names what to delete.":
    "삭제할 대상이 있는 파일, 디렉터리 또는 URL.",
  "Delete all resources of these types in the namespace.":
    "네임스페이스에서 이 타입의 모든 리소스를 삭제합니다.",
  "If true, what is not there counts as deleted. True by default with --all.":
    "true이면 없는 것은 삭제된 것으로 봅니다. --all을 주면 기본으로 true입니다.",
  "Ask before anything is deleted.": "삭제하기 전에 묻습니다.",
  'Use "-o name" for names alone (resource/name).':
    '이름만 보려면 "-o name"을 쓰세요 (resource/name).',
  "A path to send DELETE to, as it is.": "DELETE를 그대로 보낼 경로.",
};
