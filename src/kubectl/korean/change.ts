import type { Dictionary } from "../language.ts";

/** `kubectl apply`, `diff`, `edit`, `kustomize`, `patch` and `replace`. */
export const change: Dictionary = {
  "Change a resource in an editor": "편집기에서 리소스를 변경합니다",
  "Change a resource in an editor.\n\nEverything that can be read from the server can be changed so. The editor is the one that KUBE_EDITOR or EDITOR names, or 'vi' on Linux and 'notepad' on Windows. Several objects are shown together, and their changes are made one after the other. Arguments, and files, name what is changed; files must be those of objects that are there.\n\nWhat is shown is YAML, or JSON with \"-o json\", in the version that the arguments say.\n\n--windows-line-endings ends lines as Windows does; by default they end as on this machine.\n\nWhen a change is refused, what was saved is shown again with the reason; when nothing more is changed, it is kept in a file. This also happens when somebody else was faster: then apply the changes to the new state, or change the version in the file to that of the new state.":
    "편집기에서 리소스를 변경합니다.\n\n서버에서 읽을 수 있는 것은 모두 이렇게 변경할 수 있습니다. 편집기는 KUBE_EDITOR나 EDITOR로 지정하며, 없으면 Linux에서는 'vi', Windows에서는 'notepad'를 씁니다. 오브젝트가 여럿이면 함께 보여 주고 변경은 차례로 적용합니다. 변경할 대상은 인자나 파일로 지정하며, 파일은 이미 있는 오브젝트의 것이어야 합니다.\n\n내용은 인자로 지정한 버전의 YAML로, \"-o json\"이면 JSON으로 보여 줍니다.\n\n--windows-line-endings를 쓰면 줄 끝이 Windows 방식이 되며, 기본값은 현재 플랫폼의 방식입니다.\n\n변경이 거부되면 저장한 내용을 이유와 함께 다시 보여 주고, 더 고치지 않으면 파일로 남겨 둡니다. 다른 사람이 먼저 변경한 경우에도 그러합니다. 이때는 새 상태에 변경을 다시 적용하거나, 파일의 버전을 새 상태의 것으로 고치십시오.",
  "Change the service 'registry'": "서비스 'registry'를 변경합니다",
  "With another editor": "다른 편집기를 씁니다",
  "As JSON of version v1": "v1 버전의 JSON으로 변경합니다",
  "Remember the configuration in the object's annotation":
    "구성을 오브젝트의 애너테이션에 저장합니다",
  "Change the deployment's status": "디플로이먼트의 상태를 변경합니다",
  "Print the patch when the resource is changed.": "리소스를 변경하면 패치를 출력합니다.",
  "Compare what is there with what would be applied": "현재 상태와 적용될 상태를 비교합니다",
  'Compare what the server has with what it would have after an apply, by file or from the standard input.\n\nThe difference is always shown as YAML.\n\nKUBECTL_EXTERNAL_DIFF names a program to compare with, and its options: "colordiff -N -u". By default it is the "diff" of the machine, with "-u" and "-N".\n\nExit status: 0 no difference, 1 a difference, greater than 1 something failed.\n\nNote: KUBECTL_EXTERNAL_DIFF, if used, is expected to keep to that.':
    '서버의 현재 상태를 파일이나 표준 입력을 apply한 뒤의 상태와 비교합니다.\n\n차이는 항상 YAML로 보여 줍니다.\n\nKUBECTL_EXTERNAL_DIFF로 비교에 쓸 프로그램과 옵션을 정할 수 있습니다(예: "colordiff -N -u"). 기본값은 시스템의 "diff"에 "-u"와 "-N"을 붙인 것입니다.\n\n종료 상태: 0이면 차이가 없고, 1이면 차이가 있으며, 1보다 크면 실패한 것입니다.\n\n참고: KUBECTL_EXTERNAL_DIFF로 지정한 프로그램도 이 종료 상태를 따라야 합니다.',
  "Compare what pod.json has": "pod.json의 내용과 비교합니다",
  "Compare what comes through the pipe": "파이프로 들어온 내용과 비교합니다",
  "File, directory or URL with the configuration to compare":
    "비교할 구성이 든 파일, 디렉터리 또는 URL",
  "How many objects to ask the server about at a time.": "서버에 한 번에 물어볼 오브젝트의 수.",
  "Also show what --prune of apply would delete.": "apply의 --prune이 삭제할 것도 보여 줍니다.",
  "If true, also compare managed fields.": "true이면 managedFields도 비교합니다.",
  "Apply a configuration to resources, by file or from stdin":
    "파일이나 표준 입력의 구성을 리소스에 적용합니다",
  "Apply a configuration to resources, by file or from the standard input. A resource that does not exist is created. Its name has to be in the file.\n\nTo go on with apply, make resources with apply or with create --save-config.\n\nJSON and YAML are read.":
    "파일이나 표준 입력의 구성을 리소스에 적용합니다. 없는 리소스는 만듭니다. 이름은 파일에 있어야 합니다.\n\n계속 apply를 쓰려면 리소스를 apply나 create --save-config로 만드십시오.\n\nJSON과 YAML을 읽을 수 있습니다.",
  "Apply pod.json to a pod": "pod.json을 파드에 적용합니다",
  "Apply a kustomization": "kustomization을 적용합니다",
  "Apply the pod that comes through the pipe": "파이프로 들어온 파드를 적용합니다",
  "Apply all files that end with .json": ".json으로 끝나는 모든 파일을 적용합니다",
  "Apply manifest.yaml, and delete what has the label app=nginx and is not in it":
    "manifest.yaml을 적용하고, 레이블이 app=nginx이면서 파일에 없는 것을 삭제합니다",
  "Apply manifest.yaml, and delete all other config maps":
    "manifest.yaml을 적용하고, 그 밖의 모든 컨피그맵을 삭제합니다",
  "File, directory or URL with the configuration to apply.":
    "적용할 구성이 든 파일, 디렉터리 또는 URL.",
  "Select all resources of these types in the namespace.":
    "네임스페이스에서 이 타입의 모든 리소스를 선택합니다.",
  "If true, merge lists as the kind's schema says.":
    "true이면 종류의 스키마에 따라 목록을 병합합니다.",
  "If true, what the configuration says takes the place of what others changed.":
    "true이면 다른 사람이 변경한 값을 구성의 값으로 바꿉니다.",
  "Delete what was made by apply or create --save-config and is in the configuration no more. With -l or --all.":
    "apply나 create --save-config로 만들었지만 더는 구성에 없는 것을 삭제합니다. -l이나 --all과 함께 씁니다.",
  "Apply to this subresource. Only with --server-side.":
    "이 하위 리소스에 적용합니다. --server-side와 함께만 쓸 수 있습니다.",
  "Change the last-applied-configuration of a resource in an editor":
    "편집기에서 리소스의 last-applied-configuration을 변경합니다",
  "Change the last-applied-configuration of a resource in an editor.\n\nThe editor is the one that KUBE_EDITOR or EDITOR names, or 'vi' on Linux and 'notepad' on Windows. Several objects are shown together. What is shown is YAML, or JSON with \"-o json\".\n\n--windows-line-endings ends lines as Windows does; by default they end as on this machine.":
    "편집기에서 리소스의 last-applied-configuration을 변경합니다.\n\n편집기는 KUBE_EDITOR나 EDITOR로 지정하며, 없으면 Linux에서는 'vi', Windows에서는 'notepad'를 씁니다. 오브젝트가 여럿이면 함께 보여 줍니다. 내용은 YAML로, \"-o json\"이면 JSON으로 보여 줍니다.\n\n--windows-line-endings를 쓰면 줄 끝이 Windows 방식이 되며, 기본값은 현재 플랫폼의 방식입니다.",
  "Change the configuration of deployment/nginx, as YAML":
    "deployment/nginx의 구성을 YAML로 변경합니다",
  "Change the configuration of what a file names, as JSON":
    "파일에 적힌 대상의 구성을 JSON으로 변경합니다",
  "Set the last-applied-configuration of a resource to what a file has":
    "리소스의 last-applied-configuration을 파일의 내용으로 설정합니다",
  "Set the last-applied-configuration of a resource to what a file has, as if it had been applied, without changing anything else of the resource.":
    "리소스의 다른 것은 바꾸지 않고, 파일을 apply한 것처럼 last-applied-configuration만 파일의 내용으로 설정합니다.",
  "Set it to what a file has": "파일의 내용으로 설정합니다",
  "Set it for each file of a directory": "디렉터리의 각 파일에 대해 설정합니다",
  "Set it to what a file has, also where there is none yet":
    "아직 없는 경우에도 파일의 내용으로 설정합니다",
  "Also of objects that have no last-applied-configuration yet":
    "아직 last-applied-configuration이 없는 오브젝트에도 설정합니다",
  "File, directory or URL with the configuration": "구성이 든 파일, 디렉터리 또는 URL",
  "Show the last-applied-configuration of resources":
    "리소스의 last-applied-configuration을 보여 줍니다",
  "Show the last-applied-configuration of resources.\n\nIt is shown as YAML, or with -o json as JSON.":
    "리소스의 last-applied-configuration을 보여 줍니다.\n\nYAML로 보여 주며, -o json이면 JSON으로 보여 줍니다.",
  "Show it as YAML": "YAML로 보여 줍니다",
  "Show it as JSON, of what a file names": "파일에 적힌 대상의 것을 JSON으로 보여 줍니다",
  "File, directory or URL that names what to show": "보여 줄 대상이 적힌 파일, 디렉터리 또는 URL",
  "All resources of the types in the namespace": "네임스페이스에서 이 타입의 모든 리소스",
  "Output format: yaml or json": "출력 형식: yaml 또는 json",
  "Change fields of a resource": "리소스의 필드를 변경합니다",
  "Change fields of a resource by a strategic merge patch, a JSON merge patch, or a JSON patch.\n\nJSON and YAML are read.\n\nNote: strategic merge patches are not there for custom resources.":
    "전략적 병합 패치, JSON 병합 패치, JSON 패치로 리소스의 필드를 변경합니다.\n\nJSON과 YAML을 읽을 수 있습니다.\n\n참고: 커스텀 리소스에는 전략적 병합 패치를 쓸 수 없습니다.",
  "Change a node by a strategic merge patch, as JSON":
    "JSON으로 쓴 전략적 병합 패치로 노드를 변경합니다",
  "The same as YAML": "같은 것을 YAML로 씁니다",
  "Change what a file names": "파일에 적힌 대상을 변경합니다",
  "Change the image of one of a pod's containers, which has its name as its key":
    "이름을 키로 하여 파드의 컨테이너 하나의 이미지를 변경합니다",
  "The same by a JSON patch, by its place in the list":
    "같은 것을 목록에서의 위치를 써서 JSON 패치로 변경합니다",
  "Change how many replicas a deployment has by its subresource scale":
    "하위 리소스 scale로 디플로이먼트의 레플리카 수를 변경합니다",
  "If true, change what files have, and ask no server.":
    "true이면 서버에 묻지 않고 파일의 내용만 변경합니다.",
  "The patch.": "패치.",
  "A file with the patch.": "패치가 든 파일.",
  "The patch's type: json, merge, or strategic": "패치의 종류: json, merge, strategic",
  "Replace a resource by what a file or the standard input has":
    "파일이나 표준 입력의 내용으로 리소스를 바꿉니다",
  "Replace a resource by what a file or the standard input has for it.\n\nJSON and YAML are read. The whole resource has to be there, such as\n\n$ kubectl get TYPE NAME -o yaml":
    "파일이나 표준 입력의 내용으로 리소스를 바꿉니다.\n\nJSON과 YAML을 읽을 수 있습니다. 리소스의 전체 내용이 있어야 합니다. 다음 명령으로 얻을 수 있습니다.\n\n$ kubectl get TYPE NAME -o yaml",
  "Replace a pod by what pod.json has": "pod.json의 내용으로 파드를 바꿉니다",
  "Replace a pod by what comes through the pipe": "파이프로 들어온 내용으로 파드를 바꿉니다",
  "Give a pod's only container the image's tag v4":
    "컨테이너가 하나인 파드의 이미지 태그를 v4로 바꿉니다",
  "Delete the resource and create it anew": "리소스를 삭제하고 새로 만듭니다",
  "File, directory or URL with what takes the resources' place.":
    "리소스를 대신할 내용이 든 파일, 디렉터리 또는 URL.",
  "A path to send the file to with PUT, as it is.": "파일을 그대로 PUT으로 보낼 경로.",
  "Replace this subresource of the resource.": "리소스의 이 하위 리소스를 바꿉니다.",
  "Build objects from a kustomization": "kustomization으로 오브젝트를 만들어 출력합니다",
  "Build a set of objects from a kustomization.yaml file.\n\nDIR is a directory with a kustomization.yaml, or the address of a repository with such a directory in it. Without DIR it is this directory.":
    "kustomization.yaml 파일로 오브젝트 묶음을 만들어 출력합니다.\n\nDIR은 kustomization.yaml이 있는 디렉터리이거나 그런 디렉터리가 있는 저장소의 주소입니다. DIR이 없으면 현재 디렉터리입니다.",
  "Build this directory": "현재 디렉터리를 처리합니다",
  "Build another directory": "다른 디렉터리를 처리합니다",
  "Build a directory of a repository": "저장소의 디렉터리를 처리합니다",
  "run functions in containers as the user who runs the command":
    "명령을 실행한 사용자로 컨테이너의 함수를 실행합니다",
  "allow plugins that are no built-in ones": "내장되지 않은 플러그인을 허용합니다",
  "allow helmCharts, which are inflated by helm": "helm으로 펼치는 helmCharts를 허용합니다",
  "label all objects as made by kustomize":
    "모든 오브젝트에 kustomize가 만들었다는 레이블을 붙입니다",
  "an environment variable for functions, KEY=VALUE or KEY":
    "함수에 줄 환경 변수(KEY=VALUE 또는 KEY)",
  "API versions that charts may ask for": "차트가 확인할 수 있는 API 버전",
  "the helm program": "helm 프로그램",
  "let helm tell more": "helm이 더 자세히 출력하게 합니다",
  "the version of Kubernetes that charts may ask for": "차트가 확인할 수 있는 쿠버네티스 버전",
  "LoadRestrictionsNone lets kustomizations read files outside of their directory":
    "LoadRestrictionsNone이면 kustomization이 디렉터리 밖의 파일을 읽을 수 있습니다",
  "storage for functions in containers": "컨테이너의 함수에 줄 스토리지",
  "let functions that ask for it use the network": "요청하는 함수가 네트워크를 쓰게 합니다",
  "the network for functions in containers": "컨테이너의 함수가 쓸 네트워크",
  "write to this path instead": "표준 출력 대신 이 경로에 씁니다",
  "the order of the output: legacy, or none for that of the files":
    "출력 순서: legacy, 또는 파일의 순서를 따르는 none",
};
