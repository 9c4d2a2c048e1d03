import type { Dictionary } from "../language.ts";

/** Of flags that many commands share. */
export const commonTexts: Dictionary = {
  "If true, what a template names and an object lacks is no error. For golang and jsonpath formats only.":
    "true이면 템플릿에 있고 오브젝트에 없는 것이 오류가 아닙니다. golang과 jsonpath 형식에만 해당합니다.",
  "If true, JSON and YAML keep the managedFields of objects.":
    "true이면 JSON과 YAML에 오브젝트의 managedFields를 남깁니다.",
  'Must be "none", "server", or "client". With client, only print what would be sent; with server, send it to be checked but not kept.':
    '"none", "server", "client" 가운데 하나여야 합니다. client이면 보낼 것을 출력만 하고, server이면 보내서 검사만 하고 저장하지 않습니다.',
  "Name under which the server keeps whose fields these are.":
    "이 필드들이 누구의 것인지 서버가 기록할 이름입니다.",
  "Directory of a kustomization. Not together with -f or -R.":
    "kustomization이 있는 디렉터리. -f나 -R과 함께 쓸 수 없습니다.",
  "Also use the directories inside of those that -f names.":
    "-f로 준 디렉터리 안의 디렉터리도 씁니다.",
  "Choose all resources of the types in the namespace":
    "네임스페이스에서 그 유형의 모든 리소스를 고릅니다",
  "If true, work on files alone and do not ask a server.":
    "true이면 서버에 묻지 않고 파일만으로 일합니다.",
  "Of all namespaces, whatever --namespace and the context say.":
    "--namespace와 컨텍스트에 상관없이 모든 네임스페이스를 씁니다.",
  "Ask for long lists in pieces of this size; 0 asks for them whole.":
    "긴 목록을 이 크기로 나누어 요청합니다. 0이면 한 번에 요청합니다.",
  "Only change the object where this is its resource version now. Only for a single resource.":
    "오브젝트의 리소스 버전이 지금 이것일 때만 바꿉니다. 리소스 하나에만 쓸 수 있습니다.",
};
