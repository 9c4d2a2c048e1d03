import type { Dictionary } from "../language.ts";

/** Flags that several commands have. */
export const sharedFlags: Dictionary = {
  "Output format. One of: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).":
    "출력 형식. 다음 중 하나: (json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file).",
  "The template, or the path of its file, for -o=go-template and -o=go-template-file. See [http://golang.org/pkg/text/template/#pkg-overview].":
    "-o=go-template과 -o=go-template-file에서 쓸 템플릿 또는 템플릿 파일의 경로. [http://golang.org/pkg/text/template/#pkg-overview]를 참고하십시오.",
  "If true, what a template names and an object lacks is no error. For golang and jsonpath formats only.":
    "true이면 템플릿에 나오는 필드가 오브젝트에 없어도 오류로 보지 않습니다. golang과 jsonpath 형식에만 적용됩니다.",
  "If true, JSON and YAML keep the managedFields of objects.":
    "true이면 JSON과 YAML 출력에 managedFields를 남겨 둡니다.",
  'Must be "none", "server", or "client". With client, only print what would be sent; with server, send it to be checked but not kept.':
    '"none", "server", "client" 중 하나. client이면 보낼 내용을 출력하기만 하고, server이면 서버에 보내 검사만 받고 저장하지 않습니다.',
  "Name under which the server keeps whose fields these are.":
    "서버가 필드의 소유자로 기록할 이름.",
  "Directory of a kustomization. Not together with -f or -R.":
    "kustomization이 있는 디렉터리. -f나 -R과 함께 쓸 수 없습니다.",
  "Also use the directories inside of those that -f names.":
    "-f로 지정한 디렉터리의 하위 디렉터리까지 사용합니다.",
  "If true, the object remembers its configuration in an annotation, for a later kubectl apply.":
    "true이면 나중에 kubectl apply를 쓸 수 있도록 오브젝트의 구성을 애너테이션에 저장합니다.",
  "Selector (label query) to filter on, supports '=', '==', '!=', 'in', 'notin'. (e.g. -l key1=value1,key2=value2,key3 in (value3)). Objects have to meet all of it.":
    "걸러낼 셀렉터(레이블 쿼리). '=', '==', '!=', 'in', 'notin'을 지원합니다(예: -l key1=value1,key2=value2,key3 in (value3)). 오브젝트는 모든 조건을 만족해야 합니다.",
  'Must be one of: strict (or true), warn, ignore (or false). With "strict", the server refuses what it does not know; with "warn", it tells of it; with "ignore", it drops it silently.':
    'strict(또는 true), warn, ignore(또는 false) 중 하나. "strict"이면 서버가 모르는 필드를 거부하고, "warn"이면 경고하며, "ignore"이면 조용히 버립니다.',
  'Must be "background", "orphan", or "foreground": when what belongs to the resource goes, such as the pods of a replica set.':
    '"background", "orphan", "foreground" 중 하나. 레플리카셋의 파드처럼 리소스에 딸린 것을 언제 삭제할지 정합니다.',
  "If true, take resources away at once, without waiting until they have ended. For some of them this may lose data.":
    "true이면 종료를 기다리지 않고 리소스를 즉시 없앱니다. 리소스에 따라 데이터를 잃을 수 있습니다.",
  "Seconds that the resource is given to end. Negative leaves it to the resource; 1 is at once; 0 is only possible with --force.":
    "리소스가 종료하는 데 주는 시간(초). 음수이면 리소스의 설정을 따르고, 1이면 즉시 종료합니다. 0은 --force와 함께만 쓸 수 있습니다.",
  "How long to wait for the end of a deletion; zero leaves it to the size of the object":
    "삭제가 끝나기를 기다리는 시간. 0이면 오브젝트의 크기에 따라 정합니다.",
  "If true, return when the resources are gone, finalizers included.":
    "true이면 파이널라이저까지 끝나 리소스가 사라진 뒤에 돌아옵니다.",
  "How --overrides changes the object: json, merge, or strategic.":
    "--overrides를 오브젝트에 적용하는 방법: json, merge, strategic.",
  "JSON that changes the object before it is created. It needs a valid apiVersion.":
    "오브젝트를 만들기 전에 덮어쓸 JSON. 올바른 apiVersion이 있어야 합니다.",
  "With --server-side: take over fields that others manage.":
    "--server-side와 함께 쓰면 다른 관리자의 필드를 가져옵니다.",
  "The kinds that --prune may delete, as <group/version/kind>; may be repeated.":
    "--prune이 삭제해도 되는 종류(<group/version/kind>). 여러 번 지정할 수 있습니다.",
  "If true, the server merges, not this program.":
    "true이면 이 프로그램이 아니라 서버가 병합합니다.",
  "File, directory or URL that names what to change": "변경할 대상이 적힌 파일, 디렉터리 또는 URL",
  "Change this subresource of the resource.": "리소스의 이 하위 리소스를 변경합니다.",
  "Lines end as they do on Windows. The default is the platform's.":
    "줄 끝을 Windows 방식으로 씁니다. 기본값은 현재 플랫폼의 방식입니다.",
};
