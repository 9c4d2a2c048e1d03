import type { Dictionary } from "../language.ts";

export const authTexts: Dictionary = {
  "Ask whether an action is allowed.\n\nVERB is a verb of the Kubernetes API, such as 'get', 'list', 'watch' or 'delete'. TYPE is a resource; short names and groups work. NONRESOURCEURL is the path of a URL and begins with \"/\". NAME is the name of one resource. With --as, it is asked for somebody else.":
    "동작이 허용되는지 묻습니다.\n\nVERB는 'get', 'list', 'watch', 'delete' 같은 쿠버네티스 API의 동사입니다. TYPE은 리소스이며 짧은 이름과 그룹도 쓸 수 있습니다. NONRESOURCEURL은 \"/\"로 시작하는 URL의 경로입니다. NAME은 리소스 하나의 이름입니다. --as를 주면 다른 사람에 대해 묻습니다.",
  "May the service account foo of the namespace dev list the pods of prod?":
    "네임스페이스 dev의 서비스 어카운트 foo가 prod의 파드를 나열할 수 있습니까?",
  "May I get the job bar of the namespace foo?": "네임스페이스 foo의 잡 bar를 가져올 수 있습니까?",
  "May I get the URL /logs/?": "URL /logs/를 가져올 수 있습니까?",
  "If true, list it without headers": "true이면 머리글 없이 나열합니다",
  "A subresource, such as log of pods or scale of deployments":
    "파드의 log나 디플로이먼트의 scale 같은 하위 리소스",
  "Bring roles and their bindings in line with a file.\n\nWhat is missing is created, the namespace included. What is there gets the permissions and the subjects of the file; with --remove-extra-permissions and --remove-extra-subjects, it loses all others.\n\nFor these kinds it does better than 'apply', because it knows what rules and subjects mean.":
    "롤과 바인딩을 파일에 맞춥니다.\n\n없는 것은 네임스페이스까지 생성합니다. 있는 것에는 파일의 권한과 대상을 더하고, --remove-extra-permissions와 --remove-extra-subjects를 주면 그 밖의 것을 없앱니다.\n\n규칙과 대상의 뜻을 알기 때문에, 이 종류에는 'apply'보다 낫습니다.",
  "File, directory or URL with the roles and bindings.":
    "롤과 바인딩이 있는 파일, 디렉터리 또는 URL.",
  "If true, roles lose permissions that the file does not have":
    "true이면 파일에 없는 권한을 롤에서 없앱니다",
  "If true, bindings lose subjects that the file does not have":
    "true이면 파일에 없는 대상을 바인딩에서 없앱니다",
  "Experimental: Show as whom the server knows you.\n\nIt helps where users come from elsewhere, such as from a proxy or from OpenID Connect.":
    "실험적: 서버가 나를 누구로 아는지 보여 줍니다.\n\n프록시나 OpenID Connect처럼 사용자를 다른 곳에서 가져올 때 도움이 됩니다.",
};
